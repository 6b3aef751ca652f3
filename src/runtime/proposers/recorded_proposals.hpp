#pragma once

// What programs proposed and an operator asked in a session that is continued. Everything else of
// a session is made
// again from its specification and its tape; this is read from its journal.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "runtime/proposers/proposal.hpp"
#include "store/journal_format.hpp"

namespace lanner::runtime {

struct RecordedProposal {
  std::uint64_t sequence = 0;
  OutsideEvent event;
  Timestamp at{};  // when it was applied
};

// In order; up to the first damage, behind which nothing is continued anyway.
// With `from` only those behind that place.
[[nodiscard]] std::vector<RecordedProposal> recorded_proposals(
    const std::filesystem::path& session,
    const std::optional<store::JournalPlace>& from = std::nullopt);

}  // namespace lanner::runtime
