#pragma once

// The market's regime, per instrument, from its hourly bars: trend x volatility x liquidity.

#include <cstdint>

#include "base/time.hpp"
#include "features/rolling.hpp"
#include "model/condition.hpp"

namespace lanner::features {

// Bars of this timeframe tell the regime; between their closes it stands.
inline constexpr model::Timeframe kRegimeFrame = model::Timeframe::h1;

enum class Trend : std::int8_t { down = -1, range = 0, up = 1, unknown = 2 };
enum class Liquidity : std::uint8_t { thin, ok, unknown };

struct MarketRegime {
  Trend trend = Trend::unknown;
  std::uint8_t vol_tercile = 0;  // 1 low, 2 middle, 3 high; 0: unknown
  Liquidity liquidity = Liquidity::unknown;

  // As tc1 names them; `any` is always among them.
  [[nodiscard]] constexpr std::uint8_t bits() const noexcept {
    using model::Regime;
    unsigned bits = bit_of(Regime::any);
    bits |= trend == Trend::up ? bit_of(Regime::trend_up) : 0U;
    bits |= trend == Trend::down ? bit_of(Regime::trend_down) : 0U;
    bits |= trend == Trend::range ? bit_of(Regime::range) : 0U;
    bits |= vol_tercile == 3 ? bit_of(Regime::high_vol) : 0U;
    return static_cast<std::uint8_t>(bits);
  }
  friend constexpr bool operator==(const MarketRegime&, const MarketRegime&) = default;
};

// The cut of the efficiency ratio between range and trend, and the band around it in which
// nothing changes (docs: learning).
inline constexpr double kTrendCut = 0.35;
inline constexpr double kTrendHysteresis = 0.05;

// The next trend: beyond the band the ratio decides, and the sign of the move its direction.
[[nodiscard]] constexpr Trend next_trend(Trend before, double efficiency, double move) noexcept {
  if (!(efficiency >= 0.0)) {
    return before;
  }
  const bool is_known = before != Trend::unknown;
  if (efficiency > kTrendCut + kTrendHysteresis || (!is_known && efficiency > kTrendCut)) {
    return move > 0.0 ? Trend::up : Trend::down;
  }
  if (efficiency < kTrendCut - kTrendHysteresis || !is_known) {
    return Trend::range;
  }
  return before;
}

// Volatility: sigma is the root of the exponentially weighted mean of squared hourly returns
// (RiskMetrics, lambda .94, from the first return on); its tercile is told against the 168 values
// of the seven days before, once there are 24. Liquidity is thin where the hour traded less than a
// quarter of its exponentially weighted mean (alpha 1 / 168, once there are 24) or where quotes
// are known and wider than twice their median.
class RegimeTracker {
 public:
  struct Hour {
    double ret_bps = 0.0;     // NaN: none
    double efficiency = 0.0;  // of 20 bars; NaN: none
    double move = 0.0;        // over the same bars
    double volume = 0.0;
    double spread_ratio = 0.0;  // NaN: no quotes
  };
  // True when what is known changed to something else that is known.
  bool add(const Hour& hour, Timestamp close) noexcept;

  [[nodiscard]] const MarketRegime& now() const noexcept { return now_; }
  // As it was known before the instant: cross-instrument readers see no earlier.
  [[nodiscard]] const MarketRegime& before(Timestamp instant) const noexcept {
    return now_at_ < instant ? now_ : prior_;
  }
  [[nodiscard]] double sigma_bps() const noexcept;

 private:
  static constexpr std::size_t kHours = 24 * 7;
  static constexpr std::uint32_t kWarm = 24;

  [[nodiscard]] std::uint8_t next_tercile(double ret_bps) noexcept;
  [[nodiscard]] Liquidity next_liquidity(const Hour& hour) noexcept;

  MarketRegime now_;
  MarketRegime prior_;
  Timestamp now_at_;
  double variance_ = 0.0;
  bool has_variance_ = false;
  WeightedMoments volume_;
  RollingQuantiles<kHours> sigmas_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(now_, prior_, now_at_, variance_, has_variance_, volume_, sigmas_);
  }
};

}  // namespace lanner::features
