#pragma once

// What a round trip costs on each instrument in R, for a stop of 1.5 ATR of each timeframe: why
// short timeframes cannot pay for themselves.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/condition.hpp"
#include "model/parameters.hpp"
#include "runtime/run_options.hpp"
#include "store/catalog.hpp"

namespace lanner::runtime {

inline constexpr std::array kCostFrames{model::Timeframe::m1, model::Timeframe::m5,
                                        model::Timeframe::m15, model::Timeframe::h1};

struct CostRow {
  std::string instrument;
  std::string tier;
  Rate taker_fee;
  Score half_spread_bps;
  // Median over the last 14 days with bars, taker fees and half spreads on both sides; nothing
  // where the bars are too coarse or too few.
  std::array<std::optional<double>, kCostFrames.size()> cost_r;
};

// Instruments without bars are left out.
[[nodiscard]] Result<std::vector<CostRow>> cost_table(const store::Catalog& catalog,
                                                      const model::ParameterSet& parameters);

}  // namespace lanner::runtime
