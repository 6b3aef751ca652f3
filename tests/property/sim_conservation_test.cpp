// Laws of the simulated exchange, on random orders and random prints: money is conserved to the
// last unit, reduce-only orders reduce, nothing fills beyond its quantity, an order's status moves
// along its graph, no fill precedes its acceptance, and equal inputs give equal outputs.

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <vector>

#include "model/order.hpp"
#include "unit/sim/rig.hpp"

namespace lanner::sim {
namespace {

using namespace test;
using model::OrderStatus;
using model::OrderType;
using model::Side;
using model::TimeInForce;

Price tenths(std::int64_t count) { return Price::from_raw(count * Price::kScale / 10); }
Quantity some(std::int64_t count) { return Quantity::from_raw(count * Quantity::kScale / 10); }

struct Step {
  enum class Kind { bar, trade, order, cancel, amend, funding, mark, halt, resume, adl };
  Kind kind = Kind::bar;
  InstrumentId instrument;
  std::int64_t wait_ms = 0;
  std::int64_t a = 0, b = 0, c = 0, d = 0;  // prices and quantities in tenths
  model::OrderRequest order;
  model::AmendOrder amendment;
};

model::OrderInstructions random_instructions(const model::OrderRequest& order) {
  using Mode = model::SelfTradePrevention;
  model::OrderInstructions terms;
  terms.post_only = *rc::gen::weightedElement<model::PostOnly>(
      {{5, model::PostOnly::no}, {1, model::PostOnly::yes}});
  terms.self_trade_prevention = *rc::gen::element(Mode::none, Mode::expire_taker,
                                                  Mode::expire_maker, Mode::expire_both,
                                                  Mode::decrement);
  if (order.type == OrderType::trailing_stop_market) {
    const bool is_by_rate = *rc::gen::element(true, false);
    terms.callback_rate =
        is_by_rate ? Rate::from_raw(*rc::gen::inRange(1, 30) * Rate::kScale / 1000) : Rate{};
    terms.callback_offset = is_by_rate ? Price{} : tenths(*rc::gen::inRange(1, 40));
    terms.activation_price =
        *rc::gen::inRange(0, 2) == 0 ? Price{} : tenths(*rc::gen::inRange(900, 1'100));
  }
  return terms;
}

model::OrderRequest random_order(std::uint64_t id) {
  model::OrderRequest order;
  order.client_order_id = ClientOrderId{id};
  order.instrument_id = InstrumentId{*rc::gen::inRange(0U, 3U)};
  order.side = *rc::gen::element(Side::buy, Side::sell);
  order.type = *rc::gen::element(OrderType::market, OrderType::market, OrderType::limit,
                                 OrderType::stop_market, OrderType::market_if_touched,
                                 OrderType::stop_limit, OrderType::limit_if_touched,
                                 OrderType::trailing_stop_market);
  order.time_in_force = *rc::gen::weightedElement<TimeInForce>(
      {{6, TimeInForce::gtc}, {2, TimeInForce::ioc}, {1, TimeInForce::fok}});
  order.reduce_only = *rc::gen::element(model::ReduceOnly::no, model::ReduceOnly::yes);
  order.quantity = some(*rc::gen::inRange(1, 400));
  order.price = tenths(*rc::gen::inRange(900, 1'100));
  order.trigger_price = tenths(*rc::gen::inRange(900, 1'100));
  order.trigger_by = *rc::gen::element(model::TriggerBy::last, model::TriggerBy::mark);
  order.instructions = random_instructions(order);
  if (order.type == OrderType::trailing_stop_market) {
    order.trigger_price = Price{};
  }
  if (*rc::gen::inRange(0, 6) == 0 && is_conditional(order)) {
    order.close_position = model::ClosePosition::yes;
    order.quantity = Quantity{};
  }
  if (*rc::gen::inRange(0, 3) == 0 && id > 1) {
    order.linked_id = ClientOrderId{static_cast<std::uint64_t>(
        *rc::gen::inRange<std::uint64_t>(1, id))};
  }
  if (*rc::gen::inRange(0, 3) == 0 && !is_reducing(order)) {
    order.attached_stop_id = ClientOrderId{1'000'000 + 2 * id};
    order.attached_stop = tenths(*rc::gen::inRange(900, 1'100));
    order.attached_target_id = ClientOrderId{1'000'001 + 2 * id};
    order.attached_target = tenths(*rc::gen::inRange(900, 1'100));
  }
  return order;
}

std::vector<Step> random_steps() {
  std::vector<Step> steps;
  const int count = *rc::gen::inRange(20, 200);
  std::uint64_t next_id = 1;
  for (int i = 0; i < count; ++i) {
    Step step;
    using Kind = Step::Kind;
    step.kind = *rc::gen::weightedElement<Kind>({{4, Kind::bar}, {5, Kind::trade},
                                                 {6, Kind::order}, {1, Kind::cancel},
                                                 {2, Kind::amend},
                                                 {1, Kind::funding}, {1, Kind::mark},
                                                 {1, Kind::halt}, {2, Kind::resume},
                                                 {1, Kind::adl}});
    step.instrument = InstrumentId{*rc::gen::inRange(0U, 3U)};
    step.wait_ms = *rc::gen::inRange(0, 20'000);
    step.a = *rc::gen::inRange(900, 1'100);
    step.b = *rc::gen::inRange(0, 60);
    step.c = *rc::gen::inRange(0, 60);
    step.d = *rc::gen::inRange(0, 4'000);
    if (step.kind == Kind::order) {
      step.order = random_order(next_id++);
    } else if (step.kind == Kind::cancel) {
      step.order.client_order_id = ClientOrderId{*rc::gen::inRange<std::uint64_t>(1, next_id + 1)};
    }
    if (step.kind == Kind::amend) {
      step.amendment = {ClientOrderId{*rc::gen::inRange<std::uint64_t>(1, next_id + 1)},
                        step.instrument, some(*rc::gen::inRange(0, 400)),
                        tenths(*rc::gen::element(0, 950, 1'000, 1'050)),
                        tenths(*rc::gen::element(0, 0, 950, 1'050))};
    }
    steps.push_back(step);
  }
  return steps;
}

void play(Rig& rig, const Step& step, Timestamp at) {
  Exchange& exchange = rig.exchange;
  rig.run(at);
  switch (step.kind) {
    case Step::Kind::bar: {
      const std::int64_t close = std::clamp(step.a + step.b - step.c, step.a - step.c,
                                            step.a + step.b);
      exchange.on_bar({step.instrument, 60, tenths(step.a), tenths(step.a + step.b),
                       tenths(step.a - step.c), tenths(close), some(step.d)}, at);
      break;
    }
    case Step::Kind::trade:
      exchange.on_trade({step.instrument, step.b % 2 == 0 ? Side::buy : Side::sell,
                         tenths(step.a), some(step.d / 10 + 1)}, at);
      break;
    case Step::Kind::order: exchange.submit(model::SubmitOrder{step.order}, at); break;
    case Step::Kind::cancel:
      exchange.submit(model::CancelOrder{step.order.client_order_id, step.instrument}, at);
      break;
    case Step::Kind::amend: exchange.submit(step.amendment, at); break;
    case Step::Kind::funding:
      exchange.on_funding({step.instrument, Rate::from_raw((step.b - 30) * 12'345)}, at);
      break;
    case Step::Kind::halt:
    case Step::Kind::resume:
      exchange.on_status({step.instrument,
                          step.kind == Step::Kind::halt ? model::InstrumentState::halted
                                                        : model::InstrumentState::trading,
                          {}},
                         at);
      break;
    case Step::Kind::adl:
      exchange.on_deleveraging({step.instrument,
                                Rate::from_raw((1 + step.b) * (Rate::kScale / 60)), {}},
                               at);
      break;
    case Step::Kind::mark: exchange.on_mark({step.instrument, tenths(step.a)}, at); break;
  }
}

// Ends with everything flat, so that the sum of all cash flows must be the change of cash.
Timestamp play_all(Rig& rig, const std::vector<Step>& steps) {
  Timestamp at = at_s(0);
  for (const Step& step : steps) {
    at = at + milliseconds(step.wait_ms);
    play(rig, step, at);
  }
  rig.run(at);
  std::uint64_t id = 900'000;
  for (const model::Instrument& instrument : rig.table) {
    rig.exchange.on_status({instrument.id, model::InstrumentState::trading, {}}, at);
  }
  for (const model::Instrument& instrument : rig.table) {
    const Quantity held = rig.exchange.position(instrument.id);
    if (!held.is_zero()) {
      Order close = market(++id, held.is_positive() ? Side::sell : Side::buy, "1");
      close.quantity = held.abs();
      rig.send(close.on(instrument.id).reducing(), at);
    }
  }
  for (int i = 0; i < 3; ++i) {
    at = at + seconds(60);
    for (const model::Instrument& instrument : rig.table) {
      rig.run(at);
      rig.exchange.on_trade({instrument.id, Side::buy, tenths(1'000), some(1'000'000)}, at);
    }
  }
  rig.run(at + seconds(60));
  return at;
}

void check_money(const Rig& rig) {
  const std::vector<Money> start{money("10000"), money("10000")};
  std::vector<Money> flows(2);
  std::vector<bool> is_flat(2, true);
  for (const LogRecord& record : rig.exchange.order_log().records()) {
    const bool is_fill = record.kind == LogKind::filled || record.kind == LogKind::liquidated;
    if (!is_fill && record.kind != LogKind::funding) {
      continue;
    }
    Money& flow = flows[rig.table[record.instrument_id.index()].venue_id.index()];
    if (is_fill) {
      const Money value = notional_of(record.price, record.quantity);
      flow += (record.side == Side::sell ? value : -value) - record.money;
      RC_ASSERT(!record.money.is_negative());
    } else {
      flow += record.money;
    }
  }
  for (const model::Instrument& instrument : rig.table) {
    if (!rig.exchange.position(instrument.id).is_zero()) {
      is_flat[instrument.venue_id.index()] = false;
    }
  }
  for (std::uint16_t i = 0; i < 2; ++i) {
    const VenueId venue{i};
    const AccountTotals& totals = rig.exchange.account().totals(venue);
    RC_ASSERT(rig.exchange.cash(venue) ==
              totals.start + totals.realised - totals.commissions + totals.funding);
    if (is_flat[i]) {
      RC_ASSERT(rig.exchange.cash(venue) == start[i] + flows[i]);
      RC_ASSERT(rig.exchange.equity(venue) == rig.exchange.cash(venue));
    }
  }
}

void check_fills(const Rig& rig) {
  std::map<std::uint32_t, Quantity> positions;
  std::map<std::uint64_t, Quantity> quantities;
  std::map<std::uint64_t, Quantity> filled;
  std::map<std::uint64_t, Timestamp> accepted;
  for (const LogRecord& record : rig.exchange.order_log().records()) {
    const std::uint64_t id = record.client_order_id.value();
    if (record.kind == LogKind::accepted) {
      quantities[id] = record.quantity;
      accepted[id] = record.ts;
    } else if (record.kind == LogKind::resized) {
      quantities[id] = record.quantity;
      RC_ASSERT(record.leaves == record.quantity - filled[id]);
    } else if (record.kind == LogKind::filled || record.kind == LogKind::liquidated) {
      Quantity& position = positions[record.instrument_id.value()];
      const Quantity moved = record.side == Side::buy ? record.quantity : -record.quantity;
      RC_ASSERT(record.quantity.is_positive());
      RC_ASSERT(record.position == position + moved);
      if (record.reduce_only == model::ReduceOnly::yes ||
          record.close_position == model::ClosePosition::yes) {
        RC_ASSERT(record.position.abs() < position.abs());
        RC_ASSERT(record.position.is_zero() ||
                  record.position.is_positive() == position.is_positive());
      }
      position = record.position;
      if (record.kind == LogKind::filled) {
        filled[id] += record.quantity;
        RC_ASSERT(accepted[id] < record.ts);
        RC_ASSERT(record.close_position == model::ClosePosition::yes ||
                  filled[id] <= quantities[id]);
      }
    }
  }
}

void check_spot_is_long(const Rig& rig) {
  for (const LogRecord& record : rig.exchange.order_log().records()) {
    if (record.kind == LogKind::filled && record.instrument_id == kSpot) {
      RC_ASSERT(!record.position.is_negative());
    }
  }
}

class Statuses {
 public:
  void move(ClientOrderId id, OrderStatus to) {
    if (!id.is_valid()) {
      return;
    }
    const auto at = statuses_.find(id.value());
    const OrderStatus from = at == statuses_.end() ? OrderStatus::submitted : at->second;
    RC_ASSERT(model::may_follow(from, to));
    statuses_[id.value()] = to;
  }

 private:
  std::map<std::uint64_t, OrderStatus> statuses_;
};

void check_statuses(const Rig& rig) {
  Statuses statuses;
  Timestamp last;
  for (const model::Event& event : rig.events) {
    RC_ASSERT(last <= event.ts_init);
    last = event.ts_init;
    if (const auto* a = std::get_if<model::OrderAccepted>(&event.payload)) {
      statuses.move(a->client_order_id, OrderStatus::accepted);
    } else if (const auto* b = std::get_if<model::OrderTriggered>(&event.payload)) {
      statuses.move(b->client_order_id, OrderStatus::triggered);
    } else if (const auto* c = std::get_if<model::OrderFilled>(&event.payload)) {
      statuses.move(c->client_order_id, c->leaves_qty.is_zero() ? OrderStatus::filled
                                                                : OrderStatus::partially_filled);
    } else if (const auto* d = std::get_if<model::OrderCanceled>(&event.payload)) {
      statuses.move(d->client_order_id, OrderStatus::canceled);
    } else if (const auto* e = std::get_if<model::OrderExpired>(&event.payload)) {
      statuses.move(e->client_order_id, OrderStatus::expired);
    } else if (const auto* f = std::get_if<model::OrderRejected>(&event.payload)) {
      if (f->reason != model::RejectReason::duplicate_client_id) {
        statuses.move(f->client_order_id, OrderStatus::rejected);
      }
    } else if (const auto* g = std::get_if<model::OrderStatusUnknown>(&event.payload)) {
      statuses.move(g->client_order_id, OrderStatus::unknown);
    }
  }
}

bool is_same(const std::vector<model::Event>& a, const std::vector<model::Event>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    const auto* fill_x = std::get_if<model::OrderFilled>(&x.payload);
    const auto* fill_y = std::get_if<model::OrderFilled>(&y.payload);
    return x.ts_event == y.ts_event && x.payload.index() == y.payload.index() &&
           (fill_x == nullptr || *fill_x == *fill_y);
  });
}

TEST_CASE("the simulated exchange keeps its laws") {
  int fills = 0;
  std::map<OrderType, int> by_type;
  std::map<model::ForcedFill, int> by_force;
  CHECK(rc::check([&] {
    ExchangeConfig config = plain_config();
    config.bad_day = *rc::gen::inRange(0, 4) == 0;
    if (*rc::gen::element(true, false)) {
      config.margin = {model::MarginMode::isolated, *rc::gen::inRange(1, 30)};
    }
    config.liquidation_fee = Rate::from_raw(*rc::gen::inRange(0, 300) * (Rate::kScale / 10'000));
    config.latency_model.kind = *rc::gen::element(LatencyKind::constant, LatencyKind::sampled,
                                                  LatencyKind::activity);
    const std::vector<Step> steps = random_steps();
    Rig rig{config, model::ParameterSet{}};
    play_all(rig, steps);
    check_money(rig);
    check_fills(rig);
    check_spot_is_long(rig);
    check_statuses(rig);
    fills += static_cast<int>(std::count_if(
        rig.events.begin(), rig.events.end(), [](const model::Event& event) {
          return std::holds_alternative<model::OrderFilled>(event.payload);
        }));
    for (const LogRecord& record : rig.exchange.order_log().records()) {
      by_type[record.type] += record.kind == LogKind::filled ? 1 : 0;
      by_force[record.forced] += 1;
    }
    Rig again{config, model::ParameterSet{}};
    play_all(again, steps);
    RC_ASSERT(is_same(rig.events, again.events));
  }));
  CHECK(fills > 500);
  CHECK(by_force[model::ForcedFill::liquidation] > 5);
  CHECK(by_force[model::ForcedFill::deleveraging] > 5);
  for (unsigned type = 0; type <= static_cast<unsigned>(OrderType::trailing_stop_market); ++type) {
    CHECK_MESSAGE(by_type[static_cast<OrderType>(type)] > 5,
                  name_of(static_cast<OrderType>(type)));
  }
}

}  // namespace
}  // namespace lanner::sim
