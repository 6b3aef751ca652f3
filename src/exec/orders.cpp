// Single orders: their legs, their ids, and the requests that go out for them.

#include <algorithm>

#include "exec/client_order_id.hpp"
#include "exec/order_manager.hpp"

namespace lanner::exec {

using model::OrderRequest;
using model::OrderRole;
using model::OrderStatus;
using model::OrderType;

namespace {

constexpr std::uint64_t kLegMax = (std::uint64_t{1} << kLegBits) - 1;

// The newest order of a role that may still rest; exits of both sides are linked to it.
ClientOrderId newest_live(const Plan& plan, OrderRole role) noexcept {
  ClientOrderId id;
  for (const Leg& leg : plan.legs) {
    if (leg.role == role && is_open(leg) && !leg.is_cancel_sent) {
      id = leg.id;
    }
  }
  return id;
}

}  // namespace

ClientOrderId OrderManager::next_id(Plan& plan) noexcept {
  if (plan.next_leg > kLegMax) {
    plan.sequence = ++sequence_;
    plan.next_leg = 0;
  }
  return pack({.epoch = epoch_, .sequence = plan.sequence, .leg = plan.next_leg++});
}

Leg* OrderManager::add_leg(Step& step, OrderRole role) noexcept {
  auto& legs = step.plan.legs;
  if (legs.is_full()) {
    // The oldest exit that has ended and told all its fills makes room.
    const Leg* over = std::find_if(legs.begin(), legs.end(), [](const Leg& leg) {
      return leg.role != OrderRole::entry && !is_open(leg) && leg.filled >= leg.reported;
    });
    if (over == legs.end()) {
      return nullptr;
    }
    step.plan.exited_before += executed(*over);
    legs.erase_at(static_cast<std::size_t>(over - legs.begin()));
  }
  Leg leg;
  leg.id = next_id(step.plan);
  leg.role = role;
  leg.status = OrderStatus::submitted;
  leg.sent_at = step.now;
  return legs.push_back(leg) ? &legs.back() : nullptr;
}

OrderRequest OrderManager::exit_request(const Step& step, const Leg& leg) const noexcept {
  const model::OrderIntent& intent = step.plan.intent;
  OrderRequest request;
  request.client_order_id = leg.id;
  request.instrument_id = intent.instrument_id;
  request.candidate_id = intent.candidate_id;
  request.role = leg.role;
  request.side = model::opposite(model::entry_side(intent.side));
  request.reduce_only = model::ReduceOnly::yes;
  request.quantity = leg.quantity;
  request.trigger_price = leg.px;
  request.linked_id = leg.linked_id;
  return request;
}

bool OrderManager::submit_entry(Step& step) noexcept {
  const model::OrderIntent& intent = step.plan.intent;
  Leg* leg = add_leg(step, OrderRole::entry);
  if (leg == nullptr) {
    return false;
  }
  step.plan.is_entry_sent = true;
  leg->quantity = intent.quantity;
  OrderRequest request;
  request.client_order_id = leg->id;
  request.instrument_id = intent.instrument_id;
  request.candidate_id = intent.candidate_id;
  request.side = model::entry_side(intent.side);
  request.quantity = intent.quantity;
  // Entry mode stop was held until its trigger by the sniper: it never rests at the venue.
  request.time_in_force = model::TimeInForce::ioc;
  if (intent.entry_mode == model::EntryMode::limit) {
    leg->px = intent.entry_px;
    request.type = OrderType::limit;
    request.price = intent.entry_px;
    request.time_in_force = model::TimeInForce::gtd;
    request.expires_at = intent.expires_at;
  }
  if (is_spot(step.plan)) {
    attach_exits(step, request);
  }
  step.sink.push(model::SubmitOrder{request});
  return true;
}

// Spot: the venue places these with each fill of the entry, so they start without a quantity.
void OrderManager::attach_exits(Step& step, OrderRequest& request) noexcept {
  const auto attach = [&](OrderRole role, Price px) {
    Leg* leg = add_leg(step, role);  // a new plan has room
    leg->status = OrderStatus::initialized;
    leg->is_attached = true;
    leg->px = px;
    return leg;
  };
  Leg* stop = attach(OrderRole::working_stop, step.plan.intent.stop_px);
  request.attached_stop_id = stop->id;
  request.attached_stop = stop->px;
  if (step.plan.intent.target_px.is_positive()) {
    Leg* target = attach(OrderRole::target, step.plan.intent.target_px);
    target->linked_id = stop->id;
    stop->linked_id = target->id;
    request.attached_target_id = target->id;
    request.attached_target = target->px;
  }
}

bool OrderManager::submit_working_stop(Step& step, Quantity quantity) noexcept {
  const ClientOrderId target = newest_live(step.plan, OrderRole::target);
  Leg* leg = add_leg(step, OrderRole::working_stop);
  if (leg == nullptr) {
    return false;
  }
  leg->quantity = quantity;
  leg->px = step.plan.intent.stop_px;
  leg->linked_id = target;
  OrderRequest request = exit_request(step, *leg);
  request.type = OrderType::stop_market;
  step.sink.push(model::SubmitOrder{request});
  return true;
}

bool OrderManager::submit_disaster_stop(Step& step) noexcept {
  Leg* leg = add_leg(step, OrderRole::disaster_stop);
  if (leg == nullptr) {
    return false;
  }
  leg->px = step.plan.intent.disaster_stop_px;
  OrderRequest request = exit_request(step, *leg);
  request.type = OrderType::stop_market;
  request.trigger_by = model::TriggerBy::mark;
  request.close_position = model::ClosePosition::yes;
  step.sink.push(model::SubmitOrder{request});
  return true;
}

bool OrderManager::submit_target(Step& step, Quantity quantity) noexcept {
  const ClientOrderId stop = newest_live(step.plan, OrderRole::working_stop);
  Leg* leg = add_leg(step, OrderRole::target);
  if (leg == nullptr) {
    return false;
  }
  leg->quantity = quantity;
  leg->px = step.plan.intent.target_px;
  leg->linked_id = stop;
  OrderRequest request = exit_request(step, *leg);
  request.type = OrderType::market_if_touched;
  step.sink.push(model::SubmitOrder{request});
  return true;
}

bool OrderManager::submit_close(Step& step, Quantity quantity) noexcept {
  Leg* leg = add_leg(step, OrderRole::close);
  if (leg == nullptr) {
    return false;
  }
  leg->quantity = quantity;
  OrderRequest request = exit_request(step, *leg);
  request.type = OrderType::market;
  request.time_in_force = model::TimeInForce::ioc;
  step.sink.push(model::SubmitOrder{request});
  return true;
}

void OrderManager::cancel(Step& step, Leg& leg) noexcept {
  if (leg.is_cancel_sent || !is_open(leg) || leg.status == OrderStatus::initialized ||
      step.now < leg.cancel_at) {
    return;
  }
  leg.is_cancel_sent = true;
  // Doubt stays doubt until proof; a cancel sent is none.
  if (leg.status != OrderStatus::unknown) {
    leg.status = OrderStatus::pending_cancel;
  }
  step.sink.push(model::CancelOrder{leg.id, step.plan.intent.instrument_id});
}

}  // namespace lanner::exec
