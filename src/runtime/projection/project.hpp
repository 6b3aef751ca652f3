#pragma once

// Journals into the projection, session by session, and the checks that hold one against the
// other.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "runtime/replay.hpp"
#include "runtime/run_options.hpp"
#include "store/sqlite/projection_file.hpp"

namespace lanner::runtime {

// <profile>/lanner.db
[[nodiscard]] std::filesystem::path projection_path(const std::filesystem::path& profile);

struct Projected {
  store::sqlite::Batch batch;
  std::uint64_t events = 0;
  bool is_closed = false;
  Digest128 learned;
  std::optional<Digest128> recorded_learned;  // what the closing record says, where it does
  std::optional<CorruptPlace> corrupt_at;     // the rows end before it
};
// Refolds the session. An error of kind difference when this build decides otherwise.
[[nodiscard]] Result<Projected> project_session(const std::filesystem::path& session,
                                                const std::filesystem::path& profile,
                                                const Progress& progress);

struct ProjectedSession {
  std::string name;
  std::uint64_t events = 0;
  std::string problem;  // why its rows were left as they were; empty when all is well
};

struct RebuildOptions {
  std::filesystem::path database;
  std::filesystem::path profile;
  std::vector<std::filesystem::path> sessions;
};
struct RebuildResult {
  std::vector<ProjectedSession> sessions;
  std::vector<store::sqlite::TableDifference> tables;  // before against after
  std::string moved_aside;  // where a damaged or foreign-versioned database went; empty: nowhere
};
// Drops the rows of each session and projects it again. What cannot be refolded keeps its rows.
[[nodiscard]] Result<RebuildResult> rebuild_projection(const RebuildOptions& options,
                                                       const Progress& progress);

// A damaged database goes beside its place under another name, with all its files; gives the name.
[[nodiscard]] Result<std::string> move_aside(const std::filesystem::path& database);

struct SessionCount {
  std::string session;
  std::string what;  // "events", "digest", "labelled" ...
  std::string journal;
  std::string projection;
  [[nodiscard]] bool is_equal() const { return journal == projection; }
};
// What each journal says of itself against what its rows say. Journals of the profile without
// rows are listed, too; reads every record, refolds nothing.
[[nodiscard]] Result<std::vector<SessionCount>> count_against_journals(
    store::sqlite::Connection& connection, const std::filesystem::path& profile);

}  // namespace lanner::runtime
