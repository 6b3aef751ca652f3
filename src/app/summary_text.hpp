#pragma once

// What a session came to, for people: a compact aligned text of at most 80 columns.

#include <string>

#include "views/run_result.hpp"

namespace lanner::app {

[[nodiscard]] std::string summary_text(const views::RunResult& result);

// One row per trade, figures exact, for spreadsheets.
[[nodiscard]] std::string trades_csv(const views::RunResult& result);

}  // namespace lanner::app
