#include "sim/synthetic/coin_inputs.hpp"

#include <algorithm>
#include <cmath>

namespace lanner::sim {
namespace {

constexpr std::int64_t kToldEvery = 5 * kNsPerMinute;
constexpr double kBasisPull = 0.03;       // per row
constexpr double kBasisNoise = 0.6e-4;
constexpr double kBasisOfMood = 3e-4;
constexpr double kBasisMost = 0.01;
constexpr double kMarkPull = 0.05;        // the mark follows the mean basis
constexpr double kAbroadFollows = 0.7;    // of the distance, per row: it lags
constexpr double kAbroadNoise = 0.4e-4;
constexpr double kForcedFrom = 2.0;       // standard deviations of five minutes
constexpr double kTurns = 0.5;            // share of the bursts that run dry at once
constexpr double kRankExtreme = 0.05;
constexpr std::size_t kRanked = 30;       // rates

double clamped(double value, double most) noexcept { return std::clamp(value, -most, most); }

}  // namespace

Words CoinInputs::words(std::uint64_t which) const noexcept {
  constexpr std::uint64_t kPerRow = 16;
  return draw(from_.seed, DrawKind::coin_inputs, from_.rank, rows_ * kPerRow + which);
}

Price CoinInputs::price_of(double ticks) const noexcept {
  return Price::from_raw(
      static_cast<std::int64_t>(ticks * static_cast<double>(from_.tick.raw()) + 0.5));
}

Quantity CoinInputs::quantity_of(double steps) const noexcept {
  const auto whole = static_cast<std::int64_t>(steps + 0.5);
  return Quantity::from_raw((whole > 0 ? whole : 1) * from_.step.raw());
}

void CoinInputs::add(const Step& step) noexcept {
  turn_ = 0;
  row_.is_told = false;
  move_listings(step);
  if (block_open_ == 0.0) {
    block_open_ = step.candle.open;
  }
  if (step.end_ns % kToldEvery == 0) {
    tell(step);
    block_open_ = step.candle.close;
  }
  ++rows_;
}

// A listing opens where it closed, and has the wicks of the perpetual.
void CoinInputs::move_listings(const Step& step) noexcept {
  const DrawTables& tables = DrawTables::get();
  const Words drawn = words(0);
  basis_ += kBasisPull * (kBasisOfMood * step.lean - basis_) +
            kBasisNoise * tables.normal_of(drawn.low);
  basis_ = clamped(basis_, kBasisMost);
  mean_basis_ += kMarkPull * (basis_ - mean_basis_);
  elsewhere_ = 0.9 * elsewhere_ + kAbroadNoise * tables.normal_of(drawn.low >> 12U);
  const double spot = step.candle.close / (1.0 + basis_);
  const auto to_candle = [&step](CandleTicks& candle, double close) {
    const double whole = std::floor(close + 0.5) < 1.0 ? 1.0 : std::floor(close + 0.5);
    const double above = step.candle.high - std::max(step.candle.open, step.candle.close);
    const double below = std::min(step.candle.open, step.candle.close) - step.candle.low;
    candle.open = candle.close == 0.0 ? whole : candle.close;
    candle.close = whole;
    candle.high = std::max(candle.open, whole) + above;
    candle.low = std::max(1.0, std::min(candle.open, whole) - below);
  };
  to_candle(spot_, spot);
  const double seen = abroad_.close == 0.0 ? step.candle.close : abroad_.close;
  const double goal = step.candle.close * (1.0 + elsewhere_);
  to_candle(abroad_, seen + kAbroadFollows * (goal - seen));
  row_.index = price_of(spot);
  row_.mark = price_of(spot * (1.0 + mean_basis_));
}

void CoinInputs::tell(const Step& step) noexcept {
  const DrawTables& tables = DrawTables::get();
  const double moved = step.candle.close / block_open_ - 1.0;
  const double least = 0.5 * from_.sigma_1m;
  const double deviation = std::max(std::sqrt(variance_), least);
  const double z = moved / deviation;
  variance_ += 0.03 * (moved * moved - variance_);
  const double before = imbalance_;
  const Words drawn = words(1);
  imbalance_ = clamped(0.6 * imbalance_ + 0.2 * clamped(z, 2.0) +
                           0.2 * tables.normal_of(drawn.low),
                       0.9);
  force(step, z);
  const int with = z > 0.0 ? 1 : -1;
  const bool is_burst = std::fabs(z) >= kForcedFrom;
  if (is_burst && unit(drawn.high) < kTurns) {
    imbalance_ = -0.4 * with;
    turn_ = before * with > 0.0 ? -with : 0;
  }
  const double size = std::fabs(z);
  // Moves bring new positions, bursts take old ones away.
  double change = 0.01 * (1.0 / open_interest_ - 1.0) +
                  0.002 * tables.normal_of(drawn.low >> 12U) + 0.001 * std::min(size, 2.0) - 0.0008;
  change -= is_burst ? 0.004 * size : 0.0;
  change += (drawn.low >> 24U & 511U) == 0 ? 0.05 * clamped(z, 1.0) : 0.0;
  open_interest_ *= 1.0 + clamped(change, 0.2);
  row_.is_told = true;
  row_.open_interest = quantity_of(open_interest_ * from_.volume_1m * 720.0);
  row_.liquidations = {forced_.data(), forced_count_};
  show_book(step.candle.close);
}

// A sharp move closes those that it goes against; in quiet rows a small one now and then.
void CoinInputs::force(const Step& step, double z) noexcept {
  const DrawTables& tables = DrawTables::get();
  forced_count_ = 0;
  const Words drawn = words(2);
  const double typical = from_.volume_1m * 5.0;
  if (std::fabs(z) < kForcedFrom) {
    if (unit(drawn.low) < 0.35) {
      const double size = 0.002 * typical * tables.exponential[drawn.high & DrawTables::kMask];
      add_forced(step.end_ns - kNsPerMinute / 2, (drawn.high >> 40U & 1U) != 0 ? 1 : -1, size,
                 step.candle.close);
    }
    return;
  }
  const int side = z < 0.0 ? 1 : -1;  // a fall closes longs
  const std::size_t count = 3 + (drawn.low & 7U) % (kForcedMax - 3);
  for (std::size_t i = 0; i < count; ++i) {
    const auto places = static_cast<std::int64_t>(count + 1);
    const std::int64_t at =
        step.end_ns - kNsPerMinute + static_cast<std::int64_t>(i + 1) * kNsPerMinute / places;
    const std::uint64_t bits = words(3 + i / 2).low >> (i % 2 * 12U);
    const double size = 0.03 * typical * z * z / static_cast<double>(count) *
                        tables.exponential[bits & DrawTables::kMask];
    add_forced(at, side, size, step.candle.close);
  }
}

void CoinInputs::add_forced(std::int64_t at_ns, int side, double steps, double price) noexcept {
  if (forced_count_ == kForcedMax) {
    return;
  }
  const auto closed =
      side > 0 ? model::PositionSide::long_side : model::PositionSide::short_side;
  // Stamps are whole milliseconds, as venues give them.
  forced_[forced_count_++] = {
      Timestamp{at_ns / kNsPerMs * kNsPerMs},
      {from_.id, closed, price_of(std::floor(price)), quantity_of(steps)}};
}

// Two levels a side that share a few minutes' volume as the imbalance says.
void CoinInputs::show_book(double price) noexcept {
  const double half = std::max(price * from_.spread_half, 0.5);
  const double bid = std::max(1.0, std::floor(price - half + 0.5));
  const double ask = std::max(bid + 1.0, std::ceil(price + half - 0.5));
  const double depth = from_.volume_1m * 2.0;
  for (std::size_t level = 0; level < row_.bids.size(); ++level) {
    const auto away = static_cast<double>(level);
    row_.bids[level] = {price_of(std::max(1.0, bid - away)),
                        quantity_of(depth * (1.0 + imbalance_))};
    row_.asks[level] = {price_of(ask + away), quantity_of(depth * (1.0 - imbalance_))};
  }
}

void CoinInputs::add_funding(double rate) noexcept {
  rates_[rates_count_++ % kRates] = rate;
}

int CoinInputs::extreme() const noexcept {
  if (rates_count_ < kRanked) {
    return 0;
  }
  const double last = rates_[(rates_count_ - 1) % kRates];
  const std::size_t count = std::min(rates_count_, kRates);
  std::size_t halves = 0;
  for (std::size_t i = 0; i < count; ++i) {
    halves += rates_[i] < last ? 2U : rates_[i] > last ? 0U : 1U;
  }
  const double rank = static_cast<double>(halves) / (2.0 * static_cast<double>(count));
  return rank <= kRankExtreme && basis_ < 0.0          ? 1
         : rank >= 1.0 - kRankExtreme && basis_ > 0.0 ? -1
                                                       : 0;
}

}  // namespace lanner::sim
