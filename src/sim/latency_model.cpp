#include "sim/latency_model.hpp"

#include <algorithm>
#include <cmath>

#include "base/ensure.hpp"
#include "base/mathx.hpp"
#include "base/random.hpp"
#include "base/score.hpp"

namespace lanner::sim {
namespace {

constexpr std::uint64_t kLatencyStream = 0x1A7E;
constexpr double kShortest = 0.25;
constexpr double kLongest = 20.0;
constexpr std::array<const char*, 4> kLatencyNames{"constant", "sampled", "recorded", "activity"};

Duration scaled(Duration base, double factor) noexcept {
  return Duration{static_cast<std::int64_t>(std::trunc(static_cast<double>(base.ns()) * factor))};
}

}  // namespace

const char* name_of(LatencyKind kind) noexcept {
  return kLatencyNames[static_cast<std::size_t>(kind)];
}

std::optional<LatencyKind> latency_kind_of(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kLatencyNames.size(); ++i) {
    if (name == kLatencyNames[i]) {
      return static_cast<LatencyKind>(i);
    }
  }
  return std::nullopt;
}

LatencyModel::LatencyModel(const LatencySpec& spec, const Latency& base, std::uint64_t seed,
                           std::int64_t times)
    : spec_(spec), base_(base), longest_(base), seed_(seed), times_(times) {
  ENSURE(spec.kind != LatencyKind::recorded || !spec.round_trips.empty());
}

Duration LatencyModel::draw_anew(Leg leg, Timestamp now) noexcept {
  const auto index = static_cast<std::size_t>(leg);
  const double uniform = philox_uniform(seed_, kLatencyStream + index, draws_[index]++);
  Duration delay = base_of(leg);
  if (spec_.kind == LatencyKind::sampled) {
    delay = sampled(leg, uniform);
  } else if (spec_.kind == LatencyKind::recorded && leg != Leg::feed) {
    delay = recorded(uniform);
  } else if (spec_.kind == LatencyKind::activity) {
    const double load = static_cast<double>(recent_rate(now)) /
                        to_score(spec_.activity_reference).value();
    delay = scaled(delay, std::min(1.0 + to_score(spec_.activity_gain).value() * load, kLongest));
  }
  Duration& longest = leg == Leg::feed    ? longest_.feed
                      : leg == Leg::order ? longest_.order
                                          : longest_.response;
  longest = std::max(longest, delay);
  return delay;
}

Duration LatencyModel::sampled(Leg leg, double uniform) const noexcept {
  // The quantile of 0 and of 1 are not finite; the bounds below make them the same as these.
  const double z = mathx::normal_quantile(std::clamp(uniform, 1e-12, 1.0 - 1e-12));
  const double factor = mathx::exp(to_score(spec_.dispersion).value() * z);
  return scaled(base_of(leg), std::clamp(factor, kShortest, kLongest));
}

Duration LatencyModel::recorded(double uniform) const noexcept {
  const auto& trips = spec_.round_trips;
  const double place = uniform * static_cast<double>(trips.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, trips.size() - 1);
  const Duration gap = scaled(trips[above] - trips[below], place - static_cast<double>(below));
  return Duration{(trips[below] + gap).ns() * times_ / 2};
}

void LatencyModel::note_activity(Timestamp ts) noexcept {
  const std::int64_t slice = ts.ns() / (kNsPerSecond / static_cast<std::int64_t>(kSlices));
  if (slice > slice_) {
    const std::int64_t steps =
        std::min<std::int64_t>(slice - slice_, static_cast<std::int64_t>(kSlices));
    for (std::int64_t i = 0; i < steps; ++i) {
      counts_[static_cast<std::size_t>(slice - i) % kSlices] = 0;
    }
    slice_ = slice;
  }
  ++counts_[static_cast<std::size_t>(slice_) % kSlices];
}

std::uint32_t LatencyModel::recent_rate(Timestamp now) const noexcept {
  const std::int64_t slice = now.ns() / (kNsPerSecond / static_cast<std::int64_t>(kSlices));
  std::uint32_t sum = 0;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(kSlices); ++i) {
    const std::int64_t at = slice - i;
    // Slices after the last event hold what is a second old or older.
    sum += at <= slice_ && at > slice_ - static_cast<std::int64_t>(kSlices)
               ? counts_[static_cast<std::size_t>(at) % kSlices]
               : 0;
  }
  return sum;
}

}  // namespace lanner::sim
