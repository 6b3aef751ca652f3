#include "app/live_screen.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "app/terminal.hpp"
#include "app/terminal_view.hpp"
#include "base/isotime.hpp"
#include "base/log.hpp"
#include "runtime/result_json.hpp"

namespace lanner::app {
namespace {

// A person reads no faster; a pipe keeps its log short.
constexpr std::chrono::milliseconds kScreenInterval{100};
constexpr std::chrono::seconds kPipeInterval{10};
constexpr std::size_t kNotesKept = 8;

}  // namespace

LiveScreen::LiveScreen(bool is_json)
    : is_json_(is_json), is_redrawn_(!is_json && can_redraw(stdout)), shown_at_(Clock::now()) {
  if (is_redrawn_) {
    fmt::print("\x1b[?25l");  // no cursor running about
  }
}

LiveScreen::~LiveScreen() {
  if (is_redrawn_) {
    fmt::print("\x1b[?25h\n");
    std::fflush(stdout);
  }
}

void LiveScreen::say(std::string_view line) {
  if (!is_redrawn_) {
    log_info(line);
    return;
  }
  // The line pushes the drawn view up; it is drawn again below.
  fmt::print(stderr, "{}\x1b[K\n", line);
  drawn_lines_ = 0;
  notes_.emplace_back(line);
  if (notes_.size() > kNotesKept) {
    notes_.erase(notes_.begin());
  }
}

void LiveScreen::redraw(const views::LiveView& view) {
  const TerminalStyle style{terminal_size(stdout), wants_color(stdout)};
  const std::string text = terminal_view(view, notes_, style);
  std::string out = drawn_lines_ > 0 ? fmt::format("\x1b[{}A\r", drawn_lines_) : std::string{};
  drawn_lines_ = 0;
  for (const char c : text) {
    if (c == '\n') {
      out += "\x1b[K";
      ++drawn_lines_;
    }
    out += c;
  }
  fmt::print("{}\x1b[J", out);
  std::fflush(stdout);
}

void LiveScreen::show(const views::LiveView& view) {
  if (is_json_) {
    const std::int64_t minute = minute_of(view.now);
    if (minute != shown_minute_) {
      fmt::print("{}\n", runtime::live_json(view).text());
      shown_minute_ = minute;
    }
    return;
  }
  const auto now = Clock::now();
  const Clock::duration interval =
      is_redrawn_ ? Clock::duration{kScreenInterval} : Clock::duration{kPipeInterval};
  if (was_shown_ && now - shown_at_ < interval) {
    return;
  }
  was_shown_ = true;
  shown_at_ = now;
  if (is_redrawn_) {
    redraw(view);
  } else {
    fmt::print("{}\n", terminal_line(view));
    std::fflush(stdout);
  }
}

}  // namespace lanner::app
