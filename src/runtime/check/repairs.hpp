#pragma once

// What can be put right in a profile without asking anybody: rows that the journals make again,
// and files that a killed process left behind. Journals, settings and catalogs are never touched,
// and nothing is deleted that cannot be made again. Lock files stay: the kernel releases a lock
// with its process, and a lock file that vanishes would let two in.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "runtime/run_options.hpp"

namespace lanner::runtime {

enum class RepairKind : std::uint8_t {
  database,   // missing, damaged or of another version: made again from all journals
  rows,       // a session's rows are not what its journal says: made again
  left_over,  // a half-written file of a process that is gone: deleted
  snapshots,  // of a closed session, which nobody continues: deleted
  request,    // of an operator, to a session that no process has in hand: deleted
  journal,    // damaged: only told
};
[[nodiscard]] const char* name_of(RepairKind kind) noexcept;

struct RepairPlaces {
  std::filesystem::path profile;
  std::filesystem::path database;
  std::vector<std::filesystem::path> catalogs;
};

struct Repair {
  RepairKind kind = RepairKind::database;
  std::filesystem::path where;
  std::string what;  // is wrong
};

// In the order in which they are to be made. Reads every journal of the profile once.
[[nodiscard]] std::vector<Repair> find_repairs(const RepairPlaces& places);

// What was done, as a sentence; an error says why it was not: a process has the file in hand
// (running), a session cannot be refolded by this build (difference).
[[nodiscard]] Result<std::string> make_repair(const RepairPlaces& places, const Repair& repair,
                                              const Progress& progress);

}  // namespace lanner::runtime
