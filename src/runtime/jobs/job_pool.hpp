#pragma once

// Many independent jobs on all cores. Jobs are numbered and keep their results by number, so what
// comes out does not depend on which thread did what, or when.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/time.hpp"
#include "runtime/run_options.hpp"

namespace lanner::runtime {

struct PoolState {
  std::size_t jobs = 0;
  std::size_t finished = 0;
  double done = 0.0;           // 0 .. 1 of all jobs together
  std::uint64_t events = 0;    // of all jobs together
  Timestamp now;               // event time of the job that reported last
};

// Told some ten times a second, on the caller's thread; false stops every job in good order.
using PoolProgress = std::function<bool(const PoolState& state)>;

struct PoolUse {
  double wall_s = 0.0;
  std::vector<double> busy_s;   // processor time of each thread
  bool is_cancelled = false;    // some jobs did not end
};

// `job` plays number `index` and hands `progress` on to the session. It must not throw.
using PoolJob = std::function<void(std::size_t index, const Progress& progress)>;

// Runs jobs 0 .. count - 1, begun in that order, each once. `threads` 0 = one for each core; never
// more than there are jobs. A cancelled job sees false from its progress; those that were not
// begun are not begun.
PoolUse run_jobs(std::size_t count, std::size_t threads, const PoolJob& job,
                 const PoolProgress& progress);

// One for each core that this process may use.
[[nodiscard]] std::size_t core_count() noexcept;

}  // namespace lanner::runtime
