#include "features/regime.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <vector>

#include "base/random.hpp"
#include "features/frame.hpp"

using namespace lanner;
using features::Liquidity;
using features::MarketRegime;
using features::RegimeTracker;
using features::Trend;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr Timestamp kStart{1'746'057'600 * kNsPerSecond};

RegimeTracker::Hour hour_of(double efficiency, double move, double ret_bps = 10.0) {
  return {ret_bps, efficiency, move, 100.0, kNone};
}

}  // namespace

TEST_CASE("regime: the efficiency ratio of the printed example is .6") {
  const std::vector<double> closes{100, 101, 102, 101, 103};
  CHECK(features::efficiency_ratio(closes) == doctest::Approx(0.6).epsilon(1e-12));
}

TEST_CASE("regime: within .05 of the cut nothing flips, to either side and from any state") {
  for (const Trend state : {Trend::up, Trend::down, Trend::range}) {
    for (double away = -0.05; away <= 0.05; away += 0.001) {
      const double efficiency = std::clamp(0.35 + away, 0.3, 0.4);
      for (const double move : {-1.0, 1.0}) {
        CHECK(next_trend(state, efficiency, move) == state);
      }
    }
    CHECK(next_trend(state, 0.4001, 1.0) == Trend::up);
    CHECK(next_trend(state, 0.4001, -1.0) == Trend::down);
    CHECK(next_trend(state, 0.2999, 1.0) == Trend::range);
    CHECK(next_trend(state, kNone, 1.0) == state);
  }
  // Without a state before there is nothing to hold on to: the cut itself decides.
  CHECK(next_trend(Trend::unknown, 0.36, -1.0) == Trend::down);
  CHECK(next_trend(Trend::unknown, 0.34, -1.0) == Trend::range);
  CHECK(next_trend(Trend::unknown, kNone, -1.0) == Trend::unknown);
}

TEST_CASE("regime: a walk inside the band never flips, one across it does") {
  RegimeTracker tracker;
  std::int64_t at = 0;
  const auto add = [&](double efficiency, double move) {
    return tracker.add(hour_of(efficiency, move), kStart + hours(++at));
  };
  CHECK_FALSE(add(0.5, 1.0));  // the first state is no flip
  for (std::uint64_t i = 0; i < 500; ++i) {
    CHECK_FALSE(add(0.30 + 0.1 * philox_uniform(3, 1, i), i % 2 == 0 ? 1.0 : -1.0));
    CHECK(tracker.now().trend == Trend::up);
  }
  CHECK(add(0.45, -1.0));
  CHECK(tracker.now().trend == Trend::down);
  CHECK(tracker.before(kStart + hours(at)).trend == Trend::up);
  CHECK(tracker.before(kStart + hours(at) + Duration{1}).trend == Trend::down);
  CHECK(add(0.1, -1.0));
  CHECK(tracker.now().trend == Trend::range);
}

TEST_CASE("regime: the tercile is sigma's place among the 168 hours before") {
  RegimeTracker tracker;
  std::deque<double> before;
  double variance = 0.0;
  std::vector<int> seen(4);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const double ret = (philox_uniform(5, 2, i) - 0.5) * (i / 100 % 2 == 0 ? 40.0 : 120.0);
    variance = i == 0 ? ret * ret : 0.94 * variance + 0.06 * ret * ret;
    const double sigma = std::sqrt(variance);
    int expected = 0;
    if (before.size() >= 24) {
      std::vector<double> sorted(before.begin(), before.end());
      std::sort(sorted.begin(), sorted.end());
      const auto rank = [&](double share) {
        return sorted[static_cast<std::size_t>(
                          std::ceil(share * static_cast<double>(sorted.size()))) - 1];
      };
      expected = sigma > rank(2.0 / 3.0) ? 3 : sigma > rank(1.0 / 3.0) ? 2 : 1;
    }
    before.push_back(sigma);
    if (before.size() > 168) {
      before.pop_front();
    }
    tracker.add(hour_of(0.1, 1.0, ret), kStart + hours(static_cast<std::int64_t>(i)));
    REQUIRE(tracker.now().vol_tercile == expected);
    CHECK(tracker.sigma_bps() == doctest::Approx(sigma).epsilon(1e-12));
    ++seen[static_cast<std::size_t>(expected)];
  }
  CHECK(*std::min_element(seen.begin(), seen.end()) >= 24);
}

TEST_CASE("regime: thin is a quarter of the usual hour or twice the usual spread") {
  RegimeTracker tracker;
  std::int64_t at = 0;
  const auto add = [&](double volume, double spread_ratio) {
    tracker.add({1.0, 0.1, 1.0, volume, spread_ratio}, kStart + hours(++at));
    return tracker.now().liquidity;
  };
  for (int i = 0; i < 24; ++i) {
    CHECK(add(100.0, kNone) == Liquidity::unknown);
  }
  CHECK(add(100.0, kNone) == Liquidity::ok);
  CHECK(add(24.0, kNone) == Liquidity::thin);
  CHECK(add(26.0, kNone) == Liquidity::ok);
  CHECK(add(100.0, 2.1) == Liquidity::thin);
  CHECK(add(100.0, 1.9) == Liquidity::ok);
}

TEST_CASE("regime: the bits are the words of tc1") {
  using model::Regime;
  const auto bits = [](Trend trend, std::uint8_t tercile) {
    return MarketRegime{trend, tercile, Liquidity::ok}.bits();
  };
  const auto any = bit_of(Regime::any);
  CHECK(bits(Trend::unknown, 0) == any);
  CHECK(bits(Trend::up, 1) == (any | bit_of(Regime::trend_up)));
  CHECK(bits(Trend::down, 3) == (any | bit_of(Regime::trend_down) | bit_of(Regime::high_vol)));
  CHECK(bits(Trend::range, 2) == (any | bit_of(Regime::range)));
}
