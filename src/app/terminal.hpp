#pragma once

// What stands at the other end of a stream: a person's terminal or a pipe.

#include <cstddef>
#include <cstdio>

namespace lanner::app {

struct TerminalSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

// A terminal on which lines can be redrawn (TERM=dumb cannot).
[[nodiscard]] bool can_redraw(std::FILE* stream) noexcept;
// Colours: can_redraw and NO_COLOR unset.
[[nodiscard]] bool wants_color(std::FILE* stream) noexcept;
[[nodiscard]] TerminalSize terminal_size(std::FILE* stream) noexcept;

}  // namespace lanner::app
