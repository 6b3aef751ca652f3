#pragma once

// A paper session's way from event to event: at its pace or as fast as it goes, with what programs
// hand in between, and never past a disk that does not take the journal.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "runtime/control/request_desk.hpp"
#include "runtime/paper_run.hpp"
#include "runtime/projection/projection_feed.hpp"
#include "runtime/proposers/recorded_proposals.hpp"
#include "runtime/recovery/snapshot_keeper.hpp"
#include "runtime/session_spec.hpp"
#include "runtime/simulated_session.hpp"
#include "runtime/statistics.hpp"

namespace lanner::runtime {

struct Played {
  std::uint64_t replayed = 0;
  std::uint64_t fresh = 0;
  bool was_interrupted = false;
};

// Who looks on: none of them reaches the engine.
struct Watchers {
  Statistics& statistics;
  std::unique_ptr<ProjectionFeed> projection;  // where a database is kept
  std::unique_ptr<SnapshotKeeper> snapshots;
};

// What comes from outside: conditions from programs (may be none) and an operator's requests, and
// those that a continued session took, by sequence: they cannot be made again.
struct Proposals {
  ProposerDesk* desk = nullptr;
  RequestDesk* requests = nullptr;
  std::vector<RecordedProposal> recorded;
};

void say(const PaperRunOptions& options, const std::string& line);

[[nodiscard]] Result<Played> play_paced(SimulatedSession& session, Watchers& watchers,
                                        const PaperRunOptions& options, const SessionSpec& spec,
                                        Proposals proposals);

}  // namespace lanner::runtime
