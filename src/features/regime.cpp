#include "features/regime.hpp"

#include <cmath>

namespace lanner::features {
namespace {

constexpr double kLambda = 0.94;
constexpr double kThinVolumeShare = 0.25;
constexpr double kThinSpreadRatio = 2.0;

}  // namespace

bool RegimeTracker::add(const Hour& hour, Timestamp close) noexcept {
  MarketRegime next;
  next.trend = next_trend(now_.trend, hour.efficiency, hour.move);
  next.vol_tercile = next_tercile(hour.ret_bps);
  next.liquidity = next_liquidity(hour);
  const bool is_flip = now_.trend != Trend::unknown && next.bits() != now_.bits();
  if (close > now_at_) {
    prior_ = now_;
    now_at_ = close;
  }
  now_ = next;
  return is_flip;
}

double RegimeTracker::sigma_bps() const noexcept {
  return has_variance_ ? std::sqrt(variance_) : std::numeric_limits<double>::quiet_NaN();
}

std::uint8_t RegimeTracker::next_tercile(double ret_bps) noexcept {
  if (!std::isfinite(ret_bps)) {
    return now_.vol_tercile;
  }
  const double square = ret_bps * ret_bps;
  variance_ = has_variance_ ? kLambda * variance_ + (1.0 - kLambda) * square : square;
  has_variance_ = true;
  const double sigma = std::sqrt(variance_);
  std::uint8_t tercile = 0;
  if (sigmas_.size() >= kWarm) {
    const bool is_above_low = sigma > sigmas_.quantile(1.0 / 3.0);
    const bool is_above_middle = sigma > sigmas_.quantile(2.0 / 3.0);
    tercile = static_cast<std::uint8_t>(1 + static_cast<int>(is_above_low) +
                                        static_cast<int>(is_above_middle));
  }
  sigmas_.add(sigma);
  return tercile;
}

Liquidity RegimeTracker::next_liquidity(const Hour& hour) noexcept {
  const bool is_warm = volume_.count() >= kWarm;
  const bool is_quiet = is_warm && hour.volume < kThinVolumeShare * volume_.mean();
  volume_.add(hour.volume, 1.0 / static_cast<double>(kHours));
  if (is_quiet || hour.spread_ratio > kThinSpreadRatio) {
    return Liquidity::thin;
  }
  return is_warm || std::isfinite(hour.spread_ratio) ? Liquidity::ok : Liquidity::unknown;
}

}  // namespace lanner::features
