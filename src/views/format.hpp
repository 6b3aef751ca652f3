#pragma once

// Figures as people read them: two decimals of money, grouped thousands, signs where a change is
// meant. Machines read to_string; this is for the terminal and the report.

#include <string>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/time.hpp"
#include "views/run_result.hpp"

namespace lanner::views {

// "12,345.68", "-3.00"; `digits` <= 8 decimals, rounded half to even.
[[nodiscard]] std::string money_text(Money value, int digits = 2);
// The same with a leading + for what was won.
[[nodiscard]] std::string gain_text(Money value, int digits = 2);
// `digits` decimals; "-" when not finite.
[[nodiscard]] std::string score_text(Score value, int digits = 2);
// "+0.25 R".
[[nodiscard]] std::string r_text(Score value);
[[nodiscard]] std::string pct_text(Score value);
// A count with grouped thousands.
[[nodiscard]] std::string count_text(std::uint64_t value);
// A fraction of money as percent of another: "-1.25 %".
[[nodiscard]] std::string share_text(Money part, Money whole);
// "3d 4h", "5h 12m", "42s".
[[nodiscard]] std::string duration_text(Duration value);
// "2025-05-04 15:33", UTC.
[[nodiscard]] std::string minute_text(Timestamp at);
// The name of an instrument of this result; "#7" where the table has none.
[[nodiscard]] std::string name_in(const std::vector<std::string>& names, InstrumentId id);

// Said by every view of a run.
inline constexpr const char* kNoEdge = "paper: no real orders; no proven edge yet";

}  // namespace lanner::views
