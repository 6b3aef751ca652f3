#pragma once

// An order as we ask for it, and the graph along which its status may move.

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/enums.hpp"

namespace lanner::model {

// What a plain order leaves at these defaults.
struct OrderInstructions {
  PostOnly post_only = PostOnly::no;  // refused when it would take
  SelfTradePrevention self_trade_prevention = SelfTradePrevention::none;
  Price activation_price;  // trailing: it follows from here on; zero = at once
  Rate callback_rate;      // trailing: distance as a fraction of the best price; zero = offset
  Price callback_offset;   // trailing: distance as a price
  friend bool operator==(const OrderInstructions&, const OrderInstructions&) = default;
};

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
  Price price;            // limit, stop_limit, limit_if_touched
  Price trigger_price;    // of conditionals; a trailing one's is set by the venue
  Timestamp expires_at;   // gtd
  ClientOrderId linked_id;  // one cancels the other: a fill of one shrinks or cancels its partner
  // Spot: the exchange itself places these reduce-only children with each fill of this entry.
  ClientOrderId attached_stop_id;
  Price attached_stop;
  ClientOrderId attached_target_id;
  Price attached_target;
  OrderInstructions instructions;
  friend bool operator==(const OrderRequest&, const OrderRequest&) = default;
};

// Ends as an order with a limit price.
[[nodiscard]] constexpr bool has_limit_price(OrderType type) noexcept {
  return type == OrderType::limit || type == OrderType::stop_limit ||
         type == OrderType::limit_if_touched;
}
// Rests unseen until a trigger.
[[nodiscard]] constexpr bool is_conditional(OrderType type) noexcept {
  return type != OrderType::market && type != OrderType::limit;
}
// Its trigger lies behind the market: it acts on an adverse move of what it protects.
[[nodiscard]] constexpr bool is_stop(OrderType type) noexcept {
  return type == OrderType::stop_market || type == OrderType::stop_limit ||
         type == OrderType::trailing_stop_market;
}

[[nodiscard]] constexpr bool is_terminal(OrderStatus status) noexcept {
  constexpr auto bit = [](OrderStatus one) { return 1U << static_cast<unsigned>(one); };
  constexpr unsigned kTerminal = bit(OrderStatus::denied) | bit(OrderStatus::rejected) |
                                 bit(OrderStatus::filled) | bit(OrderStatus::canceled) |
                                 bit(OrderStatus::expired);
  return (kTerminal & bit(status)) != 0;
}

// True when `to` may follow `from`; a terminal status never leaves. `unknown` may lead anywhere
// that a venue event or query shows.
[[nodiscard]] bool may_follow(OrderStatus from, OrderStatus to) noexcept;

}  // namespace lanner::model
