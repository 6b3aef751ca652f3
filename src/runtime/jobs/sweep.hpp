#pragma once

// One backtest many times: parameter sets x periods x instruments, on all cores, over one shared
// mapping of the catalog. Each job is what `lanner backtest` with its settings would be, to the
// digest.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "runtime/jobs/job_pool.hpp"
#include "runtime/json_out.hpp"
#include "runtime/run_options.hpp"
#include "store/catalog.hpp"
#include "views/run_result.hpp"

namespace lanner::runtime {

// A Parameter's id, or seed, mask, balance, fee, leverage, max_open_positions. Ids of a mask are
// joined by '+'; "none" masks nothing.
struct SweepAxis {
  std::string key;
  std::vector<std::string> values;
};

struct SweepRequest {
  RunOptions base;
  std::vector<SweepAxis> axes;   // every combination; the last one turns fastest
  std::size_t periods = 1;       // equal parts of the span, each a session of its own
  Duration period_length;        // instead: parts of this length, the last may be shorter
  bool is_each_instrument = false;  // a session for each instrument instead of one for all
  std::size_t threads = 0;       // 0 = one for each core
};

struct SweepJob {
  std::vector<std::pair<std::string, std::string>> settings;  // what sets it apart
  RunOptions options;
};

struct SweepRow {
  std::vector<std::pair<std::string, std::string>> settings;
  bool is_done = false;          // false: cancelled, or `problem` says why not
  std::string problem;
  views::RunResult result;       // figures alone; lists of trades and equity are dropped
};

struct SweepResult {
  std::vector<SweepRow> rows;    // in the order of the jobs
  std::size_t threads = 0;
  PoolUse use;
};

constexpr std::size_t kSweepJobsMax = 100'000;

// The jobs in order. Errors: an unknown key or a value out of bounds, too many jobs.
[[nodiscard]] Result<std::vector<SweepJob>> expand_sweep(const SweepRequest& request,
                                                         const store::Catalog& catalog);
[[nodiscard]] Result<SweepResult> run_sweep(const SweepRequest& request,
                                            const PoolProgress& progress);

// What a sweep is ordered by: a figure of its rows. Rows without a result come last; equal ones
// keep the order of the jobs.
[[nodiscard]] const std::vector<std::string>& sweep_sort_keys();
[[nodiscard]] std::vector<std::size_t> sweep_order(const SweepResult& sweep,
                                                   const std::string& key);

[[nodiscard]] JsonObject sweep_json(const SweepResult& sweep);

}  // namespace lanner::runtime
