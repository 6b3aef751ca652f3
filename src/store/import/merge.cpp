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
      ++stats.duplicates;
      if (*old != row) {
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

bool same_trade(const TradeRecord& a, const TradeRecord& b) noexcept {
  return a.price == b.price && a.quantity == b.quantity;
}

// Trades of one stamp: as many of each as the file has that has more of them.
void merge_stamp(std::span<const TradeRecord> old, std::span<const TradeRecord> fresh,
                 std::vector<TradeRecord>& out, SourceStats& stats) {
  std::vector<TradeRecord> unmatched(old.begin(), old.end());
  out.insert(out.end(), old.begin(), old.end());
  for (const TradeRecord& trade : fresh) {
    const auto twin =
        std::find_if(unmatched.begin(), unmatched.end(),
                     [&trade](const TradeRecord& other) { return same_trade(trade, other); });
    if (twin != unmatched.end()) {
      unmatched.erase(twin);
      ++stats.duplicates;
    } else {
      out.push_back(trade);
      ++stats.added;
    }
  }
}

void number(std::vector<TradeRecord>& series) noexcept {
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

void merge_rows(std::vector<TradeRecord>& series, std::span<const TradeRecord> fresh,
                SourceStats& stats) {
  if (append_whole(series, fresh, stats)) {
    number(series);
    return;
  }
  std::vector<TradeRecord> out;
  out.reserve(series.size() + fresh.size());
  std::size_t old = 0;
  for (std::size_t at = 0; at < fresh.size();) {
    const std::int64_t stamp = fresh[at].ts_event;
    for (; old < series.size() && series[old].ts_event < stamp; ++old) {
      out.push_back(series[old]);
    }
    const auto count_of = [stamp](std::span<const TradeRecord> rows) {
      const auto end = std::find_if(rows.begin(), rows.end(), [stamp](const TradeRecord& row) {
        return row.ts_event != stamp;
      });
      return static_cast<std::size_t>(end - rows.begin());
    };
    const auto there = std::span<const TradeRecord>{series}.subspan(old);
    const auto here = fresh.subspan(at);
    const std::size_t old_count = count_of(there);
    const std::size_t fresh_count = count_of(here);
    merge_stamp(there.first(old_count), here.first(fresh_count), out, stats);
    old += old_count;
    at += fresh_count;
  }
  out.insert(out.end(), series.begin() + static_cast<std::ptrdiff_t>(old), series.end());
  series = std::move(out);
  number(series);
}

}  // namespace lanner::store
