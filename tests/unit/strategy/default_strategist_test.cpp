#include "strategy/default_strategist.hpp"

#include <doctest/doctest.h>

#include "strategy/condition_hash.hpp"
#include "support/strategy_market.hpp"

namespace lanner::strategy {
namespace {

using model::Component;
using model::CoinStatus;
using model::PositionSide;

struct Desk {
  explicit Desk(std::size_t count, model::ComponentMask masked = {})
      : market(count),
        mask(masked),
        strategist(market.instruments, market.parameters, mask),
        sniper({count, count * kGridConditions, count}),
        knowledge(count * 2) {}

  DefaultStrategist::Report cycle() {
    ++number;
    sniper.expire(market.now);
    return strategist.cycle(
        {number, market.now, knowledge, market.market, market.features, market.costs}, sniper);
  }

  test::StrategyMarket market;
  model::ComponentMask mask;
  DefaultStrategist strategist;
  Sniper sniper;
  std::vector<CoinKnowledge> knowledge;
  std::uint64_t number = 0;
};

// Everything that a decision could see of what is armed.
std::vector<std::uint64_t> armed(const Sniper& sniper) {
  std::vector<std::uint64_t> words;
  for (std::uint32_t slot = 0; slot < sniper.capacity(); ++slot) {
    if (sniper.is_held(slot)) {
      const model::TradeCondition& condition = sniper.condition(slot);
      words.push_back(canonical_hash(condition));
      words.push_back(static_cast<std::uint64_t>(condition.expires_at.ns()));
      words.push_back(condition.shadow_only == model::ShadowOnly::yes ? 1 : 0);
      words.push_back(condition.pattern_id.value());
    }
  }
  return words;
}

}  // namespace

TEST_CASE("one condition per instrument, template and side; later cycles refresh them") {
  Desk desk{3};
  desk.market.warm_up(40);
  const auto first = desk.cycle();
  CHECK(first.armed == 3 * kBarConditions);
  CHECK(first.too_dear == 0);
  CHECK(desk.sniper.size() == 3 * kBarConditions);
  desk.market.now = desk.market.now + seconds(60);
  const auto second = desk.cycle();
  CHECK(second.armed == 0);
  CHECK(second.refreshed == 3 * kBarConditions);
  CHECK(desk.sniper.size() == 3 * kBarConditions);
  CHECK(desk.sniper.expires_at(0) == desk.market.now + seconds(120));
}

TEST_CASE("nothing is emitted before the features are warm or while the feed is old") {
  Desk desk{2};
  CHECK(desk.cycle().not_fresh == 2);
  desk.market.bar(40);
  CHECK(desk.cycle().not_warm == 2);
  desk.market.warm_up(40);
  CHECK(desk.cycle().armed == 2 * kBarConditions);
  desk.market.now = desk.market.now + hours(1);
  const auto report = desk.cycle();
  CHECK(report.not_fresh == 2);
  CHECK(report.armed + report.refreshed == 0);
  CHECK(desk.sniper.size() == 0);  // their two cycles are over
}

TEST_CASE("a coin whose fees eat the bracket is left out, unless the fee gate is masked") {
  Desk desk{1};
  desk.market.warm_up(0);
  const auto report = desk.cycle();
  CHECK(report.too_dear == kBarConditions);
  CHECK(desk.sniper.size() == 0);

  model::ComponentMask mask;
  mask.mask(Component::fee_gate);
  Desk masked{1, mask};
  masked.market.warm_up(0);
  CHECK(masked.cycle().armed == kBarConditions);
}

TEST_CASE("a blocked coin's conditions are emitted for the shadow, side by side") {
  Desk desk{2};
  desk.market.warm_up(40);
  desk.knowledge[knowledge_index(InstrumentId{1}, PositionSide::short_side)].status =
      CoinStatus::blocked;
  CHECK(desk.cycle().shadow_only == kBarTemplates);
  for (std::uint32_t slot = 0; slot < desk.sniper.capacity(); ++slot) {
    const model::TradeCondition& condition = desk.sniper.condition(slot);
    const bool is_blocked = condition.instrument_id == InstrumentId{1} &&
                            condition.side == PositionSide::short_side;
    CHECK((condition.shadow_only == model::ShadowOnly::yes) == is_blocked);
  }
  desk.knowledge[knowledge_index(InstrumentId{1}, PositionSide::short_side)].status =
      CoinStatus::reduced;
  CHECK(desk.cycle().shadow_only == 0);
  CHECK(desk.sniper.condition(2 * kBarConditions - 1).shadow_only == model::ShadowOnly::no);
}

TEST_CASE("masks: a template, the coin scorer, the cycle") {
  model::ComponentMask mask;
  mask.mask(Component::template_p01);
  mask.mask(Component::coin_scorer);
  mask.mask(Component::strategist_cycle);
  Desk desk{1, mask};
  desk.market.warm_up(40);
  desk.knowledge[0].status = CoinStatus::blocked;
  const auto report = desk.cycle();
  CHECK(report.armed == kBarConditions - 2);
  CHECK(report.shadow_only == 0);
  CHECK(desk.strategist.period() == hours(4));
  CHECK(Desk{1}.strategist.period() == seconds(60));
}

TEST_CASE("the same cycles emit the same bytes") {
  Desk one{4};
  Desk two{4};
  for (Desk* desk : {&one, &two}) {
    desk->market.warm_up(40);
    desk->knowledge[3].status = CoinStatus::blocked;
    for (int i = 0; i < 5; ++i) {
      desk->market.bar(40);
      (void)desk->cycle();
    }
  }
  CHECK(armed(one.sniper) == armed(two.sniper));
  CHECK(armed(one.sniper).size() == 4 * 4 * kBarConditions);
}

}  // namespace lanner::strategy
