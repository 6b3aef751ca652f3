// What each gate measures and where it draws the line. Values and thresholds are in the gate's own
// unit, named at each gate, so that a reader of a trace can work out the margin to flip.

#include <algorithm>

#include "risk/liquidation.hpp"
#include "risk/risk_governor.hpp"

namespace lanner::risk {
namespace {

using model::Component;
using model::GateResult;
using model::InstrumentKind;
using model::Param;
using model::PositionSide;
using model::Verdict;

constexpr Score kNone{0.0};
constexpr Score kOne{1.0};
constexpr Score kHundred{100.0};

Score score_of(std::size_t count) noexcept {
  return to_score(Volume::from_int(static_cast<std::int64_t>(count)));
}

GateResult verdict(bool is_allowed, Score value, Score threshold) noexcept {
  return GateResult{.gate = model::Gate::none,
                    .verdict = is_allowed ? Verdict::allow : Verdict::refuse,
                    .value = value,
                    .threshold = threshold};
}

// A fact that must not hold: 1 = it holds, allowed is 0.
GateResult forbidden(bool holds) noexcept { return verdict(!holds, holds ? kOne : kNone, kNone); }

// Pct of equity; without equity every sum is too much.
Score pct_of(Money value, Money equity) noexcept {
  const auto share = ratio(value, equity);
  return share && equity.is_positive() ? *share * kHundred : Score{1e9};
}

// The largest quantity on the grid whose share of `whole` fits into `room`.
Quantity fitting(Quantity quantity, Money whole, Money room, Quantity step) noexcept {
  if (whole <= room) {
    return quantity;
  }
  if (!room.is_positive()) {
    return Quantity{};
  }
  const Int128 raw = Int128{quantity.raw()} * room.raw() / whole.raw();
  return round_down_to(Quantity::from_raw(static_cast<std::int64_t>(raw)), step);
}

Price distance(Price a, Price b) noexcept { return (a - b).abs(); }

bool is_on_grid(Price px, Price tick) noexcept {
  return px.is_positive() && px.raw() % tick.raw() == 0;
}

// True when `px` lies on the losing side of `from` for a position on `side`.
bool is_behind(Price px, Price from, PositionSide side) noexcept {
  return side == PositionSide::long_side ? px < from : px > from;
}

// Working stop, disaster stop and target at once, and a replacement placed before the old stop
// goes; spot has no disaster stop.
std::size_t slots_needed(const model::Instrument& instrument) noexcept {
  return instrument.kind == InstrumentKind::spot ? 3 : 4;
}

bool are_exits_placeable(const model::OrderIntent& intent, Price entry_px,
                         const RiskContext& context) noexcept {
  const model::Instrument& instrument = *context.instrument;
  if (context.free_protective_slots < slots_needed(instrument)) {
    return false;
  }
  if (!is_on_grid(intent.stop_px, instrument.tick) ||
      !is_behind(intent.stop_px, entry_px, intent.side)) {
    return false;
  }
  // A limit entry rests: its stop must also be behind the price now, or it would trigger at once.
  if (!is_behind(intent.stop_px, intent.decision_px, intent.side)) {
    return false;
  }
  if (instrument.kind == InstrumentKind::perpetual &&
      (!is_on_grid(intent.disaster_stop_px, instrument.tick) ||
       !is_behind(intent.disaster_stop_px, intent.stop_px, intent.side))) {
    return false;
  }
  return intent.target_px.is_zero() ||
         (is_on_grid(intent.target_px, instrument.tick) &&
          is_behind(entry_px, intent.target_px, intent.side));
}

}  // namespace

GateResult RiskGovernor::shadow_only(Draft& draft) const noexcept {
  return forbidden(draft.context.is_shadow_only);
}

GateResult RiskGovernor::spot_no_short(Draft& draft) const noexcept {
  return forbidden(draft.intent.side == PositionSide::short_side && !draft.context.can_short);
}

// 0 active, 1 reducing, 2 halted, as the operator set it; 3 while the journal cannot record what
// would be decided. Daily loss and drawdown answer for themselves further down.
GateResult RiskGovernor::operator_state(Draft&) const noexcept {
  constexpr std::size_t kJournalUnavailable = 3;
  const bool is_recorded = journal_state_ == model::TradingState::active;
  const bool is_active = operator_state_ == model::TradingState::active;
  const Score state = score_of(is_active && !is_recorded
                                   ? kJournalUnavailable
                                   : static_cast<std::size_t>(operator_state_));
  return verdict(is_active && is_recorded, state, kNone);
}

GateResult RiskGovernor::freshness(Draft& draft) const noexcept {
  return forbidden(!draft.context.is_fresh);
}

// Open trades: one in this instrument, and a cap over all.
GateResult RiskGovernor::instrument_lock(Draft& draft) const noexcept {
  if (draft.context.has_position || draft.context.has_open_plan) {
    return forbidden(true);
  }
  const Score after = score_of(draft.context.open_positions + 1);
  const Score cap = parameters_.score(Param::risk_open_positions_max);
  return verdict(after <= cap, after, cap);
}

// Minutes left.
GateResult RiskGovernor::cooldown(Draft& draft) const noexcept {
  const Timestamp until = cooldown_until_[draft.intent.instrument_id.index()];
  const std::int64_t left_ns = std::max(std::int64_t{0}, (until - draft.context.now).ns());
  const Score left = to_score(Money::from_raw(left_ns / (kNsPerMinute / Money::kScale)));
  return verdict(left_ns == 0, left, kNone);
}

// Entries within the window, this one included; the window that binds is told.
GateResult RiskGovernor::rates(Draft& draft) const noexcept {
  const Timestamp now = draft.context.now;
  const Score in_minute = score_of(entries_.count_within(minutes(1), now) + 1);
  const Score per_minute = parameters_.score(Param::risk_entries_per_minute);
  if (in_minute > per_minute) {
    return verdict(false, in_minute, per_minute);
  }
  const Score in_hour = score_of(entries_.count_within(hours(1), now) + 1);
  const Score per_hour = parameters_.score(Param::risk_entries_per_hour);
  return verdict(in_hour <= per_hour, in_hour, per_hour);
}

// Distance to liquidation in stops; 0 when a stop or target could not be placed as it stands.
GateResult RiskGovernor::stop_placeable(Draft& draft) const noexcept {
  const RiskContext& context = draft.context;
  const Score stops_min = parameters_.score(Param::risk_liquidation_stops_min);
  if (!are_exits_placeable(draft.intent, draft.entry_px, context)) {
    return verdict(false, kNone, stops_min);
  }
  if (context.instrument->kind == InstrumentKind::spot) {
    return verdict(true, stops_min, stops_min);
  }
  const Price room = liquidation_distance(*context.instrument, draft.entry_px, draft.quantity,
                                          Cushion{.equity = context.equity,
                                                  .other_risk = context.open_risk,
                                                  .other_exposure = context.total_exposure,
                                                  .margin = context.margin});
  const Price stop = distance(draft.entry_px, draft.intent.stop_px);
  const Score stops = to_score(room) / to_score(stop);
  return verdict(stops >= stops_min, stops, stops_min);
}

// R.
GateResult RiskGovernor::cost_cap(Draft& draft) const noexcept {
  const Score cap = parameters_.score(Param::fee_cost_r_cap);
  if (mask_.is_masked(Component::fee_gate)) {
    return verdict(true, kNone, cap);
  }
  return verdict(draft.intent.cost_r <= cap, draft.intent.cost_r, cap);
}

// R left after costs; must be above the threshold.
GateResult RiskGovernor::edge(Draft& draft) const noexcept {
  const Score cost = mask_.is_masked(Component::fee_gate) ? kNone : draft.intent.cost_r;
  const Score left = draft.intent.expected_r - cost;
  const bool passes = mask_.is_masked(Component::thompson_probe) || left > kNone;
  return verdict(passes, left, kNone);
}

// Pct of equity: what today's probes lost, and what this one may lose.
GateResult RiskGovernor::probe_budget(Draft& draft) const noexcept {
  const Score allowed = parameters_.score(Param::risk_probe_budget_pct);
  if (!draft.context.is_probe) {
    return verdict(true, kNone, allowed);
  }
  const Money lost = std::max(Money{}, draft.context.probe_loss_today);
  const Score used = pct_of(lost + draft.risk, draft.context.equity);
  return verdict(used <= allowed, used, allowed);
}

// Shrinks the draft until its share of `whole` fits into `room`; refuses when nothing fits.
Verdict RiskGovernor::scale_to(Draft& draft, Money whole, Money room) const noexcept {
  if (draft.quantity.is_zero()) {
    return Verdict::allow;  // no size was possible; the smallest notional says so
  }
  const Quantity fit = fitting(draft.quantity, whole, room, draft.context.instrument->step);
  if (!fit.is_positive()) {
    return Verdict::refuse;
  }
  if (fit == draft.quantity) {
    return Verdict::allow;
  }
  draft.risk = money_share(draft.risk, fit, draft.quantity);
  draft.quantity = fit;
  return Verdict::scale;
}

// Pct of equity at risk with this intent as asked.
GateResult RiskGovernor::heat(Draft& draft) const noexcept {
  const RiskContext& context = draft.context;
  const Money room =
      money_times(context.equity, parameters_.fraction(Param::risk_heat_pct)) - context.open_risk;
  const Score asked = pct_of(context.open_risk + draft.risk, context.equity);
  return GateResult{.gate = model::Gate::none,
                    .verdict = scale_to(draft, draft.risk, room),
                    .value = asked,
                    .threshold = parameters_.score(Param::risk_heat_pct)};
}

// Pct of equity as notional; of the two limits the tighter one is told.
GateResult RiskGovernor::exposure(Draft& draft) const noexcept {
  const RiskContext& context = draft.context;
  const auto room_of = [&](Param cap, Money taken) {
    return money_times(context.equity, parameters_.fraction(cap)) - taken;
  };
  const Money room_here =
      room_of(Param::risk_exposure_instrument_pct, context.instrument_exposure);
  const Money room_total = room_of(Param::risk_exposure_total_pct, context.total_exposure);
  const bool here_binds = room_here <= room_total;
  const Money used = here_binds ? context.instrument_exposure : context.total_exposure;
  const Money whole = notional_of(draft.entry_px, draft.quantity);
  const Param limit =
      here_binds ? Param::risk_exposure_instrument_pct : Param::risk_exposure_total_pct;
  return GateResult{.gate = model::Gate::none,
                    .verdict = scale_to(draft, whole, std::min(room_here, room_total)),
                    .value = pct_of(used + whole, context.equity),
                    .threshold = parameters_.score(limit)};
}

// Times equity: total notional against the lower of our cap and the venue's; spot cannot borrow.
GateResult RiskGovernor::leverage_margin(Draft& draft) const noexcept {
  const RiskContext& context = draft.context;
  const Money whole = notional_of(draft.entry_px, draft.quantity);
  Rate cap = Rate::from_int(1);
  if (context.instrument->kind == InstrumentKind::perpetual) {
    const auto& tier =
        model::margin_tier(*context.instrument, context.instrument_exposure + whole);
    cap = std::min(parameters_.rate(Param::risk_leverage_max), Rate::from_int(tier.leverage_max));
  }
  const Money room = money_times(context.equity, cap) - context.total_exposure;
  return GateResult{.gate = model::Gate::none,
                    .verdict = scale_to(draft, whole, room),
                    .value = pct_of(context.total_exposure + whole, context.equity) / kHundred,
                    .threshold = to_score(cap)};
}

// Pct of equity at 00:00 UTC: the worst of the day.
GateResult RiskGovernor::daily_loss(Draft&) const noexcept {
  return verdict(!equity_guard_.is_daily_latched(), equity_guard_.daily_loss_pct(),
                 parameters_.score(Param::risk_daily_loss_pct));
}

// Pct of the peak: the worst since the latch was last cleared.
GateResult RiskGovernor::drawdown(Draft&) const noexcept {
  return verdict(!equity_guard_.is_drawdown_reached(), equity_guard_.drawdown_pct(),
                 parameters_.score(Param::risk_drawdown_pct));
}

// Multiples of the venue's smallest notional, so that a part of the position can still be closed.
GateResult RiskGovernor::notional_min(Draft& draft) const noexcept {
  const model::Instrument& instrument = *draft.context.instrument;
  const Score multiple_min = parameters_.score(Param::risk_min_notional_multiple);
  const bool is_on_step = draft.quantity.raw() % instrument.step.raw() == 0;
  if (!draft.quantity.is_positive() || draft.quantity < instrument.quantity_min || !is_on_step) {
    return verdict(false, kNone, multiple_min);
  }
  const auto multiple =
      ratio(notional_of(draft.entry_px, draft.quantity), instrument.notional_min);
  const Score value = multiple ? *multiple : multiple_min;  // the venue sets no minimum
  return verdict(value >= multiple_min, value, multiple_min);
}

}  // namespace lanner::risk
