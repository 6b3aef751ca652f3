#include "app/jobs/sweep_verb.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "app/interrupt.hpp"
#include "app/jobs/jobs_bar.hpp"
#include "app/look/text_table.hpp"
#include "base/did_you_mean.hpp"
#include "runtime/jobs/sweep.hpp"
#include "views/format.hpp"

namespace lanner::app {
namespace {

using runtime::SweepAxis;
using runtime::SweepRequest;
using runtime::SweepResult;
using runtime::SweepRow;

constexpr std::int64_t kPartsMax = 100'000;
constexpr std::size_t kRowsShown = 100;

Result<SweepAxis> axis_of(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size()) {
    return fail(ErrorKind::usage,
                "--sweep " + text + ": write it as key=value,value, like risk.probe_pct=0.1,0.2");
  }
  SweepAxis axis{text.substr(0, equals), {}};
  for (std::size_t at = equals + 1; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    if (comma == at) {
      return fail(ErrorKind::usage, "--sweep " + text + ": a value is missing between commas");
    }
    axis.values.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return axis;
}

Status read_parts(const Invocation& in, SweepRequest& request) {
  const auto periods = in.integer("--periods", 1, kPartsMax);
  const auto days = in.integer("--split-days", 1, 36'500);
  if (!periods || !days) {
    return tl::unexpected{!periods ? periods.error() : days.error()};
  }
  if (*periods && *days) {
    return fail(ErrorKind::usage, "--periods and --split-days both cut the span; give one");
  }
  if (*periods) {
    request.periods = static_cast<std::size_t>(**periods);
  }
  if (*days) {
    request.period_length = hours(24 * **days);
  }
  return {};
}

Result<SweepRequest> request_of(const Invocation& in, const runtime::RunOptions& options) {
  for (const char* flag : {"--out", "--export"}) {
    if (in.has(flag)) {
      return fail(ErrorKind::usage, std::string{flag} + " is of one session; leave it out when "
                                                        "there are several jobs");
    }
  }
  SweepRequest request;
  request.base = options;
  request.base.with_bad_day = false;  // said in the answer: one session per job
  request.is_each_instrument = in.has("--each-instrument");
  for (const std::string& text : in.all("--sweep")) {
    auto axis = axis_of(text);
    if (!axis) {
      return tl::unexpected{axis.error()};
    }
    request.axes.push_back(std::move(*axis));
  }
  if (const Status read = read_parts(in, request); !read) {
    return tl::unexpected{read.error()};
  }
  const auto jobs = jobs_flag(in);
  if (!jobs) {
    return tl::unexpected{jobs.error()};
  }
  request.threads = *jobs;
  return request;
}

Result<std::string> sort_key(const Invocation& in) {
  const std::string key = in.has("--sort") ? in.text("--sort") : "net_pnl";
  const auto& known = runtime::sweep_sort_keys();
  if (std::find(known.begin(), known.end(), key) != known.end()) {
    return key;
  }
  const std::vector<std::string_view> names(known.begin(), known.end());
  const auto guess = closest(key, names);
  std::string all;
  for (const std::string& name : known) {
    all += (all.empty() ? "" : ", ") + name;
  }
  return fail(ErrorKind::usage, "--sort: unknown key '" + key + "'" +
                                    (guess ? "; did you mean '" + std::string{*guess} + "'?" : "") +
                                    " Keys: " + all);
}

std::string settings_text(const SweepRow& row) {
  std::string text;
  for (const auto& [key, value] : row.settings) {
    if (key != "to") {  // where the next part begins; --json tells it
      text += (text.empty() ? "" : " ") + key + "=" + value;
    }
  }
  return text;
}

std::string win_text(const views::RunResult& result) {
  return result.trades == 0 ? "-" : fmt::format("{:.0f}", 100.0 * result.wins / result.trades);
}

std::string table_text(const SweepResult& sweep, const std::string& key) {
  TextTable table{{"settings", "job", "trades", "win %", "net", "max DD %", "factor", "E[R]",
                   "digest"},
                  1};
  std::size_t shown = 0;
  for (const std::size_t index : sweep_order(sweep, key)) {
    const SweepRow& row = sweep.rows[index];
    if (!row.is_done) {
      continue;
    }
    if (shown++ == kRowsShown) {
      break;
    }
    const views::RunResult& result = row.result;
    table.add({settings_text(row), std::to_string(index + 1), std::to_string(result.trades),
               win_text(result), views::gain_text(result.net_pnl),
               views::score_text(result.max_drawdown_pct), views::score_text(result.profit_factor),
               views::score_text(result.expectancy_r), result.digest.substr(0, 8)});
  }
  return table.text("no job ended\n");
}

void print_sweep(const SweepResult& sweep, const std::string& key) {
  fmt::print("{}", table_text(sweep, key));
  std::size_t finished = 0;
  for (std::size_t i = 0; i < sweep.rows.size(); ++i) {
    finished += sweep.rows[i].is_done ? 1 : 0;
    if (!sweep.rows[i].problem.empty()) {
      fmt::print(stderr, "job {} ({}): {}\n", i + 1, settings_text(sweep.rows[i]),
                 sweep.rows[i].problem);
    }
  }
  double busy_s = 0.0;
  for (const double each : sweep.use.busy_s) {
    busy_s += each;
  }
  fmt::print("\n{} of {} jobs in {:.1f} s on {} threads ({:.1f} s of work); best by {} first; each "
             "starts anew, the bad day is not run\n",
             finished, sweep.rows.size(), sweep.use.wall_s, sweep.threads, busy_s, key);
  if (finished > kRowsShown) {
    fmt::print("{} rows are not shown; --json gives all\n", finished - kRowsShown);
  }
}

}  // namespace

bool is_sweep(const Invocation& in) noexcept {
  return in.has("--sweep") || in.has("--periods") || in.has("--split-days") ||
         in.has("--each-instrument");
}

Result<std::size_t> jobs_flag(const Invocation& in) {
  const auto jobs = in.integer("--jobs", 1, 1024);
  if (!jobs) {
    return tl::unexpected{jobs.error()};
  }
  return *jobs ? static_cast<std::size_t>(**jobs) : 0;
}

Result<int> run_sweep_of(const Invocation& in, const runtime::RunOptions& options) {
  const auto request = request_of(in, options);
  if (!request) {
    return tl::unexpected{request.error()};
  }
  const auto key = sort_key(in);
  if (!key) {
    return tl::unexpected{key.error()};
  }
  const Interrupt interrupt;
  const Result<SweepResult> sweep = [&] {
    JobsBar bar{"backtest"};
    return runtime::run_sweep(*request, [&](const runtime::PoolState& state) {
      bar.show(state);
      return !interrupt.is_requested().load();
    });
  }();
  if (!sweep) {
    return tl::unexpected{sweep.error()};
  }
  if (in.is_json()) {
    fmt::print("{}\n", runtime::sweep_json(*sweep).text());
  } else {
    print_sweep(*sweep, *key);
  }
  if (sweep->use.is_cancelled) {
    fmt::print(stderr, "lanner: stopped; the jobs that had ended are above\n");
    return interrupt.exit_code();
  }
  return 0;
}

}  // namespace lanner::app
