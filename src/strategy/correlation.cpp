#include "strategy/correlation.hpp"

#include <cmath>

#include "base/mathx.hpp"

namespace lanner::strategy {

Score ReturnCorrelation::between(InstrumentId one, InstrumentId other,
                                 Timestamp now) const noexcept {
  constexpr double kLn2 = 0.693147180559945309417;
  const double decay = mathx::exp(-kLn2 / kHalfLife);
  const std::int64_t newest = now.ns() / minutes(5).ns();
  double weight = 1.0;
  double sum = 0.0;
  double sum_x = 0.0;
  double sum_y = 0.0;
  double sum_xx = 0.0;
  double sum_yy = 0.0;
  double sum_xy = 0.0;
  std::size_t common = 0;
  for (std::size_t age = 0; age < kKept; ++age, weight *= decay) {
    const std::int64_t slot = newest - static_cast<std::int64_t>(age);
    const std::size_t place = static_cast<std::size_t>(slot) % kKept;
    const std::size_t a = one.index() * kKept + place;
    const std::size_t b = other.index() * kKept + place;
    if (slots_[a] != slot || slots_[b] != slot) {
      continue;
    }
    const double x = returns_[a];
    const double y = returns_[b];
    ++common;
    sum += weight;
    sum_x += weight * x;
    sum_y += weight * y;
    sum_xx += weight * x * x;
    sum_yy += weight * y * y;
    sum_xy += weight * x * y;
  }
  if (common < kCommonMin) {
    return Score{};
  }
  const double var_x = sum_xx / sum - (sum_x / sum) * (sum_x / sum);
  const double var_y = sum_yy / sum - (sum_y / sum) * (sum_y / sum);
  const double covariance = sum_xy / sum - (sum_x / sum) * (sum_y / sum);
  const double scale = var_x * var_y;
  return Score{scale > 0.0 ? covariance / std::sqrt(scale) : 0.0};
}

}  // namespace lanner::strategy
