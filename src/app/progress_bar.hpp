#pragma once

// Progress of a long verb on stderr: a line that is redrawn on a terminal, nothing elsewhere.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.hpp"

namespace lanner::app {

struct ProgressState {
  double done = 0;           // 0 .. 1
  Timestamp now;             // event time
  std::uint64_t events = 0;
  double elapsed_s = 0;
};

// "backtest  42 %  2025-05-14 08:00  1,234,567 events  2.1 M/s  ETA 3s", cut to the columns.
[[nodiscard]] std::string progress_line(std::string_view what, const ProgressState& state,
                                        std::size_t columns);

class ProgressBar {
 public:
  explicit ProgressBar(std::string what);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  void rename(std::string what) { what_ = std::move(what); }
  void show(double done, Timestamp now, std::uint64_t events);

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  bool is_on_;
  Clock::time_point start_;
  Clock::time_point shown_;
};

}  // namespace lanner::app
