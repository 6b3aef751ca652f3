#pragma once

// Engine, simulated exchange and tape as one deterministic machine. Backtest and paper on recorded
// or synthetic data are this machine at different speeds. Venue time and our time interleave: the
// exchange sees the market when it happens, the engine when it hears of it, orders and reports
// travel in between.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/engine.hpp"
#include "runtime/book_feed.hpp"
#include "runtime/delay_line.hpp"
#include "runtime/event_recorder.hpp"
#include "runtime/proposers/proposal.hpp"
#include "runtime/session_spec.hpp"
#include "runtime/tape.hpp"
#include "runtime/timers.hpp"
#include "sim/exchange.hpp"

namespace lanner {
class StateReader;
class StateWriter;
}  // namespace lanner

namespace lanner::runtime {

class SimulatedSession {
 public:
  // The first record is written at once; when a session is continued it is confirmed, and a
  // different specification shows as a divergence at sequence 0.
  SimulatedSession(const SessionSpec& spec, Tape tape, store::JournalWriter journal);
  // Goes on where `state` was saved; see is_restored() before anything else. What it applies is
  // recorded nowhere until it has a journal, which stands behind the same event.
  SimulatedSession(const SessionSpec& spec, Tape tape, StateReader& state);
  void go_on_with(store::JournalWriter journal) noexcept;
  SimulatedSession(const SimulatedSession&) = delete;
  SimulatedSession& operator=(const SimulatedSession&) = delete;

  // Plays the venue up to the next event of the engine and tells its ts_init; never() at the end
  // of the tape.
  [[nodiscard]] Timestamp next_time();
  // Applies that event. Only after next_time() told one; the event stays until the next call.
  const model::Event& apply_next();

  // An event from beside the tape: it is applied next, at the present instant.
  void put_outside(OutsideEvent event) {
    outside_ = std::move(event);
    note_unheard();
  }
  // The last event applied was that one.
  [[nodiscard]] bool was_outside() const noexcept { return was_outside_; }
  // The last event applied, until the next call of next_time().
  [[nodiscard]] const model::Event& last_event() noexcept {
    return is_market_event_ ? delay_.front() : event_;
  }
  [[nodiscard]] Timestamp now() const noexcept { return now_; }

  // The whole state of engine, exchange and what stands between them, for a session of the same
  // specification and tape. Only between next_time() and apply_next(), and not while something
  // from outside waits. Equal states give equal bytes.
  [[nodiscard]] bool is_savable() const noexcept {
    return pending_commands_ == 0 && !is_market_event_ && !outside_ && !is_abandoned_;
  }
  void save(StateWriter& out) const;
  // False: the bytes are of another specification or tape, and the session is good for nothing.
  [[nodiscard]] bool is_restored() const noexcept { return is_restored_; }

  [[nodiscard]] const core::Engine& engine() const noexcept { return *engine_; }
  [[nodiscard]] const sim::Exchange& exchange() const noexcept { return *exchange_; }
  [[nodiscard]] const EventRecorder& recorder() const noexcept { return *recorder_; }
  [[nodiscard]] store::JournalWriter& journal() noexcept { return recorder_->journal(); }
  [[nodiscard]] const model::CommandSink& sink() const noexcept { return recorder_->sink(); }
  [[nodiscard]] const Tape& tape() const noexcept { return tape_; }

  // False: the next event says that what is decided cannot be recorded, and entries stop until it
  // is true again. The event is recorded, so a continued session and a replay see it as well; on
  // recorded events the answer comes from the journal.
  void allow_entries(bool is_allowed) noexcept { is_allowed_ = is_allowed; }
  // Set when an order that opens risk could not be recorded and so was not sent: that is the end.
  [[nodiscard]] const Status& journal_status() const noexcept { return journal_status_; }

  // Research only: the engine learns from another book of the same market.
  void learn_from(learn::Lesson& lesson) noexcept { engine_->learn_from(lesson); }

