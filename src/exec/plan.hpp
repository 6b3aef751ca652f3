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
// Then the position is left to its stops, and somebody must look.
inline constexpr std::uint32_t kCloseAttemptsMax = 20;

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
  Timestamp cancel_at;                    // not before: retries of a cancel
  std::uint32_t ask_attempts = 0;
  std::uint32_t cancel_attempts = 0;
  bool is_link_known = false;             // the venue has tied its partner to it
  bool is_attached = false;               // placed by the venue with each fill of the entry
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
[[nodiscard]] constexpr bool is_open(const Leg& leg) noexcept {
  return !model::is_terminal(leg.status);
}

// Resting at the venue for all we know, and to stay there.
[[nodiscard]] constexpr bool is_resting(const Leg& leg) noexcept {
  return leg.status == model::OrderStatus::accepted && !leg.is_cancel_sent;
}
[[nodiscard]] constexpr bool is_on_its_way(const Leg& leg) noexcept {
  return leg.status == model::OrderStatus::submitted && !leg.is_cancel_sent;
}
// Triggered: turning into fills.
[[nodiscard]] constexpr bool is_executing(const Leg& leg) noexcept {
  return leg.status == model::OrderStatus::triggered ||
         leg.status == model::OrderStatus::partially_filled;
}

struct Plan {
  model::OrderIntent intent;
  model::Permit permit;
  StaticVector<Leg, kLegsPerPlan> legs;
  bool is_active = false;
  bool is_entry_sent = false;
  bool is_entry_barred = false;  // the entry is not to be sent, or to be canceled
  bool is_target_spent = false;  // the venue refused it too often
  bool is_stop_beyond = false;   // the market is past the stop: it cannot rest any more
  bool has_time_stop = false;
  model::Gate refused_by = model::Gate::none;
  model::RejectReason entry_reason = model::RejectReason::none;
  model::ExitReason closing = model::ExitReason::none;
  Quantity exited_before;   // by legs whose slots were taken again
  Quantity foreign_exited;  // by fills that are not ours: liquidation
  Quantity attached;        // entry fills that the attached exits already cover
  std::uint64_t sequence = 0;
  std::uint64_t next_leg = 0;
  Timestamp time_stop_at;
  Timestamp timer_at = Timestamp::never();
  Timestamp close_at;          // not before: retries of a close
  Timestamp resize_at;         // not before: retries of a resize
  std::uint32_t close_attempts = 0;
  std::uint32_t resize_attempts = 0;
  std::uint32_t target_attempts = 0;
  Timestamp twins_from;        // first replacement since stops last covered the position
  std::int64_t twins = 0;
  Money pending_risk;          // of the quantity that may still be entered
};

// Sums over a plan; pure.
[[nodiscard]] Quantity entered(const Plan& plan) noexcept;
[[nodiscard]] Quantity exited(const Plan& plan) noexcept;
[[nodiscard]] Quantity held(const Plan& plan) noexcept;  // never below zero
// What the entry may still add beyond the fills seen: unsent, resting, unknown, or reported.
[[nodiscard]] Quantity enterable(const Plan& plan) noexcept;
[[nodiscard]] const Leg* entry_leg(const Plan& plan) noexcept;
// The entry can add nothing any more, as far as the venue told.
[[nodiscard]] bool is_entry_over(const Plan& plan) noexcept;
[[nodiscard]] bool is_over(const Plan& plan) noexcept;
// The next instant at which the plan wants to be looked at without an event; never() if none.
[[nodiscard]] Timestamp next_wake(const Plan& plan, Timestamp now) noexcept;
// Wait before attempt number `attempt` (1, 2, ...) of something that the venue refused.
[[nodiscard]] Duration back_off(std::uint32_t attempt) noexcept;

}  // namespace lanner::exec
