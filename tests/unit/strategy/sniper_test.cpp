#include "strategy/sniper.hpp"

#include <doctest/doctest.h>

#include "support/feature_table.hpp"

namespace lanner::strategy {
namespace {

using model::FeatureId;
using model::PredicateOp;
using model::Timeframe;
using model::TradeCondition;

constexpr InstrumentId kBtc{0};

Price px(std::int64_t units) { return Price::from_int(units); }

TradeCondition price_above(std::int64_t level, Timestamp expires_at) {
  TradeCondition condition;
  condition.instrument_id = kBtc;
  condition.stop_atr = Score{1.5};
  condition.take_profit_r = Score{2.0};
  condition.time_stop = hours(1);
  condition.expires_at = expires_at;
  (void)condition.when_all.push_back({FeatureId::price, Timeframe::m1, PredicateOp::gt,
                                      FeatureId::none, Score{static_cast<double>(level)}});
  return condition;
}

// A sniper with one instrument, its features and its clock.
struct Range {
  Sniper sniper{{2, 4}};
  TriggerBuffer triggers{4};
  test::FeatureTable features;
  Timestamp now{kNsPerSecond};
  Price last = px(100);

  std::size_t price(Price value) {
    triggers.clear();
    last = value;
    sniper.on_price(kBtc, value, now, features.view(), triggers);
    return triggers.size();
  }
  std::size_t close(Timeframe timeframe) {
    triggers.clear();
    features::FrameSet frames;
    frames.add(timeframe);
    sniper.on_frames(kBtc, frames, features.view(), last, now, triggers);
    return triggers.size();
  }
};

}  // namespace

TEST_CASE("a price condition fires once, at the first price beyond its level") {
  Range range;
  REQUIRE(range.sniper.arm(price_above(110, range.now + minutes(5)), 1, range.now));
  CHECK(range.price(px(100)) == 0);
  CHECK(range.price(px(110)) == 0);
  CHECK(range.price(px(110) + Price::from_raw(1)) == 1);
  CHECK(range.triggers.begin()->price == range.last);
  CHECK(range.price(px(111)) == 0);
  CHECK(range.price(px(100)) == 0);
  CHECK(range.price(px(112)) == 0);
  CHECK(range.sniper.counters().fired == 1);
}

TEST_CASE("a new condition may fire at its first look") {
  Range range;
  CHECK(range.price(px(120)) == 0);
  REQUIRE(range.sniper.arm(price_above(110, range.now + minutes(5)), 1, range.now));
  CHECK(range.price(px(120)) == 1);
}

TEST_CASE("a fired condition needs a closed bar at which it is false, and then a later cycle") {
  Range range;
  const auto condition = price_above(110, range.now + minutes(5));
  const auto handle = range.sniper.arm(condition, 1, range.now);
  REQUIRE(handle);
  REQUIRE(range.price(px(111)) == 1);

  SUBCASE("a later cycle alone is not enough") {
    CHECK(range.close(Timeframe::m1) == 0);  // still true
    CHECK(range.sniper.refresh(*handle, {range.now + minutes(5), model::ShadowOnly::no, 2}));
    CHECK(range.price(px(112)) == 0);
  }
  SUBCASE("a false bar alone is not enough, nor is the same cycle") {
    range.price(px(100));
    range.close(Timeframe::m1);
    CHECK(range.price(px(112)) == 0);
    CHECK(range.sniper.arm(condition, 1, range.now));
    CHECK(range.price(px(112)) == 0);
    CHECK(range.sniper.counters().rearmed == 0);
  }
  SUBCASE("a price that was false between two bars does not count") {
    range.price(px(100));
    range.price(px(112));
    range.close(Timeframe::m1);
    CHECK(range.sniper.arm(condition, 2, range.now));
    CHECK(range.price(px(112)) == 0);
  }
  SUBCASE("both together arm it again") {
    range.price(px(100));
    range.close(Timeframe::m1);
    CHECK(range.sniper.arm(condition, 2, range.now));
    CHECK(range.sniper.counters().rearmed == 1);
    CHECK(range.price(px(105)) == 0);
    CHECK(range.price(px(112)) == 1);
  }
}

TEST_CASE("the same condition is refreshed, never doubled; another bracket is another condition") {
  Range range;
  auto condition = price_above(110, range.now + minutes(1));
  const auto first = range.sniper.arm(condition, 1, range.now);
  condition.expires_at = range.now + minutes(9);
  condition.shadow_only = model::ShadowOnly::yes;
  const auto second = range.sniper.arm(condition, 2, range.now);
  REQUIRE((first && second));
  CHECK(first->slot == second->slot);
  CHECK(range.sniper.size() == 1);
  CHECK(range.sniper.condition(first->slot).shadow_only == model::ShadowOnly::yes);
  CHECK(range.sniper.condition(first->slot).expires_at == condition.expires_at);
  CHECK(range.sniper.condition(first->slot).pattern_id.is_valid());

  condition.stop_atr = Score{2.0};
  REQUIRE(range.sniper.arm(condition, 2, range.now));
  CHECK(range.sniper.size() == 2);
}

TEST_CASE("expiry ends a condition, and a refresh puts it off") {
  Range range;
  const auto handle = range.sniper.arm(price_above(110, range.now + seconds(60)), 1, range.now);
  REQUIRE(handle);
  CHECK(range.sniper.refresh(*handle, {range.now + seconds(120), model::ShadowOnly::no, 2}));
  range.now = range.now + seconds(61);
  range.sniper.expire(range.now);
  CHECK(range.sniper.size() == 1);
  range.now = range.now + seconds(60);
  CHECK(range.price(px(111)) == 0);  // due, though expire() was not called yet
  range.sniper.expire(range.now);
  CHECK(range.sniper.size() == 0);
  CHECK(range.sniper.counters().expired == 1);
  CHECK_FALSE(range.sniper.refresh(*handle, {range.now + seconds(9), model::ShadowOnly::no, 3}));
}

TEST_CASE("a lease renews its conditions at once, and says when one of them needs a look") {
  Range range;
  range.sniper = Sniper{{2, 4, 1}};
  const auto first = range.sniper.arm(price_above(110, range.now + seconds(60)), 1, range.now);
  const auto second = range.sniper.arm(price_above(120, range.now + seconds(60)), 1, range.now);
  REQUIRE((first && second));
  CHECK_FALSE(range.sniper.renew(0, range.now + seconds(90), 1));  // nothing is in it yet
  range.sniper.take_into(0, *first);
  range.sniper.take_into(0, *second);
  range.sniper.renew_anew(0, range.now + seconds(60), 1);

  CHECK(range.sniper.renew(0, range.now + seconds(120), 2));
  range.now = range.now + seconds(61);
  range.sniper.expire(range.now);
  CHECK(range.sniper.size() == 2);
  CHECK(range.sniper.expires_at(second->slot) == range.now + seconds(59));

  // One fires and is found false again: it may be armed again, which is no matter of the lease.
  CHECK(range.price(px(111)) == 1);
  CHECK(range.sniper.renew(0, range.now + seconds(60), 3));
  range.last = px(100);
  CHECK(range.close(Timeframe::m1) == 0);
  CHECK_FALSE(range.sniper.renew(0, range.now + seconds(120), 4));
  CHECK(range.sniper.refresh(*first, {range.now + seconds(120), model::ShadowOnly::no, 4}));
  CHECK(range.sniper.is_armed(first->slot));
  range.sniper.take_into(0, *first);
  range.sniper.renew_anew(0, range.now + seconds(120), 4);

  // What is taken out keeps what it had, and expires by itself.
  range.sniper.take_out(*second);
  CHECK_FALSE(range.sniper.renew(0, range.now + seconds(240), 5));
  range.sniper.renew_anew(0, range.now + seconds(240), 5);
  range.now = range.now + seconds(121);
  range.sniper.expire(range.now);
  CHECK(range.sniper.size() == 1);
  CHECK(range.sniper.is_held(first->slot));
  range.now = range.now + seconds(121);
  range.sniper.expire(range.now);
  CHECK(range.sniper.size() == 0);
}

TEST_CASE("expiry does not let a spent condition fire twice on one move") {
  Range range;
  const auto condition = price_above(110, range.now + seconds(60));
  REQUIRE(range.sniper.arm(condition, 1, range.now));
  REQUIRE(range.price(px(111)) == 1);
  range.now = range.now + seconds(90);
  range.sniper.expire(range.now);
  auto again = condition;
  again.expires_at = range.now + seconds(60);
  REQUIRE(range.sniper.arm(again, 3, range.now));
  CHECK(range.price(px(112)) == 0);
}

TEST_CASE("a cross is looked at when its bar closes, and only then") {
  Range range;
  TradeCondition condition = price_above(50, range.now + hours(9));
  (void)condition.when_all.push_back(
      {FeatureId::rsi14, Timeframe::m15, PredicateOp::cross_up, FeatureId::none, Score{40.0}});
  range.features.close(FeatureId::rsi14, Timeframe::m15, 35.0);
  range.features.close(FeatureId::rsi14, Timeframe::m15, 41.0);
  REQUIRE(range.sniper.arm(condition, 1, range.now));
  CHECK(range.price(px(100)) == 0);
  CHECK(range.close(Timeframe::m1) == 0);
  CHECK(range.close(Timeframe::m15) == 1);

  // It stays above: no second cross, and the next bar clears it.
  range.features.close(FeatureId::rsi14, Timeframe::m15, 45.0);
  CHECK(range.close(Timeframe::m15) == 0);
  REQUIRE(range.sniper.arm(condition, 2, range.now));
  for (const double rsi : {44.0, 39.0, 38.0}) {
    range.features.close(FeatureId::rsi14, Timeframe::m15, rsi);
    CHECK(range.close(Timeframe::m15) == 0);
  }
  range.features.close(FeatureId::rsi14, Timeframe::m15, 40.0);
  CHECK(range.close(Timeframe::m15) == 1);
}

TEST_CASE("a level that follows a feature is moved when its bar closes") {
  Range range;
  TradeCondition condition = price_above(0, range.now + hours(9));
  condition.when_all[0] = {FeatureId::price, Timeframe::m15, PredicateOp::gt, FeatureId::don20_hi,
                           Score{}};
  REQUIRE(range.sniper.arm(condition, 1, range.now));
  CHECK(range.price(px(200)) == 0);  // absent
  range.price(px(100));
  range.features.close(FeatureId::don20_hi, Timeframe::m15, 110.0);
  CHECK(range.close(Timeframe::m15) == 0);
  range.features.close(FeatureId::don20_hi, Timeframe::m15, 105.0);
  CHECK(range.close(Timeframe::m15) == 0);
  CHECK(range.price(px(106)) == 1);
}

TEST_CASE("a full sniper refuses and says so; so does a condition that can never be looked at") {
  Range range;
  for (std::int64_t level = 110; level < 114; ++level) {
    CHECK(range.sniper.arm(price_above(level, range.now + minutes(1)), 1, range.now));
  }
  CHECK_FALSE(range.sniper.arm(price_above(120, range.now + minutes(1)), 1, range.now));
  CHECK(range.sniper.counters().refused_full == 1);

  TradeCondition nothing = price_above(110, range.now + minutes(1));
  nothing.when_all.clear();
  CHECK_FALSE(range.sniper.arm(nothing, 1, range.now));
  CHECK_FALSE(range.sniper.arm(price_above(110, range.now), 1, range.now));
  CHECK(range.sniper.counters().refused_invalid == 2);
}

TEST_CASE("a quiet price looks at nothing, however many conditions are armed") {
  Sniper sniper{{1, 10'000}};
  TriggerBuffer triggers{10'000};
  const test::FeatureTable features;
  const Timestamp now{1};
  for (std::int64_t i = 0; i < 10'000; ++i) {
    TradeCondition condition = price_above(110 + i, now + hours(1));
    if (i % 2 == 1) {
      condition.when_all[0].op = PredicateOp::lt;
      condition.when_all[0].value = Score{90.0 - static_cast<double>(i) * 0.001};
    }
    REQUIRE(sniper.arm(condition, 1, now));
  }
  sniper.on_price(kBtc, px(100), now, features.view(), triggers);
  const std::uint64_t looks = sniper.counters().looks;
  for (int i = 0; i < 1000; ++i) {
    sniper.on_price(kBtc, px(95 + i % 10), now, features.view(), triggers);
  }
  CHECK(sniper.counters().looks == looks);
  sniper.on_price(kBtc, px(113), now, features.view(), triggers);
  CHECK(sniper.counters().looks == looks + 2);  // levels 110 and 112
  CHECK(triggers.size() == 2);
}

TEST_CASE("inputs are the left-hand values in the order of the predicates") {
  Range range;
  TradeCondition condition = price_above(50, range.now + hours(1));
  (void)condition.when_any.push_back(
      {FeatureId::rsi14, Timeframe::m15, PredicateOp::lt, FeatureId::none, Score{40.0}});
  (void)condition.invalidate_any.push_back(
      {FeatureId::er20, Timeframe::h1, PredicateOp::gt, FeatureId::none, Score{0.5}});
  range.features.set(FeatureId::rsi14, Timeframe::m15, 33.0);
  const auto handle = range.sniper.arm(condition, 1, range.now);
  REQUIRE(handle);
  StaticVector<Score, 12> inputs;
  range.sniper.inputs(handle->slot, range.features.view(), px(100), inputs);
  REQUIRE(inputs.size() == 3);
  CHECK(inputs[0] == Score{100.0});
  CHECK(inputs[1] == Score{33.0});
  CHECK(inputs[2] == Sniper::kAbsentInput);
}

}  // namespace lanner::strategy
