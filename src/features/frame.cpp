#include "features/frame.hpp"

#include <cmath>
#include <cstring>

#include "features/lanes.hpp"

namespace lanner::features {
namespace {

using model::FeatureId;

constexpr std::uint32_t kRsiLength = 14;
constexpr std::uint32_t kAtrLength = 14;

using Values = std::span<double, model::kFeatureCount>;

double& at(Values out, FeatureId id) noexcept { return out[static_cast<std::size_t>(id)]; }

constexpr auto greater = [](double a, double b) noexcept { return a > b ? a : b; };
constexpr auto smaller = [](double a, double b) noexcept { return a < b ? a : b; };

// Sums in four lanes: the order of additions is part of the definition, so every build and
// processor gives the same bits, and the additions need not wait for each other. The term is
// asked for a value or for a pair of them.
template <typename Term>
double sum_of(std::size_t count, Term term) noexcept {
  Lanes low = {0.0, 0.0};
  Lanes high = {0.0, 0.0};
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    low += term.pair(i);
    high += term.pair(i + 2);
  }
  for (; i < count; ++i) {
    low[0] += term.one(i);
  }
  return (low[0] + low[1]) + (high[0] + high[1]);
}

struct Distance {
  const double* values;
  double origin;
  [[nodiscard]] double one(std::size_t i) const noexcept { return values[i] - origin; }
  [[nodiscard]] Lanes pair(std::size_t i) const noexcept { return lanes_at(values + i) - origin; }
};

struct SquareAway {
  Distance distance;
  double mean;
  [[nodiscard]] double one(std::size_t i) const noexcept {
    const double away = distance.one(i) - mean;
    return away * away;
  }
  [[nodiscard]] Lanes pair(std::size_t i) const noexcept {
    const Lanes away = distance.pair(i) - mean;
    return away * away;
  }
};

struct AbsoluteMove {
  const double* values;
  [[nodiscard]] double one(std::size_t i) const noexcept {
    return std::fabs(values[i + 1] - values[i]);
  }
  [[nodiscard]] Lanes pair(std::size_t i) const noexcept {
    const Lanes move = lanes_at(values + i + 1) - lanes_at(values + i);
    return Lanes{std::fabs(move[0]), std::fabs(move[1])};
  }
};

struct Moments {
  double mean;  // as distance from the origin given
  double sd;
};

// Distances from one of the values instead of the values themselves: equal values give exactly
// zero, and large prices lose no digits.
template <std::size_t kExtent>
Moments moments_from(double origin, std::span<const double, kExtent> values) noexcept {
  // A reciprocal, because divisions are what this function would wait for.
  const double share = 1.0 / static_cast<double>(values.size());
  const Distance distance{values.data(), origin};
  const double mean = sum_of(values.size(), distance) * share;
  const double square_sum = sum_of(values.size(), SquareAway{distance, mean});
  return {mean, std::sqrt(square_sum * share)};
}

// The count is fixed and a multiple of the lanes.
template <std::size_t kCount, typename Better>
double extreme_of(const double* values, Better better) noexcept {
  static_assert(kCount % 4 == 0);
  double lanes[4] = {values[0], values[1], values[2], values[3]};
  for (std::size_t i = 4; i < kCount; i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      lanes[lane] = better(lanes[lane], values[i + lane]);
    }
  }
  return better(better(lanes[0], lanes[1]), better(lanes[2], lanes[3]));
}

// The formulas over a window; one whose length is known at compile time is unrolled.
template <std::size_t kExtent>
double efficiency_of(std::span<const double, kExtent> closes) noexcept {
  const double path = sum_of(closes.size() - 1, AbsoluteMove{closes.data()});
  return path > 0.0 ? std::fabs(closes.back() - closes.front()) / path : kAbsent;
}

template <std::size_t kExtent>
double band_position_of(std::span<const double, kExtent> closes) noexcept {
  const Moments moments = moments_from(closes.back(), closes);
  return moments.sd > 0.0 ? -moments.mean / moments.sd : kAbsent;
}

template <std::size_t kExtent>
double z_score_of(double value, std::span<const double, kExtent> before) noexcept {
  const Moments moments = moments_from(before.front(), before);
  return moments.sd > 0.0 ? ((value - before.front()) - moments.mean) / moments.sd : kAbsent;
}

template <std::size_t kExtent>
std::span<const double, kExtent> window_of(const double* first) noexcept {
  return std::span<const double, kExtent>{first, kExtent};
}

}  // namespace

double efficiency_ratio(std::span<const double> closes) noexcept {
  return closes.size() < 2 ? kAbsent : efficiency_of(closes);
}

double position_in_band(std::span<const double> closes) noexcept {
  return closes.empty() ? kAbsent : band_position_of(closes);
}

double z_score(double value, std::span<const double> before) noexcept {
  return before.empty() ? kAbsent : z_score_of(value, before);
}

double Ema::add(double value, std::uint32_t length) noexcept {
  const auto n = static_cast<double>(length);
  if (count_ >= length) {
    state_ += 2.0 / (n + 1.0) * (value - state_);
    return state_;
  }
  state_ += value;
  if (++count_ < length) {
    return kAbsent;
  }
  state_ /= n;
  return state_;
}

double WilderMean::add(double value, std::uint32_t length) noexcept {
  const auto n = static_cast<double>(length);
  if (count_ >= length) {
    state_ += (value - state_) * (1.0 / n);
    return state_;
  }
  state_ += value;
  if (++count_ < length) {
    return kAbsent;
  }
  state_ /= n;
  return state_;
}

