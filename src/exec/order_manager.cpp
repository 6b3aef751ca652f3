#include "exec/order_manager.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "exec/client_order_id.hpp"

namespace lanner::exec {

using model::ExitReason;
using model::OrderRole;
using model::OrderStatus;
using model::RejectReason;

namespace {

constexpr std::uint64_t kEpochMax = (std::uint64_t{1} << 16) - 2;
constexpr std::uint32_t kTargetAttemptsMax = 3;

ExitReason exit_reason_of(model::ForcedFill forced) noexcept {
  switch (forced) {
    case model::ForcedFill::deleveraging: return ExitReason::deleveraged;
    case model::ForcedFill::settlement: return ExitReason::delisted;
    case model::ForcedFill::none:
    case model::ForcedFill::liquidation: break;
  }
  return ExitReason::liquidation;
}

ExitReason exit_reason_of(OrderRole role, const Plan& plan) noexcept {
  switch (role) {
    case OrderRole::entry:
      return ExitReason::none;
    case OrderRole::working_stop:
      return ExitReason::stop;
    case OrderRole::disaster_stop:
      return ExitReason::disaster_stop;
    case OrderRole::target:
      return ExitReason::target;
    case OrderRole::close:
      return plan.closing;
  }
  return ExitReason::none;
}

}  // namespace

OrderManager::OrderManager(const model::InstrumentTable& instruments,
                           const model::ParameterSet& parameters, std::uint64_t epoch)
    : instruments_(instruments),
      epoch_(epoch),
      fence_(parameters.duration(model::Param::exec_entry_fence_s, seconds(1))),
      twin_max_(parameters.count(model::Param::exec_twin_max)),
      plans_(instruments.size()),
      ended_(2 * instruments.size() + 1) {
  ENSURE(epoch <= kEpochMax);
}

void OrderManager::start(const model::RiskApproved<model::OrderIntent>& approved, Timestamp now,
                         model::CommandSink& sink) noexcept {
  const model::OrderIntent& intent = approved.get();
  Plan* plan = plan_of(intent.instrument_id);
  ENSURE(plan != nullptr);
  ENSURE(!plan->is_active);
  ENSURE(intent.quantity.is_positive());
  ENSURE(intent.quantity <= approved.permit().quantity);
  *plan = Plan{};
  plan->intent = intent;
  plan->permit = approved.permit();
  plan->is_active = true;
  plan->sequence = ++sequence_;
  Step step{*plan, now, sink};
  if (instruments_[intent.instrument_id.index()].kind == model::InstrumentKind::spot) {
    submit_entry(step);
  } else {
    submit_working_stop(step, intent.quantity);
    submit_disaster_stop(step);
  }
  settle(step);
}

FillContext OrderManager::on_filled(const model::OrderFilled& event, Timestamp now,
                                    model::CommandSink& sink) noexcept {
  Leg* leg = find(event.instrument_id, event.client_order_id);
  if (leg == nullptr) {
    return on_foreign_fill(event, now, sink);
  }
  Plan& plan = *plan_of(event.instrument_id);
  Step step{plan, now, sink};
  const FillContext context{.candidate_id = plan.intent.candidate_id,
                            .role = leg->role,
                            .exit_reason = exit_reason_of(leg->role, plan),
                            .is_known = true};
  note_link(plan, *leg);
  leg->filled += event.last_qty;
  if (leg->filled > leg->quantity && leg->role != OrderRole::disaster_stop) {
    ++alarms_.overfills;
  }
  note_linked_fill(plan, *leg, event.last_qty);
  if (!is_open(*leg)) {
    if (leg->filled > leg->reported) {
      ++alarms_.late_fills;
    }
    // An order thought dead opened a position after its plan had ended: the plan takes it up.
    plan.is_active = plan.is_active || exec::held(plan).is_positive();
  } else if (event.leaves_qty.is_zero()) {
    move(*leg, OrderStatus::filled);
    end_leg(step, *leg, RejectReason::none);
  } else if (leg->status != OrderStatus::pending_cancel) {
    move(*leg, OrderStatus::partially_filled);
  }
  start_time_stop(step);
  settle(step);
  return context;
}

FillContext OrderManager::on_foreign_fill(const model::OrderFilled& event, Timestamp now,
                                          model::CommandSink& sink) noexcept {
  ++alarms_.foreign_events;
  FillContext context;
  context.exit_reason = exit_reason_of(event.forced);
  Plan* plan = plan_of(event.instrument_id);
  if (plan == nullptr || !plan->is_active) {
    return context;
  }
  // The venue takes a position away; a foreign fill on the entry's side is not ours to manage.
  if (event.side != model::entry_side(plan->intent.side)) {
    context.candidate_id = plan->intent.candidate_id;
    plan->foreign_exited += std::min(event.last_qty, exec::held(*plan));
    Step step{*plan, now, sink};
    settle(step);
  }
  return context;
}

void OrderManager::on_accepted(const model::OrderAccepted& event, Timestamp now,
                               model::CommandSink& sink) noexcept {
  Leg* leg = known(event.instrument_id, event.client_order_id);
  if (leg == nullptr) {
    return;
  }
  Step step{*plan_of(event.instrument_id), now, sink};
  note_link(step.plan, *leg);
  switch (leg->status) {
    case OrderStatus::initialized:  // an attached exit may be told before the fill that caused it
      move(*leg, OrderStatus::submitted);
      [[fallthrough]];
    case OrderStatus::submitted:
    case OrderStatus::unknown:
      move(*leg, OrderStatus::accepted);
      break;
    case OrderStatus::rejected:
    case OrderStatus::canceled:
    case OrderStatus::expired:
    case OrderStatus::denied:
      ++alarms_.illegal_moves;
      return;
    default:
      return;  // fill, trigger or our cancel overtook the acceptance
  }
  if (leg->role == OrderRole::working_stop) {
    step.plan.is_stop_beyond = false;
  }
  settle(step);
}

void OrderManager::on_rejected(const model::OrderRejected& event, Timestamp now,
                               model::CommandSink& sink) noexcept {
  end_by_event(event.instrument_id, event.client_order_id,
               Ending{OrderStatus::rejected, Quantity{}, event.reason}, Moment{now, sink});
}

void OrderManager::on_canceled(const model::OrderCanceled& event, Timestamp now,
                               model::CommandSink& sink) noexcept {
  end_by_event(event.instrument_id, event.client_order_id,
               Ending{OrderStatus::canceled, event.filled_qty, event.reason}, Moment{now, sink});
}

void OrderManager::on_expired(const model::OrderExpired& event, Timestamp now,
                              model::CommandSink& sink) noexcept {
  end_by_event(event.instrument_id, event.client_order_id,
               Ending{OrderStatus::expired, event.filled_qty, event.reason}, Moment{now, sink});
}

void OrderManager::on_triggered(const model::OrderTriggered& event, Timestamp now,
                                model::CommandSink& sink) noexcept {
  Leg* leg = known(event.instrument_id, event.client_order_id);
  // A fill, or our cancel, may have overtaken the news of the trigger.
  if (leg == nullptr || leg->status == OrderStatus::partially_filled ||
      leg->status == OrderStatus::filled || leg->status == OrderStatus::pending_cancel) {
    return;
  }
  if (move(*leg, OrderStatus::triggered)) {
    Step step{*plan_of(event.instrument_id), now, sink};
    settle(step);
  }
}

void OrderManager::on_timer(model::TimerKind kind, InstrumentId instrument_id, Timestamp now,
                            model::CommandSink& sink) noexcept {
  Plan* plan = plan_of(instrument_id);
  if (plan == nullptr || !plan->is_active) {
    return;
  }
  Step step{*plan, now, sink};
  if (kind == model::TimerKind::position) {
    // A timer of an earlier plan may still come.
    if (plan->has_time_stop && now >= plan->time_stop_at && exec::held(*plan).is_positive()) {
      bring_down(step, ExitReason::time_stop);
    }
  } else if (kind == model::TimerKind::exec) {
    plan->timer_at = Timestamp::never();
    for (Leg& leg : plan->legs) {
      if (is_open(leg) && leg.ask_at <= now) {
        ask(step, leg);
      }
    }
  }
  settle(step);
}

void OrderManager::close(InstrumentId instrument_id, ExitReason reason, Timestamp now,
                         model::CommandSink& sink) noexcept {
  Plan* plan = plan_of(instrument_id);
  if (plan == nullptr || !plan->is_active) {
    return;
  }
  Step step{*plan, now, sink};
  plan->close_attempts = 0;  // asking again is a new start for one that was given up
  bring_down(step, reason);
  settle(step);
}

void OrderManager::cancel_entry(InstrumentId instrument_id, Timestamp now,
                                model::CommandSink& sink) noexcept {
  Plan* plan = plan_of(instrument_id);
  if (plan == nullptr || !plan->is_active) {
    return;
  }
  plan->is_entry_barred = true;
  Step step{*plan, now, sink};
  settle(step);
}

std::optional<PlanEnded> OrderManager::take_ended() noexcept {
  if (ended_.is_empty()) {
    return std::nullopt;
  }
  return ended_.pop();
}

bool OrderManager::has_plan(InstrumentId instrument_id) const noexcept {
  const Plan* plan = plan_of(instrument_id);
  return plan != nullptr && plan->is_active;
}

Quantity OrderManager::held(InstrumentId instrument_id) const noexcept {
  return has_plan(instrument_id) ? exec::held(*plan_of(instrument_id)) : Quantity{};
}

Money OrderManager::pending_exposure(InstrumentId instrument_id, Price px) const noexcept {
  const Plan* plan = plan_of(instrument_id);
  return plan == nullptr ? Money{} : notional_of(px, enterable(*plan));
}

std::size_t OrderManager::open_orders(InstrumentId instrument_id) const noexcept {
  const auto legs = orders(instrument_id);
  return static_cast<std::size_t>(std::count_if(legs.begin(), legs.end(), is_open));
}

std::span<const Leg> OrderManager::orders(InstrumentId instrument_id) const noexcept {
  const Plan* plan = plan_of(instrument_id);
  return plan == nullptr ? std::span<const Leg>{} : plan->legs.span();
}

Plan* OrderManager::plan_of(InstrumentId instrument_id) noexcept {
  return instrument_id.index() < plans_.size() ? &plans_[instrument_id.index()] : nullptr;
}

const Plan* OrderManager::plan_of(InstrumentId instrument_id) const noexcept {
  return instrument_id.index() < plans_.size() ? &plans_[instrument_id.index()] : nullptr;
}

Leg* OrderManager::find(InstrumentId instrument_id, ClientOrderId id) noexcept {
  Plan* plan = plan_of(instrument_id);
  if (plan == nullptr || !id.is_valid()) {
    return nullptr;
  }
  Leg* leg = std::find_if(plan->legs.begin(), plan->legs.end(),
                          [id](const Leg& candidate) { return candidate.id == id; });
  return leg == plan->legs.end() ? nullptr : leg;
}

Leg* OrderManager::known(InstrumentId instrument_id, ClientOrderId id) noexcept {
  Leg* leg = find(instrument_id, id);
  const OrderIdParts parts = unpack(id);
  // Answers about orders of earlier plans still come: a cancel that crossed the order's end.
  const bool was_ours = parts.epoch == epoch_ && parts.sequence <= sequence_;
  if (leg == nullptr && !was_ours) {
    ++alarms_.foreign_events;
  }
  return leg;
}

bool OrderManager::move(Leg& leg, OrderStatus to) noexcept {
  if (leg.status == to) {
    return true;
  }
  if (!model::may_follow(leg.status, to)) {
    ++alarms_.illegal_moves;
    return false;
  }
  leg.status = to;
  leg.ask_at = Timestamp::never();
  leg.ask_attempts = 0;
  leg.not_found_at = Timestamp{};
  leg.is_not_found = false;
  leg.is_cancel_refused = false;
  return true;
}

void OrderManager::end_by_event(InstrumentId instrument_id, ClientOrderId id, const Ending& ending,
                                const Moment& moment) noexcept {
  Leg* leg = known(instrument_id, id);
  if (leg == nullptr) {
    return;
  }
  if (leg->status == OrderStatus::initialized) {
    move(*leg, OrderStatus::submitted);  // an attached exit refused before its fill was told
  }
  if (leg->status == ending.status || !move(*leg, ending.status)) {
    return;
  }
  Step step{*plan_of(instrument_id), moment.now, moment.sink};
  leg->reported = std::max(leg->reported, ending.filled_qty);
  end_leg(step, *leg, ending.reason);
  settle(step);
}

// What the end of a leg means for the next attempt.
void OrderManager::end_leg(Step& step, Leg& leg, RejectReason reason) noexcept {
  Plan& plan = step.plan;
  switch (leg.role) {
    case OrderRole::entry:
      plan.entry_reason = reason;
      for (Leg& other : plan.legs) {
        // Attached exits of an entry without a fill never come to be.
        if (other.status == OrderStatus::initialized && executed(leg).is_zero()) {
          move(other, OrderStatus::denied);
        }
      }
      break;
    case OrderRole::working_stop:
    case OrderRole::disaster_stop:
      plan.is_stop_beyond |= reason == RejectReason::would_trigger_immediately;
      if (leg.status == OrderStatus::rejected) {
        plan.resize_at = step.now + back_off(++plan.resize_attempts);
      }
      break;
    case OrderRole::target:
      if (reason == RejectReason::would_trigger_immediately && exec::held(plan).is_positive()) {
        bring_down(step, ExitReason::target);
      } else if (leg.status == OrderStatus::rejected) {
        plan.is_target_spent = ++plan.target_attempts >= kTargetAttemptsMax;
      }
      break;
    case OrderRole::close:
      // A part was closed: the rest may follow at once; nothing was: not too soon.
      ++plan.close_attempts;
      alarms_.closes_given_up += plan.close_attempts == kCloseAttemptsMax ? 1U : 0U;
      plan.close_at =
          executed(leg).is_positive() ? step.now : step.now + back_off(plan.close_attempts);
      break;
  }
}

// A link holds from the moment the venue has the newer order: it ties the partner to it, and
// unties the partner's former one.
void OrderManager::note_link(Plan& plan, Leg& leg) noexcept {
  if (leg.is_link_known || !leg.linked_id.is_valid()) {
    return;
  }
  leg.is_link_known = true;
  for (Leg& other : plan.legs) {
    if (other.id == leg.linked_id) {
      other.linked_id = leg.id;
    }
  }
}

// The venue shrinks the partner of a filled order; the mirror follows.
void OrderManager::note_linked_fill(Plan& plan, const Leg& leg, Quantity quantity) noexcept {
  for (Leg& other : plan.legs) {
    if (other.id == leg.linked_id && is_open(other)) {
      other.quantity = std::max(executed(other), other.quantity - quantity);
    }
  }
}

void OrderManager::start_time_stop(Step& step) noexcept {
  Plan& plan = step.plan;
  if (plan.has_time_stop || plan.intent.time_stop <= Duration{} ||
      !exec::held(plan).is_positive()) {
    return;
  }
  plan.has_time_stop = true;
  plan.time_stop_at = step.now + plan.intent.time_stop;
  step.sink.push(model::SetTimer{.kind = model::TimerKind::position,
                                 .key = plan.intent.instrument_id.value(),
                                 .at = plan.time_stop_at});
}

}  // namespace lanner::exec
