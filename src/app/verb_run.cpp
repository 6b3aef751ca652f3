#include <fmt/core.h>

#include <array>
#include <charconv>

#include "app/interrupt.hpp"
#include "app/keep/database_path.hpp"
#include "app/live_screen.hpp"
#include "app/run_flags.hpp"
#include "app/summary_text.hpp"
#include "app/verb.hpp"
#include "runtime/logs/log_file.hpp"
#include "runtime/paper_run.hpp"
#include "runtime/result_json.hpp"
#include "views/format.hpp"

namespace lanner::app {
namespace {

constexpr double kDefaultSpeed = 60;

constexpr std::array<Flag, 23> kRunFlags{{
    {"--data", "DIR", "a catalog or a folder of data files; without it a synthetic market"},
    {"--speed", "X", "event time per wall time, or max (60)"},
    {"--session", "DIR", "begin or continue this session"},
    {"--new", "", "begin another session, though one is unfinished"},
    {"--mode", "MODE", "paper; this build has no other"},
    flags::kInstruments,
    flags::kFrom,
    flags::kTo,
    flags::kBalance,
    flags::kSeed,
    flags::kMask,
    flags::kConditions,
    {"--conditions-dir", "DIR", "take tc1 files that programs put there while it runs"},
    {"--conditions-socket", "PATH", "take tc1 lines from programs over this Unix socket"},
    flags::kFee,
    flags::kLeverage,
    flags::kMaxOpen,
    flags::kMarket,
    flags::kQuote,
    {"--dashboard", "", "accepted for users of other bots; this build has the terminal view"},
    {"--no-dashboard", "", "accepted likewise"},
    {"--port", "N", "accepted likewise"},
    {"--db", "PATH", "where rows for the look verbs go (lanner.db of the profile)"},
}};

Status check_mode(const Invocation& in) {
  const std::string mode = in.has("--mode") ? in.text("--mode") : "paper";
  if (mode == "paper") {
    return {};
  }
  if (mode == "live" || mode == "demo") {
    return fail(ErrorKind::refused, "--mode " + mode +
                                        " is not available in this build: it cannot reach a venue;"
                                        " run without --mode trades on paper");
  }
  return fail(ErrorKind::usage, mode == "observe"
                                    ? "--mode observe is not available in this build; run without "
                                      "--mode trades on paper"
                                    : "--mode " + mode + " is unknown; this build has paper");
}

Result<double> speed_of(const Invocation& in) {
  const std::string typed = in.text("--speed");
  if (typed.empty()) {
    return kDefaultSpeed;
  }
  if (typed == "max") {
    return 0.0;
  }
  double speed = 0;
  const auto [end, problem] = std::from_chars(typed.data(), typed.data() + typed.size(), speed);
  if (problem != std::errc{} || end != typed.data() + typed.size() || !(speed > 0) || speed > 1e6) {
    return fail(ErrorKind::usage,
                "--speed takes a number above 0, like 60, or max, not '" + typed + "'");
  }
  return speed;
}

void say_what_this_build_lacks(const Invocation& in) {
  for (const char* flag : {"--dashboard", "--port"}) {
    if (in.has(flag)) {
      fmt::print(stderr, "lanner: {} has no effect: this build has the terminal view only\n", flag);
    }
  }
}

Result<runtime::PaperRunOptions> paper_options(const Invocation& in) {
  auto base = run_options(in);
  const auto speed = speed_of(in);
  const Status mode = check_mode(in);
  if (!base || !speed || !mode) {
    return tl::unexpected{!mode ? mode.error() : !base ? base.error() : speed.error()};
  }
  if (in.has("--new") && in.has("--session")) {
    std::error_code ignored;
    if (std::filesystem::exists(in.text("--session"), ignored)) {
      return fail(ErrorKind::usage, "--new with --session " + in.text("--session") +
                                        ", which is there already: name a folder that is not");
    }
  }
  runtime::PaperRunOptions options;
  options.base = std::move(*base);
  options.proposers.folder = in.text("--conditions-dir");
  options.proposers.socket = in.text("--conditions-socket");
  options.base.takes_proposals = options.proposers.is_asked();
  options.base.data = in.text("--data");
  options.base.best_span = !options.base.from && !options.base.to;
  options.speed = *speed;
  options.start_new = in.has("--new");
  options.session = in.text("--session");
  options.database = database_path(in);
  return options;
}

void print_json(const runtime::PaperRunResult& run) {
  runtime::JsonObject out = runtime::result_json("run/1", run.result);
  out.set("type", "result");
  if (run.resumed_from) {
    out.set("resumed_from", *run.resumed_from);
  } else {
    out.set_null("resumed_from");
  }
  if (run.snapshot_at) {
    out.set("snapshot_at", *run.snapshot_at);
  } else {
    out.set_null("snapshot_at");
  }
  out.set("snapshots_refused", run.snapshots_refused)
      .set("events_replayed", run.events_replayed)
      .set("events_new", run.events_new)
      .set("interrupted", run.was_interrupted);
  fmt::print("{}\n", out.text());
}

void say_what_stays_open(const views::RunResult& result) {
  fmt::print(stderr, "lanner: stopped and closed the session; {} open\n",
             result.open.empty()       ? "nothing stays"
             : result.open.size() == 1 ? "1 position stays"
                                       : fmt::format("{} positions stay", result.open.size()));
  for (const views::OpenPosition& open : result.open) {
    fmt::print(stderr, "  {} {} {}, stop {} for {}\n", open.instrument,
               model::name_of(open.position.side), to_string(open.position.quantity),
               to_string(open.working_stop_px), to_string(open.working_stop_qty));
  }
}

void log_end(const runtime::PaperRunResult& run, runtime::LogFile& log) {
  log.set_session(run.result.session);
  log.write(run.result.protection_breaches == 0 ? "info" : "error", "run",
            fmt::format("{}: {} events, {} trades, net {}, {} breaches of protection",
                        run.was_interrupted ? "stopped" : "ended", run.result.events,
                        run.result.trades, to_string(run.result.net_pnl),
                        run.result.protection_breaches));
}

// A supervisor that starts it again must be able to tell: exit 7.
Result<int> ended(const views::RunResult& result) {
  if (result.trading_state != model::TradingState::halted) {
    return 0;
  }
  return fail(ErrorKind::halted,
              "the session ended with trading halted since " +
                  views::minute_text(result.trading_state_since) +
                  " UTC: no entries, open positions keep their stops; `lanner logs --component "
                  "alert` tells what latched, `lanner run --new` begins another session");
}

Result<int> run_paper_verb(const Invocation& in) {
  auto options = paper_options(in);
  if (!options) {
    return tl::unexpected{options.error()};
  }
  fmt::print(stderr, "lanner run: {}\n", views::kNoEdge);
  say_what_this_build_lacks(in);
  const Interrupt interrupt;
  runtime::LogFile log{in.profile() / "log"};
  options->stop = &interrupt.is_requested();
  const Result<runtime::PaperRunResult> run = [&] {
    LiveScreen screen{in.is_json()};
    options->each_minute = in.is_json();
    options->on_view = [&screen](const views::LiveView& view) { screen.show(view); };
    options->on_line = [&](std::string_view line) {
      screen.say(line);
      log.write("info", "run", line);
    };
    return runtime::run_paper(*options);
  }();
  if (!run) {
    log.write("error", "run", run.error().message);
    return tl::unexpected{run.error()};
  }
  log_end(*run, log);
  if (in.is_json()) {
    print_json(*run);
  } else {
    fmt::print("\n{}\n  next: lanner report {} --out report.html\n", summary_text(run->result),
               run->result.session);
  }
  if (run->was_interrupted) {
    say_what_stays_open(run->result);
    return interrupt.exit_code();
  }
  return ended(run->result);
}

}  // namespace

Verb run_verb() noexcept {
  return Verb{.name = "run",
              .alias = "trade",
              .purpose = "watch a market and trade it on paper, unattended",
              .example = "lanner run --data DIR --speed max",
              .arguments = {},
              .flags = kRunFlags,
              .run = run_paper_verb,
              .verbs = {}};
}

}  // namespace lanner::app
