#include <doctest/doctest.h>

#include "strategy/sniper.hpp"
#include "support/feature_table.hpp"

namespace lanner::strategy {
namespace {

using model::FeatureId;
using model::PredicateOp;
using model::Timeframe;

constexpr InstrumentId kCoin{0};
constexpr std::size_t kConditions = 10'000;

// RSI below 50, 49.999, 49.998 ...
model::TradeCondition below(std::size_t i, Timestamp now) {
  model::TradeCondition condition;
  condition.instrument_id = kCoin;
  condition.stop_atr = Score{1.5};
  condition.take_profit_r = Score{2.0};
  condition.time_stop = hours(1);
  condition.expires_at = now + hours(1);
  const double level = 50.0 - static_cast<double>(i) * 0.001;
  (void)condition.when_all.push_back({FeatureId::rsi14, Timeframe::m1, PredicateOp::lt,
                                      FeatureId::none, Score{level}});
  return condition;
}

}  // namespace

TEST_CASE("a feature that crosses no level wakes nobody, and one that crosses wakes only those") {
  Sniper sniper{{1, kConditions}};
  TriggerBuffer triggers{kConditions};
  test::FeatureTable features;
  const Timestamp now{kNsPerDay};
  const Price price = Price::from_int(100);
  for (std::size_t i = 0; i < kConditions; ++i) {
    REQUIRE(sniper.arm(below(i, now), 1, now));
  }
  const auto close = [&](Timeframe tf, double rsi) {
    features.close(FeatureId::rsi14, tf, rsi);
    features::FrameSet frames;
    frames.add(tf);
    const std::uint64_t before = sniper.counters().looks;
    triggers.clear();
    sniper.on_frames(kCoin, frames, features.view(), price, now, triggers);
    return sniper.counters().looks - before;
  };
  CHECK(close(Timeframe::m1, 60.0) == kConditions);  // each once, to find where it waits
  for (int i = 0; i < 100; ++i) {
    CHECK(close(Timeframe::m1, 55.0 + i % 20) == 0);
    CHECK(close(Timeframe::m5, 10.0) == 0);  // another timeframe's value is not theirs
  }
  for (int i = 0; i < 100; ++i) {
    sniper.on_price(kCoin, Price::from_int(90 + i), now, features.view(), triggers);
  }
  CHECK(triggers.is_empty());
  CHECK(close(Timeframe::m1, 49.9975) == 3);  // levels 50, 49.999 and 49.998
  CHECK(triggers.size() == 3);
}

}  // namespace lanner::strategy
