#include "core/engine.hpp"

namespace lanner::core {

void Engine::on(const model::OrderAccepted& event) noexcept {
  orders_.on_accepted(event, now_, *sink_);
}
void Engine::on(const model::OrderRejected& event) noexcept {
  orders_.on_rejected(event, now_, *sink_);
}
void Engine::on(const model::OrderTriggered& event) noexcept {
  orders_.on_triggered(event, now_, *sink_);
}
void Engine::on(const model::OrderCanceled& event) noexcept {
  orders_.on_canceled(event, now_, *sink_);
}
void Engine::on(const model::OrderExpired& event) noexcept {
  orders_.on_expired(event, now_, *sink_);
}
void Engine::on(const model::OrderStatusUnknown& event) noexcept {
  orders_.on_unknown(event, now_, *sink_);
}
void Engine::on(const model::OrderStatusReport& event) noexcept {
  orders_.on_report(event, now_, *sink_);
}
void Engine::on(const model::OrderAmended& event) noexcept {
  orders_.on_amended(event, now_, *sink_);
}
void Engine::on(const model::AmendRejected& event) noexcept {
  orders_.on_amend_rejected(event, now_, *sink_);
}
void Engine::on(const model::CancelRejected& event) noexcept {
  orders_.on_cancel_rejected(event, now_, *sink_);
}

// The one path of every fill: exec says what it was for, portfolio books it, and a position back
// to flat goes to learning in the same event.
void Engine::on(const model::OrderFilled& event) noexcept {
  const exec::FillContext context = orders_.on_filled(event, now_, *sink_);
  const auto closed = portfolio_.on_fill(event, context.exit_reason, now_);
  is_money_moved_ = true;
  if (!closed) {
    return;
  }
  if (is_active_entry_[closed->instrument_id.index()] == 0) {
    probe_.on_trade_closed(closed->net_pnl);
  }
  risk_.on_trade_closed(*closed, now_);
  candidates_.on_trade_closed(*closed, now_, labels_);
  sink_->notify(*closed);
}

void Engine::on(const model::FundingPaid& paid) noexcept {
  portfolio_.on_funding(paid);
  is_money_moved_ = true;
}

// A plan that ended without a fill hands its candidate back to the path label.
void Engine::drain_ended_plans() noexcept {
  while (const auto ended = orders_.take_ended()) {
    if (!ended->was_filled) {
      candidates_.on_plan_ended_unfilled(ended->candidate_id, now_, labels_);
    }
  }
}

// QuickUpdate: each label is learned from in the event that made it.
void Engine::learn_from_labels() noexcept {
  for (const model::CandidateLabel& label : labels_) {
    proposers_.on_label(label);
    if (lesson_ == nullptr) {
      knowledge_.on_label(label, costs_.tier(label.instrument_id), now_, status_changes_);
    }
    sink_->notify(label);
  }
  labels_.clear();
  if (has_lesson()) {
    for (const model::CandidateLabel& label : lesson_->labels) {
      knowledge_.on_label(label, costs_.tier(label.instrument_id), now_, status_changes_);
    }
    lesson_->labels.clear();
  }
  for (const model::CoinStatusChanged& change : status_changes_) {
    sink_->notify(change);
  }
  status_changes_.clear();
}

}  // namespace lanner::core
