#include "learn/knowledge.hpp"

#include <algorithm>

namespace lanner::learn {

using model::PositionSide;

KnowledgeBrain::KnowledgeBrain(const model::InstrumentTable& instruments,
                               const model::ParameterSet& parameters, model::ComponentMask mask)
    : mask_(mask),
      patterns_(parameters),
      coins_(instruments, parameters, mask),
      library_(parameters, mask),
      adaptations_(parameters),
      reflection_(instruments.size(), parameters),
      terciles_(instruments.size()),
      alpha_(parameters.score(model::Param::pattern_active_alpha).value()) {}

void KnowledgeBrain::on_label(const model::CandidateLabel& label, Tier tier, Timestamp now,
                              StatusBuffer& changes) noexcept {
  patterns_.on_label(label, now);
  library_.on_label(label);
  // A proposer is an expert of its own: what it did must not change what is believed of a coin.
  // The points of a grid say again what their prior has said.
  if (label.proposer != 0 || label.grid != model::GridPoint::prior) {
    return;
  }
  coins_.on_label(label, tier, now, changes);
  reflection_.on_label(label);
}

void KnowledgeBrain::learn_from_past(std::span<const PastLabel> labels, Score share) noexcept {
  if (share <= Score{}) {
    return;
  }
  for (const PastLabel& label : labels) {
    patterns_.on_past(label, share.value());
    if (label.key.proposer == 0 && label.key.grid == model::GridPoint::prior) {
      coins_.on_past(label, share.value());
    }
  }
}

void KnowledgeBrain::on_time(Timestamp now, StatusBuffer& changes) noexcept {
  patterns_.on_time(now);
  coins_.on_time(now, changes);
}

void KnowledgeBrain::on_hour(CandidateLog& log, const ClaimBook& patterns, Timestamp now,
                             LadderChanges& changes) noexcept {
  if (ends_block(now)) {
    // The first block may be a part of one: it is only where counting begins.
    const bool is_first = block_id_ == std::numeric_limits<std::int64_t>::min();
    block_id_ = block_of(now);
    if (!is_first) {
      close_block(log, patterns, now, changes);
    }
  }
  if (!mask_.is_masked(model::Component::reflection)) {
    for (const model::AdaptationProposal& proposal :
         reflection_.reflect(parameters().values(), now)) {
      if (is_taken_up(proposal)) {
        adaptations_.propose(proposal, now, changes.adaptations);
      }
    }
  }
  while (const auto started = adaptations_.take_started()) {
    log.clear_scope(started->scope);
    log.book().start_scope(started->scope, started->expected);
  }
}

void KnowledgeBrain::on_request(const model::OperatorRequested& request, Timestamp now,
                                LadderChanges& changes) noexcept {
  switch (request.kind) {
    case model::RequestKind::set_parameter:
      adaptations_.set_parameter(request.parameter, request.value, now, changes.adaptations);
      return;
    case model::RequestKind::pin_parameter:
    case model::RequestKind::unpin_parameter:
      adaptations_.pin_parameter(request.parameter,
                                 request.kind == model::RequestKind::pin_parameter, now,
                                 changes.adaptations);
      return;
    case model::RequestKind::roll_back_adaptation:
      adaptations_.withdraw(request.adaptation_id, now, changes.adaptations);
      return;
  }
}

void KnowledgeBrain::pin(model::Param key) noexcept {
  LadderChanges none;
  adaptations_.pin_parameter(key, true, Timestamp{}, none.adaptations);
}

bool KnowledgeBrain::is_taken_up(const model::AdaptationProposal& proposal) const noexcept {
  if (mask_.is_masked(model::Component::adaptations)) {
    return false;
  }
  return !mask_.is_masked(model::Component::regime_rules) || !is_by_regime(proposal.scope);
}

void KnowledgeBrain::close_block(CandidateLog& log, const ClaimBook& patterns, Timestamp now,
                                 LadderChanges& changes) noexcept {
  log.close_block();
  patterns_.on_time(now);
  library_.on_block(patterns);
  adaptations_.on_block(log.book());
  reflection_.on_block();
  // One threshold over every claim that was ever opened beside the others.
  std::array<double, ClaimBook::kClaims> values{};
  const auto of_patterns = library_.e_values();
  const auto of_adaptations = adaptations_.e_values();
  const auto middle = std::copy(of_patterns.begin(), of_patterns.end(), values.begin());
  std::copy(of_adaptations.begin(), of_adaptations.end(), middle);
  const std::size_t claims = library_.claims() + adaptations_.claims(now);
  const double threshold = e_bh_threshold(values, claims, alpha_);
  library_.judge(threshold, patterns_, now, changes.patterns);
  adaptations_.judge(threshold, now, changes.adaptations);
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
  library_.encode(out);
  adaptations_.encode(out);
  reflection_.encode(out);
  terciles_.encode(out);
  out.put_i64(block_id_);
}

}  // namespace lanner::learn
