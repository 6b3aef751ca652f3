#include "strategy/templates.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <set>

#include "strategy/condition_hash.hpp"
#include "strategy/predicate.hpp"

namespace lanner::strategy {
namespace {

using model::FeatureId;
using model::PositionSide;
using model::Predicate;
using model::PredicateOp;
using model::TemplateId;
using model::Timeframe;

const model::ParameterSet kPriors;

model::TradeCondition make(TemplateId id, PositionSide side, FeedFeatures feed = {}) {
  const auto condition = make_template({id, side}, kPriors, {}, feed);
  REQUIRE(condition);
  return *condition;
}

}  // namespace

TEST_CASE("P01 is a pullback in the trend of the hour") {
  const auto up = make(TemplateId::p01, PositionSide::long_side);
  REQUIRE(up.when_all.size() == 4);
  CHECK(up.when_all[0] == Predicate{FeatureId::ema21, Timeframe::h1, PredicateOp::gt,
                                    FeatureId::ema50, Score{}});
  CHECK(up.when_all[1] == Predicate{FeatureId::er20, Timeframe::h1, PredicateOp::gt,
                                    FeatureId::none, Score{0.25}});
  CHECK(up.when_all[2] == Predicate{FeatureId::rsi14, Timeframe::m15, PredicateOp::cross_up,
                                    FeatureId::none, Score{40.0}});
  CHECK(up.when_all[3] == Predicate{FeatureId::vwap_dev_atr, Timeframe::h1, PredicateOp::ge,
                                    FeatureId::none, Score{-1.0}});
  CHECK(up.stop_atr == Score{1.5});
  CHECK(up.stop_tf == Timeframe::h1);
  CHECK(up.take_profit_r == Score{2.0});
  CHECK(up.time_stop == hours(12));

  const auto down = make(TemplateId::p01, PositionSide::short_side);
  CHECK(down.when_all[0].op == PredicateOp::lt);
  CHECK(down.when_all[1] == up.when_all[1]);
  CHECK(down.when_all[2] == Predicate{FeatureId::rsi14, Timeframe::m15, PredicateOp::cross_down,
                                      FeatureId::none, Score{60.0}});
  CHECK(down.when_all[3] == Predicate{FeatureId::vwap_dev_atr, Timeframe::h1, PredicateOp::le,
                                      FeatureId::none, Score{1.0}});
}

TEST_CASE("P02 is a breakout; what the feed lacks is left out and makes another pattern") {
  const auto up = make(TemplateId::p02, PositionSide::long_side);
  REQUIRE(up.when_all.size() == 2);
  CHECK(up.when_all[0] == Predicate{FeatureId::price, Timeframe::m15, PredicateOp::cross_up,
                                    FeatureId::don20_hi, Score{}});
  CHECK(up.when_all[1] == Predicate{FeatureId::vol_z, Timeframe::m15, PredicateOp::gt,
                                    FeatureId::none, Score{1.5}});
  CHECK(up.take_profit_r == Score{3.0});
  CHECK(up.time_stop == hours(24));
  const auto down = make(TemplateId::p02, PositionSide::short_side);
  CHECK(down.when_all[0] == Predicate{FeatureId::price, Timeframe::m15, PredicateOp::cross_down,
                                      FeatureId::don20_lo, Score{}});
  const auto full = make(TemplateId::p02, PositionSide::long_side, {true, true});
  CHECK(full.when_all.size() == 4);
  CHECK(full.pattern_id != up.pattern_id);
}

TEST_CASE("P03 is a mean reversion") {
  const auto up = make(TemplateId::p03, PositionSide::long_side);
  REQUIRE(up.when_all.size() == 3);
  CHECK(up.when_all[0] == Predicate{FeatureId::bb_pos, Timeframe::m15, PredicateOp::cross_up,
                                    FeatureId::none, Score{-2.0}});
  CHECK(up.when_all[1] == Predicate{FeatureId::rsi14, Timeframe::m15, PredicateOp::lt,
                                    FeatureId::none, Score{35.0}});
  CHECK(up.when_all[2] == Predicate{FeatureId::er20, Timeframe::m15, PredicateOp::lt,
                                    FeatureId::none, Score{0.25}});
  CHECK(up.stop_atr == Score{2.0});
  CHECK(up.take_profit_r == Score{1.0});
  CHECK(up.time_stop == hours(4));
  const auto down = make(TemplateId::p03, PositionSide::short_side);
  CHECK(down.when_all[0].op == PredicateOp::cross_down);
  CHECK(down.when_all[0].value == Score{2.0});
  CHECK(down.when_all[1].op == PredicateOp::gt);
  CHECK(down.when_all[1].value == Score{65.0});
}

TEST_CASE("each template and side is a pattern of its own, whatever the instrument") {
  std::set<std::uint64_t> patterns;
  for (const TemplateId id : kTemplates) {
    for (const PositionSide side : kSides) {
      auto condition = make(id, side);
      patterns.insert(condition.pattern_id.value());
      condition.instrument_id = InstrumentId{7};
      CHECK(pattern_id_of(condition) == condition.pattern_id);
    }
  }
  CHECK(patterns.size() == kTemplateConditions);
}

TEST_CASE("a masked template emits nothing, and a masked bracket is the same for all") {
  model::ComponentMask no_p02;
  no_p02.mask(model::Component::template_p02);
  CHECK_FALSE(make_template({TemplateId::p02, PositionSide::long_side}, kPriors, no_p02, {}));
  CHECK(make_template({TemplateId::p01, PositionSide::long_side}, kPriors, no_p02, {}));
  CHECK_FALSE(make_template({TemplateId::custom, PositionSide::long_side}, kPriors, {}, {}));

  model::ComponentMask no_bracket;
  no_bracket.mask(model::Component::bracket);
  for (const TemplateId id : kTemplates) {
    const Bracket bracket = bracket_of(id, kPriors, no_bracket);
    CHECK(bracket.stop_atr == Score{1.5});
    CHECK(bracket.target_r == Score{2.0});
    CHECK(bracket.time_stop == hours(8));
  }
}

TEST_CASE("small moves of a threshold stay in the pattern, the order of predicates never counts") {
  auto condition = make(TemplateId::p03, PositionSide::long_side);
  auto nearby = condition;
  nearby.when_all[1].value = Score{36.0};
  CHECK(pattern_id_of(nearby) == pattern_id_of(condition));
  CHECK(canonical_hash(nearby) != canonical_hash(condition));
  auto far = condition;
  far.when_all[1].value = Score{20.0};
  CHECK(pattern_id_of(far) != pattern_id_of(condition));
  auto turned = condition;
  std::swap(turned.when_all[0], turned.when_all[2]);
  CHECK(pattern_id_of(turned) == pattern_id_of(condition));
  CHECK(canonical_hash(turned) == canonical_hash(condition));
  auto later = condition;
  later.expires_at = Timestamp{99};
  later.shadow_only = model::ShadowOnly::yes;
  CHECK(canonical_hash(later) == canonical_hash(condition));
}

namespace {

// A made view in which every predicate of the condition holds: the last bar just as the threshold
// asks, the one before on its other side.
struct FulfillingView {
  explicit FulfillingView(const model::TradeCondition& condition) {
    now.fill(std::numeric_limits<double>::quiet_NaN());
    before.fill(std::numeric_limits<double>::quiet_NaN());
    for (const model::Predicate& predicate : condition.when_all) {
      const bool is_up = predicate.op == PredicateOp::gt || predicate.op == PredicateOp::ge ||
                         predicate.op == PredicateOp::cross_up;
      double level = predicate.value.value();
      if (predicate.rhs != FeatureId::none) {
        set(predicate.rhs, predicate.tf, 100.0, 100.0);
        level += 100.0;
      }
      const double step = is_up ? 0.01 : -0.01;
      set(predicate.lhs, predicate.tf, level + step, level - step);
    }
    regimes = static_cast<std::uint8_t>(0xffU);
  }
  void set(FeatureId id, Timeframe tf, double value, double earlier) {
    now[features::FeatureView::at(id, tf)] = value;
    before[features::FeatureView::at(id, tf)] = earlier;
  }
  [[nodiscard]] features::FeatureView view() const { return {now.data(), before.data(), &regimes}; }

