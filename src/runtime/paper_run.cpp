#include "runtime/paper_run.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "base/build_info.hpp"
#include "base/isotime.hpp"
#include "runtime/projection/projection_feed.hpp"
#include "runtime/session_dir.hpp"
#include "runtime/session_plan.hpp"
#include "runtime/session_result.hpp"
#include "runtime/simulated_session.hpp"
#include "runtime/statistics.hpp"

namespace lanner::runtime {
namespace {

using WallClock = std::chrono::steady_clock;

constexpr auto kViewEvery = std::chrono::milliseconds(250);
constexpr auto kNapMax = std::chrono::milliseconds(100);
constexpr Duration kHole = hours(1);

struct Opened {
  SessionPlan plan;
  std::filesystem::path path;
  bool is_continued = false;
};

void say(const PaperRunOptions& options, const std::string& line) {
  if (options.on_line) {
    options.on_line(line);
  }
}

// The build that began a session must finish it: another one may decide otherwise.
Status check_build(const UnfinishedSession& session) {
  if (session.spec.build_id == build_info().build_id) {
    return {};
  }
  return fail(ErrorKind::usage, "the session " + session.path.string() + " was begun by build " +
                                    session.spec.build_id + ", this is " +
                                    std::string(build_info().build_id) +
                                    "; finish it with that build or start another with --new");
}

// A session goes on as it was begun. Data or settings given beside it must be the ones it has;
// without any it needs none.
Status check_request(const PaperRunOptions& options, const UnfinishedSession& session) {
  const RunOptions& asked = options.base;
  const bool is_bare = asked.data.empty() && asked.instruments.empty() && !asked.from &&
                       !asked.to && asked.mask.empty() && asked.sets.empty() &&
                       asked.conditions.empty() && asked.market.empty() && asked.quote.empty();
  if (is_bare) {
    return {};
  }
  auto plan = plan_session(asked);
  if (!plan) {
    return tl::unexpected{plan.error()};
  }
  plan->spec.build_id = session.spec.build_id;
  if (encode_spec(plan->spec) == encode_spec(session.spec)) {
    return {};
  }
  return fail(ErrorKind::usage,
              "the session " + session.path.string() +
                  " was begun with other data or settings; continue it with --session alone, or "
                  "give another place");
}

Result<Opened> continue_session(UnfinishedSession session) {
  if (const auto same = check_build(session); !same) {
    return tl::unexpected{same.error()};
  }
  auto catalog = store::Catalog::open(session.spec.catalog);
  if (!catalog) {
    return tl::unexpected{catalog.error()};
  }
  return Opened{SessionPlan{std::move(session.spec), std::move(*catalog), {}}, session.path, true};
}

Result<Opened> open_given(const PaperRunOptions& options) {
  auto found = find_unfinished(options.session);
  if (!found) {
    return tl::unexpected{found.error()};
  }
  if (*found) {
    if (const auto same = check_request(options, **found); !same) {
      return tl::unexpected{same.error()};
    }
    return continue_session(std::move(**found));
  }
  auto plan = plan_session(options.base);
  if (!plan) {
    return tl::unexpected{plan.error()};
  }
  return Opened{std::move(*plan), options.session, false};
}

// Without --session: the newest unfinished session of the profile goes on if it is of what is
// asked for now.
Result<Opened> open_newest_or_new(const PaperRunOptions& options) {
  auto plan = plan_session(options.base);
  if (!plan) {
    return tl::unexpected{plan.error()};
  }
  if (!options.start_new) {
    if (auto found = newest_unfinished(options.base.profile)) {
      if (encode_spec(found->spec) == encode_spec(plan->spec)) {
        return Opened{std::move(*plan), found->path, true};
      }
      say(options, "the unfinished session " + found->path.string() +
                       " is of other data or settings and is left as it is (--session continues "
                       "it)");
    }
  }
  return Opened{std::move(*plan), next_session(options.base.profile), false};
}

class Pacer {
 public:
  Pacer(const PaperRunOptions& options, const SessionSpec& spec, const Tape& tape)
      : options_(options), spec_(spec), tape_(tape), begun_at_(WallClock::now()) {}

