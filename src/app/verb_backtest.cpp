#include <fmt/core.h>

#include <array>
#include <fstream>

#include "app/interrupt.hpp"
#include "app/jobs/sweep_verb.hpp"
#include "app/progress_bar.hpp"
#include "app/run_flags.hpp"
#include "app/summary_text.hpp"
#include "app/verb.hpp"
#include "runtime/backtest.hpp"
#include "runtime/result_json.hpp"
#include "store/records.hpp"
#include "views/format.hpp"

namespace lanner::app {
namespace {

constexpr std::array<Flag, 22> kBacktestFlags{{
    {"--catalog", "DIR", "a catalog or a folder of data files; without it a synthetic market"},
    {"--bars", "LENGTH", "play bars of this length, as in 15m, built from finer bars and trades"},
    flags::kInstruments,
    flags::kFrom,
    flags::kTo,
    flags::kBalance,
    flags::kSeed,
    flags::kMask,
    {"--out", "DIR", "keep the session's journal in this new folder"},
    flags::kConditions,
    flags::kFee,
    flags::kLeverage,
    flags::kMaxOpen,
    flags::kMarket,
    flags::kQuote,
    {"--export", "FILE", "write the trades as CSV"},
    flags::kSweep,
    flags::kPeriods,
    flags::kSplitDays,
    flags::kEachInstrument,
    flags::kJobs,
    flags::kSort,
}};

Status export_trades(const std::string& path, const views::RunResult& result) {
  std::ofstream file{path, std::ios::binary};
  file << trades_csv(result);
  file.flush();
  return file ? Status{}
              : fail(ErrorKind::failure, "--export " + path +
                                             ": cannot be written; is the folder there and yours?");
}

Status set_bars(const Invocation& in, runtime::RunOptions& options) {
  if (!in.has("--bars")) {
    return {};
  }
  options.bars_s = store::interval_of(in.text("--bars"));
  return options.bars_s > 0 ? Status{}
                            : fail(ErrorKind::usage, "--bars is a whole number of s, m, h or d, as "
                                                     "in 15m, not '" +
                                                         in.text("--bars") + "'");
}

Result<int> run_backtest_verb(const Invocation& in) {
  auto options = run_options(in);
  if (!options) {
    return tl::unexpected{options.error()};
  }
  options->data = in.text("--catalog");
  if (const Status set = set_bars(in, *options); !set) {
    return tl::unexpected{set.error()};
  }
  if (is_sweep(in)) {
    return run_sweep_of(in, *options);
  }
  options->out = in.text("--out");
  std::error_code ignored;
  if (in.has("--out") && std::filesystem::exists(options->out, ignored) &&
      !std::filesystem::is_empty(options->out, ignored)) {
    return fail(ErrorKind::usage, "--out " + options->out.string() +
                                      " is there already and nothing is overwritten; name a new "
                                      "folder");
  }
  const Interrupt interrupt;
  Result<views::RunResult> result = [&] {
    ProgressBar bar{"backtest"};
    return runtime::run_backtest(*options, [&](double done, Timestamp now, std::uint64_t events) {
      bar.show(done, now, events);
      return !interrupt.is_requested().load();
    });
  }();
  if (!result) {
    return tl::unexpected{result.error()};
  }
  if (in.has("--export")) {
    if (const Status written = export_trades(in.text("--export"), *result); !written) {
      return tl::unexpected{written.error()};
    }
  }
  if (in.is_json()) {
    fmt::print("{}\n", runtime::result_json("backtest/1", *result).text());
  } else {
    fmt::print("{}", summary_text(*result));
  }
  if (interrupt.exit_code() != 0) {
    fmt::print(stderr, "lanner: stopped at {}; the figures end there\n",
               views::minute_text(result->to));
  }
  return interrupt.exit_code();
}

}  // namespace

Verb backtest_verb() noexcept {
  return Verb{.name = "backtest",
              .alias = "backtesting",
              .purpose = "play data at full speed and sum it up",
              .example = "lanner backtest --catalog catalog --from 2025-05-04 --json",
              .arguments = {},
              .flags = kBacktestFlags,
              .run = run_backtest_verb,
              .verbs = {}};
}

}  // namespace lanner::app
