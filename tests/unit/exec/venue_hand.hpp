#pragma once

// A venue played by hand: the test answers each order as it likes and looks at what was asked.

#include <algorithm>
#include <cstdint>
#include <variant>
#include <vector>

#include "exec/order_manager.hpp"
#include "risk/approver.hpp"

namespace lanner::risk {

struct UncheckedApproval {
  static model::RiskApproved<model::OrderIntent> of(const model::OrderIntent& intent,
                                                    Timestamp until = Timestamp::never()) {
    return Approver::approve(intent, {intent.quantity, until});
  }
};

}  // namespace lanner::risk

namespace lanner::exec {

inline Price px(std::int64_t units) { return Price::from_int(units); }
inline Quantity qty(std::int64_t units) { return Quantity::from_int(units); }

inline model::InstrumentTable two_instruments() {
  model::InstrumentTable table(2);
  for (std::uint32_t i = 0; i < 2; ++i) {
    table[i].id = InstrumentId{i};
    table[i].tick = px(1);
    table[i].step = qty(1);
    table[i].quantity_min = qty(1);
    table[i].notional_min = Money::from_int(5);
    table[i].tiers = {{Money::max(), 20, Rate::from_raw(250'000'000)}};
  }
  table[1].kind = model::InstrumentKind::spot;
  return table;
}

inline constexpr InstrumentId kPerp{0};
inline constexpr InstrumentId kSpot{1};

// Long 10 at 1000: stop 990, disaster stop 980, target 1020, time stop 1 h.
inline model::OrderIntent long_intent(InstrumentId id = kPerp) {
  model::OrderIntent intent;
  intent.candidate_id = CandidateId{7};
  intent.instrument_id = id;
  intent.side = model::PositionSide::long_side;
  intent.quantity = qty(10);
  intent.decision_px = px(1000);
  intent.entry_px = px(1000);
  intent.stop_px = px(990);
  intent.disaster_stop_px = px(980);
  intent.target_px = px(1020);
  intent.risk = Money::from_int(100);
  intent.time_stop = hours(1);
  return intent;
}

class VenueHand {
 public:
  explicit VenueHand(const model::ParameterSet& parameters = {})
      : table(two_instruments()), manager(table, parameters, 3) {}

  void start(const model::OrderIntent& intent, Timestamp until = Timestamp::never()) {
    id_ = intent.instrument_id;
    step([&] { manager.start(risk::UncheckedApproval::of(intent, until), now, sink); });
  }
  // Both stops rest and the entry is on its way.
  void arm(const model::OrderIntent& intent = long_intent()) {
    start(intent);
    accept(last(model::OrderRole::working_stop));
    accept(last(model::OrderRole::disaster_stop));
  }
  // Holds the whole quantity with target and stops resting.
  void hold() {
    arm();
    accept(last(model::OrderRole::entry));
    fill(last(model::OrderRole::entry), 10, 0);
    accept(last(model::OrderRole::target));
  }

