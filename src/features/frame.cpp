#include "features/frame.hpp"

#include <array>
#include <cmath>
#include <cstring>

#include "features/lanes.hpp"

namespace lanner::features {
namespace {

using model::FeatureId;

constexpr std::uint32_t kAtrLength = 14;

// Of the means of every frame: their lengths, the share of a new value, and the bars after which
// all of them are seeded. The first bar brings no move, so those of moves begin with the second.
constexpr std::array<std::uint32_t, 6> kLengths{9, 21, 50, 14, 14, 14};
constexpr std::array<double, 6> kShares{2.0 / (9.0 + 1.0),  2.0 / (21.0 + 1.0),
                                        2.0 / (50.0 + 1.0), 1.0 / 14.0,
                                        1.0 / 14.0,         1.0 / 14.0};
constexpr std::size_t kFirstOfMoves = 3;
constexpr std::uint32_t kSeeded = 50;

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
  const double close = bar.close;
  const double before = previous_close_;
  const double move = close - before;
  const double gain = greater(move, 0.0);
  const double loss = greater(before - close, 0.0);
  const double range = greater(bar.high, before) - smaller(bar.low, before);
  if (bars_ >= kSeeded) [[likely]] {
    // In lanes, since they need not wait for each other.
    const auto step = [this](std::size_t first, Lanes values) {
      const Lanes mean = lanes_at(&means_[first]);
      put_lanes(&means_[first], mean + lanes_at(&kShares[first]) * (values - mean));
    };
    step(0, Lanes{close, close});
    step(2, Lanes{close, gain});
    step(4, Lanes{loss, range});
  } else {
    seed_means(close, gain, loss, range);
  }
  ++bars_;
  previous_close_ = close;
  at(out, FeatureId::price) = close;
  at(out, FeatureId::ret_bps) = move / before * 1e4;
  at(out, FeatureId::ema9) = means_[0];
  at(out, FeatureId::ema21) = means_[1];
  at(out, FeatureId::ema50) = means_[2];
  const double moved = means_[3] + means_[4];
  // Without any move neither side is stronger: the middle of the scale.
  at(out, FeatureId::rsi14) = moved > 0.0 ? 100.0 * means_[3] / moved : 50.0;
  at(out, FeatureId::atr14) = means_[5];
  at(out, FeatureId::atr_pct) = means_[5] / close * 100.0;
  if (bars_ < kSeeded) [[unlikely]] {
    hide_unseeded(out);
  }
  if (wanted.has(OnDemand::macd)) {
    add_macd(close, out);
  }
  if (wanted.has(OnDemand::adx)) [[unlikely]] {
    add_direction(bar, before, out);
  }
  keep(bar);
}

void Frame::seed_means(double close, double gain, double loss, double range) noexcept {
  const std::array<double, kMeans> values{close, close, close, gain, loss, range};
  static_assert(kLengths.size() == kMeans && kShares.size() == kMeans);
  for (std::size_t i = 0; i < (bars_ == 0 ? kFirstOfMoves : kMeans); ++i) {
    const std::uint32_t seen = i < kFirstOfMoves ? bars_ : bars_ - 1;
    if (seen >= kLengths[i]) {
      means_[i] += kShares[i] * (values[i] - means_[i]);
      continue;
    }
    means_[i] += values[i];
    if (seen + 1 == kLengths[i]) {
      means_[i] /= static_cast<double>(kLengths[i]);
    }
  }
}

// What was written of means that are sums still, and of the move that the first bar does not have.
void Frame::hide_unseeded(Values out) const noexcept {
  const auto hide = [this, out](FeatureId id, std::uint32_t needed) {
    at(out, id) = bars_ < needed ? kAbsent : at(out, id);
  };
  hide(FeatureId::ret_bps, 2);
  hide(FeatureId::ema9, 9);
  hide(FeatureId::ema21, 21);
  hide(FeatureId::ema50, 50);
  hide(FeatureId::rsi14, 15);
  hide(FeatureId::atr14, 15);
  hide(FeatureId::atr_pct, 15);
}

void Frame::add_macd(double close, Values out) noexcept {
  ++macd_bars_;
  const double macd = macd_fast_.add(close, 12) - macd_slow_.add(close, 26);
  // Absent while the slow mean warms up; the signal is seeded with the first 9 differences.
  at(out, FeatureId::macd_hist) = std::isfinite(macd) ? macd - macd_signal_.add(macd, 9) : kAbsent;
}

// Before the arrays take this bar, so that their last one is the bar before.
void Frame::add_direction(const Ohlcv& bar, double previous_close, Values out) noexcept {
  if (held_ > 0) {
    const Ohlcv before{0.0, highs_[held_ - 1], lows_[held_ - 1], previous_close, 0.0};
    at(out, FeatureId::adx14) = direction_.add(bar, before);
  }
}

void Frame::keep(const Ohlcv& bar) noexcept {
  make_room();
  closes_[held_] = bar.close;
  highs_[held_] = bar.high;
  lows_[held_] = bar.low;
  volumes_[held_] = bar.volume;
  ++held_;
}

double Frame::window(FeatureId id, std::size_t age) const noexcept {
  const std::size_t end = held_ < age ? 0 : held_ - age;  // behind the bar that is asked for
  const bool is_band = id == FeatureId::bb_pos;
  if (end < (is_band ? kWindow : kWindow + 1)) {
    return kAbsent;
  }
  const std::size_t first = end - 1 - kWindow;  // of the bars before, and not of the band's
  const auto value = [&] {
    switch (id) {
      case FeatureId::bb_pos: return band_position_of(window_of<kWindow>(&closes_[end - kWindow]));
      case FeatureId::don20_hi: return extreme_of<kWindow>(&highs_[first], greater);
      case FeatureId::don20_lo: return extreme_of<kWindow>(&lows_[first], smaller);
      case FeatureId::er20: return efficiency_of(window_of<kWindow + 1>(&closes_[first]));
      case FeatureId::vol_z:
        return z_score_of(volumes_[end - 1], window_of<kWindow>(&volumes_[first]));
      default: return kAbsent;
    }
  }();
  return finite_or_absent(value);
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
