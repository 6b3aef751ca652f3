#pragma once

// What the steps of a feature's program remember, as plain numbers: a count and a ring, or a few
// means. Rings are read whole at each bar, so nothing drifts.

#include <cstddef>

#include "features/user_feature.hpp"

namespace lanner::features::detail {

// Counts are kept as numbers too; they are exact far beyond any session's bars.
[[nodiscard]] constexpr std::size_t state_size_of(const FeatureStep& step) noexcept {
  switch (step.op) {
    case FeatureOp::ema: return 2;        // count, mean
    case FeatureOp::rsi: return 4;        // count, last, gain, loss
    case FeatureOp::atr: return 3;        // count, last close, mean
    case FeatureOp::crossover: return 3;  // seen, both values before
    case FeatureOp::sma:
    case FeatureOp::wma:
    case FeatureOp::stddev:
    case FeatureOp::zscore:
    case FeatureOp::lowest:
    case FeatureOp::highest:
    case FeatureOp::sum:
    case FeatureOp::rank: return 1 + step.length;
    case FeatureOp::lag:
    case FeatureOp::diff: return 2 + step.length;  // this bar's and those before
    case FeatureOp::corr: return 1 + 2 * step.length;
    default: return 0;
  }
}

}  // namespace lanner::features::detail
