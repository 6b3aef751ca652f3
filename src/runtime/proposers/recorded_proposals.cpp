#include "runtime/proposers/recorded_proposals.hpp"

#include "model/codec.hpp"
#include "store/journal_reader.hpp"

namespace lanner::runtime {

std::vector<RecordedProposal> recorded_proposals(const std::filesystem::path& session,
                                                 const std::optional<store::JournalPlace>& from) {
  std::vector<RecordedProposal> found;
  auto reader = from ? store::JournalReader::open_at(session, *from)
                     : store::JournalReader::open(session);
  if (!reader) {
    return found;
  }
  while (const auto record = reader->next()) {
    if (record->kind != store::RecordKind::event) {
      continue;
    }
    model::Event event;
    model::TradeCondition condition;
    std::size_t used = 0;
    if (!model::decode(record->payload, event, condition, used)) {
      return found;
    }
    if (std::holds_alternative<model::ConditionProposed>(event.payload)) {
      if (condition.proposer != 0) {
        found.push_back({record->sequence,
                         ProposedCondition{condition, condition.expires_at - event.ts_init},
                         event.ts_init});
      }
    } else if (const auto* refused = std::get_if<model::ProposalRefused>(&event.payload)) {
      if (refused->proposer != 0) {
        found.push_back({record->sequence, *refused, event.ts_init});
      }
    } else if (const auto* changed = std::get_if<model::ProposerChanged>(&event.payload)) {
      found.push_back({record->sequence, *changed, event.ts_init});
    } else if (const auto* asked = std::get_if<model::OperatorRequested>(&event.payload)) {
      found.push_back({record->sequence, *asked, event.ts_init});
    }
  }
  return found;
}

}  // namespace lanner::runtime
