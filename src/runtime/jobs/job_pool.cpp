#include "runtime/jobs/job_pool.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <memory>
#include <mutex>
#include <thread>

namespace lanner::runtime {
namespace {

constexpr std::chrono::milliseconds kPoolTold{100};

double thread_busy_s() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

// What the threads of one pool share. Progress is counted in whole numbers, so that reading it
// never waits for a worker.
struct Pool {
  struct Told {
    std::atomic<double> done{0.0};
    std::atomic<std::uint64_t> events{0};
  };

  explicit Pool(std::size_t count) : told(count) {}

  std::vector<Told> told;  // by job
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> finished{0};
  std::atomic<bool> is_stopped{false};
  std::atomic<bool> has_unfinished{false};
  std::atomic<std::int64_t> now_ns{0};
  std::mutex mutex;
  std::condition_variable ended;
  std::size_t threads_left = 0;
};

void work(Pool& pool, const PoolJob& job, double& busy_s) {
  for (;;) {
    const std::size_t index = pool.next.fetch_add(1);
    if (index >= pool.told.size()) {
      break;
    }
    if (pool.is_stopped.load()) {
      pool.has_unfinished.store(true);
      break;
    }
    Pool::Told& told = pool.told[index];
    job(index, [&](double done, Timestamp now, std::uint64_t events) {
      told.done.store(done);
      told.events.store(events);
      pool.now_ns.store(now.ns());
      if (pool.is_stopped.load()) {
        pool.has_unfinished.store(true);
        return false;
      }
      return true;
    });
    told.done.store(1.0);
    pool.finished.fetch_add(1);
  }
  busy_s = thread_busy_s();
  const std::lock_guard lock{pool.mutex};
  --pool.threads_left;
  pool.ended.notify_one();
}

PoolState state_of(const Pool& pool) {
  PoolState state;
  state.jobs = pool.told.size();
  state.finished = pool.finished.load();
  state.now = Timestamp{pool.now_ns.load()};
  for (const Pool::Told& told : pool.told) {
    state.done += told.done.load();
    state.events += told.events.load();
  }
  state.done /= static_cast<double>(std::max<std::size_t>(1, pool.told.size()));
  return state;
}

}  // namespace

std::size_t core_count() noexcept {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    return static_cast<std::size_t>(std::max(1, CPU_COUNT(&allowed)));
  }
  return std::max(1U, std::thread::hardware_concurrency());
}

PoolUse run_jobs(std::size_t count, std::size_t threads, const PoolJob& job,
                 const PoolProgress& progress) {
  const auto start = std::chrono::steady_clock::now();
  const std::size_t size = std::min(count, threads == 0 ? core_count() : threads);
  Pool pool(count);
  PoolUse use;
  use.busy_s.assign(size, 0.0);
  pool.threads_left = size;
  std::vector<std::jthread> workers;
  for (std::size_t i = 0; i < size; ++i) {
    workers.emplace_back([&pool, &job, &busy_s = use.busy_s[i]] { work(pool, job, busy_s); });
  }
  {
    std::unique_lock lock{pool.mutex};
    while (!pool.ended.wait_for(lock, kPoolTold, [&] { return pool.threads_left == 0; })) {
      lock.unlock();
      if (progress && !progress(state_of(pool))) {
        pool.is_stopped.store(true);
      }
      lock.lock();
    }
  }
  workers.clear();  // joined
  use.is_cancelled = pool.has_unfinished.load();
  use.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return use;
}

}  // namespace lanner::runtime
