#pragma once

// Brings an unfinished session back to where its journal ends: its newest usable snapshot, and then
// the records behind it, each confirmed byte by byte; or, where there is none, every record from
// the first. What is wrong with a snapshot is told and never an error.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "runtime/projection/session_fold.hpp"
#include "runtime/session_plan.hpp"
#include "runtime/simulated_session.hpp"
#include "runtime/statistics.hpp"
#include "store/journal_disk.hpp"
#include "store/journal_format.hpp"

namespace lanner::runtime {

// The state of a session and of those who look on, as one snapshot holds it. `fold` may be null.
void save_state(const SimulatedSession& session, const Statistics& statistics,
                const SessionFold* fold, std::vector<std::byte>& out);

struct Recovered {
  std::unique_ptr<SimulatedSession> session;  // still confirming what is behind the snapshot
  std::unique_ptr<Statistics> statistics;
  std::optional<store::JournalPlace> from;  // of the snapshot; nothing: from the first record
  Timestamp from_at;                        // event time of the snapshot
  std::vector<std::byte> fold;              // of the projection, where it was kept
  std::size_t refused = 0;                  // snapshots that could not be used
  std::vector<std::string> lines;           // what was wrong with each
};

// Fails as store::JournalWriter::resume does. Snapshots that could not be used are removed.
[[nodiscard]] Result<Recovered> recover_session(const SessionPlan& plan,
                                                const std::filesystem::path& session,
                                                store::JournalDisk* disk = nullptr);

}  // namespace lanner::runtime
