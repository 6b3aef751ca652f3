#pragma once

// The figures of a series that the index keeps and a check compares.

#include <algorithm>
#include <cstdint>
#include <span>
#include <type_traits>

#include "store/catalog.hpp"
#include "store/series_gaps.hpp"

namespace lanner::store {

// First and last stamp of one source file of a series.
struct SourceSpan {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

// A hole that no source reaches across lies between two files: nobody said it was recorded. A
// series without sources is one recording.
[[nodiscard]] inline bool is_inside_a_source(std::span<const SourceSpan> sources,
                                             std::int64_t earlier, std::int64_t later) noexcept {
  return sources.empty() || std::any_of(sources.begin(), sources.end(), [=](SourceSpan source) {
           return source.from <= earlier && later <= source.to;
         });
}

template <typename Record>
[[nodiscard]] SeriesInfo summarize(std::span<const Record> rows, std::int32_t interval_s,
                                   std::span<const SourceSpan> sources) {
  SeriesInfo info;
  info.kind = Record::kKind;
  info.interval_s = interval_s;
  info.rows = rows.size();
  info.bytes = rows.size_bytes();
  info.files = static_cast<std::uint32_t>(sources.size());
  if (!rows.empty()) {
    info.from = Timestamp{rows.front().stamp()};
    info.to = Timestamp{rows.back().stamp()} + seconds(interval_s);
  }
  visit_gaps(rows, interval_s,
             [&](std::int64_t earlier, std::int64_t later, std::uint64_t missing) {
               if (is_inside_a_source(sources, earlier, later)) {
                 ++info.gaps;
                 info.missing += missing;
                 info.longest_gap = std::max(info.longest_gap, missing);
               }
             });
  if constexpr (std::is_same_v<Record, BarRecord>) {
    for (const BarRecord& bar : rows) {
      info.zero_volume += bar.volume == 0 ? 1 : 0;
      info.saturated += bar.volume == Quantity::max().raw() ? 1 : 0;
    }
  }
  return info;
}

// Whether a row lies on an instrument's grid; a saturated volume is no measure of it.
[[nodiscard]] inline bool is_on_grid(const BarRecord& bar, Price tick, Quantity step) noexcept {
  const std::int64_t t = tick.raw();
  return bar.open % t == 0 && bar.high % t == 0 && bar.low % t == 0 && bar.close % t == 0 &&
         (bar.volume % step.raw() == 0 || bar.volume == Quantity::max().raw());
}
[[nodiscard]] inline bool is_on_grid(const TradeRecord& trade, Price tick,
                                     Quantity step) noexcept {
  return trade.price % tick.raw() == 0 && trade.quantity % step.raw() == 0;
}
[[nodiscard]] inline bool is_on_grid(const OpenInterestRecord&, Price, Quantity) noexcept {
  return true;
}
// A mean of fills lies between the ticks, and nothing is ordered by it.
[[nodiscard]] inline bool is_on_grid(const LiquidationRecord&, Price, Quantity) noexcept {
  return true;
}
[[nodiscard]] inline bool is_on_grid(const MarkRecord&, Price, Quantity) noexcept { return true; }
[[nodiscard]] inline bool is_on_grid(const FundingRecord&, Price, Quantity) noexcept {
  return true;
}
[[nodiscard]] inline bool is_on_grid(const QuoteRecord& quote, Price tick,
                                     Quantity step) noexcept {
  return quote.bid_px % tick.raw() == 0 && quote.ask_px % tick.raw() == 0 &&
         quote.bid_qty % step.raw() == 0 && quote.ask_qty % step.raw() == 0;
}
[[nodiscard]] inline bool is_on_grid(const DepthRecord& level, Price tick, Quantity step) noexcept {
  return level.price % tick.raw() == 0 && level.quantity % step.raw() == 0;
}
[[nodiscard]] inline bool is_on_grid(const OrderEventRecord& order, Price tick,
                                     Quantity step) noexcept {
  return order.price % tick.raw() == 0 && order.quantity % step.raw() == 0;
}
[[nodiscard]] inline bool is_on_grid(const SentimentRecord&, Price, Quantity) noexcept {
  return true;
}

}  // namespace lanner::store
