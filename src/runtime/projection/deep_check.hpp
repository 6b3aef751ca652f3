#pragma once

// The projection against its journals, row by row: every session is refolded into a file of its
// own, and what that holds is laid beside what the database holds.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "runtime/run_options.hpp"

namespace lanner::runtime {

// The first row of a session that is not as its journal makes it.
struct RowDifference {
  std::string table;
  std::string key;     // "candidate_id=17"
  std::string column;  // empty: only one of the two has the row
  std::string journal;
  std::string database;
};

struct DeepSession {
  std::string name;
  std::uint64_t records = 0;  // of its journal: each one's checksum, chain and order hold
  std::uint64_t rows = 0;     // that the journal makes
  std::uint64_t differing = 0;
  std::optional<RowDifference> first;
  std::string problem;  // why its rows were not compared; empty when they were
  bool is_damaged = false;  // the journal
  bool is_in_hand = false;  // a process is writing it: neither is whole yet
  [[nodiscard]] bool is_good() const {
    return is_in_hand || (differing == 0 && problem.empty() && !is_damaged);
  }
};

// Where a check writes the rows that it makes again; who writes there holds the lock of the file.
[[nodiscard]] std::filesystem::path deep_check_folder(const std::filesystem::path& database);
[[nodiscard]] std::filesystem::path deep_check_rows(const std::filesystem::path& database);

// Sessions of the profile and sessions that have rows, by name. The database is only read; the
// rows made again go to deep_check_folder(), which is removed. Errors: the database is missing
// or damaged (data), another check is at it (running), the folder cannot be written (failure).
[[nodiscard]] Result<std::vector<DeepSession>> compare_with_journals(
    const std::filesystem::path& database, const std::filesystem::path& profile,
    const Progress& progress);

}  // namespace lanner::runtime
