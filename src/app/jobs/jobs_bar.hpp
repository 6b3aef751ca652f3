#pragma once

// Progress of many jobs on stderr: one line that is redrawn on a terminal, nothing elsewhere.

#include <cstddef>
#include <string>
#include <string_view>

#include "app/progress_bar.hpp"
#include "runtime/jobs/job_pool.hpp"

namespace lanner::app {

class JobsBar {
 public:
  explicit JobsBar(std::string_view what) : what_(what), bar_(what_) {}
  // "backtest 12/200  42 %  2025-05-14 08:00  1,234,567 events  2.1 M/s  ETA 3s"
  void show(const runtime::PoolState& state) {
    bar_.rename(what_ + " " + std::to_string(state.finished) + "/" + std::to_string(state.jobs));
    bar_.show(state.done, state.now, state.events);
  }

 private:
  std::string what_;
  ProgressBar bar_;
};

}  // namespace lanner::app
