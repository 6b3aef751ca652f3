#pragma once

// One approved intent and the orders that carry it out: its legs. A leg's status is what the
// venue told; what is wanted is worked out anew at each event (protection.cpp).

#include <cstddef>
#include <cstdint>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/static_vector.hpp"
#include "base/time.hpp"
#include "model/decision.hpp"
#include "model/events.hpp"
#include "model/order.hpp"

namespace lanner::exec {

inline constexpr std::size_t kLegsPerPlan = 16;

struct Leg {
  ClientOrderId id;
  model::OrderRole role = model::OrderRole::entry;
  model::OrderStatus status = model::OrderStatus::initialized;
  Quantity quantity;   // shrinks with the fills of a linked partner; zero for close_position
  Quantity filled;     // by fill events
  Quantity reported;   // by reports and cancels; fills up to here are known to come
  ClientOrderId linked_id;
  Price px;            // trigger or limit
  Timestamp sent_at;
  Timestamp ask_at = Timestamp::never();  // next step of finding out about an unknown order
  Timestamp not_found_at;                 // of the first answer that proves something
  bool is_cancel_sent = false;
  bool is_cancel_refused = false;         // the venue answered the cancel with "unknown order"
  bool is_not_found = false;              // last query found nothing
};

[[nodiscard]] constexpr Quantity executed(const Leg& leg) noexcept {
  return leg.filled < leg.reported ? leg.reported : leg.filled;
}
[[nodiscard]] constexpr Quantity leaves(const Leg& leg) noexcept {
  const Quantity rest = leg.quantity - executed(leg);
  return rest.is_negative() ? Quantity{} : rest;
}
[[nodiscard]] constexpr bool is_live(const Leg& leg) noexcept {
  return !model::is_terminal(leg.status);
}

struct Plan {
  model::OrderIntent intent;
  StaticVector<Leg, kLegsPerPlan> legs;
  bool is_active = false;
  bool is_entry_sent = false;
  bool is_entry_barred = false;  // the entry is not to be sent, or to be canceled
  bool is_target_spent = false;  // the venue refused it too often
  bool has_time_stop = false;
  model::Gate refused_by = model::Gate::none;
  model::RejectReason entry_reason = model::RejectReason::none;
  model::ExitReason closing = model::ExitReason::none;
  Quantity entered_before;  // by legs whose slots were taken again
  Quantity exited_before;
  Quantity foreign_exited;  // by fills that are not ours: liquidation
  std::uint64_t sequence = 0;
  std::uint64_t next_leg = 0;
  Timestamp time_stop_at;
  Timestamp timer_at = Timestamp::never();
  Timestamp close_at;          // not before: retries of a close
  Timestamp resize_at;         // not before: retries of a resize
  std::uint32_t close_attempts = 0;
  std::uint32_t resize_attempts = 0;
  std::uint32_t target_attempts = 0;
  Timestamp twin_window_from;  // start of the current second of replacements
  std::int64_t twins_in_window = 0;
  Money pending_risk;          // of the quantity that may still be entered
};

}  // namespace lanner::exec
