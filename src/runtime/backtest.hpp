#pragma once

#include "base/result.hpp"
#include "runtime/run_options.hpp"
#include "store/catalog.hpp"
#include "views/run_result.hpp"

namespace lanner::runtime {

// Plays the chosen data as fast as it goes. With `out` a journal is written there, otherwise it is
// encoded, checked and chained in memory and dropped.
[[nodiscard]] Result<views::RunResult> run_backtest(const RunOptions& options,
                                                    const Progress& progress);
// The same over a catalog that is open already.
[[nodiscard]] Result<views::RunResult> run_backtest(const RunOptions& options,
                                                    const store::Catalog& catalog,
                                                    const Progress& progress);

}  // namespace lanner::runtime
