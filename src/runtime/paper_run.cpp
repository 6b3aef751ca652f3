#include "runtime/paper_run.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

#include "base/build_info.hpp"
#include "base/isotime.hpp"
#include "runtime/paced_run.hpp"
#include "runtime/recovery/recovery.hpp"
#include "runtime/retention/retention.hpp"
#include "runtime/session_dir.hpp"
#include "runtime/session_plan.hpp"
#include "runtime/session_result.hpp"
#include "store/snapshot/snapshot_file.hpp"

namespace lanner::runtime {
namespace {

using WallClock = std::chrono::steady_clock;

struct Opened {
  SessionPlan plan;
  std::filesystem::path path;
  bool is_continued = false;
};

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

Result<std::unique_ptr<ProposerDesk>> open_desk(const PaperRunOptions& options,
                                                const SessionSpec& spec) {
  if (!options.proposers.is_asked()) {
    return std::unique_ptr<ProposerDesk>{};
  }
  if (!spec.takes_proposals) {
    return fail(ErrorKind::usage,
                "this session was begun without --conditions-dir and --conditions-socket; start "
                "another with --new");
  }
  std::vector<std::string> own_features;
  for (const features::UserFeature& feature : spec.engine.own_features) {
    own_features.push_back(feature.name);
  }
  return ProposerDesk::open(options.proposers, spec.engine.instruments, std::move(own_features));
}

Result<Recovered> open_session(const PaperRunOptions& options, const Opened& opened) {
  if (opened.is_continued) {
    return recover_session(opened.plan, opened.path, options.disk);
  }
  auto tape = open_tape(opened.plan);
  auto journal = store::JournalWriter::create(opened.path, identity_of(opened.plan.spec),
                                              {.durability = options.base.journal.durability,
                                               .segment_bytes = options.segment_bytes,
                                               .disk = options.disk});
  if (!tape || !journal) {
    return tl::unexpected{!tape ? tape.error() : journal.error()};
  }
  Recovered fresh;
  fresh.session = std::make_unique<SimulatedSession>(opened.plan.spec, std::move(*tape),
                                                     std::move(*journal));
  fresh.statistics = std::make_unique<Statistics>(fresh.session->engine());
  return fresh;
}

void say_recovery(const PaperRunOptions& options, const Recovered& recovered) {
  for (const std::string& line : recovered.lines) {
    say(options, line);
  }
  if (recovered.from) {
    say(options, "goes on from the snapshot behind event " +
                     std::to_string(recovered.from->sequence));
  }
}

Watchers watchers_of(const PaperRunOptions& options, const Opened& opened, Recovered& opening) {
  Watchers watchers{*opening.statistics, nullptr, nullptr};
  if (!options.database.empty()) {
    const auto past = opening.from ? std::optional{ProjectionFeed::Past{opening.fold}}
                                   : std::nullopt;
    watchers.projection = std::make_unique<ProjectionFeed>(
        ProjectionFeed::Place{options.database, options.base.profile, opened.path},
        opened.plan.spec, opening.session->engine(), past);
  }
  std::optional<SnapshotKeeper::Last> last;
  if (opened.is_continued) {
    last = opening.from ? SnapshotKeeper::Last{opening.from->sequence, opening.from_at}
                        : SnapshotKeeper::Last{};
  }
  watchers.snapshots = std::make_unique<SnapshotKeeper>(
      opened.path, identity_of(opened.plan.spec), options.snapshots, last);
  return watchers;
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

// Before the session takes room of its own. This one is locked: it is left alone.
void say_retention(const PaperRunOptions& options) {
  if (options.base.profile.empty()) {
    return;
  }
  for (const std::string& line :
       keep_within_bounds(options.base.profile, options.base.journal,
                          std::filesystem::file_time_type::clock::now())) {
    say(options, line);
  }
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
  say_retention(options);
  auto opening = open_session(options, *opened);
  if (!opening) {
    return tl::unexpected{opening.error()};
  }
  const auto desk = open_desk(options, opened->plan.spec);
  if (!desk) {
    return tl::unexpected{desk.error()};
  }
  auto recorded = opened->is_continued ? recorded_proposals(opened->path, opening->from)
                                       : std::vector<RecordedProposal>{};
  RequestDesk requests(opened->path);
  SimulatedSession& session = *opening->session;
  say_feed(options, *opened);
  say_damage(options, session.journal());
  say_recovery(options, *opening);
  const auto start = WallClock::now();
  PaperRunResult run;
  run.resumed_from = session.journal().resumed_from();
  if (opening->from) {
    run.snapshot_at = opening->from->sequence;
  }
  run.snapshots_refused = opening->refused;
  Watchers watchers = watchers_of(options, *opened, *opening);
  const auto played = play_paced(session, watchers, options, opened->plan.spec,
                                 {.desk = desk->get(), .requests = &requests,
                                  .recorded = std::move(recorded)});
  if (!played) {
    return tl::unexpected{played.error()};
  }
  run.events_replayed = played->replayed;
  run.events_new = played->fresh;
  run.was_interrupted = played->was_interrupted;
  run.snapshots_written = watchers.snapshots->written();
  watchers.snapshots.reset();
  const std::chrono::duration<double> wall = WallClock::now() - start;
  const auto figures =
      finish(session, opened->plan, options.base.with_bad_day && !run.was_interrupted);
  if (!figures) {
    return tl::unexpected{figures.error()};
  }
  // A closed session is never continued.
  store::remove_snapshots(opened->path);
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
