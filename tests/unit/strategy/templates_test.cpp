#include "strategy/templates.hpp"

#include <doctest/doctest.h>

#include <set>

#include "strategy/condition_hash.hpp"

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
  const auto condition = make_template(id, side, kPriors, {}, feed);
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
  CHECK_FALSE(make_template(TemplateId::p02, PositionSide::long_side, kPriors, no_p02, {}));
  CHECK(make_template(TemplateId::p01, PositionSide::long_side, kPriors, no_p02, {}));
  CHECK_FALSE(make_template(TemplateId::p07, PositionSide::long_side, kPriors, {}, {}));

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

}  // namespace lanner::strategy
