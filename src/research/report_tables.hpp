#pragma once

// The report's tables: each a way to cut the same trades, or what was not traded and why.

#include <string>

#include "views/run_result.hpp"

namespace lanner::research {

// The curves in figures: each day's last point, collapsed.
[[nodiscard]] std::string day_table(const views::RunResult& result);
// Coins, templates, exit reasons, long and short.
[[nodiscard]] std::string breakdown_tables(const views::RunResult& result);
[[nodiscard]] std::string cost_table(const views::RunResult& result);
[[nodiscard]] std::string refusal_table(const views::RunResult& result);
// What is thought of each coin now, and the changes of status that led there.
[[nodiscard]] std::string learning_tables(const views::RunResult& result);
[[nodiscard]] std::string open_table(const views::RunResult& result);
// The trades, collapsed; the latest ones where there are too many for one page.
[[nodiscard]] std::string trade_table(const views::RunResult& result);

}  // namespace lanner::research