  // Sleeps until event time `at` is due; false when the user asked to stop.
  bool wait_for(Timestamp at, SimulatedSession& session, const Statistics& statistics) {
    if (is_stopped()) {
      return false;
    }
    if (options_.speed <= 0) {
      return true;
    }
    if (!is_started_ || at - last_ > kHole) {
      if (is_started_) {
        say(options_, "no data from " + format_utc(last_.ns()) + " to " + format_utc(at.ns()) +
                          ": jumped");
      }
      is_started_ = true;
      event_start_ = at;
      wall_start_ = WallClock::now();
    }
    last_ = at;
    const std::chrono::duration<double> due(static_cast<double>((at - event_start_).ns()) / 1e9 /
                                            options_.speed);
    const auto until = wall_start_ + std::chrono::duration_cast<WallClock::duration>(due);
    while (WallClock::now() < until) {
      // What was decided is on disk before we rest.
      if (!session.journal().flush() || is_stopped()) {
        return false;
      }
      show(statistics);
      std::this_thread::sleep_for(std::min<WallClock::duration>(kNapMax, until - WallClock::now()));
    }
    return true;
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
  [[nodiscard]] bool is_stopped() const {
    return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
  }
  void show(const Statistics& statistics) {
    if (WallClock::now() - shown_at_ >= kViewEvery) {
      view(statistics);
    }
  }
  void view(const Statistics& statistics) {
    shown_at_ = WallClock::now();
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
  WallClock::time_point begun_at_;
  bool is_started_ = false;
  Timestamp event_start_;
  Timestamp last_;
  Timestamp minute_;
  WallClock::time_point wall_start_;
  WallClock::time_point shown_at_;
};

std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(WallClock::now().time_since_epoch())
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

struct Played {
  std::uint64_t replayed = 0;
  std::uint64_t fresh = 0;
  bool was_interrupted = false;
};

// Who looks on: neither reaches the engine.
struct Watchers {
  Statistics statistics;
  std::unique_ptr<ProjectionFeed> projection;  // where a database is kept
};

Result<Played> play_paced(SimulatedSession& session, Watchers& watchers,
                          const PaperRunOptions& options, const SessionSpec& spec) {
  Played played;
  Statistics& statistics = watchers.statistics;
  Pacer pacer(options, spec, session.tape());
  DiskGuard guard(options);
  for (Timestamp at = session.next_time(); at != Timestamp::never(); at = session.next_time()) {
    const bool is_replayed = session.journal().is_confirming();
    if (!is_replayed && !(pacer.wait_for(at, session, statistics) && guard.pass(session))) {
      played.was_interrupted = true;
      break;
    }
    const model::Event& event = session.apply_next();
    statistics.on_event(event, session.sink());
    if (watchers.projection) {
      watchers.projection->on_event(event, session);
    }
    if (const auto sequence = session.journal().divergence()) {
      return fail(ErrorKind::difference,
                  "the session cannot be continued: event " + std::to_string(*sequence) +
                      " is not the one that was recorded; was the catalog changed?");
    }
    ++(is_replayed ? played.replayed : played.fresh);
    if (!is_replayed) {
      pacer.on_event(event.ts_init, statistics);
    }
  }
  // What the disk did not take is not told as done.
  for (const Status& status : {session.journal_status(), session.journal().flush()}) {
    if (!status) {
      return tl::unexpected{status.error()};
    }
  }
  return played;
}

Result<store::JournalWriter> open_run_journal(const PaperRunOptions& options,
                                              const Opened& opened) {
  if (opened.is_continued) {
    return store::JournalWriter::resume(opened.path, options.disk);
  }
  return store::JournalWriter::create(opened.path, identity_of(opened.plan.spec),
                                      {.durability = options.base.journal.durability,
                                       .segment_bytes = options.segment_bytes,
                                       .disk = options.disk});
}

void say_damage(const PaperRunOptions& options, const store::JournalWriter& journal) {
  if (const auto& damage = journal.damage()) {
    say(options, "damage in " + damage->file + " at byte " + std::to_string(damage->offset) +
                     " (" + damage->what + "): the session goes on behind event " +
                     std::to_string(damage->sequence));
  }
  for (const store::UnusedBytes& unused : journal.unused()) {
    say(options, "ignored in " + unused.file + ": " + std::to_string(unused.bytes) +
                     " bytes at " + std::to_string(unused.offset) + " that were never published");
  }
}

void say_feed(const PaperRunOptions& options, const Opened& opened) {
  const SessionSpec& spec = opened.plan.spec;
  const bool is_synthetic = spec.origin == store::Origin::synthetic;
  say(options, is_synthetic ? "feed: SYNTHETIC market (" + spec.origin_note + "), not real prices"
                            : "feed: recorded data in " + spec.catalog);
  say(options, "period: " + format_utc(spec.from.ns()) + " .. " + format_utc(spec.to.ns()));
  for (const std::string& note : opened.plan.notes) {
    say(options, note);
  }
  say(options, (opened.is_continued ? "session continued: " : "session: ") +
                   opened.path.string());
}

Result<SessionClosed> finish(SimulatedSession& session, const SessionPlan& plan,
                             bool with_bad_day) {
  SessionClosed figures = judge_session(session);
  if (with_bad_day) {
    const auto bad_day = run_bad_day(plan);
    if (!bad_day) {
      return tl::unexpected{bad_day.error()};
    }
    figures.has_bad_day = true;
    figures.bad_day_net_pnl = *bad_day;
  }
  if (const auto closed = session.close(figures); !closed) {
    return tl::unexpected{closed.error()};
  }
  figures.digest = session.recorder().digest();
  return figures;
}

}  // namespace

Result<PaperRunResult> run_paper(const PaperRunOptions& options) {
  auto opened = options.session.empty() ? open_newest_or_new(options) : open_given(options);
  if (!opened) {
    return tl::unexpected{opened.error()};
  }
  const auto lock = SessionLock::take(opened->path);
  if (!lock) {
    return tl::unexpected{lock.error()};
  }
  auto tape = open_tape(opened->plan);
  auto journal = open_run_journal(options, *opened);
  if (!tape || !journal) {
    return tl::unexpected{!tape ? tape.error() : journal.error()};
  }
  say_feed(options, *opened);
  say_damage(options, *journal);
  const auto start = WallClock::now();
  PaperRunResult run;
  run.resumed_from = journal->resumed_from();
  SimulatedSession session(opened->plan.spec, std::move(*tape), std::move(*journal));
  Watchers watchers{Statistics(session.engine()), nullptr};
  if (!options.database.empty()) {
    watchers.projection = std::make_unique<ProjectionFeed>(
        ProjectionFeed::Place{options.database, options.base.profile, opened->path},
        opened->plan.spec, session.engine());
  }
  const auto played = play_paced(session, watchers, options, opened->plan.spec);
  if (!played) {
    return tl::unexpected{played.error()};
  }
  run.events_replayed = played->replayed;
  run.events_new = played->fresh;
  run.was_interrupted = played->was_interrupted;
  const std::chrono::duration<double> wall = WallClock::now() - start;
  const auto figures =
      finish(session, opened->plan, options.base.with_bad_day && !run.was_interrupted);
  if (!figures) {
    return tl::unexpected{figures.error()};
  }
  if (watchers.projection) {
    for (const std::string& line : watchers.projection->finish(session.recorder())) {
      say(options, line);
    }
  }
  run.result = watchers.statistics.result();
  add_spec(run.result, opened->plan.spec);
  run.result.notes = opened->plan.notes;
  add_closed(run.result, *figures);
  run.result.session = opened->path.string();
  run.result.wall_s = Score{wall.count()};
  run.result.events_per_s =
      Score{static_cast<double>(run.result.events) / std::max(wall.count(), 1e-9)};
  return run;
}

}  // namespace lanner::runtime
