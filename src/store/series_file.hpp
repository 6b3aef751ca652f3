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

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/enums.hpp"
#include "store/mapped_file.hpp"

namespace lanner::store {

enum class SeriesKind : std::uint8_t { bars, trades, funding };

[[nodiscard]] const char* name_of(SeriesKind kind) noexcept;
[[nodiscard]] Result<SeriesKind> series_kind_of(std::string_view name);
// 60 -> "1m", 900 -> "15m", 3600 -> "1h", 0 -> "" (trades and funding have no interval).
[[nodiscard]] std::string interval_name(std::int32_t interval_s);
// "15m" -> 900; 0 when the text is not a number and one of s, m, h, d.
[[nodiscard]] std::int32_t interval_of(std::string_view name) noexcept;

struct BarRecord {
  static constexpr SeriesKind kKind = SeriesKind::bars;
  std::int64_t open_time = 0;  // ns; the bar is known at its close, open_time + interval
  std::int64_t open = 0;       // raw Price
  std::int64_t high = 0;
  std::int64_t low = 0;
  std::int64_t close = 0;
  std::int64_t volume = 0;     // raw Quantity; saturated at the scale's end
  [[nodiscard]] std::int64_t stamp() const noexcept { return open_time; }
  friend bool operator==(const BarRecord&, const BarRecord&) = default;
};

struct TradeRecord {
  static constexpr SeriesKind kKind = SeriesKind::trades;
  std::int64_t ts_event = 0;
  std::int64_t price = 0;              // raw Price
  std::int64_t quantity = 0;           // raw Quantity; > 0: the buyer was the aggressor
  std::int32_t ts_init_delta_us = 0;   // received minus traded; 0 where it was not recorded
  std::int32_t ordinal = 0;            // position in the series
  [[nodiscard]] std::int64_t stamp() const noexcept { return ts_event; }
  [[nodiscard]] model::Side aggressor_side() const noexcept {
    return quantity < 0 ? model::Side::sell : model::Side::buy;
  }
  friend bool operator==(const TradeRecord&, const TradeRecord&) = default;
};

struct FundingRecord {
  static constexpr SeriesKind kKind = SeriesKind::funding;
  std::int64_t ts_event = 0;
  std::int64_t rate = 0;  // raw Rate
  [[nodiscard]] std::int64_t stamp() const noexcept { return ts_event; }
  friend bool operator==(const FundingRecord&, const FundingRecord&) = default;
};

static_assert(sizeof(BarRecord) == 48 && sizeof(TradeRecord) == 32 && sizeof(FundingRecord) == 16);

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
  // Length of a bar in seconds; 0 for trades and funding.
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

// Writes beside the target, flushes, renames: a reader sees the old file or the new one.
template <typename Record>
[[nodiscard]] Status write_series(const std::filesystem::path& path,
                                  const SeriesIdentity& identity, std::span<const Record> rows) {
  return detail::write_rows(path, identity, sizeof(Record), std::as_bytes(rows));
}

}  // namespace lanner::store