double DirectionalIndex::add(const Ohlcv& bar, const Ohlcv& before) noexcept {
  const double rise = bar.high - before.high;
  const double fall = before.low - bar.low;
  const double range = greater(bar.high, before.close) - smaller(bar.low, before.close);
  const double up = up_.add(rise > fall && rise > 0.0 ? rise : 0.0, kAtrLength);
  const double down = down_.add(fall > rise && fall > 0.0 ? fall : 0.0, kAtrLength);
  const double mean_range = range_.add(range, kAtrLength);
  if (!std::isfinite(mean_range)) {
    return kAbsent;
  }
  // 100 |+DI - -DI| / (+DI + -DI); the range cancels, and without movement there is no direction.
  const double moved = up + down;
  return index_.add(moved > 0.0 ? 100.0 * std::fabs(up - down) / moved : 0.0, kAtrLength);
}

void Frame::add(const Ohlcv& bar, OnDemand wanted, Values out) noexcept {
  at(out, FeatureId::price) = bar.close;
  add_moves(bar, out);
  at(out, FeatureId::ema9) = ema9_.add(bar.close, 9);
  at(out, FeatureId::ema21) = ema21_.add(bar.close, 21);
  at(out, FeatureId::ema50) = ema50_.add(bar.close, 50);
  if (wanted.has(OnDemand::macd)) {
    ++macd_bars_;
    const double macd = macd_fast_.add(bar.close, 12) - macd_slow_.add(bar.close, 26);
    // Absent while the slow mean warms up; the signal is seeded with the first 9 differences.
    at(out, FeatureId::macd_hist) =
        std::isfinite(macd) ? macd - macd_signal_.add(macd, 9) : kAbsent;
  }
  if (wanted.has(OnDemand::adx)) [[unlikely]] {
    add_direction(bar, out);
  }
  add_windows(bar, wanted, out);
  previous_close_ = bar.close;
  ++bars_;
}

void Frame::add_moves(const Ohlcv& bar, Values out) noexcept {
  at(out, FeatureId::ret_bps) = kAbsent;
  at(out, FeatureId::rsi14) = kAbsent;
  at(out, FeatureId::atr14) = kAbsent;
  at(out, FeatureId::atr_pct) = kAbsent;
  if (bars_ == 0) {
    return;
  }
  const double move = bar.close - previous_close_;
  at(out, FeatureId::ret_bps) = move / previous_close_ * 1e4;
  const double gain = gain_.add(move > 0.0 ? move : 0.0, kRsiLength);
  const double loss = loss_.add(move < 0.0 ? -move : 0.0, kRsiLength);
  if (std::isfinite(gain)) {
    // Without any move neither side is stronger: the middle of the scale.
    at(out, FeatureId::rsi14) = gain + loss > 0.0 ? 100.0 * gain / (gain + loss) : 50.0;
  }
  const double range = greater(bar.high, previous_close_) - smaller(bar.low, previous_close_);
  const double atr = range_.add(range, kAtrLength);
  at(out, FeatureId::atr14) = atr;
  at(out, FeatureId::atr_pct) = atr / bar.close * 100.0;
}

// Before the arrays take this bar, so that their last one is the bar before.
void Frame::add_direction(const Ohlcv& bar, Values out) noexcept {
  if (held_ > 0) {
    const Ohlcv before{0.0, highs_[held_ - 1], lows_[held_ - 1], previous_close_, 0.0};
    at(out, FeatureId::adx14) = direction_.add(bar, before);
  }
}

void Frame::add_windows(const Ohlcv& bar, OnDemand wanted, Values out) noexcept {
  make_room();
  closes_[held_] = bar.close;
  highs_[held_] = bar.high;
  lows_[held_] = bar.low;
  volumes_[held_] = bar.volume;
  ++held_;
  recall(wanted, 0, out);
}

void Frame::recall(OnDemand wanted, std::size_t age, Values out) const noexcept {
  const std::size_t end = held_ < age ? 0 : held_ - age;  // behind the bar that is asked for
  if (end > kWindow) {
    const std::size_t first = end - 1 - kWindow;
    if (wanted.has(OnDemand::donchian)) {
      at(out, FeatureId::don20_hi) = extreme_of<kWindow>(&highs_[first], greater);
      at(out, FeatureId::don20_lo) = extreme_of<kWindow>(&lows_[first], smaller);
    }
    if (wanted.has(OnDemand::volume_z)) {
      at(out, FeatureId::vol_z) =
          z_score_of(volumes_[end - 1], window_of<kWindow>(&volumes_[first]));
    }
    if (wanted.has(OnDemand::efficiency)) {
      at(out, FeatureId::er20) = efficiency_of(window_of<kWindow + 1>(&closes_[first]));
    }
  }
  if (end >= kWindow && wanted.has(OnDemand::band)) {
    at(out, FeatureId::bb_pos) = band_position_of(window_of<kWindow>(&closes_[end - kWindow]));
  }
}

void Frame::make_room() noexcept {
  if (held_ < kHistory) {
    return;
  }
  const auto keep_last = [](std::array<double, kHistory>& values) {
    std::memmove(values.data(), values.data() + (kHistory - kKept), kKept * sizeof(double));
  };
  keep_last(closes_);
  keep_last(highs_);
  keep_last(lows_);
  keep_last(volumes_);
  held_ = kKept;
}

}  // namespace lanner::features
