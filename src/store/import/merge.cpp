#include "store/import/merge.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

namespace lanner::store {
namespace {

template <typename Record>
bool append_whole(std::vector<Record>& series, std::span<const Record> fresh, SourceStats& stats) {
  if (!series.empty() && !fresh.empty() && fresh.front().stamp() <= series.back().stamp()) {
    return false;
  }
  series.insert(series.end(), fresh.begin(), fresh.end());
  stats.added = fresh.size();
  return true;
}

// True when the row brings something that the one of its stamp lacks, which then has it.
template <typename Record>
bool fill_in(Record&, const Record&) noexcept {
  return false;
}
template <>
bool fill_in(MarkRecord& old, const MarkRecord& row) noexcept {
  const bool is_filled = (old.mark == 0 && row.mark != 0) || (old.index == 0 && row.index != 0);
  old.mark = old.mark == 0 ? row.mark : old.mark;
  old.index = old.index == 0 ? row.index : old.index;
  return is_filled;
}
// Whether two rows of one stamp say different things.
template <typename Record>
bool disagree(const Record& old, const Record& row) noexcept {
  return old != row;
}
template <>
bool disagree(const MarkRecord& old, const MarkRecord& row) noexcept {
  return (row.mark != 0 && row.mark != old.mark) || (row.index != 0 && row.index != old.index);
}

template <typename Record>
void merge_unique(std::vector<Record>& series, std::span<const Record> fresh, SourceStats& stats) {
  if (append_whole(series, fresh, stats)) {
    return;
  }
  std::vector<Record> out;
  out.reserve(series.size() + fresh.size());
  auto old = series.begin();
  for (const Record& row : fresh) {
    for (; old != series.end() && old->stamp() < row.stamp(); ++old) {
      out.push_back(*old);
    }
    if (old != series.end() && old->stamp() == row.stamp()) {
      ++(fill_in(*old, row) ? stats.added : stats.duplicates);
      if (disagree(*old, row)) {
        stats.conflicts.add(row.stamp());
      }
      continue;
    }
    out.push_back(row);
    ++stats.added;
  }
  out.insert(out.end(), old, series.end());
  series = std::move(out);
}

// Which position of the tape a trade has, and when it came, is the recorder's and not the trade's.
bool is_same(const TradeRecord& a, const TradeRecord& b) noexcept {
  return a.price == b.price && a.quantity == b.quantity;
}
bool is_same(const QuoteRecord& a, const QuoteRecord& b) noexcept {
  return a.update_id == b.update_id && a.bid_px == b.bid_px && a.bid_qty == b.bid_qty &&
         a.ask_px == b.ask_px && a.ask_qty == b.ask_qty;
}
bool is_same(const DepthRecord& a, const DepthRecord& b) noexcept {
  return a.last_id == b.last_id && a.side == b.side && a.price == b.price &&
         a.quantity == b.quantity && a.flags == b.flags;
}
bool is_same(const OrderEventRecord& a, const OrderEventRecord& b) noexcept { return a == b; }
bool is_same(const LiquidationRecord& a, const LiquidationRecord& b) noexcept { return a == b; }

std::uint64_t source_rows_in(const DepthRecord& record) noexcept {
  return record.is(DepthRecord::row_end) ? 1 : 0;
}
template <typename Record>
std::uint64_t source_rows_in(const Record&) noexcept {
  return 1;
}

// Rows of one stamp: as many of each as the file has that has more of them.
template <typename Record>
void merge_stamp(std::span<const Record> old, std::span<const Record> fresh,
                 std::vector<Record>& out, SourceStats& stats) {
  std::vector<Record> unmatched(old.begin(), old.end());
  out.insert(out.end(), old.begin(), old.end());
  for (const Record& row : fresh) {
    const auto twin = std::find_if(unmatched.begin(), unmatched.end(),
                                   [&row](const Record& other) { return is_same(row, other); });
    if (twin != unmatched.end()) {
      unmatched.erase(twin);
      stats.duplicates += source_rows_in(row);
    } else {
      out.push_back(row);
      stats.added += source_rows_in(row);
    }
  }
}

// The rows from `rows.begin()` on that share its stamp.
template <typename Record>
std::span<const Record> first_stamp(std::span<const Record> rows, std::int64_t stamp) noexcept {
  const auto end = std::find_if(rows.begin(), rows.end(), [stamp](const Record& row) {
    return row.stamp() != stamp;
  });
  return rows.first(static_cast<std::size_t>(end - rows.begin()));
}

template <typename Record>
void merge_repeating(std::vector<Record>& series, std::span<const Record> fresh,
                     SourceStats& stats) {
  if (append_whole(series, fresh, stats)) {
    stats.added = 0;
    for (const Record& row : fresh) {
      stats.added += source_rows_in(row);
    }
    return;
  }
  std::vector<Record> out;
  out.reserve(series.size() + fresh.size());
  std::span<const Record> old{series};
  while (!fresh.empty()) {
    const std::int64_t stamp = fresh.front().stamp();
    const auto later = std::lower_bound(
        old.begin(), old.end(), stamp,
        [](const Record& row, std::int64_t wanted) { return row.stamp() < wanted; });
    out.insert(out.end(), old.begin(), later);
    old = old.subspan(static_cast<std::size_t>(later - old.begin()));
    const auto there = first_stamp(old, stamp);
    const auto here = first_stamp(fresh, stamp);
    merge_stamp(there, here, out, stats);
    old = old.subspan(there.size());
    fresh = fresh.subspan(here.size());
  }
  out.insert(out.end(), old.begin(), old.end());
  series = std::move(out);
}

void number_trades(std::vector<TradeRecord>& series) noexcept {
  std::int32_t ordinal = 0;
  for (TradeRecord& trade : series) {
    trade.ordinal = ordinal;
    // The position of a tape beyond 2^31 trades no longer fits; the order in the file remains.
    ordinal += ordinal < std::numeric_limits<std::int32_t>::max() ? 1 : 0;
  }
}

}  // namespace

void merge_rows(std::vector<BarRecord>& series, std::span<const BarRecord> fresh,
                SourceStats& stats) {
  merge_unique(series, fresh, stats);
}

void merge_rows(std::vector<FundingRecord>& series, std::span<const FundingRecord> fresh,
                SourceStats& stats) {
  merge_unique(series, fresh, stats);
}

void merge_rows(std::vector<SentimentRecord>& series, std::span<const SentimentRecord> fresh,
                SourceStats& stats) {
  merge_unique(series, fresh, stats);
}

void merge_rows(std::vector<OpenInterestRecord>& series,
                std::span<const OpenInterestRecord> fresh, SourceStats& stats) {
  merge_unique(series, fresh, stats);
}

void merge_rows(std::vector<MarkRecord>& series, std::span<const MarkRecord> fresh,
                SourceStats& stats) {
  merge_unique(series, fresh, stats);
}

void merge_rows(std::vector<LiquidationRecord>& series, std::span<const LiquidationRecord> fresh,
                SourceStats& stats) {
  merge_repeating(series, fresh, stats);
}

void merge_rows(std::vector<TradeRecord>& series, std::span<const TradeRecord> fresh,
                SourceStats& stats) {
  merge_repeating(series, fresh, stats);
  number_trades(series);
}

void merge_rows(std::vector<QuoteRecord>& series, std::span<const QuoteRecord> fresh,
                SourceStats& stats) {
  merge_repeating(series, fresh, stats);
}

void merge_rows(std::vector<DepthRecord>& series, std::span<const DepthRecord> fresh,
                SourceStats& stats) {
  merge_repeating(series, fresh, stats);
}

void merge_rows(std::vector<OrderEventRecord>& series, std::span<const OrderEventRecord> fresh,
                SourceStats& stats) {
  merge_repeating(series, fresh, stats);
}

}  // namespace lanner::store