  void accept(ClientOrderId id) {
    step([&] { manager.on_accepted({id, id_, VenueOrderId{1}}, now, sink); });
  }
  void reject(ClientOrderId id, model::RejectReason reason = model::RejectReason::none) {
    step([&] { manager.on_rejected({id, id_, reason}, now, sink); });
  }
  void trigger(ClientOrderId id) {
    step([&] { manager.on_triggered({id, id_}, now, sink); });
  }
  void canceled(ClientOrderId id, std::int64_t filled = 0) {
    step([&] {
      manager.on_canceled({id, id_, qty(filled), model::RejectReason::by_request}, now, sink);
    });
  }
  void expired(ClientOrderId id, std::int64_t filled, model::RejectReason reason) {
    step([&] { manager.on_expired({id, id_, qty(filled), reason}, now, sink); });
  }
  void unknown(ClientOrderId id) {
    step([&] { manager.on_unknown({id, id_}, now, sink); });
  }
  void report(ClientOrderId id, model::OrderStatus status, std::int64_t filled = 0) {
    step([&] { manager.on_report({id, id_, status, qty(filled)}, now, sink); });
  }
  void cancel_refused(ClientOrderId id) {
    step([&] {
      manager.on_cancel_rejected({id, id_, model::RejectReason::unknown_order}, now, sink);
    });
  }
  void amended(ClientOrderId id, std::int64_t quantity, model::RejectReason reason) {
    step([&] { manager.on_amended({id, id_, qty(quantity), px(1000), {}, reason}, now, sink); });
  }
  FillContext fill(ClientOrderId id, std::int64_t quantity, std::int64_t leaves,
                   model::Side side = model::Side::buy,
                   model::ForcedFill forced = model::ForcedFill::none) {
    model::OrderFilled event;
    event.client_order_id = id;
    event.instrument_id = id_;
    event.side = side;
    event.last_qty = qty(quantity);
    event.last_px = px(1000);
    event.leaves_qty = qty(leaves);
    event.forced = forced;
    FillContext context;
    step([&] { context = manager.on_filled(event, now, sink); });
    return context;
  }
  void fire(model::TimerKind kind, Duration after) {
    now = now + after;
    step([&] { manager.on_timer(kind, id_, now, sink); });
  }
  void close(model::ExitReason reason) {
    step([&] { manager.close(id_, reason, now, sink); });
  }
  void cancel_entry() {
    step([&] { manager.cancel_entry(id_, now, sink); });
  }

  // The newest order asked for in a role; invalid if none was.
  ClientOrderId last(model::OrderRole role) const {
    ClientOrderId found;
    for (const model::OrderRequest& order : submitted) {
      found = order.role == role ? order.client_order_id : found;
    }
    return found;
  }
  const model::OrderRequest& request(ClientOrderId id) const {
    return *std::find_if(submitted.begin(), submitted.end(),
                         [id](const auto& order) { return order.client_order_id == id; });
  }
  std::size_t count(model::OrderRole role) const {
    return static_cast<std::size_t>(
        std::count_if(submitted.begin(), submitted.end(),
                      [role](const auto& order) { return order.role == role; }));
  }
  bool is_cancel_asked(ClientOrderId id) const {
    return std::find(cancels.begin(), cancels.end(), id) != cancels.end();
  }
  std::size_t queries_of(ClientOrderId id) const {
    return static_cast<std::size_t>(std::count(queries.begin(), queries.end(), id));
  }
  const Leg& leg(ClientOrderId id) const {
    const auto legs = manager.orders(id_);
    return *std::find_if(legs.begin(), legs.end(), [id](const Leg& x) { return x.id == id; });
  }

  model::InstrumentTable table;
  OrderManager manager;
  Timestamp now{1'700'000'000 * kNsPerSecond};
  std::vector<model::OrderRequest> submitted;
  std::vector<ClientOrderId> cancels;
  std::vector<ClientOrderId> queries;
  std::vector<model::SetTimer> timers;
  std::vector<PlanEnded> ended;

 private:
  template <typename Call>
  void step(Call call) {
    sink.clear();
    call();
    for (const model::Command& command : sink.commands()) {
      if (const auto* submit = std::get_if<model::SubmitOrder>(&command)) {
        submitted.push_back(submit->order);
      } else if (const auto* cancel = std::get_if<model::CancelOrder>(&command)) {
        cancels.push_back(cancel->client_order_id);
      } else if (const auto* query = std::get_if<model::QueryOrder>(&command)) {
        queries.push_back(query->client_order_id);
      } else {
        timers.push_back(std::get<model::SetTimer>(command));
      }
    }
    while (const auto plan = manager.take_ended()) {
      ended.push_back(*plan);
    }
    now = now + milliseconds(50);
  }

  model::CommandSink sink;
  InstrumentId id_ = kPerp;
};

}  // namespace lanner::exec
