#pragma once

// `backtest` with more than one job: which flags ask for it, and what comes of it.

#include "app/invocation.hpp"
#include "app/verb.hpp"
#include "base/result.hpp"
#include "runtime/jobs/job_pool.hpp"
#include "runtime/run_options.hpp"

namespace lanner::app::flags {

inline constexpr Flag kSweep{"--sweep", "KEY=V,V",
                             "one job for each value of a Parameter, or of seed, mask, fee, "
                             "balance, leverage, max_open_positions; several: each combination",
                             true};
inline constexpr Flag kPeriods{"--periods", "N", "N jobs over equal parts of the span"};
inline constexpr Flag kSplitDays{"--split-days", "D", "jobs over parts of D days"};
inline constexpr Flag kEachInstrument{"--each-instrument", "", "a job for each instrument alone"};
inline constexpr Flag kJobs{"--jobs", "N", "jobs at once (one for each core)"};
inline constexpr Flag kSort{"--sort", "KEY",
                            "order of the jobs' table: net_pnl, trades, win_rate, profit_factor, "
                            "expectancy_r, max_drawdown_pct, job"};

}  // namespace lanner::app::flags

namespace lanner::app {

// True when one of the flags that make several jobs was given.
[[nodiscard]] bool is_sweep(const Invocation& in) noexcept;
[[nodiscard]] Result<int> run_sweep_of(const Invocation& in, const runtime::RunOptions& options);

// --jobs; 0 = one for each core.
[[nodiscard]] Result<std::size_t> jobs_flag(const Invocation& in);

}  // namespace lanner::app