  std::array<double, model::kTimeframeCount * model::kFeatureCount> now{};
  std::array<double, model::kTimeframeCount * model::kFeatureCount> before{};
  std::uint8_t regimes = 0;
};

}  // namespace

TEST_CASE("every template fires on each side where its predicates hold, and only there") {
  for (const TemplateId id : kTemplates) {
    for (const PositionSide side : kSides) {
      const auto condition = make(id, side, {true, true});
      CAPTURE(model::name_of(id));
      FulfillingView good(condition);
      CHECK(is_triggered(condition, good.view(), Price::from_int(100)));
      // The mirrored side does not hold at the same instant.
      const auto other = make(id, side == PositionSide::long_side ? PositionSide::short_side
                                                                  : PositionSide::long_side,
                              {true, true});
      CHECK_FALSE(is_triggered(other, good.view(), Price::from_int(100)));
      for (const model::Predicate& predicate : condition.when_all) {
        FulfillingView bad(condition);
        const double missing = std::numeric_limits<double>::quiet_NaN();
        bad.set(predicate.lhs, predicate.tf, missing, missing);
        CHECK_FALSE(is_triggered(condition, bad.view(), Price::from_int(100)));
      }
    }
  }
}

TEST_CASE("a template names the inputs that no feed has brought") {
  const auto fade = make(TemplateId::p04, PositionSide::long_side);
  FulfillingView view(fade);
  CHECK(missing_inputs(fade, view.view()).is_empty());
  const double missing = std::numeric_limits<double>::quiet_NaN();
  view.set(FeatureId::liq_long_z, Timeframe::m5, missing, missing);
  const auto inputs = missing_inputs(fade, view.view());
  REQUIRE(inputs.size() == 1);
  CHECK(inputs[0] == FeatureId::liq_long_z);
  const auto edge = make(TemplateId::p06, PositionSide::short_side);
  CHECK(missing_inputs(edge, FulfillingView(fade).view())[0] == FeatureId::p_up);
}

TEST_CASE("points of the grid are looser and stricter than the prior, each another condition") {
  for (const TemplateId id : kTemplates) {
    const auto prior = *make_template({id, PositionSide::long_side}, kPriors, {}, {});
    const auto low = *make_template({id, PositionSide::long_side, model::GridPoint::low}, kPriors,
                                    {}, {});
    const auto high = *make_template({id, PositionSide::long_side, model::GridPoint::high}, kPriors,
                                     {}, {});
    CHECK(canonical_hash(low) != canonical_hash(prior));
    CHECK(canonical_hash(high) != canonical_hash(prior));
    // What is strict enough for the high point is so for the others, crossings aside.
    for (std::size_t i = 0; i < prior.when_all.size(); ++i) {
      const auto op = prior.when_all[i].op;
      const double step = high.when_all[i].value.value() - low.when_all[i].value.value();
      if (op == PredicateOp::gt || op == PredicateOp::ge) {
        CHECK(step >= 0.0);
      } else if (op == PredicateOp::lt || op == PredicateOp::le) {
        CHECK(step <= 0.0);
      }
    }
  }
}

}  // namespace lanner::strategy
