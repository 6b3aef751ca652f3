#include "runtime/simulated_session.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace lanner::runtime {
namespace {

bool opens_risk(const model::Command& command) noexcept {
  const auto* const submit = std::get_if<model::SubmitOrder>(&command);
  return submit != nullptr && submit->order.role == model::OrderRole::entry;
}

}  // namespace

SimulatedSession::SimulatedSession(Parts parts)
    : engine_(std::make_unique<core::Engine>(parts.spec.engine)),
      exchange_(std::make_unique<sim::Exchange>(engine_->config().instruments,
                                                engine_->config().parameters,
                                                parts.spec.exchange)),
      recorder_(std::make_unique<EventRecorder>(*engine_, std::move(parts.journal))),
      tape_(std::move(parts.tape)),
      delay_(sim::latency_model(parts.spec.exchange),
             parts.spec.exchange.latency_model.kind == sim::LatencyKind::activity),
      books_(parts.spec.engine.instruments.size()),
      tops_(parts.spec.engine.instruments.size()),
      conditions_(parts.spec.conditions),
      facts_(parts.spec.venue_events),
      feed_latency_(sim::effective_latency(parts.spec.exchange).feed),
      conditions_refused_(parts.spec.conditions_refused) {}

SimulatedSession::SimulatedSession(const SessionSpec& spec, Tape tape,
                                   store::JournalWriter journal)
    : SimulatedSession(Parts{spec, std::move(tape), std::move(journal)}) {
  const auto bytes = encode_spec(spec);
  const auto room = this->journal().reserve(bytes.size());
  std::copy(bytes.begin(), bytes.end(), room.begin());
  this->journal().commit(store::RecordKind::session_opened, 0, bytes.size());
  is_confirming_ = this->journal().is_confirming();
  started_at_ = tape_.is_done() ? spec.from : tape_.next_time();
  now_ = started_at_;
  inside_at_ = next_inside_time();
  note_unheard();
}

bool SimulatedSession::is_later(const Report& a, const Report& b) noexcept {
  return a.event.ts_init != b.event.ts_init ? a.event.ts_init > b.event.ts_init
                                            : a.order > b.order;
}

Timestamp SimulatedSession::next_fact_time() const noexcept {
  return facts_taken_ < facts_.size() ? facts_[facts_taken_].at : Timestamp::never();
}

void SimulatedSession::take_fact() {
  const VenueEvent& event = facts_[facts_taken_++];
  if (const auto* status = std::get_if<model::InstrumentStatus>(&event.fact)) {
    exchange_->on_status(*status, event.at);
  } else if (const auto* rules = std::get_if<model::InstrumentRules>(&event.fact)) {
    exchange_->on_rules(*rules, event.at);
  } else {
    exchange_->on_deleveraging(std::get<sim::Deleveraging>(event.fact), event.at);
  }
  note_unheard();
}

// Deleveraging is heard by its fill alone.
Timestamp SimulatedSession::next_heard_time() const noexcept {
  std::size_t at = facts_heard_;
  while (at < facts_taken_ && std::holds_alternative<sim::Deleveraging>(facts_[at].fact)) {
    ++at;
  }
  return at < facts_taken_ ? facts_[at].at + feed_latency_ : Timestamp::never();
}

void SimulatedSession::make_fact_event() {
  while (std::holds_alternative<sim::Deleveraging>(facts_[facts_heard_].fact)) {
    ++facts_heard_;
  }
  const VenueEvent& event = facts_[facts_heard_++];
  event_.ts_event = event.at;
  if (const auto* status = std::get_if<model::InstrumentStatus>(&event.fact)) {
    event_.payload = *status;
  } else {
    event_.payload = std::get<model::InstrumentRules>(event.fact);
  }
}

// Reports, timers and conditions are few beside the market's records, so their earliest is kept.
void SimulatedSession::note_unheard() noexcept {
  unheard_at_ = std::min(timers_.next_time(), next_heard_time());
  if (!reports_.empty()) {
    unheard_at_ = std::min(unheard_at_, reports_.front().event.ts_init);
  }
  if (outside_) {
    unheard_at_ = std::min(unheard_at_, now_);
  }
  if (conditions_proposed_ < conditions_.size() ||
      refusals_told_ < conditions_refused_.size()) {
    unheard_at_ = std::min(unheard_at_, started_at_);
  }
}

