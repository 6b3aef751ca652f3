#include "strategy/planner.hpp"

#include <algorithm>
#include <cmath>

#include "base/fixed_round.hpp"
#include "strategy/entry_cost.hpp"

namespace lanner::strategy {
namespace {

using model::Component;
using model::Param;
using model::PositionSide;
using model::TradeCondition;

// The finest step of a price: a distance is rounded up to it, then put on the grid.
constexpr Price kFinest = Price::from_raw(1);

bool is_long(const TradeCondition& condition) noexcept {
  return condition.side == PositionSide::long_side;
}

// The price `distance` away on the losing (or winning) side, rounded away from `from`.
Price away(Price from, Price distance, bool is_down, Price tick) noexcept {
  return is_down ? round_down_to(from - distance, tick) : round_up_to(from + distance, tick);
}

// A distance as a price; at least one tick. Nothing when it is not finite or beyond any price.
std::optional<Price> distance_of(Score value, Price tick) noexcept {
  const auto distance = round_up(value, kFinest);
  // Half of the range keeps sums of two prices in it.
  if (!distance || distance->is_negative() || *distance > Price::from_raw(Price::max().raw() / 2)) {
    return std::nullopt;
  }
  return std::max(*distance, tick);
}

// floor(money / price), saturated.
Quantity whole_units(Money money, Price price) noexcept {
  const Int128 units = Int128{money.raw()} * Price::kScale / price.raw();
  return units > Quantity::max().raw() ? Quantity::max()
                                       : Quantity::from_raw(static_cast<std::int64_t>(units));
}

Score as_fraction(Price part, Price whole) noexcept { return to_score(part) / to_score(whole); }

}  // namespace

Planner::Planner(const model::InstrumentTable& instruments, const model::ParameterSet& parameters,
                 model::ComponentMask mask, const market::CostModel& costs)
    : instruments_(instruments), costs_(costs), parameters_(parameters), mask_(mask) {}

std::optional<Plan> Planner::plan(const PlanInput& input) const noexcept {
  const TradeCondition& condition = *input.condition;
  const double atr = input.features.value(model::FeatureId::atr14, condition.stop_tf);
  if (!std::isfinite(atr) || !input.last_px.is_positive()) {
    return std::nullopt;
  }
  const auto levels = levels_of(input, Score{atr});
  if (!levels) {
    return std::nullopt;
  }
  Plan plan;
  plan.atr = Score{atr};
  plan.coin_status = input.coin.status;
  plan.coin_offset_r = mask_.is_masked(Component::coin_scorer) ? Score{} : input.coin.offset_r;
  plan.size = size_of(input);
  const Quantity quantity = quantity_of(input, *levels, plan.size);
  const Score cost_r = cost_r_of(input, *levels, quantity);

  model::Candidate& candidate = plan.candidate;
  candidate.instrument_id = condition.instrument_id;
  candidate.side = condition.side;
  candidate.template_id = condition.template_id;
  candidate.source = condition.source;
  candidate.shadow_only = condition.shadow_only;
  candidate.entry_mode = condition.entry_mode;
  candidate.pattern_id = condition.pattern_id;
  candidate.triggered_at = input.now;
  candidate.decision_px = input.last_px;
  candidate.entry_px = levels->entry;
  candidate.stop_px = levels->stop;
  candidate.target_px = levels->target;
  candidate.quantity = quantity;
  candidate.time_stop = condition.time_stop;
  candidate.cost_r = cost_r;
  candidate.volatility = input.volatility;
  candidate.proposer = condition.proposer;
  candidate.grid = condition.grid;

  model::OrderIntent& intent = plan.intent;
  intent.instrument_id = condition.instrument_id;
  intent.side = condition.side;
  intent.entry_mode = condition.entry_mode;
  intent.quantity = quantity;
  intent.decision_px = input.last_px;
  intent.entry_px = levels->entry;
  intent.stop_px = levels->stop;
  intent.disaster_stop_px = disaster_stop_of(input, *levels, quantity);
  intent.target_px = levels->target;
  intent.risk = notional_of(levels->distance, quantity);
  intent.time_stop = condition.time_stop;
  intent.expires_at = condition.expires_at;
  intent.expected_r = input.expected_r + plan.coin_offset_r;
  intent.cost_r = cost_r;
  return plan;
}

void Planner::explain(const Plan& plan, model::DecisionTrace& trace) noexcept {
  trace.candidate = plan.candidate;
  trace.coin_status = plan.coin_status;
  trace.expected_r = plan.intent.expected_r;
  trace.coin_offset_r = plan.coin_offset_r;
  trace.atr = plan.atr;
  trace.size = plan.size;
}

std::optional<Planner::Levels> Planner::levels_of(const PlanInput& input,
                                                  Score atr) const noexcept {
  const TradeCondition& condition = *input.condition;
  const Price tick = instruments_[condition.instrument_id.index()].tick;
  Levels levels;
  levels.entry = input.last_px;
  if (condition.entry_mode == model::EntryMode::limit) {
    // Rounded to the passive side, so that the grid never makes it cross the market.
    const Score wanted = to_score(input.last_px) + condition.entry_offset_atr * atr;
    const auto entry = is_long(condition) ? round_down(wanted, tick) : round_up(wanted, tick);
    if (!entry || !entry->is_positive()) {
      return std::nullopt;
    }
    levels.entry = *entry;
  }
  const auto stop_distance = distance_of(condition.stop_atr * atr, tick);
  if (!stop_distance || levels.entry > Price::from_raw(Price::max().raw() / 4)) {
    return std::nullopt;
  }
  levels.stop = away(levels.entry, *stop_distance, is_long(condition), tick);
  if (!levels.stop.is_positive()) {
    return std::nullopt;
  }
  levels.distance = (levels.entry - levels.stop).abs();
  const auto reach = distance_of(condition.take_profit_r * to_score(levels.distance), tick);
  if (!reach) {
    return std::nullopt;
  }
  const Price target = is_long(condition) ? levels.entry + *reach : levels.entry - *reach;
  levels.target = round_nearest_to(target, tick);
  // Rounding must not bring it back to the entry, nor a short's beyond what a price can be.
  if (is_long(condition) && levels.target <= levels.entry) {
    levels.target = away(levels.entry, kFinest, false, tick);
  } else if (!is_long(condition) && levels.target >= levels.entry) {
    levels.target = away(levels.entry, kFinest, true, tick);
  }
  levels.target = std::max(levels.target, tick);
  return levels;
}

model::SizeFactors Planner::size_of(const PlanInput& input) const noexcept {
  model::SizeFactors size;
  size.size_scale = input.condition->size_scale;
  if (!mask_.is_masked(Component::coin_scorer)) {
    if (input.coin.status == model::CoinStatus::reduced) {
      size.coin_multiplier = parameters_.score(Param::coin_reduce_multiplier);
    } else if (input.coin.status == model::CoinStatus::favoured) {
      size.coin_multiplier = parameters_.score(Param::coin_favour_multiplier);
    }
  }
  size.btc_lead_multiplier = btc_lead_of(input);
  constexpr Score kPercent{100.0};
  const bool is_active = input.pattern_state == model::PatternState::active;
  size.risk_fraction =
      parameters_.score(is_active ? Param::risk_active_pct : Param::risk_probe_pct) / kPercent;
  size.adaptation_multiplier = input.adaptation_multiplier;
  size.correlation_multiplier = input.correlation_multiplier;
  return size;
}

Score Planner::btc_lead_of(const PlanInput& input) const noexcept {
  constexpr Score kNeutral{1.0};
  const double btc_return =
      input.features.value(model::FeatureId::btc_ret_bps, model::Timeframe::m15);
  if (mask_.is_masked(Component::btc_lead) || !std::isfinite(btc_return) || !input.btc_atr_bps) {
    return kNeutral;
  }
  const Score loud = parameters_.score(Param::btc_lead_atr_multiple) * *input.btc_atr_bps;
  const bool is_against = btc_return * sign_of(input.condition->side) < 0.0;
  const bool is_loud = Score{std::fabs(btc_return)} > loud;
  return is_against && is_loud ? parameters_.score(Param::btc_lead_multiplier) : kNeutral;
}

Quantity Planner::quantity_of(const PlanInput& input, const Levels& levels,
                              const model::SizeFactors& size) const noexcept {
  const Money equity = input.cushion.equity;
  const auto fraction = round_down(size.risk_fraction * size.coin_multiplier *
                                       size.btc_lead_multiplier * size.size_scale *
                                       size.adaptation_multiplier *
                                       size.correlation_multiplier,
                                   Rate::from_raw(1));
  if (!fraction || !fraction->is_positive() || !equity.is_positive()) {
    return Quantity{};
  }
  // Truncated, not rounded: the risk taken is never above the risk wanted.
  const Money risk = Money::from_raw(static_cast<std::int64_t>(
      Int128{equity.raw()} * fraction->raw() / Rate::kScale));
  // A stop that is hardly there would ask for a size that no account can hold.
  const Int128 held =
      Int128{equity.raw()} * parameters_.rate(Param::risk_leverage_max).raw() / Rate::kScale;
  const Money held_max = held > Money::max().raw()
                             ? Money::max()
                             : Money::from_raw(static_cast<std::int64_t>(held));
  const Quantity quantity =
      std::min(whole_units(risk, levels.distance),
               whole_units(held_max, std::max(levels.entry, input.last_px)));
  return round_down_to(quantity, instruments_[input.condition->instrument_id.index()].step);
}

Score Planner::cost_r_of(const PlanInput& input, const Levels& levels,
                         Quantity quantity) const noexcept {
  const TradeCondition& condition = *input.condition;
  const InstrumentId id = condition.instrument_id;
  const model::Instrument& instrument = instruments_[id.index()];
  const Price half_spread = costs_.half_spread(id, levels.entry);
  const Price impact = costs_.impact(id, levels.entry, quantity);
  const Price stopped = costs_.stop_slippage(id, levels.entry, quantity, input.latency);
  const bool is_resting = condition.entry_mode == model::EntryMode::limit;
  const Score entry_fee = to_score(is_resting ? instrument.maker_fee : instrument.taker_fee);
  const Score cost = cost_fraction(
      {.entry_fee = entry_fee,
       .exit_fee = to_score(instrument.taker_fee),
       .half_spread = as_fraction(half_spread, levels.entry),
       .impact = as_fraction(impact, levels.entry),
       .stop_extra =
           as_fraction(std::max(stopped - half_spread - impact, Price{}), levels.entry),
       .stop_probability = stop_probability_of(condition.take_profit_r),
       .funding = instrument.kind == model::InstrumentKind::perpetual
                      ? expected_funding(input.funding, condition.side, condition.time_stop)
                      : Score{}});
  return cost_in_r(cost, as_fraction(levels.distance, levels.entry));
}

Price Planner::disaster_stop_of(const PlanInput& input, const Levels& levels,
                                Quantity quantity) const noexcept {
  const model::Instrument& instrument = instruments_[input.condition->instrument_id.index()];
  if (instrument.kind == model::InstrumentKind::spot) {
    return Price{};
  }
  const Rate multiple = parameters_.rate(Param::disaster_stop_multiple);
  const Int128 wide = Int128{levels.distance.raw()} * multiple.raw() / Rate::kScale;
  const Price liquidation =
      risk::liquidation_distance(instrument, levels.entry, quantity, input.cushion);
  const Int128 distance = std::min(wide, Int128{liquidation.raw() / 2});
  const Price raw = Price::from_raw(static_cast<std::int64_t>(
      std::min(distance, Int128{Price::max().raw() / 2})));
  const Price stop = away(levels.entry, raw, is_long(*input.condition), instrument.tick);
  return std::max(stop, instrument.tick);
}

Score expected_funding(std::optional<Rate> rate, PositionSide side, Duration time_stop) noexcept {
  if (!rate) {
    return Score{};
  }
  constexpr double kInterval = static_cast<double>(hours(8).ns());
  const double intervals = static_cast<double>(time_stop.ns()) / 2.0 / kInterval;
  return to_score(*rate) * Score{intervals * sign_of(side)};
}

std::optional<Score> btc_atr_bps(const features::FeaturePipeline& features, InstrumentId id,
                                 Timestamp ts_event) noexcept {
  const InstrumentId btc = features.btc_of(id);
  if (!btc.is_valid()) {
    return std::nullopt;
  }
  constexpr auto kTimeframe = model::Timeframe::m15;
  constexpr double kBpsPerPercent = 100.0;
  const features::FeatureView view = features.view(btc);
  const bool is_earlier = features.frame_close(btc, kTimeframe) < ts_event;
  const double percent = is_earlier ? view.value(model::FeatureId::atr_pct, kTimeframe)
                                    : view.previous(model::FeatureId::atr_pct, kTimeframe);
  if (!std::isfinite(percent)) {
    return std::nullopt;
  }
  return Score{percent * kBpsPerPercent};
}

}  // namespace lanner::strategy
