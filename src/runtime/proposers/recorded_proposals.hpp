#pragma once

// What programs proposed in a session that is continued. Everything else of a session is made
// again from its specification and its tape; this is read from its journal.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "runtime/proposers/proposal.hpp"

namespace lanner::runtime {

struct RecordedProposal {
  std::uint64_t sequence = 0;
  OutsideEvent event;
};

// In order; up to the first damage, behind which nothing is continued anyway.
[[nodiscard]] std::vector<RecordedProposal> recorded_proposals(
    const std::filesystem::path& session);

}  // namespace lanner::runtime
