#include "runtime/simulated_session.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace lanner::runtime {

SimulatedSession::SimulatedSession(const SessionSpec& spec, Tape tape,
                                   store::JournalWriter journal)
    : engine_(std::make_unique<core::Engine>(spec.engine)),
      exchange_(std::make_unique<sim::Exchange>(engine_->config().instruments,
                                                engine_->config().parameters, spec.exchange)),
      recorder_(std::make_unique<EventRecorder>(*engine_, std::move(journal))),
      tape_(std::move(tape)),
      delay_(spec.exchange.latency.feed),
      conditions_(spec.conditions) {
  const auto bytes = encode_spec(spec);
  const auto room = this->journal().reserve(bytes.size());
  std::copy(bytes.begin(), bytes.end(), room.begin());
  this->journal().commit(store::RecordKind::session_opened, 0, bytes.size());
  started_at_ = tape_.is_done() ? spec.from : tape_.next_time();
  now_ = started_at_;
}

bool SimulatedSession::is_later(const Report& a, const Report& b) noexcept {
  return a.event.ts_init != b.event.ts_init ? a.event.ts_init > b.event.ts_init
                                            : a.order > b.order;
}

Timestamp SimulatedSession::next_engine_time() const noexcept {
  Timestamp next = std::min(delay_.next_time(), timers_.next_time());
  if (!reports_.empty()) {
    next = std::min(next, reports_.front().event.ts_init);
  }
  if (conditions_proposed_ < conditions_.size()) {
    next = std::min(next, started_at_);
  }
  return std::max(next, now_);
}

Timestamp SimulatedSession::next_time() {
  flush_commands();
  for (;;) {
    // Behind the last market event there is nothing to act on; what the venue has reported by
    // then is still heard, so that both ledgers tell of the same fills.
    if (tape_.is_done() && delay_.is_empty()) {
      next_at_ = reports_.empty() ? Timestamp::never() : next_engine_time();
      return next_at_;
    }
    next_at_ = next_engine_time();
    const Timestamp venue_at = std::min(tape_.next_time(), exchange_->next_time());
    if (venue_at > next_at_) {
      return next_at_;
    }
    step_venue();
  }
}

void SimulatedSession::step_venue() {
  const Timestamp tape_at = tape_.next_time();
  const Timestamp inside_at = exchange_->next_time();
  venue_now_ = std::min(tape_at, inside_at);
  exchange_->advance(venue_now_, fresh_reports_);
  take_reports();
  if (tape_at > inside_at || tape_at == Timestamp::never()) {
    return;
  }
  const TapeItem item = tape_.next();
  switch (item.kind) {
    case TapeKind::funding:
      exchange_->on_funding(item.funding(), item.venue_time);
      break;
    case TapeKind::trade:
      exchange_->on_trade(item.trade(), item.venue_time);
      break;
    case TapeKind::bar:
      exchange_->on_bar(item.bar(), item.venue_time);
      break;
  }
  delay_.push(item);
}

void SimulatedSession::take_reports() {
  for (const model::Event& report : fresh_reports_) {
    reports_.push_back({report, report_order_++});
    std::push_heap(reports_.begin(), reports_.end(), is_later);
  }
  fresh_reports_.clear();
}

void SimulatedSession::make_market_event() {
  const DelayedItem next = delay_.pop();
  event_.ts_event = next.ts_event;
  switch (next.item.kind) {
    case TapeKind::funding:
      event_.payload = next.item.funding();
      break;
    case TapeKind::trade:
      event_.payload = next.item.trade();
      break;
    case TapeKind::bar:
      event_.payload = next.item.bar();
      break;
  }
}

const model::Event& SimulatedSession::apply_next() {
  const Timestamp at = next_at_;
  ENSURE(at != Timestamp::never());
  now_ = at;
  event_.ts_init = at;
  // At one instant: market data, then execution, then timers, then what was asked for.
  if (std::max(delay_.next_time(), now_) == at && !delay_.is_empty()) {
    make_market_event();
  } else if (!reports_.empty() && reports_.front().event.ts_init <= at) {
    std::pop_heap(reports_.begin(), reports_.end(), is_later);
    event_.ts_event = reports_.back().event.ts_event;
    event_.payload = reports_.back().event.payload;
    reports_.pop_back();
  } else if (timers_.next_time() <= at) {
    const model::SetTimer timer = timers_.pop();
    event_.ts_event = timer.at;
    event_.payload = model::TimerFired{timer.kind, timer.key};
  } else {
    StandingCondition& standing = conditions_[conditions_proposed_++];
    standing.condition.expires_at = at + standing.life;
    event_.ts_event = at;
    event_.payload = model::ConditionProposed{&standing.condition};
  }
  recorder_->apply(event_);
  pending_commands_ = recorder_->sink().commands().size();
  return event_;
}

void SimulatedSession::hand_over(const model::Command& command, Timestamp now) {
  if (const auto* timer = std::get_if<model::SetTimer>(&command)) {
    timers_.set(*timer);
  } else {
    exchange_->submit(command, now);
  }
}

void SimulatedSession::flush_commands() {
  if (!is_abandoned_) {
    for (const model::Command& command :
         recorder_->sink().commands().first(pending_commands_)) {
      hand_over(command, now_);
    }
  }
  pending_commands_ = 0;
}

void SimulatedSession::abandon(std::size_t kept) noexcept {
  pending_commands_ = std::min(pending_commands_, kept);
  flush_commands();
  is_abandoned_ = true;
}

void SimulatedSession::play_venue(Timestamp until) {
  while (std::min(tape_.next_time(), exchange_->next_time()) <= until) {
    step_venue();
  }
}

Status SimulatedSession::close(SessionClosed figures) {
  figures.events = recorder_->sequence();
  figures.commands = recorder_->commands();
  figures.digest = recorder_->digest();
  figures.learned = learned_digest(*engine_);
  const auto bytes = encode_closed(figures);
  const auto room = journal().reserve(bytes.size());
  std::copy(bytes.begin(), bytes.end(), room.begin());
  journal().commit(store::RecordKind::session_closed, recorder_->sequence(), bytes.size());
  return journal().close();
}

}  // namespace lanner::runtime
