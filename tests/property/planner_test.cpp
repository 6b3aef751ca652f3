#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/random.hpp"
#include "strategy/entry_cost.hpp"
#include "strategy/planner.hpp"
#include "support/feature_table.hpp"
#include "support/strategy_market.hpp"

namespace lanner {
namespace {

using model::FeatureId;
using model::PositionSide;
using model::Timeframe;

// A plan to be made, drawn evenly within the bounds of tc1.
struct Draw {
  explicit Draw(std::uint64_t seed) : dice(seed, 0) {
    condition.instrument_id = InstrumentId{0};
    condition.side =
        dice.below(2) == 0 ? PositionSide::long_side : PositionSide::short_side;
    condition.stop_atr = Score{0.3 + 5.7 * dice.uniform()};
    condition.take_profit_r = Score{0.5 + 9.5 * dice.uniform()};
    condition.time_stop = minutes(5 + static_cast<std::int64_t>(dice.below(1435)));
    condition.size_scale = Score{dice.uniform()};
    condition.expires_at = Timestamp{kNsPerDay};
    if (dice.below(3) == 0) {
      condition.entry_mode = model::EntryMode::limit;
      condition.entry_offset_atr = Score{-0.5 * dice.uniform() * sign_of(condition.side)};
    }
    const std::int64_t ticks = 1 + static_cast<std::int64_t>(dice.below(2'000'000));
    input.last_px = Price::from_raw(ticks * (Price::kScale / 10));
    const double price = to_score(input.last_px).value();
    table.set(FeatureId::atr14, Timeframe::h1, price * 0.05 * dice.uniform() * dice.uniform());
    table.set(FeatureId::btc_ret_bps, Timeframe::m15, 200.0 * dice.uniform() - 100.0);
    input.btc_atr_bps = Score{100.0 * dice.uniform()};
    const auto equity = static_cast<std::int64_t>(dice.below(1'000'000));
    input.cushion = {Money::from_int(equity), Money{}, Money{}, {}};
    input.coin.status = static_cast<model::CoinStatus>(dice.below(4));
    input.condition = &condition;
    input.latency = milliseconds(static_cast<std::int64_t>(dice.below(1000)));
    input.features = table.view();
  }

  RandomStream dice;
  model::TradeCondition condition;
  test::FeatureTable table;
  strategy::PlanInput input;
};

}  // namespace

TEST_CASE("a plan never risks more than it may, and stands on the grid on the right side") {
  test::StrategyMarket market{2};
  const strategy::Planner planner{market.instruments, market.parameters, {}, market.costs};
  const model::Instrument& instrument = market.instruments[0];
  int planned = 0;
  const bool holds = rc::check([&] {
    Draw draw{*rc::gen::arbitrary<std::uint64_t>()};
    const auto plan = planner.plan(draw.input);
    if (!plan) {
      return;
    }
    ++planned;
    const model::OrderIntent& intent = plan->intent;
    const int sign = sign_of(draw.condition.side);
    RC_ASSERT(((intent.entry_px - intent.stop_px) * sign).is_positive());
    RC_ASSERT(((intent.target_px - intent.entry_px) * sign).is_positive() ||
              intent.target_px == instrument.tick);
    RC_ASSERT(((intent.entry_px - intent.disaster_stop_px) * sign).is_positive());
    for (const Price price : {intent.stop_px, intent.target_px, intent.disaster_stop_px}) {
      RC_ASSERT(price.raw() % instrument.tick.raw() == 0);
      RC_ASSERT(price.is_positive());
    }
    RC_ASSERT(intent.quantity.raw() % instrument.step.raw() == 0);
    RC_ASSERT(!intent.quantity.is_negative());

    const Price distance = (intent.entry_px - intent.stop_px).abs();
    const double wanted = draw.condition.stop_atr.value() * plan->atr.value();
    RC_ASSERT(to_score(distance).value() >= wanted * (1.0 - 1e-12));

    const model::SizeFactors& size = plan->size;
    const double fraction = size.risk_fraction.value() * size.coin_multiplier.value() *
                            size.btc_lead_multiplier.value() * size.size_scale.value();
    const double equity = to_score(draw.input.cushion.equity).value();
    const double risk = to_score(distance).value() * to_score(intent.quantity).value();
    RC_ASSERT(risk <= fraction * equity * (1.0 + 1e-12));
    RC_ASSERT(to_score(intent.entry_px).value() * to_score(intent.quantity).value() <=
              3.0 * equity * (1.0 + 1e-12));
    RC_ASSERT(intent.cost_r.is_finite());
    RC_ASSERT(intent.cost_r > Score{});

    // Twice the equity is at least as many units.
    draw.input.cushion.equity = draw.input.cushion.equity * 2;
    RC_ASSERT(planner.plan(draw.input)->intent.quantity >= intent.quantity);
  });
  CHECK(holds);
  CHECK(planned > 50);
}

TEST_CASE("cost grows with every cost, and sides differ by the sign of funding only") {
  const bool holds = rc::check([] {
    RandomStream dice{*rc::gen::arbitrary<std::uint64_t>(), 0};
    const auto draw = [&dice] { return Score{0.01 * dice.uniform()}; };
    strategy::CostInput input{.entry_fee = draw(), .exit_fee = draw(), .half_spread = draw(),
                              .impact = draw(), .stop_extra = draw(),
                              .stop_probability = Score{dice.uniform()}, .funding = draw()};
    const Score base = strategy::cost_fraction(input);
    for (Score strategy::CostInput::* part :
         {&strategy::CostInput::entry_fee, &strategy::CostInput::exit_fee,
          &strategy::CostInput::half_spread, &strategy::CostInput::impact,
          &strategy::CostInput::stop_extra, &strategy::CostInput::stop_probability,
          &strategy::CostInput::funding}) {
      strategy::CostInput dearer = input;
      dearer.*part = dearer.*part + Score{0.001};
      RC_ASSERT(strategy::cost_fraction(dearer) >= base);
    }
    RC_ASSERT(strategy::cost_in_r(base, Score{0.01}) > strategy::cost_in_r(base, Score{0.02}));
    const auto rate =
        Rate::from_raw(static_cast<std::int64_t>(dice.below(20'000'000)) - 10'000'000);
    const auto hold = minutes(static_cast<std::int64_t>(dice.below(1440)));
    RC_ASSERT(strategy::expected_funding(rate, PositionSide::long_side, hold) ==
              -strategy::expected_funding(rate, PositionSide::short_side, hold));
  });
  CHECK(holds);
}

}  // namespace lanner