Timestamp SimulatedSession::next_time() {
  if (is_market_event_) {
    is_market_event_ = false;
    delay_.pop();
  }
  if (pending_commands_ != 0) {
    flush_commands();
  }
  for (;;) {
    next_at_ = std::max(std::min(delay_.next_time(), unheard_at_), now_);
    if (delay_.is_empty() && tape_.is_done()) [[unlikely]] {
      // Behind the last market event there is nothing to act on; what the venue has reported by
      // then is still heard, so that both ledgers tell of the same fills.
      next_at_ = reports_.empty() ? Timestamp::never() : next_at_;
      return next_at_;
    }
    if (next_venue_time() > next_at_) {
      return next_at_;
    }
    step_venue();
  }
}

// What comes from inside the venue: answers, prints within a bar, facts by date.
Timestamp SimulatedSession::next_inside_time() const noexcept {
  return std::min(exchange_->next_time(), next_fact_time());
}

void SimulatedSession::step_venue() {
  venue_now_ = next_venue_time();
  exchange_->advance(venue_now_, fresh_reports_);
  if (!fresh_reports_.empty()) {
    take_reports();
  }
  if (next_fact_time() <= venue_now_) {
    take_fact();
  } else {
    // Bars of many coins begin at one instant.
    while (tape_.next_time() == venue_now_ && venue_now_ != Timestamp::never()) {
      play(tape_.next());
      if (exchange_->next_time() <= venue_now_) {
        break;
      }
    }
  }
  inside_at_ = next_inside_time();
}

void SimulatedSession::play(const TapeItem& item) {
  if (item.kind == TapeKind::depth) {
    play_depth(item);
    return;
  }
  if (item.kind == TapeKind::mark && item.mark().price.is_zero()) {
    return;  // the index alone: nobody marks anything with it
  }
  model::EventPayload& payload = delay_.push(item).payload;
  switch (item.kind) {
    case TapeKind::mark:
      exchange_->on_mark(payload.emplace<model::MarkPrice>(item.mark()), item.venue_time);
      break;
    case TapeKind::open_interest:
      payload = item.open_interest();
      break;
    case TapeKind::liquidation:
      payload = item.liquidation();
      break;
    case TapeKind::sentiment:
      payload = item.sentiment();
      break;
    case TapeKind::funding:
      exchange_->on_funding(payload.emplace<model::FundingRate>(item.funding()), item.venue_time);
      break;
    case TapeKind::quote:
      exchange_->on_quote(payload.emplace<model::QuoteTick>(item.quote()), item.venue_time);
      break;
    case TapeKind::depth:
      break;
    case TapeKind::trade:
      payload.emplace<model::TradeTick>(item.trade());
      if (is_traded(item.instrument_id)) [[likely]] {
        exchange_->on_trade(std::get<model::TradeTick>(payload), item.venue_time);
      }
      break;
    case TapeKind::bar:
      payload.emplace<model::Bar>(item.bar());
      if (is_traded(item.instrument_id)) [[likely]] {
        exchange_->on_bar(std::get<model::Bar>(payload), item.venue_time);
      }
      break;
  }
}

void SimulatedSession::play_depth(const TapeItem& item) {
  const InstrumentId id = item.instrument_id;
  std::unique_ptr<BookFeed>& book = books_[id.index()];
  if (book == nullptr) {
    book = std::make_unique<BookFeed>(id);
    tops_[id.index()].instrument_id = id;  // nothing has been shown yet
  }
  book->on_event(item.depth(), *exchange_);
  if (item.depth().front().stamp() < item.venue_time.ns()) {
    return;  // it leads to the book at the start of the tape: nobody was there to hear of it
  }
  const model::QuoteTick top = exchange_->depth().top(id);
  if (!(top == tops_[id.index()])) {
    tops_[id.index()] = top;
    delay_.push(item).payload = top;
    delay_.push(item).payload = exchange_->depth().five_best(id);
  }
}

void SimulatedSession::take_reports() {
  for (const model::Event& report : fresh_reports_) {
    reports_.push_back({report, report_order_++});
    std::push_heap(reports_.begin(), reports_.end(), is_later);
  }
  fresh_reports_.clear();
  note_unheard();
}

