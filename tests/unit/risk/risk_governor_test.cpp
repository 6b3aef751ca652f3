#include <doctest/doctest.h>

#include <initializer_list>
#include <utility>
#include <vector>

#include "risk/risk_governor.hpp"

namespace lanner::risk {
namespace {

using model::Gate;
using model::TradingState;
using model::Verdict;

Money money(std::int64_t units) { return Money::from_int(units); }
Price px(std::int64_t units) { return Price::from_int(units); }
Quantity qty(std::int64_t units) { return Quantity::from_int(units); }

using Settings = std::initializer_list<std::pair<const char*, const char*>>;

// Equity 10,000; long 2 at 1,000 with the stop 10 below: 20 at risk, 2,000 of notional.
struct Desk {
  explicit Desk(Settings settings = {}, model::ComponentMask mask = {})
      : table(one_instrument()), parameters(with(settings)), governor(table, parameters, mask) {
    context.now = now;
    context.is_fresh = true;
    context.instrument = &table[0];
    context.equity = money(10'000);
    context.free_protective_slots = 8;
    intent.instrument_id = InstrumentId{0};
    intent.side = model::PositionSide::long_side;
    intent.quantity = qty(2);
    intent.decision_px = px(1000);
    intent.entry_px = px(1000);
    intent.stop_px = px(990);
    intent.disaster_stop_px = px(980);
    intent.target_px = px(1020);
    intent.risk = money(20);
    intent.expected_r = Score{0.5};
    intent.cost_r = Score{0.1};
    governor.on_day_start(money(10'000), now);
  }

  static model::InstrumentTable one_instrument() {
    model::InstrumentTable table(1);
    table[0].id = InstrumentId{0};
    table[0].tick = px(1);
    table[0].step = Quantity::from_raw(Quantity::kScale / 10);
    table[0].quantity_min = table[0].step;
    table[0].notional_min = money(50);
    table[0].tiers = {{Money::max(), 20, Rate::from_raw(250'000'000)}};
    return table;
  }
  static model::ParameterSet with(Settings settings) {
    model::ParameterSet set;
    for (const auto& [id, value] : settings) {
      REQUIRE(set.set(id, value));
    }
    return set;
  }

  Gate refused_by() {
    last = governor.review(intent, context, trace);
    return trace.refused_by;
  }
  const model::GateResult& gate(Gate which) const {
    for (const auto& result : trace.gates) {
      if (result.gate == which) {
        return result;
      }
    }
    FAIL("the gate was not asked");
    return trace.gates[0];
  }

  model::InstrumentTable table;
  model::ParameterSet parameters;
  RiskGovernor governor;
  Timestamp now{1'700'000'000 * kNsPerSecond};
  RiskContext context;
  model::OrderIntent intent;
  model::DecisionTrace trace;
  std::optional<model::RiskApproved<model::OrderIntent>> last;
};

TEST_CASE("a sound intent passes every gate, in order, unchanged") {
  Desk desk;
  CHECK(desk.refused_by() == Gate::none);
  REQUIRE(desk.last);
  CHECK(desk.last->get().quantity == qty(2));
  CHECK(desk.trace.quantity == qty(2));
  REQUIRE(desk.trace.gates.size() == static_cast<std::size_t>(Gate::notional_min));
  for (std::size_t i = 0; i < desk.trace.gates.size(); ++i) {
    CHECK(desk.trace.gates[i].gate == static_cast<Gate>(i + 1));
    CHECK(desk.trace.gates[i].verdict == Verdict::allow);
  }
}

TEST_CASE("the first refusal decides, and later gates are not asked") {
  Desk desk;
  // Everything is wrong at once; mended from the front, the next gate answers each time.
  desk.context.is_shadow_only = true;
  desk.intent.side = model::PositionSide::short_side;
  desk.context.can_short = false;
  desk.governor.on_control({TradingState::halted, model::ControlSource::operator_request});
  desk.context.is_fresh = false;
  desk.context.has_position = true;
  desk.context.free_protective_slots = 0;
  desk.intent.cost_r = Score{2.0};
  CHECK(desk.refused_by() == Gate::shadow_only);
  CHECK(desk.trace.gates.size() == 1);
  CHECK_FALSE(desk.last);
  desk.context.is_shadow_only = false;
  CHECK(desk.refused_by() == Gate::spot_no_short);
  desk.intent.side = model::PositionSide::long_side;
  CHECK(desk.refused_by() == Gate::trading_state);
  desk.governor.on_control({TradingState::active, model::ControlSource::operator_request});
  CHECK(desk.refused_by() == Gate::freshness);
  desk.context.is_fresh = true;
  CHECK(desk.refused_by() == Gate::instrument_lock);
  desk.context.has_position = false;
  CHECK(desk.refused_by() == Gate::stop_placeable);
  desk.context.free_protective_slots = 8;
  CHECK(desk.refused_by() == Gate::cost_cap);
  CHECK(desk.trace.gates.size() == 9);
}

TEST_CASE("trading state: only active lets entries through") {
  Desk desk;
  for (const auto state : {TradingState::reducing, TradingState::halted}) {
    const auto told =
        desk.governor.on_control({state, model::ControlSource::operator_request});
    REQUIRE(told);
    CHECK(told->state == state);
    CHECK(told->source == model::ControlSource::operator_request);
    CHECK(desk.refused_by() == Gate::trading_state);
    CHECK(desk.governor.trading_state() == state);
  }
  CHECK(desk.governor.on_control({TradingState::active, model::ControlSource::operator_request}));
  CHECK(desk.refused_by() == Gate::none);
}

TEST_CASE("instrument lock: a position, a plan, or too many open trades") {
  Desk desk{{{"risk.open_positions_max", "3"}}};
  desk.context.has_open_plan = true;
  CHECK(desk.refused_by() == Gate::instrument_lock);
  desk.context.has_open_plan = false;
  desk.context.open_positions = 3;
  CHECK(desk.refused_by() == Gate::instrument_lock);
  CHECK(desk.gate(Gate::instrument_lock).value == Score{4.0});
  CHECK(desk.gate(Gate::instrument_lock).threshold == Score{3.0});
  desk.context.open_positions = 2;
  CHECK(desk.refused_by() == Gate::none);
}

TEST_CASE("cooldown: after a losing exit only, on that instrument, for its time") {
  Desk desk;
  model::TradeClosed trade;
  trade.instrument_id = InstrumentId{0};
  trade.net_pnl = money(1);
  desk.governor.on_trade_closed(trade, desk.now);
  CHECK(desk.refused_by() == Gate::none);
  trade.net_pnl = money(-1);
  desk.governor.on_trade_closed(trade, desk.now);
  CHECK(desk.refused_by() == Gate::cooldown);
  CHECK(desk.gate(Gate::cooldown).value == Score{30.0});
  desk.context.now = desk.now + minutes(30) - Duration{1};
  CHECK(desk.refused_by() == Gate::cooldown);
  desk.context.now = desk.now + minutes(30);
  CHECK(desk.refused_by() == Gate::none);
}

TEST_CASE("rates: ten a minute") {
  Desk desk;
  for (int i = 0; i < 9; ++i) {
    desk.governor.on_entry_sent(InstrumentId{0}, desk.now);
  }
  CHECK(desk.refused_by() == Gate::none);
  desk.governor.on_entry_sent(InstrumentId{0}, desk.now);
  CHECK(desk.refused_by() == Gate::rates);
  CHECK(desk.gate(Gate::rates).value == Score{11.0});
  desk.context.now = desk.now + minutes(1);
  CHECK(desk.refused_by() == Gate::none);
}

TEST_CASE("rates: sixty an hour") {
  Desk desk;
  for (int i = 0; i < 60; ++i) {
    desk.governor.on_entry_sent(InstrumentId{0}, desk.now + seconds(10 * i));
  }
  desk.context.now = desk.now + minutes(30);
  CHECK(desk.refused_by() == Gate::rates);
  CHECK(desk.gate(Gate::rates).threshold == Score{60.0});
  desk.context.now = desk.now + hours(1);
  CHECK(desk.refused_by() == Gate::none);
}

TEST_CASE("stop placeable: grid, side, target and slots") {
  Desk desk;
  const model::OrderIntent good = desk.intent;
  const auto refused = [&](auto spoil) {
    desk.intent = good;
    spoil(desk.intent);
    return desk.refused_by() == Gate::stop_placeable &&
           desk.gate(Gate::stop_placeable).value == Score{};
  };
  CHECK(refused([](auto& x) { x.stop_px = Price{}; }));
  CHECK(refused([](auto& x) { x.stop_px = x.decision_px; }));
  CHECK(refused([](auto& x) { x.stop_px = px(1001); }));
  CHECK(refused([](auto& x) { x.stop_px = Price::from_raw(px(990).raw() + 1); }));
  CHECK(refused([](auto& x) { x.disaster_stop_px = Price{}; }));
  CHECK(refused([](auto& x) { x.disaster_stop_px = px(990); }));
  CHECK(refused([](auto& x) { x.target_px = px(1000); }));
  CHECK(refused([](auto& x) { x.target_px = Price::from_raw(px(1020).raw() + 1); }));
  // The short of the same prices has them all on the wrong side; mirrored it is fine.
  CHECK(refused([](auto& x) { x.side = model::PositionSide::short_side; }));
  desk.intent.stop_px = px(1010);
  desk.intent.disaster_stop_px = px(1020);
  desk.intent.target_px = px(980);
  CHECK(desk.refused_by() == Gate::none);

  desk.intent = good;
  desk.intent.target_px = Price{};
  CHECK(desk.refused_by() == Gate::none);
  desk.context.free_protective_slots = 3;
  CHECK(desk.refused_by() == Gate::stop_placeable);
  desk.table[0].kind = model::InstrumentKind::spot;  // no disaster stop there
  desk.intent.disaster_stop_px = Price{};
  CHECK(desk.refused_by() == Gate::none);
}

TEST_CASE("stop placeable: a limit entry needs its stop behind the price now as well") {
  Desk desk;
  desk.intent.entry_mode = model::EntryMode::limit;
  desk.intent.entry_px = px(1000);
  desk.intent.decision_px = px(985);
  CHECK(desk.refused_by() == Gate::stop_placeable);
  desk.intent.decision_px = px(1003);
  CHECK(desk.refused_by() == Gate::none);
}

TEST_CASE("stop placeable: liquidation must be three stops away") {
  Desk desk{{{"risk.exposure_instrument_pct", "1000"},
             {"risk.exposure_total_pct", "2000"},
             {"risk.leverage_max", "20"},
             {"risk.heat_pct", "100"},
             {"risk.probe_budget_pct", "100"}}};
  // 100 at 1,000 on 10,000 of equity: maintenance takes 2,500, so 75 of room; the stop is 10.
  desk.intent.quantity = qty(100);
  desk.intent.risk = money(1000);
  CHECK(desk.refused_by() == Gate::none);
  CHECK(desk.gate(Gate::stop_placeable).value == Score{7.5});
  desk.intent.stop_px = px(974);
  desk.intent.disaster_stop_px = px(960);
  desk.intent.risk = money(2600);
  CHECK(desk.refused_by() == Gate::stop_placeable);
  CHECK(desk.gate(Gate::stop_placeable).threshold == Score{3.0});
  // What others may lose at their stops is not a cushion.
  desk.intent.stop_px = px(976);
  desk.intent.risk = money(2400);
  CHECK(desk.refused_by() == Gate::none);
  desk.context.open_risk = money(500);
  CHECK(desk.refused_by() == Gate::stop_placeable);
}

TEST_CASE("cost cap and edge: cost in R, each with its own line") {
  Desk desk;
  desk.intent.cost_r = Score{0.35};
  CHECK(desk.refused_by() == Gate::none);
  desk.intent.cost_r = Score{0.36};
  CHECK(desk.refused_by() == Gate::cost_cap);
  desk.intent.cost_r = Score{0.3};
  desk.intent.expected_r = Score{0.3};
  CHECK(desk.refused_by() == Gate::edge);
  desk.intent.expected_r = Score{0.31};
  CHECK(desk.refused_by() == Gate::none);
}

TEST_CASE("fee gate masked: cost counts as nothing, and there is no cap") {
  model::ComponentMask mask;
  mask.mask(model::Component::fee_gate);
  Desk desk{{}, mask};
  desk.intent.cost_r = Score{5.0};
  desk.intent.expected_r = Score{0.01};
  CHECK(desk.refused_by() == Gate::none);
  desk.intent.expected_r = Score{-0.01};
  CHECK(desk.refused_by() == Gate::edge);
}

TEST_CASE("probe draw masked: the edge passes, the cap stays") {
  model::ComponentMask mask;
  mask.mask(model::Component::thompson_probe);
  Desk desk{{}, mask};
  desk.intent.expected_r = Score{-3.0};
  CHECK(desk.refused_by() == Gate::none);
  desk.intent.cost_r = Score{0.5};
  CHECK(desk.refused_by() == Gate::cost_cap);
}

TEST_CASE("probe budget: what today's probes lost and what this one may lose") {
  Desk desk;
  desk.context.probe_loss_today = money(80);
  CHECK(desk.refused_by() == Gate::none);
  desk.context.probe_loss_today = money(81);
  CHECK(desk.refused_by() == Gate::probe_budget);
  desk.context.probe_loss_today = money(-500);  // gains do not widen the budget
  desk.intent.risk = money(101);
  CHECK(desk.refused_by() == Gate::probe_budget);
}

TEST_CASE("heat: scaled into what is left, refused when nothing is") {
  Desk desk;
  desk.context.open_risk = money(380);
  CHECK(desk.refused_by() == Gate::none);
  CHECK(desk.last->get().quantity == qty(2));
  desk.context.open_risk = money(390);
  CHECK(desk.refused_by() == Gate::none);
  CHECK(desk.gate(Gate::heat).verdict == Verdict::scale);
  CHECK(desk.last->get().quantity == qty(1));
  CHECK(desk.last->get().risk == money(10));
  CHECK(desk.trace.quantity == qty(1));
  desk.context.open_risk = money(400);
  CHECK(desk.refused_by() == Gate::heat);
}

TEST_CASE("exposure: per instrument and in all, the tighter one is told") {
  Desk desk;
  desk.context.instrument_exposure = money(3000);
  CHECK(desk.refused_by() == Gate::none);
  desk.context.instrument_exposure = money(4000);
  CHECK(desk.refused_by() == Gate::none);
  CHECK(desk.gate(Gate::exposure).verdict == Verdict::scale);
  CHECK(desk.gate(Gate::exposure).threshold == Score{50.0});
  CHECK(desk.last->get().quantity == qty(1));
  desk.context.instrument_exposure = money(5000);
  CHECK(desk.refused_by() == Gate::exposure);
  desk.context.instrument_exposure = Money{};
  desk.context.total_exposure = money(29'500);
  CHECK(desk.refused_by() == Gate::none);
  CHECK(desk.gate(Gate::exposure).threshold == Score{300.0});
  CHECK(desk.last->get().quantity == Quantity::from_raw(Quantity::kScale / 2));
}

TEST_CASE("leverage: ours, the venue's tier, and none on spot") {
  Desk desk{{{"risk.exposure_total_pct", "2000"}}};
  desk.context.total_exposure = money(29'000);
  CHECK(desk.refused_by() == Gate::none);
  CHECK(desk.gate(Gate::leverage_margin).verdict == Verdict::scale);
  CHECK(desk.last->get().quantity == qty(1));
  desk.context.total_exposure = money(30'000);
  CHECK(desk.refused_by() == Gate::leverage_margin);
  desk.context.total_exposure = money(20'000);
  CHECK(desk.refused_by() == Gate::none);
  desk.table[0].tiers = {{Money::max(), 2, Rate::from_raw(250'000'000)}};
  CHECK(desk.refused_by() == Gate::leverage_margin);
  CHECK(desk.gate(Gate::leverage_margin).threshold == Score{2.0});
  desk.table[0].kind = model::InstrumentKind::spot;
  desk.context.total_exposure = money(9'000);
  CHECK(desk.refused_by() == Gate::none);
  CHECK(desk.last->get().quantity == qty(1));
}

TEST_CASE("daily loss: latches for the day, on equity, and lifts at 00:00") {
  Desk desk;
  CHECK_FALSE(desk.governor.on_equity(money(9'701), desk.now));
  CHECK(desk.refused_by() == Gate::none);
  const auto told = desk.governor.on_equity(money(9'700), desk.now);
  REQUIRE(told);
  CHECK(told->state == TradingState::reducing);
  CHECK(told->source == model::ControlSource::risk_latch);
  CHECK(desk.refused_by() == Gate::daily_loss);
  CHECK(desk.gate(Gate::daily_loss).value == Score{3.0});
  CHECK_FALSE(desk.governor.on_equity(money(9'900), desk.now));  // told once, stays
  CHECK(desk.refused_by() == Gate::daily_loss);
  const auto lifted = desk.governor.on_day_start(money(9'900), desk.now);
  REQUIRE(lifted);
  CHECK(lifted->state == TradingState::active);
  CHECK(desk.refused_by() == Gate::none);
}

TEST_CASE("drawdown: latches across days from the peak until an operator clears it") {
  Desk desk{{{"risk.daily_loss_pct", "100"}}};
  CHECK_FALSE(desk.governor.on_equity(money(20'000), desk.now));
  CHECK_FALSE(desk.governor.on_equity(money(17'001), desk.now));
  CHECK(desk.refused_by() == Gate::none);
  const auto told = desk.governor.on_equity(money(17'000), desk.now);
  REQUIRE(told);
  CHECK(told->state == TradingState::halted);
  CHECK_FALSE(desk.governor.on_equity(money(17'000), desk.now + seconds(3)));
  desk.governor.on_day_start(money(19'000), desk.now);
  desk.governor.on_equity(money(25'000), desk.now);
  CHECK(desk.refused_by() == Gate::drawdown);
  CHECK(desk.gate(Gate::drawdown).value == Score{15.0});
  CHECK(desk.governor.trading_state() == TradingState::halted);
  const auto cleared =
      desk.governor.on_control({TradingState::active, model::ControlSource::operator_request});
  REQUIRE(cleared);
  CHECK(cleared->state == TradingState::active);
  CHECK(desk.refused_by() == Gate::none);
  CHECK(desk.governor.peak_equity() == money(25'000));
}

TEST_CASE("drawdown: one bad print stops entries but calls for no operator") {
  Desk desk{{{"risk.daily_loss_pct", "100"}}};
  REQUIRE(desk.governor.on_equity(money(8'000), desk.now));
  CHECK(desk.refused_by() == Gate::drawdown);
  const auto lifted = desk.governor.on_equity(money(9'900), desk.now + seconds(2));
  REQUIRE(lifted);
  CHECK(lifted->state == TradingState::active);
  CHECK(desk.refused_by() == Gate::none);
  // The next fall counts its own seconds.
  REQUIRE(desk.governor.on_equity(money(8'000), desk.now + seconds(4)));
  CHECK_FALSE(desk.governor.on_equity(money(8'100), desk.now + seconds(6)));
  REQUIRE(desk.governor.on_equity(money(9'900), desk.now + seconds(6)));
}

TEST_CASE("drawdown: a latch of an earlier life is restored") {
  Desk desk;
  desk.governor.on_control({TradingState::halted, model::ControlSource::risk_latch});
  CHECK(desk.refused_by() == Gate::drawdown);
}

TEST_CASE("smallest notional: three times the venue's, after all scaling") {
  Desk desk;
  desk.table[0].notional_min = money(700);
  CHECK(desk.refused_by() == Gate::notional_min);
  CHECK(desk.gate(Gate::notional_min).threshold == Score{3.0});
  desk.table[0].notional_min = money(666);
  CHECK(desk.refused_by() == Gate::none);
  desk.context.open_risk = money(390);  // heat halves it
  CHECK(desk.refused_by() == Gate::notional_min);
  desk.context.open_risk = Money{};
  desk.intent.quantity = Quantity{};
  desk.intent.risk = Money{};
  CHECK(desk.refused_by() == Gate::notional_min);
  desk.intent.quantity = Quantity::from_raw(qty(2).raw() + 1);
  CHECK(desk.refused_by() == Gate::notional_min);
}

TEST_CASE("without equity nothing passes") {
  Desk desk;
  desk.context.equity = Money{};
  CHECK(desk.refused_by() != Gate::none);
  desk.context.equity = money(-5);
  CHECK(desk.refused_by() != Gate::none);
}

}  // namespace
}  // namespace lanner::risk
