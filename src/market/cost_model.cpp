#include "market/cost_model.hpp"

#include <algorithm>
#include <cmath>

#include "base/fixed_round.hpp"

namespace lanner::market {
namespace {

using model::Param;

constexpr Score kLambda{0.94};
constexpr Score kReturnMax{0.10};
constexpr Score kUnknownParticipation{0.01};
constexpr Score kFractionMax{0.5};
constexpr std::int64_t kMinutesPerDay = 1440;

// A span of time in minutes, to the nanosecond.
using Minutes = Fixed<struct MinutesTag, 9>;

Score in_minutes(Duration span) noexcept {
  return to_score(Minutes::from_raw(span.ns() / (kNsPerMinute / Minutes::kScale)));
}

Score root(Score value) noexcept { return Score{std::sqrt(value.value())}; }

Quantity saturating_sum(Quantity a, Quantity b) noexcept {
  return a > Quantity::max() - b ? Quantity::max() : a + b;
}

// 0.5 (bps) -> 0.00005.
Rate from_bps(Rate bps) noexcept { return Rate::from_raw(bps.raw() / 10'000); }

// A fraction of a price, at most half of it.
Price part_of(Price price, Score fraction) noexcept {
  const auto rate = round_nearest(std::min(fraction, kFractionMax), Rate::from_raw(1));
  return rate ? price_times(price, *rate) - price : Price{};
}

template <typename Array>
auto& slot(Array& ring, std::int64_t period) noexcept {
  return ring[static_cast<std::size_t>(period) % ring.size()];
}

}  // namespace

CostModel::CostModel(const model::InstrumentTable& instruments,
                     const model::ParameterSet& parameters)
    : states_(instruments.size()),
      half_spread_{from_bps(parameters.rate(Param::cost_half_spread_top_bps)),
                   from_bps(parameters.rate(Param::cost_half_spread_middle_bps)),
                   from_bps(parameters.rate(Param::cost_half_spread_low_bps))},
      stop_k_(parameters.score(Param::cost_stop_k)),
      impact_coefficient_(parameters.score(Param::cost_impact_coefficient)) {
  for (std::size_t i = 0; i < half_spread_.size(); ++i) {
    fractions_[i] = to_score(half_spread_[i]);
  }
  ranked_.reserve(instruments.size());
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    states_[i].tick = instruments[i].tick;
  }
}

// Once for each bar of each instrument, so it is a part of on_bar.
inline void CostModel::absorb(State& state, const Stretch& stretch) noexcept {
  if (!stretch.close_px.is_positive()) {
    return;
  }
  if (!state.first_open.is_set()) {
    state.first_open = stretch.open;
  }
  const Score price = to_score(stretch.close_px);
  const Duration span = stretch.close - state.absorbed_until;
  if (state.last_price > Score{} && span > Duration{}) {
    const Score change = price / state.last_price - Score{1.0};
    const Score bounded = std::clamp(change, -kReturnMax, kReturnMax);
    const Score elapsed =
        span == minutes(1) ? Score{1.0} : in_minutes(std::max(span, seconds(1)));
    state.variance_1m =
        kLambda * state.variance_1m + (Score{1.0} - kLambda) * bounded * bounded / elapsed;
  }
  state.last_price = price;
  state.absorbed_until = stretch.close;
  if (stretch.open.ns() >= state.hour_end_ns) [[unlikely]] {
    begin_hour(state, stretch.open.ns() / kNsPerHour);
  }
  // A stretch of an earlier hour cannot come: what overlaps is left out.
  state.hour_volume = saturating_sum(state.hour_volume, stretch.volume);
  state.volume = saturating_sum(state.volume, stretch.volume);
  state.day_turnover += price * to_score(stretch.volume);
}

void CostModel::on_bar(const model::Bar& bar, Timestamp close) noexcept {
  State& state = states_[bar.instrument_id.index()];
  const Timestamp open = close - seconds(bar.interval_s);
  note_day(open);
  if (open < state.absorbed_until) {
    return;
  }
  if (state.minute_end.is_set()) {
    // A bar over the pending minute holds its trades already.
    if (state.minute_end <= open) {
      close_minute(state);
    }
    state.minute_end = Timestamp{};
    state.minute_volume = Quantity{};
  }
  absorb(state, {open, close, bar.close, bar.volume});
}

void CostModel::on_trade(const model::TradeTick& trade, Timestamp ts) noexcept {
  State& state = states_[trade.instrument_id.index()];
  if (ts < state.absorbed_until) {
    return;
  }
  if (ts >= state.minute_end) {
    note_day(ts);
    if (state.minute_end.is_set()) {
      close_minute(state);
    }
    state.minute_end = ts.floor_to(minutes(1)) + minutes(1);
    state.minute_volume = Quantity{};
  }
  state.minute_px = trade.price;
  state.minute_volume = saturating_sum(state.minute_volume, trade.quantity);
}

void CostModel::on_rules(const model::InstrumentRules& rules) noexcept {
  State& state = states_[rules.instrument_id.index()];
  state.tick = rules.tick.is_positive() ? rules.tick : state.tick;
}

void CostModel::close_minute(State& state) noexcept {
  absorb(state, {state.minute_end - minutes(1), state.minute_end, state.minute_px,
                 state.minute_volume});
}

void CostModel::begin_hour(State& state, std::int64_t hour) noexcept {
  slot(state.hourly, state.hour) = state.hour_volume;
  state.hour_volume = Quantity{};
  const std::int64_t steps = std::min<std::int64_t>(hour - state.hour, kHours);
  for (std::int64_t i = 0; i < steps; ++i) {
    slot(state.hourly, hour - i) = Quantity{};
  }
  state.hour = hour;
  state.hour_end_ns = (hour + 1) * kNsPerHour;
  state.volume = Quantity{};
  for (const Quantity part : state.hourly) {
    state.volume = saturating_sum(state.volume, part);
  }
  advance_day(state, hour / (kNsPerDay / kNsPerHour));
}

void CostModel::advance_day(State& state, std::int64_t day) noexcept {
  if (day <= state.day) {
    return;
  }
  slot(state.daily, state.day) = state.day_turnover;
  state.day_turnover = Score{};
  const std::int64_t steps = std::min<std::int64_t>(day - state.day, kDays);
  for (std::int64_t i = 0; i < steps; ++i) {
    slot(state.daily, day - i) = Score{};
  }
  state.day = day;
}

void CostModel::note_day(Timestamp ts) noexcept {
  if (ts < day_end_) {
    return;
  }
  day_ = ts.ns() / kNsPerDay;
  day_end_ = Timestamp{(day_ + 1) * kNsPerDay};
  rank();
}

void CostModel::rank() noexcept {
  ranked_.clear();
  for (std::size_t i = 0; i < states_.size(); ++i) {
    State& state = states_[i];
    // Trades of yesterday's last minute may still be pending: they belong to yesterday.
    if (state.minute_end.is_set() && state.minute_end <= Timestamp{day_ * kNsPerDay}) {
      close_minute(state);
      state.minute_end = Timestamp{};
    }
    advance_day(state, day_);
    Score turnover;
    for (std::int64_t back = 1; back < static_cast<std::int64_t>(kDays); ++back) {
      turnover += slot(state.daily, day_ + static_cast<std::int64_t>(kDays) - back);
    }
    state.tier = Tier::low;
    if (turnover > Score{}) {
      ranked_.push_back({turnover, InstrumentId{static_cast<std::uint32_t>(i)}});
    }
  }
  std::sort(ranked_.begin(), ranked_.end(), [](const Ranked& a, const Ranked& b) {
    return a.turnover > b.turnover || (a.turnover == b.turnover && a.id < b.id);
  });
  if (ranked_.size() < 3) {
    for (State& state : states_) {
      state.tier = Tier::middle;
    }
    return;
  }
  for (std::size_t i = 0; i < ranked_.size(); ++i) {
    states_[ranked_[i].id.index()].tier = static_cast<Tier>(i * 3 / ranked_.size());
  }
}

Score CostModel::half_spread_fraction(InstrumentId id) const noexcept {
  return fractions_[static_cast<std::size_t>(tier(id))];
}

Price CostModel::half_spread(InstrumentId id, Price price) const noexcept {
  const Rate fraction = half_spread_[static_cast<std::size_t>(tier(id))];
  const Price half_tick = Price::from_raw((states_[id.index()].tick.raw() + 1) / 2);
  return std::max(price_times(price, fraction) - price, half_tick);
}

Score CostModel::impact_fraction(InstrumentId id, Quantity quantity) const noexcept {
  const State& state = states_[id.index()];
  const Quantity day = volume_1d(id);
  const Score participation = day.is_positive() ? to_score(quantity) / to_score(day)
                              : state.first_open.is_set() ? Score{1.0}
                                                          : kUnknownParticipation;
  return impact_coefficient_ * sigma_1d(id) * root(participation);
}

Price CostModel::impact(InstrumentId id, Price price, Quantity quantity) const noexcept {
  return quantity.is_positive() ? part_of(price, impact_fraction(id, quantity)) : Price{};
}

Price CostModel::stop_slippage(InstrumentId id, Price price, Quantity quantity,
                               Duration latency) const noexcept {
  const Score drift = stop_k_ * sigma_1m(id) * root(in_minutes(latency));
  const Price moved = half_spread(id, price) + part_of(price, drift) + impact(id, price, quantity);
  return std::min(moved, part_of(price, kFractionMax));
}

// The root is drawn by who asks: bars come far more often than questions.
Score CostModel::sigma_1m(InstrumentId id) const noexcept {
  return root(states_[id.index()].variance_1m);
}

Score CostModel::sigma_1d(InstrumentId id) const noexcept {
  return sigma_1m(id) * root(to_score(Minutes::from_int(kMinutesPerDay)));
}

Quantity CostModel::volume_1d(InstrumentId id) const noexcept {
  const State& state = states_[id.index()];
  if (!state.first_open.is_set()) {
    return Quantity{};
  }
  const Duration ring = state.absorbed_until - Timestamp{state.hour * kNsPerHour} +
                        hours(static_cast<std::int64_t>(kHours) - 1);
  const Duration seen = std::min(ring, state.absorbed_until - state.first_open);
  if (seen >= hours(24) || seen.ns() <= 0) {
    return state.volume;
  }
  const Int128 scaled = Int128{state.volume.raw()} * kNsPerDay / seen.ns();
  return detail::fits_int64(scaled) ? Quantity::from_raw(static_cast<std::int64_t>(scaled))
                                    : Quantity::max();
}

const char* name_of(CostModel::Tier tier) noexcept {
  switch (tier) {
    case CostModel::Tier::top: return "top";
    case CostModel::Tier::middle: return "middle";
    case CostModel::Tier::low: return "low";
  }
  return "middle";
}

}  // namespace lanner::market
