#include "runtime/backtest.hpp"

#include <chrono>
#include <future>
#include <optional>

#include "runtime/session_plan.hpp"
#include "runtime/session_result.hpp"
#include "runtime/simulated_session.hpp"
#include "runtime/statistics.hpp"

namespace lanner::runtime {
namespace {

constexpr std::uint64_t kProgressEvents = 1 << 16;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Result<store::JournalWriter> open_backtest_journal(const RunOptions& options,
                                                   const SessionSpec& spec) {
  if (options.out.empty()) {
    return store::JournalWriter::in_memory();
  }
  return store::JournalWriter::create(options.out, identity_of(spec),
                                      {.durability = options.journal.durability});
}

// Plays to the end of the tape, or until progress says stop. A disk that takes no more ends it:
// waiting for room would change what a backtest says.
Status play_through(SimulatedSession& session, Statistics& statistics, const Progress& progress) {
  std::uint64_t events = 0;
  while (session.next_time() != Timestamp::never()) {
    const model::Event& event = session.apply_next();
    statistics.on_event(event, session.sink());
    if (session.journal().trouble(0) == store::JournalTrouble::no_room) {
      return fail(ErrorKind::failure, "the disk has no room for the journal; free some or choose "
                                      "another --out");
    }
    if (++events % kProgressEvents == 0 && progress) {
      const double done = static_cast<double>(session.tape().played()) /
                          static_cast<double>(session.tape().rows());
      if (!progress(done, event.ts_init, events)) {
        return {};
      }
    }
  }
  return session.journal_status();
}

}  // namespace

Result<views::RunResult> run_backtest(const RunOptions& options, const Progress& progress) {
  const auto catalog = open_catalog(options);
  if (!catalog) {
    return tl::unexpected{catalog.error()};
  }
  return run_backtest(options, *catalog, progress);
}

Result<views::RunResult> run_backtest(const RunOptions& options, const store::Catalog& catalog,
                                      const Progress& progress) {
  const auto plan = plan_session(options, catalog);
  if (!plan) {
    return tl::unexpected{plan.error()};
  }
  auto tape = open_tape(*plan);
  if (!tape) {
    return tl::unexpected{tape.error()};
  }
  auto journal = open_backtest_journal(options, plan->spec);
  if (!journal) {
    return tl::unexpected{journal.error()};
  }
  std::future<Result<Money>> bad_day;
  if (options.with_bad_day) {
    bad_day = std::async(std::launch::async, [&plan] { return run_bad_day(*plan); });
  }
  const auto start = std::chrono::steady_clock::now();
  SimulatedSession session(plan->spec, std::move(*tape), std::move(*journal));
  Statistics statistics(session.engine());
  if (const auto played = play_through(session, statistics, progress); !played) {
    return tl::unexpected{played.error()};
  }
  const double wall_s = seconds_since(start);

  SessionClosed figures = judge_session(session);
  if (bad_day.valid()) {
    const auto net_pnl = bad_day.get();
    if (!net_pnl) {
      return tl::unexpected{net_pnl.error()};
    }
    figures.has_bad_day = true;
    figures.bad_day_net_pnl = *net_pnl;
  }
  if (const auto closed = session.close(figures); !closed) {
    return tl::unexpected{closed.error()};
  }
  views::RunResult result = statistics.result();
  add_spec(result, plan->spec);
  result.notes.insert(result.notes.begin(), plan->notes.begin(), plan->notes.end());
  figures.digest = session.recorder().digest();
  add_closed(result, figures);
  result.session = options.out.string();
  result.wall_s = Score{wall_s};
  result.events_per_s = Score{static_cast<double>(result.events) / wall_s};
  return result;
}

}  // namespace lanner::runtime
