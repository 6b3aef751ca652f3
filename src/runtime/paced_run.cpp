#include "runtime/paced_run.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "base/isotime.hpp"
#include "runtime/session_result.hpp"

namespace lanner::runtime {
namespace {

using PaceClock = std::chrono::steady_clock;

constexpr auto kViewEvery = std::chrono::milliseconds(250);
constexpr auto kNapMax = std::chrono::milliseconds(100);
constexpr Duration kHole = hours(1);

class Pacer {
 public:
  Pacer(const PaperRunOptions& options, const SessionSpec& spec, const Tape& tape)
      : options_(options), spec_(spec), tape_(tape), begun_at_(PaceClock::now()) {}

  enum class Wait : std::uint8_t { due, outside, stopped };
  // Sleeps until event time `at` is due, a program has proposed something, or the user asked to
  // stop.
  Wait wait_for(Timestamp at, SimulatedSession& session, const Statistics& statistics,
                const Proposals& outside) {
    if (is_stopped()) {
      return Wait::stopped;
    }
    if (options_.speed <= 0) {
      return Wait::due;
    }
    if (!is_started_ || at - last_ > kHole) {
      if (is_started_) {
        say(options_, "no data from " + format_utc(last_.ns()) + " to " + format_utc(at.ns()) +
                          ": jumped");
      }
      is_started_ = true;
      event_start_ = at;
      wall_start_ = PaceClock::now();
    }
    last_ = at;
    const std::chrono::duration<double> due(static_cast<double>((at - event_start_).ns()) / 1e9 /
                                            options_.speed);
    const auto until = wall_start_ + std::chrono::duration_cast<PaceClock::duration>(due);
    while (PaceClock::now() < until) {
      // What was decided is on disk before we rest.
      if (!session.journal().flush() || is_stopped()) {
        return Wait::stopped;
      }
      if (has_outside(outside, session.now())) {
        return Wait::outside;
      }
      show(statistics);
      std::this_thread::sleep_for(std::min<PaceClock::duration>(kNapMax, until - PaceClock::now()));
    }
    return Wait::due;
  }

  void on_event(Timestamp now, const Statistics& statistics) {
    const Timestamp minute = now.floor_to(minutes(1));
    if (minute != minute_) {
      minute_ = minute;
      if (options_.each_minute) {
        view(statistics);
      } else {
        show(statistics);
      }
    }
  }

 private:
  static bool has_outside(const Proposals& outside, Timestamp now) {
    if (outside.requests != nullptr) {
      outside.requests->poll();
      if (outside.requests->has_next()) {
        return true;
      }
    }
    if (outside.desk != nullptr) {
      outside.desk->poll(now, PaceClock::now());
      return outside.desk->has_next();
    }
    return false;
  }
  [[nodiscard]] bool is_stopped() const {
    return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
  }
  void show(const Statistics& statistics) {
    if (PaceClock::now() - shown_at_ >= kViewEvery) {
      view(statistics);
    }
  }
  void view(const Statistics& statistics) {
    shown_at_ = PaceClock::now();
    if (!options_.on_view) {
      return;
    }
    views::LiveView view = statistics.live_view();
    view.mode = "paper";
    view.feed = name_of_feed(spec_);
    view.feed_note = spec_.origin_note;
    view.progress = Score{static_cast<double>(tape_.played()) /
                          static_cast<double>(std::max<std::uint64_t>(tape_.rows(), 1))};
    const std::chrono::duration<double> wall = shown_at_ - begun_at_;
    view.events_per_s =
        Score{static_cast<double>(view.events) / std::max(wall.count(), 1e-3)};
    options_.on_view(view);
  }

  const PaperRunOptions& options_;
  const SessionSpec& spec_;
  const Tape& tape_;
  PaceClock::time_point begun_at_;
  bool is_started_ = false;
  Timestamp event_start_;
  Timestamp last_;
  Timestamp minute_;
  PaceClock::time_point wall_start_;
  PaceClock::time_point shown_at_;
};

std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(PaceClock::now().time_since_epoch())
      .count();
}

// Stands between the tape and a disk that is full or slow. A tape can wait, so at full speed the
// queue's bound just slows it; a session at its own pace does not wait, and while the disk is
// behind no entry is begun. Exits go on in either case.
class DiskGuard {
 public:
  explicit DiskGuard(const PaperRunOptions& options) : options_(options) {}

  // False when the user asked to stop, or when the disk failed.
  bool pass(SimulatedSession& session) {
    const auto& journal = session.journal();
    while (!journal.has_room()) {
      if ((options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed)) ||
          !session.journal().flush()) {
        return false;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const bool is_paced = options_.speed > 0;
    store::JournalTrouble trouble = journal.trouble(is_paced ? steady_ns() : 0);
    if (trouble == store::JournalTrouble::behind && !is_paced) {
      trouble = store::JournalTrouble::none;
    }
    session.allow_entries(trouble == store::JournalTrouble::none);
    if (trouble != told_) {
      told_ = trouble;
      tell(trouble);
    }
    return trouble != store::JournalTrouble::failed && session.journal_status().has_value();
  }

 private:
  void tell(store::JournalTrouble trouble) const {
    switch (trouble) {
      case store::JournalTrouble::none:
        return say(options_, "the journal is well again: entries go on");
      case store::JournalTrouble::no_room:
        return say(options_, "the disk is full: no entries until there is room, exits go on");
      case store::JournalTrouble::behind:
        return say(options_, "the disk is behind: no entries until it has caught up, exits go on");
      case store::JournalTrouble::failed:
        return;
    }
  }
  const PaperRunOptions& options_;
  store::JournalTrouble told_ = store::JournalTrouble::none;
};

// One step of a run: what programs proposed goes first, then the next event of the tape.
class PacedRun {
 public:
  PacedRun(SimulatedSession& session, Watchers& watchers, const PaperRunOptions& options,
           const SessionSpec& spec, Proposals proposals)
      : session_(session),
        watchers_(watchers),
        statistics_(watchers.statistics),
        pacer_(options, spec, session.tape()),
        guard_(options),
        outside_(std::move(proposals)) {}

