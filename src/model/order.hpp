#pragma once

// An order as we ask for it, and the graph along which its status may move.

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/enums.hpp"

namespace lanner::model {

// Field order is the wire order of the codec. Unused prices are zero, unused ids invalid.
struct OrderRequest {
  ClientOrderId client_order_id;
  InstrumentId instrument_id;
  CandidateId candidate_id;  // the decision that caused it
  OrderRole role = OrderRole::entry;
  Side side = Side::buy;
  OrderType type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::gtc;
  ReduceOnly reduce_only = ReduceOnly::no;
  ClosePosition close_position = ClosePosition::no;  // quantity = whole position at trigger
  TriggerBy trigger_by = TriggerBy::last;
  Quantity quantity;      // zero for close_position
  Price price;            // limit
  Price trigger_price;    // stop_market, market_if_touched
  Timestamp expires_at;   // gtd
  ClientOrderId linked_id;  // one cancels the other: a fill of one shrinks or cancels its partner
  // Spot: the exchange itself places these reduce-only children with each fill of this entry.
  ClientOrderId attached_stop_id;
  Price attached_stop;
  ClientOrderId attached_target_id;
  Price attached_target;
  friend bool operator==(const OrderRequest&, const OrderRequest&) = default;
};

[[nodiscard]] constexpr bool is_terminal(OrderStatus status) noexcept {
  return status == OrderStatus::denied || status == OrderStatus::rejected ||
         status == OrderStatus::filled || status == OrderStatus::canceled ||
         status == OrderStatus::expired;
}

// True when `to` may follow `from`; a terminal status never leaves. `unknown` may lead anywhere
// that a venue event or query shows.
[[nodiscard]] bool may_follow(OrderStatus from, OrderStatus to) noexcept;

}  // namespace lanner::model
