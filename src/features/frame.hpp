#pragma once

// Indicators of one timeframe of one instrument, fed with its closed bars. Each formula is the
// published one; windows are summed anew each time, so there is no drift.

#include <array>
#include <cstdint>
#include <limits>
#include <span>

#include "model/condition.hpp"

namespace lanner::features {

inline constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

struct Ohlcv {
  double open = 0.0;
  double high = 0.0;
  double low = 0.0;
  double close = 0.0;
  double volume = 0.0;
};

// |net move| / sum of |single moves| over the window (P. J. Kaufman, Smarter Trading, 1995);
// absent when nothing moved.
[[nodiscard]] double efficiency_ratio(std::span<const double> closes) noexcept;
// (last - mean) / population standard deviation; absent when all are equal.
[[nodiscard]] double position_in_band(std::span<const double> closes) noexcept;
// (value - mean) / population standard deviation of `before`; absent when those are all equal.
[[nodiscard]] double z_score(double value, std::span<const double> before) noexcept;

// Features of the last 20 bars, made when they are read: most closed bars are never asked.
[[nodiscard]] constexpr bool is_window(model::FeatureId id) noexcept {
  return id >= model::FeatureId::bb_pos && id <= model::FeatureId::vol_z;
}

// Exponential mean with alpha = 2 / (n + 1), seeded with the mean of the first n values.
class Ema {
 public:
  double add(double value, std::uint32_t length) noexcept;  // absent until `length` values

 private:
  double state_ = 0.0;
  std::uint32_t count_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(state_, count_);
  }
};

// Wilder's mean (alpha = 1 / n), seeded with the mean of the first n values.
class WilderMean {
 public:
  double add(double value, std::uint32_t length) noexcept;

 private:
  double state_ = 0.0;
  std::uint32_t count_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(state_, count_);
  }
};

// Features that cost time on every bar and are worked out only where something reads them.
class OnDemand {
 public:
  enum Bit : std::uint32_t {
    macd = 1U << 0U,
    // From here on they stand behind the others in a row of values, and all but this one need more
    // than the instrument's own bars (MarketInputs).
    adx = 1U << 1U,
    spread = 1U << 2U,
    depth = 1U << 3U,
    order_flow = 1U << 4U,
    open_interest = 1U << 5U,
    liquidations = 1U << 6U,
    funding_rank = 1U << 7U,
    basis = 1U << 8U,
    regime = 1U << 9U,
    sentiment = 1U << 10U,
    momentum = 1U << 11U,
    user = 1U << 12U,
  };
  static constexpr std::uint32_t kExtras = ~((1U << 1U) - 1U);
  // The bit that a feature needs; 0 = it is always there.
  [[nodiscard]] static constexpr std::uint32_t bit_of(model::FeatureId id) noexcept {
    switch (id) {
      case model::FeatureId::macd_hist: return macd;
      case model::FeatureId::adx14: return adx;
      case model::FeatureId::spread_bps:
      case model::FeatureId::spread_ratio: return spread;
      case model::FeatureId::obi5: return depth;
      case model::FeatureId::ofi_30s: return order_flow;
      case model::FeatureId::oi_chg_pct: return open_interest;
      case model::FeatureId::liq_long_z:
      case model::FeatureId::liq_short_z: return liquidations;
      case model::FeatureId::funding_rank: return funding_rank;
      case model::FeatureId::basis_bps:
      case model::FeatureId::xv_basis_bps:
      case model::FeatureId::xv_lead_bps: return basis;
      case model::FeatureId::trend:
      case model::FeatureId::vol_tercile:
      case model::FeatureId::liquidity:
      case model::FeatureId::btc_trend: return regime;
      case model::FeatureId::fear_greed: return sentiment;
      case model::FeatureId::rank_24h: return momentum;
      default: return is_user_feature(id) ? user : 0U;
    }
  }
  constexpr OnDemand() noexcept = default;
  explicit constexpr OnDemand(std::uint32_t bits) noexcept : bits_(bits) {}
  constexpr void add(OnDemand other) noexcept { bits_ |= other.bits_; }
  [[nodiscard]] constexpr bool has(Bit bit) const noexcept { return (bits_ & bit) != 0; }
  [[nodiscard]] constexpr bool has_extras() const noexcept { return (bits_ & kExtras) != 0; }
  [[nodiscard]] constexpr bool has_all(OnDemand other) const noexcept {
    return (bits_ & other.bits_) == other.bits_;
  }

 private:
  std::uint32_t bits_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(bits_);
  }
};

// Directional movement (J. W. Wilder, New Concepts in Technical Trading Systems, 1978): the
// Wilder mean of DX over 14, DX from the Wilder means of both movements and of the true range,
// each seeded with the mean of its first 14 values.
class DirectionalIndex {
 public:
  // The bar and the one before it; absent until 27 moves were seen.
  double add(const Ohlcv& bar, const Ohlcv& before) noexcept;

 private:
  WilderMean up_;
  WilderMean down_;
  WilderMean range_;
  WilderMean index_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(up_, down_, range_, index_);
  }
};

class Frame {
 public:
  // Writes the features of this bar that need nothing but bars into `out` (indexed by FeatureId);
  // leaves the others untouched, windows among them.
  void add(const Ohlcv& bar, OnDemand wanted,
           std::span<double, model::kFeatureCount> out) noexcept;
  // A window feature as it stood `age` bars ago (0 or 1); NaN = absent.
  [[nodiscard]] double window(model::FeatureId id, std::size_t age) const noexcept;
  [[nodiscard]] std::uint32_t bars() const noexcept { return bars_; }
  [[nodiscard]] std::uint32_t macd_bars() const noexcept { return macd_bars_; }
  // Close less the close 20 bars before; zero while there are fewer.
  [[nodiscard]] double window_move() const noexcept {
    return held_ > kWindow ? closes_[held_ - 1] - closes_[held_ - 1 - kWindow] : 0.0;
  }

 private:
  static constexpr std::size_t kWindow = 20;
  // Room beyond the window, so that the arrays move once in several bars.
  static constexpr std::size_t kHistory = 36;
  static constexpr std::size_t kKept = kWindow + 1;  // with the next one, window() knows age 1
  static_assert(kHistory > kKept);

  // The means of every frame: ema9, ema21, ema50 and Wilder's of gain, loss and true range.
  static constexpr std::size_t kMeans = 6;

  [[gnu::noinline]] void seed_means(double close, double gain, double loss, double range) noexcept;
  void hide_unseeded(std::span<double, model::kFeatureCount> out) const noexcept;
  void keep(const Ohlcv& bar) noexcept;
  void add_macd(double close, std::span<double, model::kFeatureCount> out) noexcept;
  void add_direction(const Ohlcv& bar, double previous_close,
                     std::span<double, model::kFeatureCount> out) noexcept;
  void make_room() noexcept;

  std::uint32_t bars_ = 0;
  std::uint32_t macd_bars_ = 0;
  std::size_t held_ = 0;  // bars in the arrays, oldest first
  double previous_close_ = 0.0;
  std::array<double, kMeans> means_{};  // sums until they are seeded
  Ema macd_fast_;
  Ema macd_slow_;
  Ema macd_signal_;
  DirectionalIndex direction_;
  std::array<double, kHistory> closes_{};
  std::array<double, kHistory> highs_{};
  std::array<double, kHistory> lows_{};
  std::array<double, kHistory> volumes_{};

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(bars_, macd_bars_, held_, previous_close_, means_, macd_fast_, macd_slow_,
            macd_signal_, direction_, closes_, highs_, lows_, volumes_);
  }
};

}  // namespace lanner::features
