#pragma once

// What all coins share: the volatility, trend and jumps of the common factor, minute by minute,
// and the hours of the day. 24 bytes a minute; the steps within a minute are drawn again by
// whoever needs them.

#include <array>
#include <cstdint>
#include <vector>

#include "base/random.hpp"
#include "sim/synthetic/config.hpp"
#include "sim/synthetic/draws.hpp"

namespace lanner::sim {

struct MarketMinute {
  double sigma = 1.0;  // of the common factor, as a multiple of its typical minute
  double drift = 0.0;  // per minute, in the same unit
  double jump = 0.0;   // in the same unit; 0 in nearly every minute
};

// Clustering of volatility (T. Bollerslev, 1986): variance as a multiple of its level. What it
// makes of a minute depends on earlier minutes only, so returns stay martingale differences.
class VarianceCluster {
 public:
  [[nodiscard]] double variance() const noexcept { return variance_; }
  void add(double square, double level) noexcept;
  void shock(double jump) noexcept;

 private:
  double variance_ = 1.0;
};

// Size of a jump in typical minutes, heavy-tailed (a Pareto law of index 3, cut), either side.
[[nodiscard]] double jump_size(const Words& words, double smallest, double largest) noexcept;

class MarketPath {
 public:
  MarketPath(const SyntheticConfig& config, const DrawTables& tables);

  [[nodiscard]] const MarketMinute& at(std::uint64_t minute) const noexcept {
    return minutes_[minute];
  }
  [[nodiscard]] std::uint64_t minutes() const noexcept { return minutes_.size(); }
  // Activity of the hour, mean about 1, by minute of the UTC day.
  [[nodiscard]] double season(std::uint64_t minute) const noexcept {
    return season_[(first_of_day_ + minute) % season_.size()];
  }
  [[nodiscard]] Grain grain(std::uint64_t minute) const noexcept {
    return minute >= trades_from_ ? Grain::fine : Grain::coarse;
  }

 private:
  std::array<double, 1440> season_{};
  std::uint64_t first_of_day_ = 0;
  std::uint64_t trades_from_ = 0;
  std::vector<MarketMinute> minutes_;
};

}  // namespace lanner::sim
