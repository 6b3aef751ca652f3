#pragma once

// One series of one instrument in one file: a header of 64 bytes, fixed-width little-endian
// records in order of time, then one CRC-32C per block of records, so that damage has a place.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "store/mapped_file.hpp"
#include "store/records.hpp"

namespace lanner::store {

// What a file says about itself, and what its reader expects of it.
struct SeriesIdentity {
  SeriesKind kind = SeriesKind::bars;
  std::int32_t interval_s = 0;
  std::uint64_t name_hash = 0;  // of the instrument's name: a file moved elsewhere is noticed
  friend bool operator==(const SeriesIdentity&, const SeriesIdentity&) = default;
};
[[nodiscard]] SeriesIdentity identity_of(std::string_view instrument, SeriesKind kind,
                                         std::int32_t interval_s) noexcept;

namespace detail {
struct MappedRows {
  MappedFile file;
  std::span<const std::byte> rows;
};
// Maps a file, compares header and checksums; an error names the file and the offset.
[[nodiscard]] Result<MappedRows> map_rows(const std::filesystem::path& path,
                                          const SeriesIdentity& expected, std::size_t record_size);
[[nodiscard]] Status write_rows(const std::filesystem::path& path, const SeriesIdentity& identity,
                                std::size_t record_size, std::span<const std::byte> rows);
}  // namespace detail

// Rows of one series over a mapping, ascending by stamp. Immutable, so it may be shared.
template <typename Record>
class Series {
 public:
  // Length of a bar in seconds; 0 for the other kinds.
  [[nodiscard]] std::int32_t interval_s() const noexcept { return interval_s_; }
  [[nodiscard]] std::span<const Record> rows() const noexcept { return rows_; }
  // First and last stamp as stored: of a bar its open.
  [[nodiscard]] Timestamp from() const noexcept { return stamp_at(0); }
  [[nodiscard]] Timestamp to() const noexcept { return stamp_at(rows_.size() - 1); }
  // Rows whose stamp is in [from, to).
  [[nodiscard]] std::span<const Record> between(Timestamp from, Timestamp to) const noexcept {
    const auto below = [](const Record& row, std::int64_t ns) { return row.stamp() < ns; };
    const auto first = std::lower_bound(rows_.begin(), rows_.end(), from.ns(), below);
    const auto last = std::lower_bound(first, rows_.end(), to.ns(), below);
    return {first, last};
  }

  [[nodiscard]] static Result<std::shared_ptr<const Series>> open(
      const std::filesystem::path& path, const SeriesIdentity& expected) {
    auto mapped = detail::map_rows(path, expected, sizeof(Record));
    if (!mapped) {
      return tl::unexpected{mapped.error()};
    }
    return std::shared_ptr<const Series>(new Series(std::move(*mapped), expected.interval_s));
  }

 private:
  Series(detail::MappedRows mapped, std::int32_t interval_s) noexcept
      : file_(std::move(mapped.file)),
        rows_(reinterpret_cast<const Record*>(mapped.rows.data()),
              mapped.rows.size() / sizeof(Record)),
        interval_s_(interval_s) {}
  [[nodiscard]] Timestamp stamp_at(std::size_t index) const noexcept {
    return rows_.empty() ? Timestamp{} : Timestamp{rows_[index].stamp()};
  }

  MappedFile file_;
  std::span<const Record> rows_;
  std::int32_t interval_s_;
};

using BarSeries = Series<BarRecord>;
using TradeSeries = Series<TradeRecord>;
using FundingSeries = Series<FundingRecord>;
using QuoteSeries = Series<QuoteRecord>;
using DepthSeries = Series<DepthRecord>;
using OrderEventSeries = Series<OrderEventRecord>;
using SentimentSeries = Series<SentimentRecord>;
using OpenInterestSeries = Series<OpenInterestRecord>;
using LiquidationSeries = Series<LiquidationRecord>;
using MarkSeries = Series<MarkRecord>;

// Writes beside the target, flushes, renames: a reader sees the old file or the new one.
template <typename Record>
[[nodiscard]] Status write_series(const std::filesystem::path& path,
                                  const SeriesIdentity& identity, std::span<const Record> rows) {
  return detail::write_rows(path, identity, sizeof(Record), std::as_bytes(rows));
}

}  // namespace lanner::store
