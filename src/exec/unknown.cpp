// An order leaves `unknown` only by proof: an event or a report that bears its id, or, after the
// fence, a cancel answered "unknown order" and then two not-founds at least five seconds apart.

#include "exec/order_manager.hpp"

namespace lanner::exec {

using model::OrderRole;
using model::OrderStatus;
using model::RejectReason;

namespace {

constexpr Duration kNotFoundGap = seconds(5);
constexpr std::uint32_t kQuickAsks = 12;  // then once a minute, for as long as it takes
constexpr Duration kSlowGap = minutes(1);

}  // namespace

void OrderManager::on_unknown(const model::OrderStatusUnknown& event, Timestamp now,
                              model::CommandSink& sink) noexcept {
  Leg* leg = known(event.instrument_id, event.client_order_id);
  if (leg == nullptr || !is_open(*leg)) {
    return;
  }
  if (leg->status == OrderStatus::initialized) {
    move(*leg, OrderStatus::submitted);
  }
  if (!move(*leg, OrderStatus::unknown)) {
    return;
  }
  // The cancel itself may be what got no answer: it may be asked for again, later.
  if (leg->is_cancel_sent) {
    leg->is_cancel_sent = false;
    leg->cancel_at = now + back_off(++leg->cancel_attempts);
  }
  Step step{*plan_of(event.instrument_id), now, sink};
  const Timestamp fence_at = leg->sent_at + fence_;
  if (leg->role == OrderRole::entry && now < fence_at) {
    leg->ask_at = fence_at;
  } else {
    ask(step, *leg);
  }
  settle(step);
}

void OrderManager::on_report(const model::OrderStatusReport& event, Timestamp now,
                             model::CommandSink& sink) noexcept {
  Leg* leg = known(event.instrument_id, event.client_order_id);
  if (leg == nullptr || !is_open(*leg)) {
    return;
  }
  if (event.status == OrderStatus::unknown) {
    Step step{*plan_of(event.instrument_id), now, sink};
    on_not_found(step, *leg);
    settle(step);
    return;
  }
  if (model::is_terminal(event.status)) {
    end_by_event(event.instrument_id, event.client_order_id,
                 Ending{event.status, event.filled_qty, RejectReason::none}, Moment{now, sink});
    return;
  }
  // What streams told meanwhile is newer than an answer to a query; only doubt is resolved by it.
  const bool is_in_doubt = leg->status == OrderStatus::unknown || leg->ask_attempts > 0;
  const bool is_shown = event.status == OrderStatus::accepted ||
                        event.status == OrderStatus::triggered ||
                        event.status == OrderStatus::partially_filled;
  if (!is_in_doubt || !is_shown || !move(*leg, event.status)) {
    return;
  }
  if (event.filled_qty > leg->reported) {
    leg->reported = event.filled_qty;
  }
  leg->is_cancel_sent = false;
  Step step{*plan_of(event.instrument_id), now, sink};
  note_link(step.plan, *leg);
  settle(step);
}

void OrderManager::on_cancel_rejected(const model::CancelRejected& event, Timestamp now,
                                      model::CommandSink& sink) noexcept {
  Leg* leg = known(event.instrument_id, event.client_order_id);
  if (leg == nullptr || !is_open(*leg)) {
    return;
  }
  Step step{*plan_of(event.instrument_id), now, sink};
  leg->cancel_at = now + back_off(++leg->cancel_attempts);
  const Timestamp fence_at = leg->sent_at + fence_;
  if (event.reason == RejectReason::unknown_order) {
    leg->is_not_found = true;
    leg->is_cancel_refused = leg->is_cancel_refused || now >= fence_at;
  }
  // The order's own event may be on the way; asking tells for sure.
  ask(step, *leg);
  if (!leg->is_cancel_refused && leg->is_not_found && leg->ask_at < fence_at) {
    leg->ask_at = fence_at;
  }
  settle(step);
}

void OrderManager::ask(Step& step, Leg& leg) noexcept {
  ++leg.ask_attempts;
  leg.ask_at = step.now + (leg.ask_attempts <= kQuickAsks ? kNotFoundGap : kSlowGap);
  const bool is_past_fence = step.now >= leg.sent_at + fence_;
  if (leg.is_not_found && !leg.is_cancel_refused && is_past_fence && step.now >= leg.cancel_at) {
    leg.is_cancel_sent = true;
    step.sink.push(model::CancelOrder{leg.id, step.plan.intent.instrument_id});
    return;
  }
  step.sink.push(model::QueryOrder{leg.id, step.plan.intent.instrument_id});
}

void OrderManager::on_not_found(Step& step, Leg& leg) noexcept {
  const bool is_in_doubt = leg.status == OrderStatus::unknown || leg.ask_attempts > 0;
  if (!is_in_doubt) {
    return;
  }
  leg.is_not_found = true;
  if (!leg.is_cancel_refused) {
    return;  // the cancel comes first, at the next asking
  }
  if (!leg.not_found_at.is_set()) {
    leg.not_found_at = step.now;
    leg.ask_at = step.now + kNotFoundGap;
    return;
  }
  if (step.now - leg.not_found_at >= kNotFoundGap && move(leg, OrderStatus::expired)) {
    end_leg(step, leg, RejectReason::unknown_order);
  }
}

}  // namespace lanner::exec
