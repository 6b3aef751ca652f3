// Backtests side by side: two threads against one, over the same jobs and one mapping.

#include <algorithm>

#include "bench/row.hpp"
#include "bench/tapes.hpp"
#include "runtime/backtest.hpp"
#include "runtime/jobs/job_pool.hpp"

namespace lanner::bench {
namespace {

constexpr std::size_t kParallelJobs = 8;
constexpr double kSpeedup = 1.8;

std::string two_digits(double value) {
  const std::string text = std::to_string(value);
  return text.substr(0, text.find('.') + 3);
}

}  // namespace

// Wall time, since waiting for the other core is what is asked about: the limit is judged only in
// a run in which nobody else wanted a processor.
std::vector<Row> parallel_backtests(const Settings& settings) {
  Row row;
  row.name = "parallel backtests: two threads";
  row.unit = "s";
  row.floor = "the same jobs on one thread";
  row.limit = 1.0 / kSpeedup;
  if (runtime::core_count() < 2) {
    row.facts = {{"skipped", "this machine has one core"}};
    return {row};
  }
  runtime::RunOptions options = session_on(sim::bar_tape(1));
  options.with_bad_day = false;
  const store::Catalog catalog = expect(runtime::open_catalog(options));
  std::string digests[2];
  runtime::PoolUse use[2];
  const auto play = [&](std::size_t threads) {
    std::vector<std::string> found(kParallelJobs);
    use[threads - 1] = runtime::run_jobs(
        kParallelJobs, threads,
        [&](std::size_t index, const runtime::Progress&) {
          runtime::RunOptions job = options;
          job.seed = index + 1;
          found[index] = expect(runtime::run_backtest(job, catalog, {})).digest;
        },
        {});
    digests[threads - 1].clear();
    for (const std::string& digest : found) {
      digests[threads - 1] += digest;
    }
    return use[threads - 1].wall_s;
  };
  Settings few = settings;
  few.turns = std::min<std::size_t>(few.turns, 3);  // each turn plays sixteen whole sessions
  row.measured = compare(few, [&] { return play(2); }, [&] { return play(1); });
  if (digests[0] != digests[1]) {
    stop(row.name + ": other digests than on one thread");
  }
  row.facts = {{"jobs", std::to_string(kParallelJobs)},
               {"threads", "2"},
               {"times as fast", two_digits(row.measured.floor / row.measured.ours)},
               {"busy, two threads",
                two_digits(use[1].busy_s[0]) + " s + " + two_digits(use[1].busy_s[1]) + " s"},
               {"busy, one thread", two_digits(use[0].busy_s[0]) + " s"},
               {"digests", "equal, job by job"}};
  return {row};
}

}  // namespace lanner::bench
