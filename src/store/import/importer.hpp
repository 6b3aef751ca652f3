#pragma once

// Data files into a catalog. A file is known by its content, so importing it again adds nothing;
// a bad row costs its row, a bad file costs nothing. Index and rules are written last: a crash
// leaves the catalog as it was, or with rows that the next import recognises.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/import/source_file.hpp"
#include "store/index_file.hpp"

namespace lanner::store {

struct ImportProgress {
  std::size_t files_done = 0;
  std::size_t files = 0;
  std::string path;  // in hand
};

struct ImportRequest {
  std::vector<std::filesystem::path> paths;  // files, and folders that are searched
  std::string instrument;                    // for all of them; empty: told by each path
  std::filesystem::path catalog;             // made when absent
  std::function<void(const ImportProgress&)> progress;
};

struct SkippedFile {
  std::string path;
  std::string reason;
};

struct ImportReport {
  std::vector<SourceEntry> files;  // stats.added: of this import
  std::vector<RejectedRow> rejected;
  std::vector<SkippedFile> skipped;
  std::vector<std::string> instruments;  // of these files, sorted
  std::uint64_t rows = 0;
  std::uint64_t added = 0;
};

[[nodiscard]] Result<ImportReport> import_files(const ImportRequest& request);

// Regular files below the paths, sorted, hidden ones left out; an absent path is an error.
[[nodiscard]] Result<std::vector<std::filesystem::path>> files_below(
    const std::vector<std::filesystem::path>& paths);

}  // namespace lanner::store
