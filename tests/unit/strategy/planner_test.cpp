#include "strategy/planner.hpp"

#include <doctest/doctest.h>

#include "strategy/entry_cost.hpp"
#include "support/feature_table.hpp"
#include "support/strategy_market.hpp"

namespace lanner::strategy {
namespace {

using model::CoinStatus;
using model::Component;
using model::FeatureId;
using model::PositionSide;
using model::Timeframe;

// One instrument at 1000 with an ATR14(1h) of 10 and 100 000 of equity.
struct Table {
  explicit Table(model::ComponentMask mask = {}) : planner{make_planner(mask)} {
    condition.instrument_id = InstrumentId{0};
    condition.stop_atr = Score{1.5};
    condition.take_profit_r = Score{2.0};
    condition.time_stop = hours(12);
    condition.expires_at = Timestamp{kNsPerHour};
    features.set(FeatureId::atr14, Timeframe::h1, 10.0);
    input.condition = &condition;
    input.last_px = Price::from_int(1000);
    input.now = Timestamp{kNsPerSecond};
    input.cushion = {Money::from_int(100'000), Money{}, Money{}, {}};
    input.latency = milliseconds(100);
  }
  Planner make_planner(model::ComponentMask mask) {
    return Planner{market.instruments, market.parameters, mask, market.costs};
  }
  Plan plan() {
    input.features = features.view();
    const auto made = planner.plan(input);
    REQUIRE(made);
    return *made;
  }
  bool is_possible() {
    input.features = features.view();
    return planner.plan(input).has_value();
  }

  test::StrategyMarket market{2};
  Planner planner;
  model::TradeCondition condition;
  test::FeatureTable features;
  PlanInput input;
};

Quantity thousandths(std::int64_t n) { return Quantity::from_raw(n * Quantity::kScale / 1000); }

}  // namespace

TEST_CASE("cost in R has the known answers of the fee table") {
  const Score cost = cost_fraction({.entry_fee = Score{0.00055},
                                    .exit_fee = Score{0.00055},
                                    .half_spread = Score{0.00015},
                                    .impact = {},
                                    .stop_extra = {},
                                    .stop_probability = {},
                                    .funding = {}});
  CHECK(cost_in_r(cost, Score{0.002}).value() == doctest::Approx(0.70));
  CHECK(cost_in_r(cost, Score{0.006}).value() == doctest::Approx(0.2333).epsilon(0.001));
  CHECK(cost_in_r(cost, Score{0.012}).value() == doctest::Approx(0.1167).epsilon(0.001));
  CHECK(stop_probability_of(Score{1.0}).value() == doctest::Approx(0.5));
  CHECK(stop_probability_of(Score{3.0}).value() == doctest::Approx(0.75));
}

TEST_CASE("levels come from ATR and R, the stop on the grid and never tighter") {
  Table table;
  const Plan plan = table.plan();
  CHECK(plan.atr == Score{10.0});
  CHECK(plan.intent.entry_px == Price::from_int(1000));
  CHECK(plan.intent.stop_px == Price::from_int(985));
  CHECK(plan.intent.target_px == Price::from_int(1030));
  CHECK(plan.intent.disaster_stop_px == Price::from_int(970));
  // .1 % of 100 000 = 100 = 6.666 x 15, rounded down.
  CHECK(plan.intent.quantity == thousandths(6666));
  CHECK(plan.intent.risk == notional_of(Price::from_int(15), thousandths(6666)));
  CHECK(plan.candidate.quantity == plan.intent.quantity);
  CHECK(plan.candidate.cost_r == plan.intent.cost_r);
  CHECK(plan.candidate.time_stop == hours(12));

  table.features.set(FeatureId::atr14, Timeframe::h1, 10.01);
  CHECK(table.plan().intent.stop_px == Price::from_raw(984'900'000'000));
}

TEST_CASE("a short is the mirror of a long") {
  Table table;
  const Plan up = table.plan();
  table.condition.side = PositionSide::short_side;
  const Plan down = table.plan();
  const Price twice = Price::from_int(2000);
  CHECK(down.intent.stop_px == twice - up.intent.stop_px);
  CHECK(down.intent.target_px == twice - up.intent.target_px);
  CHECK(down.intent.disaster_stop_px == twice - up.intent.disaster_stop_px);
  CHECK(down.intent.quantity == up.intent.quantity);
  CHECK(down.intent.cost_r == up.intent.cost_r);
}

TEST_CASE("a limit entry rests on its better side, and its stop is measured from there") {
  Table table;
  table.condition.entry_mode = model::EntryMode::limit;
  table.condition.entry_offset_atr = Score{-0.501};
  const Plan plan = table.plan();
  CHECK(plan.intent.entry_px == Price::from_raw(994'900'000'000));
  CHECK(plan.intent.decision_px == Price::from_int(1000));
  CHECK(plan.intent.stop_px == Price::from_raw(979'900'000'000));
}

TEST_CASE("the coin's status and BTC's lead scale the size, and are named") {
  Table table;
  table.input.coin.status = CoinStatus::reduced;
  CHECK(table.plan().intent.quantity == thousandths(3333));
  CHECK(table.plan().size.coin_multiplier == Score{0.5});
  table.input.coin.status = CoinStatus::favoured;
  CHECK(table.plan().intent.quantity == thousandths(8333));
  table.input.coin.status = CoinStatus::normal;

  table.features.set(FeatureId::btc_ret_bps, Timeframe::m15, -30.0);
  CHECK(table.plan().size.btc_lead_multiplier == Score{1.0});  // no ATR of BTC known: asleep
  table.input.btc_atr_bps = Score{40.0};
  CHECK(table.plan().size.btc_lead_multiplier == Score{0.5});
  CHECK(table.plan().intent.quantity == thousandths(3333));
  table.input.btc_atr_bps = Score{60.0};  // -30 is not beyond half of it
  CHECK(table.plan().size.btc_lead_multiplier == Score{1.0});
  table.input.btc_atr_bps = Score{40.0};
  table.condition.side = PositionSide::short_side;
  CHECK(table.plan().size.btc_lead_multiplier == Score{1.0});
}

TEST_CASE("masks make the multipliers one and the offset zero") {
  model::ComponentMask mask;
  mask.mask(Component::coin_scorer);
  mask.mask(Component::btc_lead);
  Table table{mask};
  table.input.coin = {CoinStatus::reduced, Score{-0.3}};
  table.input.expected_r = Score{0.2};
  table.features.set(FeatureId::btc_ret_bps, Timeframe::m15, -300.0);
  table.input.btc_atr_bps = Score{40.0};
  const Plan plan = table.plan();
  CHECK(plan.intent.quantity == thousandths(6666));
  CHECK(plan.intent.expected_r == Score{0.2});
  Table unmasked;
  unmasked.input.coin = {CoinStatus::normal, Score{-0.3}};
  unmasked.input.expected_r = Score{0.2};
  CHECK(unmasked.plan().intent.expected_r.value() == doctest::Approx(-0.1));
}

TEST_CASE("funding raises the cost of the side that pays it") {
  Table table;
  const Score without = table.plan().intent.cost_r;
  table.input.funding = Rate::from_raw(Rate::kScale / 1000);
  const Score paying = table.plan().intent.cost_r;
  table.condition.side = PositionSide::short_side;
  const Score receiving = table.plan().intent.cost_r;
  // .1 % x 6 h / 8 h over a stop of 1.5 %.
  CHECK((paying - without).value() == doctest::Approx(0.05));
  CHECK((without - receiving).value() == doctest::Approx(0.05));
}

TEST_CASE("the disaster stop stays half way before liquidation") {
  Table table;
  table.input.cushion.equity = Money::from_int(100);  // risks .1: .006 units, 6 of notional
  CHECK(table.plan().intent.quantity == thousandths(6));
  table.input.cushion.other_risk = Money::from_int(99) + Money::from_raw(Money::kScale * 3 / 4);
  // (100 - 99.75 - .15) / .006 = 16.67 away; half of it, on the grid.
  CHECK(table.plan().intent.disaster_stop_px == Price::from_raw(991'600'000'000));
}

TEST_CASE("no price, no ATR or no room for a stop: no plan") {
  Table table;
  table.features.set(FeatureId::atr14, Timeframe::h1, features::kAbsent);
  CHECK_FALSE(table.is_possible());
  table.features.set(FeatureId::atr14, Timeframe::h1, 900.0);
  CHECK_FALSE(table.is_possible());  // a long stop below zero
  table.condition.side = PositionSide::short_side;
  CHECK(table.is_possible());
  CHECK(table.plan().intent.target_px.is_positive());
  table.input.last_px = Price{};
  CHECK_FALSE(table.is_possible());
}

TEST_CASE("equal prices give a stop of one tick and a size that the account can hold") {
  Table table;
  table.features.set(FeatureId::atr14, Timeframe::h1, 0.0);
  const Plan plan = table.plan();
  CHECK(plan.intent.stop_px == Price::from_raw(999'900'000'000));
  CHECK(plan.intent.quantity == Quantity::from_int(300));  // three times equity
  CHECK(plan.intent.cost_r > Score{1.0});
}

TEST_CASE("the size is zero without equity, and where the step is too coarse") {
  Table table;
  table.input.cushion.equity = Money{};
  CHECK(table.plan().intent.quantity.is_zero());
  table.input.cushion.equity = Money::from_int(10);
  CHECK(table.plan().intent.quantity.is_zero());
  CHECK(table.plan().candidate.stop_px == Price::from_int(985));
}

TEST_CASE("the volatility of BTC is read from bars that closed before the event") {
  test::StrategyMarket market{2};
  CHECK_FALSE(btc_atr_bps(market.features, InstrumentId{1}, market.now));
  market.warm_up(40);
  CHECK_FALSE(btc_atr_bps(market.features, InstrumentId{0}, market.now));
  const auto view = market.features.view(InstrumentId{0});
  const auto later = btc_atr_bps(market.features, InstrumentId{1}, market.now + seconds(1));
  const auto same = btc_atr_bps(market.features, InstrumentId{1}, market.now);
  REQUIRE((later && same));
  CHECK(later->value() == doctest::Approx(100 * view.value(FeatureId::atr_pct, Timeframe::m15)));
  CHECK(same->value() == doctest::Approx(100 * view.previous(FeatureId::atr_pct, Timeframe::m15)));
}

}  // namespace lanner::strategy
