// What `verify recursive` makes of what features said, on made values.

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "features/pipeline.hpp"
#include "runtime/check/recursive.hpp"

using namespace lanner;
using namespace lanner::runtime;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint32_t kNeeded = 40;
constexpr std::size_t kPlace = 3;

// One instrument on 1m bars: the feature at kPlace says `value(bars seen)`, hour by hour.
template <typename Value>
SaidEachHour say(std::uint32_t bars_before, const Value& value) {
  SaidEachHour said;
  for (std::uint32_t hour = 0; hour < 3; ++hour) {
    Said one;
    one.values.assign(model::kTimeframeCount * model::kFeatureCount, kNone);
    one.bars.assign(model::kTimeframeCount, bars_before + hour);
    one.values[kPlace] = value(bars_before + hour);
    said.push_back(std::move(one));
  }
  return said;
}

template <typename Value>
FeatureStarts judged(std::uint32_t first, std::uint32_t second, const Value& value) {
  FeatureStarts row;
  row.bars_needed = kNeeded;
  compare_starts(say(10'000, value), {say(first, value), say(second, value)}, kPlace, row);
  return row;
}

}  // namespace

TEST_CASE("a feature of a window says the same bits once the window is full") {
  const auto row =
      judged(10, 100, [](std::uint32_t bars) { return bars < kNeeded ? 1.0 + bars : 7.5; });
  CHECK(row.verdict == RecursiveVerdict::equal);
  CHECK(row.starts[0].judged == 0);
  CHECK(row.starts[0].deviation > 0.4);
  CHECK(row.starts[1].judged == 3);
}

TEST_CASE("a mean that forgets its start settles; a sum since the start depends on it") {
  const auto forgets = [](std::uint32_t bars) { return 5.0 + std::exp2(-static_cast<int>(bars)); };
  CHECK(judged(10, 42, forgets).verdict == RecursiveVerdict::settles);
  const auto sum = [](std::uint32_t bars) { return 0.1 * bars; };
  const auto row = judged(10, 100, sum);
  CHECK(row.verdict == RecursiveVerdict::depends);
  CHECK(row.starts[1].judged_deviation > 0.9);
}

TEST_CASE("a feature that has no value though it had the bars depends on its start") {
  const auto late = [](std::uint32_t bars) { return bars < 500 ? kNone : 2.0; };
  const auto row = judged(10, 100, late);
  CHECK(row.verdict == RecursiveVerdict::depends);
  CHECK(row.starts[0].missing == 0);
  CHECK(row.starts[1].missing == 3);
}

TEST_CASE("nothing is told of a feature that no start gave the bars it needs") {
  const auto constant = [](std::uint32_t) { return 2.0; };
  CHECK(judged(5, 20, constant).verdict == RecursiveVerdict::untold);
  // Nor of one whose last bar is not fresh: the whole session kept an old value.
  SaidEachHour whole = say(10'000, constant);
  for (Said& said : whole) {
    said.bars.assign(model::kTimeframeCount, 0);
  }
  FeatureStarts row;
  row.bars_needed = kNeeded;
  compare_starts(whole, {say(100, [](std::uint32_t) { return 3.0; })}, kPlace, row);
  CHECK(row.verdict == RecursiveVerdict::untold);
}
