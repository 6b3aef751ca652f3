#pragma once

// A running session as text: what feeds it, what it is worth, what it holds and which stop guards
// it, what it decided and why, and what it thinks of each coin.

#include <string>
#include <vector>

#include "app/terminal.hpp"
#include "views/run_result.hpp"

namespace lanner::app {

struct TerminalStyle {
  TerminalSize size;
  bool has_color = false;
};

// Lines of at most `columns` characters and at most rows - 1 of them, each ended by a line end.
// `notes` are the latest things said about the feed, oldest first.
[[nodiscard]] std::string terminal_view(const views::LiveView& view,
                                        const std::vector<std::string>& notes,
                                        const TerminalStyle& style);

// The same in one line, for pipes.
[[nodiscard]] std::string terminal_line(const views::LiveView& view);

}  // namespace lanner::app
