// What one order's fate means for others: partners, attached children, and what a position takes
// along when it ends.

#include <algorithm>

#include "sim/matcher.hpp"

namespace lanner::sim {

using model::ClosePosition;
using model::OrderRequest;
using model::OrderType;
using model::RejectReason;

void Matcher::shrink_partner(const RestingOrder& order, Quantity quantity) {
  RestingOrder* partner = parts_.book.find_resting(order.request.linked_id);
  if (partner == nullptr || partner->request.close_position == ClosePosition::yes) {
    return;
  }
  const Quantity cut = std::min(quantity, partner->leaves());
  partner->request.quantity -= cut;
  if (partner->leaves().is_zero()) {
    cancel(*partner, RejectReason::linked);
  } else {
    parts_.recorder.resized(*partner);
  }
}

void Matcher::feed_children(const RestingOrder& entry, Quantity quantity) {
  if (entry.request.attached_stop_id.is_valid()) {
    feed_child(entry, quantity, OrderType::stop_market);
  }
  if (entry.request.attached_target_id.is_valid()) {
    feed_child(entry, quantity, OrderType::market_if_touched);
  }
}

// The first fill places the child, the next ones make it grow. A child that the engine has taken
// away stays away: what replaced it is the engine's to resize.
void Matcher::feed_child(const RestingOrder& entry, Quantity quantity, OrderType type) {
  const bool is_stop = type == OrderType::stop_market;
  const OrderRequest& parent = entry.request;
  const ClientOrderId id = is_stop ? parent.attached_stop_id : parent.attached_target_id;
  if (RestingOrder* child = parts_.book.find_resting(id)) {
    child->request.quantity += quantity;
    parts_.recorder.resized(*child);
    return;
  }
  if (parts_.book.is_known(id)) {
    return;
  }
  OrderRequest request;
  request.client_order_id = id;
  request.instrument_id = parent.instrument_id;
  request.candidate_id = parent.candidate_id;
  request.role = is_stop ? model::OrderRole::working_stop : model::OrderRole::target;
  request.side = opposite(parent.side);
  request.type = type;
  request.reduce_only = model::ReduceOnly::yes;
  request.quantity = quantity;
  request.trigger_price = is_stop ? parent.attached_stop : parent.attached_target;
  request.linked_id = is_stop ? parent.attached_target_id : parent.attached_stop_id;
  RestingOrder& child = parts_.book.insert(request, parts_.recorder.now());
  child.parent_id = parent.client_order_id;
  parts_.recorder.accepted(child);
}

// Orders for the whole position die with it, and so does what was already on its way out; resting
// reduce-only quantities stay, because stops may rest while flat.
bool Matcher::has_resting_entry(const Refs& refs) noexcept {
  return std::any_of(refs.begin(), refs.end(), [this](const Ref& ref) {
    const RestingOrder* order = resolve(ref);
    return order != nullptr && !is_reducing(order->request);
  });
}

void Matcher::on_flat(const RestingOrder* cause, InstrumentId id) {
  const Refs refs = collect(id);
  // The rest of an entry may still fill: its disaster stop stays, or that rest would be naked.
  const bool is_entering = has_resting_entry(refs);
  for (const Ref& ref : refs) {
    RestingOrder* order = resolve(ref);
    if (order == nullptr || order == cause || !is_reducing(order->request)) {
      continue;
    }
    const OrderRequest& request = order->request;
    const bool is_partner = cause != nullptr &&
                            (cause->request.linked_id == request.client_order_id ||
                             request.linked_id == cause->request.client_order_id);
    if (is_partner) {
      cancel(*order, RejectReason::linked);
    } else if (request.close_position == ClosePosition::yes && !order->is_triggered &&
               is_entering) {
      continue;
    } else if (request.close_position == ClosePosition::yes ||
               request.type == OrderType::limit) {
      cancel(*order, RejectReason::position_closed);
    } else if (request.type == OrderType::market || order->is_triggered) {
      expire(*order, RejectReason::position_closed);
    }
  }
}

void Matcher::link(const RestingOrder& order) {
  if (RestingOrder* partner = parts_.book.find_resting(order.request.linked_id)) {
    partner->request.linked_id = order.request.client_order_id;
  }
}

}  // namespace lanner::sim
