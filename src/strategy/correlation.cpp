#include "strategy/correlation.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/mathx.hpp"

namespace lanner::strategy {
namespace {

// Two lanes of a register: the order of the additions is part of the definition.
using Lanes = double __attribute__((vector_size(16)));

Lanes lanes_at(const double* values) noexcept {
  Lanes lanes;
  std::memcpy(&lanes, values, sizeof lanes);
  return lanes;
}

double total(Lanes lanes) noexcept { return lanes[0] + lanes[1]; }

}  // namespace

ReturnCorrelation::ReturnCorrelation(std::size_t instruments) : series_(instruments) {
  constexpr double kLn2 = 0.693147180559945309417;
  const double decay = mathx::exp(-kLn2 / kHalfLife);
  double weight = 1.0;
  for (std::size_t age = 0; age < kKept; ++age, weight *= decay) {
    weights_[kKept - 1 - age] = weight;
  }
}

void ReturnCorrelation::put(Series& series, std::int64_t slot, double value,
                            double is_there) noexcept {
  const std::size_t place = static_cast<std::size_t>(slot) % kKept;
  series.returns[place] = series.returns[place + kKept] = value;
  series.is_there[place] = series.is_there[place + kKept] = is_there;
}

void ReturnCorrelation::on_return(InstrumentId id, Timestamp close, Score value) noexcept {
  Series& series = series_[id.index()];
  const std::int64_t slot = close.ns() / minutes(5).ns();
  const auto kept = static_cast<std::int64_t>(kKept);
  for (std::int64_t missed = std::max(series.last_slot + 1, slot - kept + 1); missed < slot;
       ++missed) {
    put(series, missed, 0.0, 0.0);
  }
  put(series, slot, value.value(), 1.0);
  series.last_slot = std::max(series.last_slot, slot);
}

Score ReturnCorrelation::between(InstrumentId one, InstrumentId other,
                                 Timestamp now) const noexcept {
  const Series& a = series_[one.index()];
  const Series& b = series_[other.index()];
  const std::int64_t newest = now.ns() / minutes(5).ns();
  const std::int64_t oldest = newest - static_cast<std::int64_t>(kKept) + 1;
  const std::int64_t last = std::min({a.last_slot, b.last_slot, newest});
  if (oldest < 0 || last < oldest) {  // no market is eight hours younger than 1970
    return Score{};
  }
  const std::size_t from = static_cast<std::size_t>(oldest) % kKept;
  const auto count = static_cast<std::size_t>(last - oldest + 1);
  Lanes common{}, sum{}, sum_x{}, sum_y{}, sum_xx{}, sum_yy{}, sum_xy{};
  const auto add = [&](Lanes weight, Lanes both, Lanes x, Lanes y) {
    weight *= both;
    const Lanes of_x = weight * x;
    const Lanes of_y = weight * y;
    common += both;
    sum += weight;
    sum_x += of_x;
    sum_y += of_y;
    sum_xx += of_x * x;
    sum_yy += of_y * y;
    sum_xy += of_x * y;
  };
  std::size_t i = 0;
  for (; i + 2 <= count; i += 2) {
    const std::size_t at = from + i;
    add(lanes_at(&weights_[i]), lanes_at(&a.is_there[at]) * lanes_at(&b.is_there[at]),
        lanes_at(&a.returns[at]), lanes_at(&b.returns[at]));
  }
  if (i < count) {
    const std::size_t at = from + i;
    add(Lanes{weights_[i], 0.0}, Lanes{a.is_there[at] * b.is_there[at], 0.0},
        Lanes{a.returns[at], 0.0}, Lanes{b.returns[at], 0.0});
  }
  if (total(common) < static_cast<double>(kCommonMin)) {
    return Score{};
  }
  const double share = 1.0 / total(sum);
  const double mean_x = total(sum_x) * share;
  const double mean_y = total(sum_y) * share;
  const double var_x = total(sum_xx) * share - mean_x * mean_x;
  const double var_y = total(sum_yy) * share - mean_y * mean_y;
  const double covariance = total(sum_xy) * share - mean_x * mean_y;
  const double scale = var_x * var_y;
  return Score{scale > 0.0 ? covariance / std::sqrt(scale) : 0.0};
}

}  // namespace lanner::strategy
