#pragma once

// New rows into a series. Bars and funding: one row per stamp, the one that was there first.
// Trades: within a file every row is real; a row that another file gave too is the same trade.

#include <span>
#include <vector>

#include "store/index_file.hpp"
#include "store/series_file.hpp"

namespace lanner::store {

// `fresh` ascends by stamp; counts added, duplicates and conflicts in `stats`.
void merge_rows(std::vector<BarRecord>& series, std::span<const BarRecord> fresh,
                SourceStats& stats);
void merge_rows(std::vector<FundingRecord>& series, std::span<const FundingRecord> fresh,
                SourceStats& stats);
void merge_rows(std::vector<TradeRecord>& series, std::span<const TradeRecord> fresh,
                SourceStats& stats);

}  // namespace lanner::store
