#include "app/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace lanner::app {

bool can_redraw(std::FILE* stream) noexcept {
  const char* terminal = std::getenv("TERM");
  const bool is_dumb = terminal != nullptr && std::string_view{terminal} == "dumb";
  return !is_dumb && isatty(fileno(stream)) == 1;
}

bool wants_color(std::FILE* stream) noexcept {
  const char* refused = std::getenv("NO_COLOR");
  return can_redraw(stream) && (refused == nullptr || refused[0] == '\0');
}

TerminalSize terminal_size(std::FILE* stream) noexcept {
  TerminalSize size;
  winsize window{};
  if (ioctl(fileno(stream), TIOCGWINSZ, &window) == 0 && window.ws_col > 0 && window.ws_row > 0) {
    size.columns = window.ws_col;
    size.rows = window.ws_row;
  }
  return size;
}

}  // namespace lanner::app
