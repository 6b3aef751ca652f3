// What ought to be live, worked out anew at each event from what is held and what the venue told;
// the difference goes out as commands. Stops first, then targets, then the rest.

#include <algorithm>

#include "base/ensure.hpp"
#include "exec/order_manager.hpp"

namespace lanner::exec {

using model::ExitReason;
using model::OrderRole;
using model::OrderStatus;

namespace {

// The part of a stop layer that covers: resting, on its way, or turning into fills. Unknown counts
// as absent.
bool is_covering(const Leg& leg) noexcept {
  return is_resting(leg) || is_on_its_way(leg) || is_executing(leg);
}

bool has_live(const Plan& plan, OrderRole role) noexcept {
  return std::any_of(plan.legs.begin(), plan.legs.end(), [role](const Leg& leg) {
    return leg.role == role && is_open(leg);
  });
}

bool is_stop_executing(const Plan& plan) noexcept {
  return std::any_of(plan.legs.begin(), plan.legs.end(), [](const Leg& leg) {
    const bool is_stop =
        leg.role == OrderRole::working_stop || leg.role == OrderRole::disaster_stop;
    return is_stop && is_executing(leg);
  });
}

bool has_failed(const Leg& leg) noexcept {
  return !is_open(leg) || leg.status == OrderStatus::unknown || is_executing(leg);
}

// Attached exits grow with the entry's fills, as the venue lets them.
void grow_attached(Plan& plan) noexcept {
  const Quantity more = entered(plan) - plan.attached;
  if (!more.is_positive()) {
    return;
  }
  plan.attached += more;
  for (Leg& leg : plan.legs) {
    if (leg.is_attached && is_open(leg)) {
      leg.quantity += more;
      leg.status = leg.status == OrderStatus::initialized ? OrderStatus::submitted : leg.status;
    }
  }
}

}  // namespace

void OrderManager::settle(Step& step) noexcept {
  Plan& plan = step.plan;
  if (!plan.is_active) {
    return;
  }
  grow_attached(plan);
  settle_entry(step);
  const Quantity held = exec::held(plan);  // fills alone change it, and none happens here
  if (held.is_positive()) {
    settle_disaster_stop(step);
    settle_working_stop(step, held);
    settle_target(step, held);
    settle_close(step, held);
  } else if (is_entry_over(plan)) {
    sweep(step);
  }
  note_pending_risk(plan);
  if (!held.is_positive()) {
    finish_if_over(step);
  }
  set_timer(step);
}

void OrderManager::settle_entry(Step& step) noexcept {
  Plan& plan = step.plan;
  if (!plan.is_entry_sent) {
    settle_armed(step);
    return;
  }
  Leg* entry = find(plan.intent.instrument_id, entry_leg(plan)->id);
  if (!is_open(*entry)) {
    return;
  }
  const bool is_leaving = exited(plan).is_positive() || plan.closing != ExitReason::none;
  if (plan.is_entry_barred || is_leaving || !is_covered_for_entry(plan)) {
    plan.is_entry_barred = true;
    cancel(step, *entry);
  }
}

// Both layers rest: the entry may leave. One failed: it never will.
void OrderManager::settle_armed(Step& step) noexcept {
  Plan& plan = step.plan;
  if (plan.is_entry_barred) {
    return;
  }
  if (std::any_of(plan.legs.begin(), plan.legs.end(), has_failed)) {
    plan.is_entry_barred = true;
    plan.refused_by = model::Gate::protection;
    return;
  }
  if (step.now > plan.permit.expires_at) {
    plan.is_entry_barred = true;
    plan.refused_by = model::Gate::permit;
    return;
  }
  if (!is_covered_for_entry(plan)) {
    return;
  }
  const bool is_late = plan.intent.entry_mode == model::EntryMode::limit &&
                       step.now >= plan.intent.expires_at;
  if (is_late || !submit_entry(step)) {
    plan.is_entry_barred = true;
    plan.entry_reason = model::RejectReason::time_in_force;
  }
}

bool OrderManager::is_covered_for_entry(const Plan& plan) const noexcept {
  if (is_spot(plan)) {
    // The venue attaches the stop to each fill; once one failed, no further fill is wanted.
    return std::none_of(plan.legs.begin(), plan.legs.end(), [](const Leg& leg) {
      return leg.role == OrderRole::working_stop && has_failed(leg);
    });
  }
  Quantity working;
  bool has_disaster_stop = false;
  for (const Leg& leg : plan.legs) {
    if (is_resting(leg)) {
      working += leg.role == OrderRole::working_stop ? leaves(leg) : Quantity{};
      has_disaster_stop |= leg.role == OrderRole::disaster_stop;
    }
  }
  return has_disaster_stop && working >= plan.intent.quantity;
}

void OrderManager::settle_working_stop(Step& step, Quantity need) noexcept {
  Plan& plan = step.plan;
  Quantity covering;
  Quantity resting;
  for (const Leg& leg : plan.legs) {
    if (leg.role == OrderRole::working_stop) {
      covering += is_covering(leg) ? leaves(leg) : Quantity{};
      resting += is_resting(leg) ? leaves(leg) : Quantity{};
    }
  }
  if (covering < need) {
    replace_lost_stop(step, OrderRole::working_stop, need - covering);
    return;
  }
  // All is well again: later losses have all their replacements.
  if (resting >= need && step.now - plan.twins_from >= seconds(1)) {
    plan.twins = 0;
  }
  if (is_entry_over(plan)) {
    shrink_working_stop(step, need);
  }
}

// New before old: what rests never falls below what is held.
void OrderManager::shrink_working_stop(Step& step, Quantity need) noexcept {
  Plan& plan = step.plan;
  Quantity resting;
  bool is_new_coming = false;
  for (const Leg& leg : plan.legs) {
    if (leg.role == OrderRole::working_stop) {
      if (is_executing(leg)) {
        return;  // it shrinks by its own fills
      }
      resting += is_resting(leg) ? leaves(leg) : Quantity{};
      is_new_coming |= is_on_its_way(leg);
    }
  }
  for (Leg& leg : plan.legs) {
    const bool is_candidate =
        leg.role == OrderRole::working_stop && is_resting(leg) && leaves(leg).is_positive();
    if (is_candidate && resting - leaves(leg) >= need) {
      resting -= leaves(leg);
      cancel(step, leg);
    }
  }
  if (resting > need && !is_new_coming && step.now >= plan.resize_at) {
    submit_working_stop(step, need);
  }
}

void OrderManager::settle_disaster_stop(Step& step) noexcept {
  Plan& plan = step.plan;
  if (is_spot(plan)) {
    return;
  }
  std::size_t covering = 0;
  std::size_t resting = 0;
  for (const Leg& leg : plan.legs) {
    if (leg.role == OrderRole::disaster_stop) {
      covering += is_covering(leg) ? 1U : 0U;
      resting += is_resting(leg) ? 1U : 0U;
    }
  }
  if (covering == 0) {
    replace_lost_stop(step, OrderRole::disaster_stop, Quantity{});
    return;
  }
  // A lost one was seen again: the older of the two goes.
  for (Leg& leg : plan.legs) {
    if (resting > 1 && leg.role == OrderRole::disaster_stop && is_resting(leg)) {
      --resting;
      cancel(step, leg);
    }
  }
}

// A twin at once, a few times; a position whose stop cannot rest is brought down.
void OrderManager::replace_lost_stop(Step& step, OrderRole role, Quantity quantity) noexcept {
  Plan& plan = step.plan;
  if (plan.is_stop_beyond || plan.twins >= twin_max_) {
    bring_down(step, ExitReason::protection);
    return;
  }
  plan.twins_from = plan.twins == 0 ? step.now : plan.twins_from;
  ++plan.twins;
  ++alarms_.twins;
  // A venue takes no smaller order; more than is held cannot hurt, because it only reduces.
  const model::Instrument& instrument = instruments_[plan.intent.instrument_id.index()];
  quantity = std::max(quantity, instrument.quantity_min);
  const bool is_placed = role == OrderRole::disaster_stop ? submit_disaster_stop(step)
                                                          : submit_working_stop(step, quantity);
  if (!is_placed) {
    bring_down(step, ExitReason::protection);
  }
}

// Targets together never exceed what is held; one order, placed anew when the entry is final.
void OrderManager::settle_target(Step& step, Quantity need) noexcept {
  Plan& plan = step.plan;
  Quantity targets;
  for (const Leg& leg : plan.legs) {
    if (leg.role == OrderRole::target && is_open(leg)) {
      targets += leaves(leg);
    }
  }
  const bool is_closing = plan.closing != ExitReason::none;
  if (!is_closing && !has_live(plan, OrderRole::target)) {
    // Beside a stop that is turning into fills there is nothing left to take profit on.
    if (plan.intent.target_px.is_positive() && !plan.is_target_spent &&
        !is_stop_executing(plan)) {
      submit_target(step, need);
    }
    return;
  }
  const bool is_short = targets < need && is_entry_over(plan);
  for (Leg& leg : plan.legs) {
    const bool is_unwanted =
        is_closing || targets > need || (is_short && !is_executing(leg));
    if (leg.role == OrderRole::target && is_unwanted) {
      cancel(step, leg);
    }
  }
}

void OrderManager::settle_close(Step& step, Quantity need) noexcept {
  Plan& plan = step.plan;
  if (plan.closing == ExitReason::none) {
    return;
  }
  // A stop that triggered brings everything down already; a second order would only race it.
  if (is_stop_executing(plan)) {
    for (Leg& leg : plan.legs) {
      if (leg.role == OrderRole::close) {
        cancel(step, leg);
      }
    }
    return;
  }
  // One close at a time, also while its fate is unknown.
  if (has_live(plan, OrderRole::close) || step.now < plan.close_at ||
      plan.close_attempts >= kCloseAttemptsMax) {
    return;
  }
  submit_close(step, need);
}

// Flat, and the entry can add nothing: every order still live is an orphan.
void OrderManager::sweep(Step& step) noexcept {
  for (Leg& leg : step.plan.legs) {
    cancel(step, leg);
  }
}

void OrderManager::bring_down(Step& step, ExitReason reason) noexcept {
  Plan& plan = step.plan;
  plan.is_entry_barred = true;
  if (plan.closing != ExitReason::none) {
    return;
  }
  plan.closing = reason;
  plan.close_at = step.now;
  alarms_.protection_closes += reason == ExitReason::protection ? 1U : 0U;
}

void OrderManager::note_pending_risk(Plan& plan) noexcept {
  const Money risk =
      money_share(plan.intent.risk, enterable(plan), plan.intent.quantity);
  pending_risk_ += risk - plan.pending_risk;
  plan.pending_risk = risk;
}

void OrderManager::finish_if_over(Step& step) noexcept {
  Plan& plan = step.plan;
  if (!is_over(plan)) {
    return;
  }
  plan.is_active = false;
  note_pending_risk(plan);
  ENSURE(ended_.try_push(PlanEnded{.instrument_id = plan.intent.instrument_id,
                                   .candidate_id = plan.intent.candidate_id,
                                   .was_filled = entered(plan).is_positive(),
                                   .refused_by = plan.refused_by,
                                   .entry_reason = plan.entry_reason}));
}

void OrderManager::set_timer(Step& step) noexcept {
  Plan& plan = step.plan;
  if (!plan.is_active) {
    return;
  }
  const Timestamp wake = next_wake(plan, step.now);
  if (wake == Timestamp::never() || (plan.timer_at > step.now && plan.timer_at <= wake)) {
    return;
  }
  plan.timer_at = wake;
  step.sink.push(model::SetTimer{.kind = model::TimerKind::exec,
                                 .key = plan.intent.instrument_id.value(),
                                 .at = wake});
}

bool OrderManager::is_spot(const Plan& plan) const noexcept {
  return instruments_[plan.intent.instrument_id.index()].kind == model::InstrumentKind::spot;
}

}  // namespace lanner::exec
