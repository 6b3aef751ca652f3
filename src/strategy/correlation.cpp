#include "strategy/correlation.hpp"

#include <algorithm>
#include <cmath>

#include "base/mathx.hpp"
#include "features/lanes.hpp"

namespace lanner::strategy {
namespace {

using features::Lanes;
using features::lanes_at;

double total(Lanes lanes) noexcept { return lanes[0] + lanes[1]; }

std::int64_t oldest_of(std::int64_t newest) noexcept {
  return newest - static_cast<std::int64_t>(ReturnCorrelation::kKept) + 1;
}

// Places 0 to count - 1 by twos, with 1 for each lane that counts. The place behind an odd count
// may be read: count is at most kKept, which is even, so it lies in the arrays.
template <typename Visit>
void for_each_pair(std::size_t count, const Visit& visit) noexcept {
  constexpr Lanes kBoth = {1.0, 1.0};
  std::size_t i = 0;
  for (; i + 2 <= count; i += 2) {
    visit(i, kBoth);
  }
  if (i < count) {
    visit(i, Lanes{1.0, 0.0});
  }
}

struct Sums {
  double weight;
  double x;
  double y;
  double xx;
  double yy;
  double xy;
};

Score correlation_of(const Sums& sums) noexcept {
  const double share = 1.0 / sums.weight;
  const double mean_x = sums.x * share;
  const double mean_y = sums.y * share;
  const double var_x = sums.xx * share - mean_x * mean_x;
  const double var_y = sums.yy * share - mean_y * mean_y;
  const double covariance = sums.xy * share - mean_x * mean_y;
  const double scale = var_x * var_y;
  return Score{scale > 0.0 ? covariance / std::sqrt(scale) : 0.0};
}

}  // namespace

ReturnCorrelation::ReturnCorrelation(std::size_t instruments)
    : series_(instruments), own_(instruments) {
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
  own_[id.index()] = {};
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
  const Span span{newest, std::min({a.last_slot, b.last_slot, newest})};
  const std::int64_t count = span.last - oldest_of(newest) + 1;
  if (oldest_of(newest) < 0 || count <= 0) {  // no market is eight hours younger than 1970
    return Score{};
  }
  const Own& of_a = own_of(one, span);
  const Own& of_b = own_of(other, span);
  if (!of_a.is_whole || !of_b.is_whole) {
    return between_holes(a, b, span);
  }
  return correlation_of({of_a.sum, of_a.sum_x, of_b.sum_x, of_a.sum_xx, of_b.sum_xx,
                         sum_of_products(a, b, span)});
}

// Fewer bars than speak for anything are as good as a hole.
const ReturnCorrelation::Own& ReturnCorrelation::own_of(InstrumentId id,
                                                        const Span& span) const noexcept {
  Own& own = own_[id.index()];
  if (own.span == span) {
    return own;
  }
  const Series& series = series_[id.index()];
  const std::int64_t oldest = oldest_of(span.newest);
  const auto count = static_cast<std::size_t>(span.last - oldest + 1);
  const std::size_t from = static_cast<std::size_t>(oldest) % kKept;
  own = {span, count >= kCommonMin, 0.0, 0.0, 0.0};
  Lanes sum{}, sum_x{}, sum_xx{}, holes{};
  for_each_pair(count, [&](std::size_t i, Lanes used) {
    const Lanes x = lanes_at(&series.returns[from + i]) * used;
    const Lanes weight = lanes_at(&weights_[i]) * used;
    const Lanes of_x = weight * x;
    sum += weight;
    sum_x += of_x;
    sum_xx += of_x * x;
    holes += (1.0 - lanes_at(&series.is_there[from + i])) * used;
  });
  own.is_whole = own.is_whole && total(holes) == 0.0;
  own.sum = total(sum);
  own.sum_x = total(sum_x);
  own.sum_xx = total(sum_xx);
  return own;
}

double ReturnCorrelation::sum_of_products(const Series& a, const Series& b,
                                          const Span& span) const noexcept {
  const std::int64_t oldest = oldest_of(span.newest);
  const std::size_t from = static_cast<std::size_t>(oldest) % kKept;
  const auto count = static_cast<std::size_t>(span.last - oldest + 1);
  const auto product = [&](std::size_t i) {
    return lanes_at(&weights_[i]) * lanes_at(&a.returns[from + i]) * lanes_at(&b.returns[from + i]);
  };
  // Two sums, so that one addition need not wait for the other.
  Lanes even{}, odd{};
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    even += product(i);
    odd += product(i + 2);
  }
  for (; i < count; ++i) {
    even[0] += weights_[i] * a.returns[from + i] * b.returns[from + i];
  }
  return total(even) + total(odd);
}

Score ReturnCorrelation::between_holes(const Series& a, const Series& b,
                                       const Span& span) const noexcept {
  const std::int64_t oldest = oldest_of(span.newest);
  const std::size_t from = static_cast<std::size_t>(oldest) % kKept;
  Lanes common{}, sum{}, sum_x{}, sum_y{}, sum_xx{}, sum_yy{}, sum_xy{};
  for_each_pair(static_cast<std::size_t>(span.last - oldest + 1), [&](std::size_t i, Lanes used) {
    const std::size_t at = from + i;
    const Lanes both = lanes_at(&a.is_there[at]) * lanes_at(&b.is_there[at]) * used;
    const Lanes weight = lanes_at(&weights_[i]) * both;
    const Lanes x = lanes_at(&a.returns[at]);
    const Lanes y = lanes_at(&b.returns[at]);
    const Lanes of_x = weight * x;
    const Lanes of_y = weight * y;
    common += both;
    sum += weight;
    sum_x += of_x;
    sum_y += of_y;
    sum_xx += of_x * x;
    sum_yy += of_y * y;
    sum_xy += of_x * y;
  });
  if (total(common) < static_cast<double>(kCommonMin)) {
    return Score{};
  }
  return correlation_of({total(sum), total(sum_x), total(sum_y), total(sum_xx), total(sum_yy),
                         total(sum_xy)});
}

}  // namespace lanner::strategy
