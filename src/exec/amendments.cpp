// Answers to amendments, and orders that the venue made smaller by itself (self-trade prevention).
// Exits are replaced, never amended: most venues amend plain limit orders only, and a stop that
// rests until its successor is confirmed leaves no moment without cover.

#include "exec/order_manager.hpp"

namespace lanner::exec {

using model::OrderStatus;

namespace {

// A live order whose amendment was answered is what its fills make it.
OrderStatus settled_status(const Leg& leg) noexcept {
  return executed(leg).is_positive() ? OrderStatus::partially_filled : OrderStatus::accepted;
}

}  // namespace

void OrderManager::on_amended(const model::OrderAmended& event, Timestamp now,
                              model::CommandSink& sink) noexcept {
  Leg* leg = known(event.instrument_id, event.client_order_id);
  if (leg == nullptr || !is_open(*leg)) {
    return;
  }
  leg->quantity = event.quantity;
  leg->px = event.trigger_price.is_positive() ? event.trigger_price : event.price;
  if (leg->status == OrderStatus::pending_update) {
    move(*leg, settled_status(*leg));
  }
  Step step{*plan_of(event.instrument_id), now, sink};
  settle(step);
}

void OrderManager::on_amend_rejected(const model::AmendRejected& event, Timestamp now,
                                     model::CommandSink& sink) noexcept {
  Leg* leg = known(event.instrument_id, event.client_order_id);
  if (leg == nullptr || leg->status != OrderStatus::pending_update) {
    return;
  }
  Step step{*plan_of(event.instrument_id), now, sink};
  if (event.reason == model::RejectReason::unknown_order) {
    // Filled, canceled or never known: only the venue's answer can tell.
    move(*leg, OrderStatus::unknown);
    ask(step, *leg);
  } else {
    move(*leg, settled_status(*leg));
  }
  settle(step);
}

}  // namespace lanner::exec