  Result<Played> play() {
    for (;;) {
      const bool is_replayed = session_.journal().is_confirming();
      put_outside(is_replayed);
      const Timestamp at = session_.next_time();
      if (at == Timestamp::never()) {
        return finished();
      }
      if (!is_replayed) {
        keep_snapshot();
        const auto wait = pacer_.wait_for(at, session_, statistics_, outside_);
        if (wait == Pacer::Wait::outside) {
          continue;
        }
        if (wait == Pacer::Wait::stopped || !guard_.pass(session_)) {
          played_.was_interrupted = true;
          return finished();
        }
      }
      const model::Event& event = session_.apply_next();
      statistics_.on_event(event, session_.sink());
      if (watchers_.projection) {
        watchers_.projection->on_event(event, session_);
      }
      if (const auto sequence = session_.journal().divergence()) {
        return fail(ErrorKind::difference,
                    "the session cannot be continued: event " + std::to_string(*sequence) +
                        " is not the one that was recorded; was the catalog changed?");
      }
      ++(is_replayed ? played_.replayed : played_.fresh);
      note(event, is_replayed);
    }
  }

 private:
  // Here nothing is in hand, and a paced session has nothing to do for a while.
  void keep_snapshot() {
    if (watchers_.snapshots) {
      watchers_.snapshots->pass(session_, statistics_,
                                watchers_.projection ? &watchers_.projection->fold() : nullptr);
    }
  }

  // What the disk did not take is not told as done.
  Result<Played> finished() {
    for (const Status& status : {session_.journal_status(), session_.journal().flush()}) {
      if (!status) {
        return tl::unexpected{status.error()};
      }
    }
    return played_;
  }

  void put_outside(bool is_replayed) {
    if (is_waiting_) {
      return;
    }
    if (is_replayed) {
      const std::uint64_t next = session_.recorder().sequence() + 1;
      const auto& recorded = outside_.recorded;
      if (recorded_at_ < recorded.size() && recorded[recorded_at_].sequence == next) {
        session_.put_outside(recorded[recorded_at_++].event);
        is_waiting_ = true;
      }
      return;
    }
    // The market's first event begins the session: nothing from outside may set its clock.
    if (session_.recorder().sequence() == 0 || put_request()) {
      return;
    }
    ProposerDesk* const desk = outside_.desk;
    if (desk == nullptr) {
      return;
    }
    desk->poll(session_.now(), PaceClock::now());
    if (desk->has_next()) {
      session_.put_outside(desk->take_next());
      is_waiting_ = true;
    }
  }

  // An operator is served before any program. A tape at full speed looks now and then only: the
  // look is a call to the system.
  bool put_request() {
    constexpr std::uint64_t kLookEvery = 4096;
    RequestDesk* const requests = outside_.requests;
    if (requests == nullptr) {
      return false;
    }
    if (!requests->has_next() && ++looks_ % kLookEvery == 0) {
      requests->poll();
    }
    if (!requests->has_next()) {
      return false;
    }
    session_.put_outside(requests->take_next());
    is_waiting_ = true;
    is_request_ = true;
    return true;
  }

  void note(const model::Event& event, bool is_replayed) {
    is_waiting_ = is_waiting_ && !session_.was_outside();
    if (is_replayed) {
      return;
    }
    const bool was_request = session_.was_outside() && is_request_;
    if (was_request) {
      is_request_ = false;
      outside_.requests->on_applied(session_.sink());
    }
    if (outside_.desk != nullptr) {
      outside_.desk->on_event(session_.was_outside() && !was_request, session_.sink(),
                              session_.now());
    }
    pacer_.on_event(event.ts_init, statistics_);
  }

  SimulatedSession& session_;
  Watchers& watchers_;
  Statistics& statistics_;
  Pacer pacer_;
  DiskGuard guard_;
  Proposals outside_;
  std::uint64_t looks_ = 0;
  bool is_request_ = false;  // what was put last is an operator's
  std::size_t recorded_at_ = 0;
  bool is_waiting_ = false;
  Played played_;
};

}  // namespace

void say(const PaperRunOptions& options, const std::string& line) {
  if (options.on_line) {
    options.on_line(line);
  }
}

Result<Played> play_paced(SimulatedSession& session, Watchers& watchers,
                          const PaperRunOptions& options, const SessionSpec& spec,
                          Proposals proposals) {
  return PacedRun(session, watchers, options, spec, std::move(proposals)).play();
}

}  // namespace lanner::runtime
