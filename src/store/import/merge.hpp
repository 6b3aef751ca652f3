#pragma once

// New rows into a series. Bars, funding, sentiment, open interest: one row per stamp, the one that
// was there first; marks too, where a row fills in the price that the other lacks. The other
// kinds: within a file every row is real; a row that another file gave too is the same event.

#include <span>
#include <vector>

#include "store/index_file.hpp"
#include "store/series_file.hpp"

namespace lanner::store {

// `fresh` ascends by stamp; counts added, duplicates and conflicts in `stats`.
void merge_rows(std::vector<BarRecord>& series, std::span<const BarRecord> fresh,
                SourceStats& stats);
void merge_rows(std::vector<TradeRecord>& series, std::span<const TradeRecord> fresh,
                SourceStats& stats);
void merge_rows(std::vector<FundingRecord>& series, std::span<const FundingRecord> fresh,
                SourceStats& stats);
void merge_rows(std::vector<QuoteRecord>& series, std::span<const QuoteRecord> fresh,
                SourceStats& stats);
// Counts rows of the source, each of which may give many records.
void merge_rows(std::vector<DepthRecord>& series, std::span<const DepthRecord> fresh,
                SourceStats& stats);
void merge_rows(std::vector<OrderEventRecord>& series, std::span<const OrderEventRecord> fresh,
                SourceStats& stats);
void merge_rows(std::vector<SentimentRecord>& series, std::span<const SentimentRecord> fresh,
                SourceStats& stats);
void merge_rows(std::vector<OpenInterestRecord>& series,
                std::span<const OpenInterestRecord> fresh, SourceStats& stats);
void merge_rows(std::vector<LiquidationRecord>& series, std::span<const LiquidationRecord> fresh,
                SourceStats& stats);
void merge_rows(std::vector<MarkRecord>& series, std::span<const MarkRecord> fresh,
                SourceStats& stats);

}  // namespace lanner::store
