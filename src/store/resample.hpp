#pragma once

// Bars of any whole number of seconds, made from trades or from finer bars. Bars begin at
// multiples of their length since 1970-01-01 UTC; a bar is known at its end, and nothing after
// that end is in it.

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "store/records.hpp"

namespace lanner::store {

struct Resampled {
  std::vector<BarRecord> bars;
  // The first and last bars of a recording that began after their start or ended before their end
  // are not made: what they lack cannot be known.
  std::uint64_t cut = 0;
  std::uint64_t saturated = 0;  // parts whose volume went beyond the scale
};

// A stretch without a trade has no bar. Errors: an interval that is not above 0.
[[nodiscard]] Result<Resampled> resample_trades(std::span<const TradeRecord> trades,
                                                std::int32_t interval_s);
// Errors: an interval that is no multiple of the source's, whose bars would lie across two.
[[nodiscard]] Result<Resampled> resample_bars(std::span<const BarRecord> bars,
                                              std::int32_t source_s, std::int32_t interval_s);

}  // namespace lanner::store
