#include "exec/plan.hpp"

#include <algorithm>

namespace lanner::exec {

using model::OrderRole;

Quantity entered(const Plan& plan) noexcept {
  Quantity sum;
  for (const Leg& leg : plan.legs) {
    if (leg.role == OrderRole::entry) {
      sum += executed(leg);
    }
  }
  return sum;
}

Quantity exited(const Plan& plan) noexcept {
  Quantity sum = plan.exited_before + plan.foreign_exited;
  for (const Leg& leg : plan.legs) {
    if (leg.role != OrderRole::entry) {
      sum += executed(leg);
    }
  }
  return sum;
}

Quantity held(const Plan& plan) noexcept {
  Quantity sum = -(plan.exited_before + plan.foreign_exited);
  for (const Leg& leg : plan.legs) {
    sum += leg.role == OrderRole::entry ? executed(leg) : -executed(leg);
  }
  return std::max(Quantity{}, sum);
}

Quantity enterable(const Plan& plan) noexcept {
  if (!plan.is_active) {
    return Quantity{};
  }
  if (!plan.is_entry_sent) {
    return plan.is_entry_barred ? Quantity{} : plan.intent.quantity;
  }
  const Leg* entry = entry_leg(plan);
  const Quantity until = is_open(*entry) ? entry->quantity : entry->reported;
  return std::max(Quantity{}, until - entry->filled);
}

const Leg* entry_leg(const Plan& plan) noexcept {
  const Leg* found =
      std::find_if(plan.legs.begin(), plan.legs.end(),
                   [](const Leg& leg) { return leg.role == OrderRole::entry; });
  return found == plan.legs.end() ? nullptr : found;
}

bool is_entry_over(const Plan& plan) noexcept {
  return plan.is_entry_sent ? !is_open(*entry_leg(plan)) : plan.is_entry_barred;
}

bool is_over(const Plan& plan) noexcept {
  return is_entry_over(plan) && held(plan).is_zero() &&
         std::all_of(plan.legs.begin(), plan.legs.end(), [](const Leg& leg) {
           return !is_open(leg) && leg.filled >= leg.reported;
         });
}

Timestamp next_wake(const Plan& plan, Timestamp now) noexcept {
  Timestamp wake = Timestamp::never();
  const auto consider = [&wake, now](Timestamp at) {
    if (at > now && at < wake) {
      wake = at;
    }
  };
  consider(plan.close_at);
  consider(plan.resize_at);
  for (const Leg& leg : plan.legs) {
    if (is_open(leg)) {
      consider(leg.ask_at);
      consider(leg.cancel_at);
    }
  }
  return wake;
}

Duration back_off(std::uint32_t attempt) noexcept {
  constexpr std::uint32_t kDoublingsMax = 6;  // 64 s
  const std::uint32_t doublings = std::min(attempt > 0 ? attempt - 1 : 0, kDoublingsMax);
  return seconds(std::int64_t{1} << doublings);
}

}  // namespace lanner::exec
