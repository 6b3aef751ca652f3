#pragma once

// Curves of a session as inline SVG, thinned to a few hundred points that keep the extremes.

#include <cstddef>
#include <string>
#include <vector>

#include "views/run_result.hpp"

namespace lanner::research {

// Indexes of at most `most` points, ascending: first, last, and each bucket's lowest and highest.
[[nodiscard]] std::vector<std::size_t> thin_out(const std::vector<views::EquityPoint>& points,
                                                std::size_t most);

// Equity beside buy-and-hold and the line of no trade.
[[nodiscard]] std::string equity_chart(const views::RunResult& result);
// Fall from the highest equity so far, in percent.
[[nodiscard]] std::string drawdown_chart(const views::RunResult& result);

}  // namespace lanner::research
