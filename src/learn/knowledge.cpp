#include "learn/knowledge.hpp"

namespace lanner::learn {

using model::PositionSide;

KnowledgeBrain::KnowledgeBrain(const model::InstrumentTable& instruments,
                               const model::ParameterSet& parameters, model::ComponentMask mask)
    : patterns_(parameters), coins_(instruments, parameters, mask) {}

void KnowledgeBrain::on_label(const model::CandidateLabel& label, Tier tier, Timestamp now,
                              StatusBuffer& changes) noexcept {
  patterns_.on_label(label, now);
  coins_.on_label(label, tier, now, changes);
}

void KnowledgeBrain::on_time(Timestamp now, StatusBuffer& changes) noexcept {
  patterns_.on_time(now);
  coins_.on_time(now, changes);
}

CoinRow KnowledgeBrain::coin_row(InstrumentId id) const noexcept {
  CoinRow row;
  row.instrument_id = id;
  row.long_status = coins_.status(id, PositionSide::long_side);
  row.short_status = coins_.status(id, PositionSide::short_side);
  row.long_offset_r = coins_.offset_r(id, PositionSide::long_side);
  row.short_offset_r = coins_.offset_r(id, PositionSide::short_side);
  row.coin = coins_.node(id, PositionSide::flat);
  row.long_side = coins_.node(id, PositionSide::long_side);
  row.short_side = coins_.node(id, PositionSide::short_side);
  return row;
}

void KnowledgeBrain::encode(ByteWriter& out) const {
  patterns_.encode(out);
  coins_.encode(out);
}

}  // namespace lanner::learn
