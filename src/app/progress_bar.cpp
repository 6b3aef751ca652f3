#include "app/progress_bar.hpp"

#include <fmt/core.h>

#include "app/terminal.hpp"
#include "views/format.hpp"

namespace lanner::app {
namespace {

constexpr std::chrono::milliseconds kRedraw{100};

std::string rate_text(double per_second) {
  return per_second >= 1e6   ? fmt::format("{:.1f} M/s", per_second / 1e6)
         : per_second >= 1e3 ? fmt::format("{:.0f} k/s", per_second / 1e3)
                             : fmt::format("{:.0f} /s", per_second);
}

}  // namespace

std::string progress_line(std::string_view what, const ProgressState& state, std::size_t columns) {
  std::string line = fmt::format("{}  {:3.0f} %  {}  {} events", what, state.done * 100,
                                 views::minute_text(state.now), views::count_text(state.events));
  if (state.elapsed_s > 0) {
    line += "  " + rate_text(static_cast<double>(state.events) / state.elapsed_s);
  }
  // Too early a guess jumps about.
  if (state.done > 0.01 && state.done < 1) {
    const double left_s = state.elapsed_s * (1 - state.done) / state.done;
    line += "  ETA " +
            views::duration_text(Duration{static_cast<std::int64_t>(left_s) * kNsPerSecond});
  }
  return line.substr(0, columns);
}

ProgressBar::ProgressBar(std::string what)
    : what_(std::move(what)), is_on_(can_redraw(stderr)), start_(Clock::now()), shown_(start_) {}

ProgressBar::~ProgressBar() {
  if (is_on_) {
    fmt::print(stderr, "\r\x1b[K");
  }
}

void ProgressBar::show(double done, Timestamp now, std::uint64_t events) {
  const auto at = Clock::now();
  if (!is_on_ || at - shown_ < kRedraw) {
    return;
  }
  shown_ = at;
  const double elapsed_s = std::chrono::duration<double>(at - start_).count();
  const std::string line = progress_line(what_, ProgressState{done, now, events, elapsed_s},
                                         terminal_size(stderr).columns - 1);
  fmt::print(stderr, "\r{}\x1b[K", line);
  std::fflush(stderr);
}

}  // namespace lanner::app
