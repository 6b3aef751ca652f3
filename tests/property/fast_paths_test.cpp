// Short cuts that exist for speed alone must say what the plain way says.

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/fixed.hpp"
#include "strategy/sniper.hpp"

namespace lanner {
namespace {

// Half to even by the definition, on the slow type.
Int128 divided(Int128 numerator, Int128 denominator) {
  Int128 quotient = numerator / denominator;
  Int128 rest = numerator % denominator;
  const bool is_negative = rest < 0;
  rest = is_negative ? -rest : rest;
  if (rest * 2 > denominator || (rest * 2 == denominator && quotient % 2 != 0)) {
    quotient += is_negative ? -1 : 1;
  }
  return quotient;
}

// A market of random minutes for one instrument, in which prices and means keep crossing.
struct Minutes {
  std::array<double, model::kTimeframeCount * model::kFeatureCount> now{};
  std::array<double, model::kTimeframeCount * model::kFeatureCount> before{};
  std::int64_t raw = 0;

  Minutes() {
    now.fill(std::numeric_limits<double>::quiet_NaN());
    before = now;
  }
  void step() {
    before = now;
    raw = *rc::gen::inRange<std::int64_t>(95, 106) * Price::kScale;
    const auto set = [this](model::FeatureId id, double value) {
      now[features::FeatureView::at(id, model::Timeframe::m1)] = value;
    };
    set(model::FeatureId::price, static_cast<double>(raw / Price::kScale));
    set(model::FeatureId::ema9, static_cast<double>(*rc::gen::inRange(95, 106)));
    set(model::FeatureId::rsi14, static_cast<double>(*rc::gen::inRange(30, 71)));
  }
  [[nodiscard]] features::FeatureView view() const { return {now.data(), before.data()}; }
};

model::Predicate some_predicate() {
  using model::FeatureId;
  const auto op = static_cast<model::PredicateOp>(*rc::gen::inRange(0, 6));
  switch (*rc::gen::inRange(0, 4)) {
    case 0: return {FeatureId::price, model::Timeframe::m1, op, FeatureId::none,
                    Score{static_cast<double>(*rc::gen::inRange(95, 106))}};
    case 1: return {FeatureId::price, model::Timeframe::m1, op, FeatureId::ema9,
                    Score{static_cast<double>(*rc::gen::inRange(-2, 3))}};
    case 2: return {FeatureId::ema9, model::Timeframe::m1, op, FeatureId::price, Score{}};
    default: return {FeatureId::rsi14, model::Timeframe::m1, op, FeatureId::none,
                     Score{static_cast<double>(*rc::gen::inRange(30, 71))}};
  }
}

model::TradeCondition some_condition(Timestamp expires_at) {
  model::TradeCondition condition;
  condition.instrument_id = InstrumentId{0};
  const int all = *rc::gen::inRange(1, 4);
  for (int i = 0; i < all; ++i) {
    RC_ASSERT(condition.when_all.push_back(some_predicate()));
  }
  if (*rc::gen::inRange(0, 4) == 0) {
    RC_ASSERT(condition.when_any.push_back(some_predicate()));
  }
  if (*rc::gen::inRange(0, 4) == 0) {
    RC_ASSERT(condition.invalidate_any.push_back(some_predicate()));
  }
  condition.expires_at = expires_at;
  return condition;
}

}  // namespace

TEST_CASE("the processor's division rounds half to even as the definition does") {
  CHECK(rc::check([](std::int64_t a, std::int64_t b, std::int64_t divisor) {
    const Int128 denominator = divisor == 0 || divisor == INT64_MIN ? 1 : std::abs(divisor);
    const Int128 product = Int128{a} * b;
    for (const Int128 numerator : {product, Int128{a}, denominator / 2, -denominator / 2,
                                   product / denominator * denominator + denominator / 2}) {
      RC_ASSERT(detail::divide_half_even(numerator, denominator) ==
                divided(numerator, denominator));
    }
  }));
}

TEST_CASE("one call for a closed bar fires what a price and its closes fire, in their order") {
  CHECK(rc::check([] {
    strategy::Sniper one({1, 8});
    strategy::Sniper two({1, 8});
    strategy::TriggerBuffer by_one(8);
    strategy::TriggerBuffer by_two(8);
    Minutes market;
    std::vector<model::TradeCondition> known;
    Timestamp now{1'000 * kNsPerSecond};
    features::FrameSet minute;
    minute.add(model::Timeframe::m1);
    for (std::uint64_t cycle = 1; cycle <= 40; ++cycle) {
      if (*rc::gen::inRange(0, 3) == 0) {
        const auto condition = some_condition(now + minutes(*rc::gen::inRange(1, 9)));
        (void)one.arm(condition, cycle, now);
        (void)two.arm(condition, cycle, now);
        known.push_back(condition);
      }
      now = now + minutes(1);
      market.step();
      const Price last = Price::from_raw(market.raw);
      one.on_bar(InstrumentId{0}, minute, market.view(), last, now, by_one);
      two.on_price(InstrumentId{0}, last, now, market.view(), by_two);
      two.on_frames(InstrumentId{0}, minute, market.view(), last, now, by_two);
      RC_ASSERT(std::vector<strategy::Trigger>(by_one.begin(), by_one.end()) ==
                std::vector<strategy::Trigger>(by_two.begin(), by_two.end()));
      RC_ASSERT(one.counters().expired == two.counters().expired);
      by_one.clear();
      by_two.clear();
      one.expire(now);
      two.expire(now);
      // Every condition is renewed now and then, so that the cleared ones come back.
      for (model::TradeCondition& condition : known) {
        if (*rc::gen::inRange(0, 2) == 0) {
          condition.expires_at = now + minutes(3);
          (void)one.arm(condition, cycle + 1, now);
          (void)two.arm(condition, cycle + 1, now);
        }
      }
    }
  }));
}

}  // namespace lanner