  // From now on nothing that the engine asks reaches the exchange (abandonment tests): of the
  // commands of the last event only the first `kept` were handed over. The venue plays on.
  void abandon(std::size_t kept) noexcept;
  // Plays the venue alone to the given venue time.
  void play_venue(Timestamp until);

  // Ends the session in the journal; nothing may be applied afterwards. Counts and digest are
  // filled in here, the exchange's figures by the caller.
  [[nodiscard]] Status close(SessionClosed figures);

 private:
  struct Report {
    model::Event event;
    std::uint64_t order = 0;
  };
  struct Parts {
    const SessionSpec& spec;
    Tape tape;
    store::JournalWriter journal;
  };
  explicit SimulatedSession(Parts parts);
  template <typename Archive>
  void archive_books(Archive& archive);
  template <typename Archive>
  void fields(Archive& archive);
  // The exchange hears nothing of what is only compared with.
  [[nodiscard]] bool is_traded(InstrumentId id) const noexcept {
    return engine_->config().is_active[id.index()] != 0;
  }
  [[nodiscard]] Timestamp next_inside_time() const noexcept;
  [[nodiscard]] Timestamp next_venue_time() const noexcept {
    return std::min(tape_.next_time(), inside_at_);
  }
  // All that the venue does at its next instant before anybody can answer.
  void step_venue();
  void play(const TapeItem& item);
  // The book goes to the exchange whole; what the engine hears is its top, when that changes.
  void play_depth(const TapeItem& item);
  // Status, rules and deleveraging by date.
  [[nodiscard]] Timestamp next_fact_time() const noexcept;
  void take_fact();
  // Facts that the exchange knows and the engine has not heard of yet.
  [[nodiscard]] Timestamp next_heard_time() const noexcept;
  void make_fact_event();
  void take_reports();
  void hand_over(const model::Command& command, Timestamp now);
  void flush_commands();
  void note_unheard() noexcept;
  const model::Event& finish(model::Event& event);
  // Few events come from beside the market: apart from the others, these have less to save.
  [[gnu::noinline]] void make_own_event(Timestamp at);
  [[nodiscard]] bool make_control_event(Timestamp at);
  void make_outside_event();
  [[nodiscard]] static bool is_later(const Report& a, const Report& b) noexcept;

  std::unique_ptr<core::Engine> engine_;
  std::unique_ptr<sim::Exchange> exchange_;
  std::unique_ptr<EventRecorder> recorder_;
  Tape tape_;
  DelayLine delay_;
  Timers timers_;
  std::vector<std::unique_ptr<BookFeed>> books_;  // by instrument, where the tape has depth
  std::vector<model::QuoteTick> tops_;            // last told, by instrument
  std::vector<Report> reports_;  // heap, earliest at the front
  std::vector<model::Event> fresh_reports_;
  std::vector<StandingCondition> conditions_;
  std::size_t conditions_proposed_ = 0;
  std::vector<VenueEvent> facts_;
  std::size_t facts_taken_ = 0;
  std::size_t facts_heard_ = 0;
  Duration feed_latency_;
  std::vector<std::uint8_t> conditions_refused_;
  std::size_t refusals_told_ = 0;
  std::optional<OutsideEvent> outside_;
  ProposedCondition proposed_;  // of the event in hand
  bool was_outside_ = false;
  std::uint64_t report_order_ = 0;
  Timestamp started_at_;
  Timestamp now_;
  Timestamp venue_now_;
  Timestamp inside_at_ = Timestamp::never();  // next_inside_time(), asked once for each change
  Timestamp next_at_ = Timestamp::never();  // of the engine's next event
  Timestamp unheard_at_ = Timestamp::never();  // earliest of what does not come from the market
  model::Event event_;                         // the last that did not come from the market
  bool is_market_event_ = false;  // the last event is the front of the delay line
  bool is_abandoned_ = false;
  bool is_allowed_ = true;
  bool is_told_allowed_ = true;  // as the engine knows it
  bool is_confirming_ = false;   // what comes next stands in the journal already
  bool is_restored_ = true;
  Status journal_status_;
  std::size_t pending_commands_ = 0;  // of the last event, not handed over yet
};

}  // namespace lanner::runtime
