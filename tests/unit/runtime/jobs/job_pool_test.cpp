#include "runtime/jobs/job_pool.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

using namespace lanner;
using runtime::PoolState;
using runtime::Progress;
using runtime::run_jobs;

TEST_CASE("a pool runs each job once and results stand by number") {
  for (const std::size_t threads : {1U, 2U, 5U}) {
    std::vector<int> runs(137, 0);
    std::vector<std::size_t> results(137, 0);
    const auto use = run_jobs(
        137, threads,
        [&](std::size_t index, const Progress& tell) {
          ++runs[index];
          CHECK(tell(1.0, Timestamp{}, 1));
          results[index] = index * index;
        },
        {});
    CHECK(use.busy_s.size() == threads);
    CHECK_FALSE(use.is_cancelled);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      CHECK(runs[i] == 1);
      CHECK(results[i] == i * i);
    }
  }
}

TEST_CASE("a pool has no more threads than jobs, and none without jobs") {
  const auto nothing = [](std::size_t, const Progress&) {};
  CHECK(run_jobs(3, 16, nothing, {}).busy_s.size() == 3);
  CHECK(run_jobs(0, 4, nothing, {}).busy_s.empty());
  CHECK(run_jobs(1000, 0, nothing, {}).busy_s.size() == std::min<std::size_t>(
                                                            1000, runtime::core_count()));
}

TEST_CASE("a cancelled pool stops the running jobs and begins no others") {
  std::atomic<int> begun{0};
  std::atomic<int> ended{0};
  const auto use = run_jobs(
      50, 2,
      [&](std::size_t, const Progress& tell) {
        ++begun;
        while (tell(0.5, Timestamp{7}, 10)) {
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        ++ended;
      },
      [](const PoolState& state) {
        CHECK(state.jobs == 50);
        CHECK(state.now == Timestamp{7});
        return false;
      });
  CHECK(use.is_cancelled);
  CHECK(begun == 2);
  CHECK(ended == 2);
}
