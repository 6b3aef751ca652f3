// What each hour of event time changes: evidence of the block that ended, the ladder of patterns,
// adaptations, and what the slices propose.

#include "core/engine.hpp"

#include <algorithm>

namespace lanner::core {

using model::GateResult;
using model::PatternState;

void Engine::reflect() noexcept {
  if (knowledge_.ends_block(now_)) {
    for (const model::Instrument& instrument : config_.instruments) {
      knowledge_.on_volatility(instrument.id,
                               features_.view(instrument.id)
                                   .value(model::FeatureId::atr_pct, model::Timeframe::h1));
    }
  }
  knowledge_.on_hour(candidates_, lesson_ == nullptr ? candidates_.book() : *lesson_->book, now_,
                     ladder_changes_);
  if (!ladder_changes_.is_empty()) {
    announce_ladder();
  }
  adopt_parameters();
}

void Engine::adopt_parameters() noexcept {
  if (knowledge_.parameters().revision() != adopted_revision_) {
    adopted_revision_ = knowledge_.parameters().revision();
    planner_.adopt(knowledge_.parameters().values());
    risk_.adopt(knowledge_.parameters().values());
  }
}

void Engine::announce_ladder() noexcept {
  for (const model::PatternStateChanged& change : ladder_changes_.patterns) {
    sink_->notify(change);
  }
  for (const model::AdaptationChanged& change : ladder_changes_.adaptations) {
    sink_->notify(change);
  }
  ladder_changes_.clear();
}

// Rank by turnover among all instruments, as of the day.
bool Engine::is_refused_by_universe(InstrumentId id) noexcept {
  const auto& ranks = config_.universe;
  const auto after = std::upper_bound(
      ranks.begin(), ranks.end(), UniverseRank{id, now_, 0},
      [](const UniverseRank& a, const UniverseRank& b) {
        return a.instrument_id != b.instrument_id ? a.instrument_id < b.instrument_id : a.at < b.at;
      });
  if (after == ranks.begin() || (after - 1)->instrument_id != id) {
    return false;
  }
  // Without a rank it lies beyond every bound.
  constexpr Score kNoRank{1e9};
  const std::uint32_t rank = (after - 1)->rank;
  const Score place = rank == 0 ? kNoRank : to_score(Volume::from_int(rank));
  const Score most = config_.parameters.score(model::Param::universe_size_max);
  if (place <= most) {
    return false;
  }
  trace_.refused_by = model::Gate::universe;
  static_cast<void>(trace_.gates.push_back(
      GateResult{trace_.refused_by, model::Verdict::refuse, place, most}));
  return true;
}

// The two gates that ask what was learned rather than what the account can bear. Their refusal
// stands in the trace like any other; the candidate is labelled all the same.
bool Engine::is_refused_by_learning(const learn::Ruling& ruling) noexcept {
  const bool is_trusted = trace_.pattern_state == PatternState::probe ||
                          trace_.pattern_state == PatternState::active;
  if (is_trusted && !ruling.is_blocked()) {
    return false;
  }
  constexpr Score kHolds{1.0};
  trace_.refused_by = is_trusted ? model::Gate::adaptation : model::Gate::pattern;
  static_cast<void>(trace_.gates.push_back(GateResult{
      trace_.refused_by, model::Verdict::refuse, kHolds, Score{}}));
  return true;
}

Money Engine::probe_unrealised() const noexcept {
  Money sum;
  for (const InstrumentId id : portfolio_.open_ids()) {
    if (is_active_entry_[id.index()] == 0) {
      sum += portfolio_.unrealised(id);
    }
  }
  return sum;
}

}  // namespace lanner::core
