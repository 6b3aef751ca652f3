#pragma once

// Where `run` shows itself: the view redrawn in place on a terminal, a line every few seconds in a
// pipe, one JSON object per minute of event time with --json.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "views/run_result.hpp"

namespace lanner::app {

class LiveScreen {
 public:
  explicit LiveScreen(bool is_json);
  ~LiveScreen();
  LiveScreen(const LiveScreen&) = delete;
  LiveScreen& operator=(const LiveScreen&) = delete;

  void show(const views::LiveView& view);
  // Talk: which feed, jumps over holes, a continued session.
  void say(std::string_view line);

 private:
  using Clock = std::chrono::steady_clock;
  void redraw(const views::LiveView& view);

  bool is_json_;
  bool is_redrawn_;
  bool was_shown_ = false;
  std::size_t drawn_lines_ = 0;
  std::int64_t shown_minute_ = -1;
  Clock::time_point shown_at_;
  std::vector<std::string> notes_;
};

}  // namespace lanner::app