// Before what is due, which stays due.
bool SimulatedSession::make_control_event(Timestamp at) {
  if (is_confirming_) [[unlikely]] {
    const auto& expected = journal().expected();
    is_confirming_ = expected.has_value();
    if (expected) {
      const auto control = recorded_control(*expected);
      is_allowed_ = control ? !is_told_allowed_ : is_told_allowed_;
    }
  }
  if (is_allowed_ == is_told_allowed_) {
    return false;
  }
  is_told_allowed_ = is_allowed_;
  event_.ts_event = at;
  event_.payload = model::TradingStateChanged{is_allowed_ ? model::TradingState::active
                                                          : model::TradingState::reducing,
                                              model::ControlSource::journal};
  return true;
}

void SimulatedSession::make_outside_event() {
  event_.ts_event = now_;
  was_outside_ = true;
  if (auto* proposed = std::get_if<ProposedCondition>(&*outside_)) {
    proposed_ = *proposed;
    proposed_.condition.expires_at = now_ + proposed_.life;
    event_.payload = model::ConditionProposed{&proposed_.condition};
  } else if (const auto* refused = std::get_if<model::ProposalRefused>(&*outside_)) {
    event_.payload = *refused;
  } else if (const auto* asked = std::get_if<model::OperatorRequested>(&*outside_)) {
    event_.payload = *asked;
  } else {
    event_.payload = std::get<model::ProposerChanged>(*outside_);
  }
  outside_.reset();
}

const model::Event& SimulatedSession::apply_next() {
  const Timestamp at = next_at_;
  ENSURE(at != Timestamp::never());
  now_ = at;
  was_outside_ = false;
  if ((is_confirming_ || is_allowed_ != is_told_allowed_) && make_control_event(at)) [[unlikely]] {
    return finish(event_);
  }
  // At one instant: status and rules, market data, execution, timers, then what was asked for.
  is_market_event_ = delay_.next_time() <= at &&
                     (facts_heard_ == facts_taken_ || next_heard_time() > at);
  if (is_market_event_) {
    return finish(delay_.front());
  }
  make_own_event(at);
  note_unheard();
  return finish(event_);
}

void SimulatedSession::make_own_event(Timestamp at) {
  if (next_heard_time() <= at) {
    make_fact_event();
  } else if (!reports_.empty() && reports_.front().event.ts_init <= at) {
    std::pop_heap(reports_.begin(), reports_.end(), is_later);
    event_.ts_event = reports_.back().event.ts_event;
    event_.payload = reports_.back().event.payload;
    reports_.pop_back();
  } else if (timers_.next_time() <= at) {
    const model::SetTimer timer = timers_.pop();
    event_.ts_event = timer.at;
    event_.payload = model::TimerFired{timer.kind, timer.key};
  } else if (conditions_proposed_ < conditions_.size()) {
    StandingCondition& standing = conditions_[conditions_proposed_++];
    standing.condition.expires_at = at + standing.life;
    event_.ts_event = at;
    event_.payload = model::ConditionProposed{&standing.condition};
  } else if (outside_ && refusals_told_ == conditions_refused_.size()) {
    make_outside_event();
  } else {
    const auto rule = static_cast<model::ConditionRule>(conditions_refused_[refusals_told_++]);
    event_.ts_event = at;
    event_.payload = model::ProposalRefused{0, rule};
  }
}

const model::Event& SimulatedSession::finish(model::Event& event) {
  event.ts_init = now_;
  recorder_->apply(event);
  pending_commands_ = recorder_->sink().commands().size();
  return event;
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
      // Only an order that opens risk waits for its record; the clock of this venue waits too.
      if (opens_risk(command) && journal_status_) {
        journal_status_ = recorder_->await_entry();
      }
      if (!opens_risk(command) || journal_status_) {
        hand_over(command, now_);
      }
    }
  }
  pending_commands_ = 0;
  inside_at_ = next_inside_time();
  note_unheard();
}

void SimulatedSession::abandon(std::size_t kept) noexcept {
  pending_commands_ = std::min(pending_commands_, kept);
  flush_commands();
  is_abandoned_ = true;
}

void SimulatedSession::play_venue(Timestamp until) {
  while (next_venue_time() <= until) {
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
