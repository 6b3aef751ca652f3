#include "learn/regime_rules.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "base/isotime.hpp"

namespace lanner::learn {
namespace {

EntryFacts at(const char* text) {
  EntryFacts facts;
  facts.instrument_id = InstrumentId{2};
  facts.at = Timestamp{*parse_instant(text)};
  return facts;
}

TEST_CASE("hours may wrap around midnight, days are those of UTC") {
  model::Scope night;
  night.hour_first = 22;
  night.hour_end = 2;
  CHECK(matches(night, at("2025-05-05T22:00:00Z")));
  CHECK(matches(night, at("2025-05-05T01:59:59Z")));
  CHECK_FALSE(matches(night, at("2025-05-05T02:00:00Z")));
  CHECK_FALSE(matches(night, at("2025-05-05T21:59:59Z")));
  CHECK(weekday_of(at("2025-05-05T00:00:00Z").at) == 0);  // a Monday
  CHECK(weekday_of(at("2025-05-11T23:59:59Z").at) == 6);
  model::Scope weekend;
  weekend.weekdays = 0b110'0000;
  CHECK(matches(weekend, at("2025-05-10T12:00:00Z")));
  CHECK_FALSE(matches(weekend, at("2025-05-09T12:00:00Z")));
}

TEST_CASE("every named field must hold") {
  model::Scope scope;
  scope.instrument_id = InstrumentId{2};
  scope.side = model::PositionSide::short_side;
  scope.template_id = model::TemplateId::p03;
  scope.volatility = model::Volatility::high;
  scope.cost_r_above = Score{0.2};
  EntryFacts facts = at("2025-05-05T12:00:00Z");
  facts.side = model::PositionSide::short_side;
  facts.template_id = model::TemplateId::p03;
  facts.volatility = model::Volatility::high;
  facts.cost_r = Score{0.25};
  CHECK(matches(scope, facts));
  facts.cost_r = Score{0.2};
  CHECK_FALSE(matches(scope, facts));
  facts.cost_r = Score{0.25};
  facts.volatility = model::Volatility::unknown;
  CHECK_FALSE(matches(scope, facts));
}

TEST_CASE("the strictest rule decides; favours count only where nothing reduces") {
  RegimeRules rules;
  model::Scope any_long;
  any_long.side = model::PositionSide::long_side;
  model::Scope coin;
  coin.instrument_id = InstrumentId{2};
  REQUIRE(rules.add({7, any_long, Score{1.25}}));
  const EntryFacts facts = at("2025-05-05T12:00:00Z");
  CHECK(rules.ask(facts).multiplier == Score{1.25});
  REQUIRE(rules.add({8, coin, Score{0.5}}));
  CHECK(rules.ask(facts).multiplier == Score{0.5});
  CHECK(rules.ask(facts).adaptation_id == 8);
  REQUIRE(rules.add({9, coin, Score{}}));
  CHECK(rules.ask(facts).is_blocked());
  rules.remove(8);
  rules.remove(9);
  CHECK(rules.ask(facts).adaptation_id == 7);
  rules.remove(7);
  CHECK(rules.rules().size() == 0);
  for (std::uint32_t i = 0; i < RegimeRules::kRulesMax; ++i) {
    CHECK(rules.add({i + 1, coin, Score{0.5}}));
  }
  CHECK_FALSE(rules.add({99, coin, Score{0.5}}));
}

TEST_CASE("volatility is judged among the instrument's own week") {
  VolatilityTerciles terciles(2);
  const InstrumentId id{1};
  for (std::size_t i = 0; i < VolatilityTerciles::kSamplesMin - 1; ++i) {
    terciles.sample(id, 1.0);
  }
  terciles.sample(id, std::nan(""));
  CHECK(terciles.of(id, 1.0) == model::Volatility::unknown);
  for (std::size_t i = 0; i < 100; ++i) {
    terciles.sample(id, static_cast<double>(i));
  }
  CHECK(terciles.of(id, 60.0) == model::Volatility::low);     // 58 .. 99 are known
  CHECK(terciles.of(id, 80.0) == model::Volatility::middle);
  CHECK(terciles.of(id, 98.0) == model::Volatility::high);
  CHECK(terciles.of(id, std::nan("")) == model::Volatility::unknown);
  CHECK(terciles.of(InstrumentId{0}, 1.0) == model::Volatility::unknown);
}

}  // namespace
}  // namespace lanner::learn
