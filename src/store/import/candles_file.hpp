#pragma once

// Candles as freqtrade keeps them: one JSON array of [open time in ms, open, high, low, close,
// volume].

#include <span>

#include "base/result.hpp"
#include "store/import/source_file.hpp"

namespace lanner::store {

[[nodiscard]] Result<SourceRows<BarRecord>> read_candles(std::span<const std::byte> file,
                                                         std::int32_t interval_s);

// Funding in the same form: the rate stands where a candle has its open.
[[nodiscard]] Result<SourceRows<FundingRecord>> read_candle_funding(
    std::span<const std::byte> file);

}  // namespace lanner::store
