#pragma once

#include "views/run_result.hpp"

namespace lanner::test {

/// A small session made by hand: two instruments, three trades, a change of status, an open
/// position. Its sums agree, so that pages made of it can be read.
[[nodiscard]] views::RunResult made_result();

/// The same session while it runs.
[[nodiscard]] views::LiveView made_live_view();

}  // namespace lanner::test
