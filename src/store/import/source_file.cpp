#include "store/import/source_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/time.hpp"
#include "store/import/decimal.hpp"
#include "store/import/line_reader.hpp"
#include "store/series_gaps.hpp"

namespace lanner::store {
namespace {

constexpr std::size_t kMostFields = 32;
constexpr std::int64_t kFirstMs = 946'684'800'000;    // 2000-01-01
constexpr std::int64_t kLastMs = 4'102'444'800'000;   // 2100-01-01

using Fields = std::array<std::string_view, kMostFields>;

// The number of fields; one more than there is room for when there are more.
std::size_t split_line(std::string_view line, Fields& fields) noexcept {
  std::size_t count = 0;
  for (;;) {
    const std::size_t end = line.find(',');
    if (count == kMostFields) {
      return kMostFields + 1;
    }
    fields[count++] = line.substr(0, end);
    if (end == std::string_view::npos) {
      return count;
    }
    line.remove_prefix(end + 1);
  }
}

std::string_view without_mark(std::string_view line) noexcept {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  return line.starts_with(kByteOrderMark) ? line.substr(kByteOrderMark.size()) : line;
}

// Names of the columns that each kind needs; those from `required` on may be absent.
struct Layout {
  std::array<std::string_view, 6> names;
  std::size_t count = 0;
  std::size_t required = 0;
};
constexpr Layout kBarLayout{{"open_time_ms", "open", "high", "low", "close", "volume"}, 6, 6};
constexpr Layout kTradeLayout{{"ts_ms", "price", "qty", "is_buyer_maker", "recv_ms"}, 5, 4};
constexpr Layout kFundingLayout{{"funding_time_ms", "funding_rate"}, 2, 2};

// Where each column of a layout stands in the lines of one file.
struct Columns {
  std::array<std::size_t, 6> at{};  // kMostFields: absent
  std::size_t fields = 0;
};

std::optional<std::string_view> missing_column(const Layout& layout, std::string_view header,
                                               Columns& columns) {
  Fields fields;
  columns.fields = split_line(without_mark(header), fields);
  const auto last = fields.begin() + std::min(columns.fields, kMostFields);
  for (std::size_t i = 0; i < layout.count; ++i) {
    const auto found = std::find(fields.begin(), last, layout.names[i]);
    columns.at[i] = found == last ? kMostFields : static_cast<std::size_t>(found - fields.begin());
    if (found == last && i < layout.required) {
      return layout.names[i];
    }
  }
  return std::nullopt;
}

// One line's fields in the order of the layout.
struct Row {
  std::array<std::string_view, 6> field;
};

std::string reason_of(const char* column, const Error& error) {
  return std::string(column) + ": " + error.message;
}

bool read_stamp(std::string_view text, std::int64_t& ns, std::string& reason) {
  std::int64_t ms = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, ms);
  if (error != std::errc{} || end != last || ms < kFirstMs || ms >= kLastMs) {
    reason = "stamp '" + std::string(text.substr(0, 40)) +
             "' is not milliseconds since 1970 in the years 2000 to 2099";
    return false;
  }
  ns = ms * kNsPerMs;
  return true;
}

// A volume beyond the scale is a number all the same; text that is none is not.
bool read_volume(std::string_view text, ScannedDecimal& out, SourceStats& stats,
                 std::string& reason) {
  const Status good = scan_rounded<Quantity>(text, out);
  if (!good) {
    constexpr std::string_view kNoNumber = "not a decimal";
    if (std::string_view{good.error().message}.starts_with(kNoNumber) || text.front() == '-') {
      reason = reason_of("volume", good.error());
      return false;
    }
    out = {Quantity::max().raw(), 0, false};
    ++stats.saturated;
  }
  if (out.raw < 0) {
    reason = "volume '" + std::string(text.substr(0, 40)) + "' is negative";
    return false;
  }
  stats.rounded += out.rounded ? 1 : 0;
  stats.zero_volume += out.raw == 0 ? 1 : 0;
  return true;
}

bool read_price(std::string_view text, const char* column, ScannedDecimal& out,
                std::string& reason) {
  if (const Status good = scan_exact<Price>(text, out); !good) {
    reason = reason_of(column, good.error());
    return false;
  }
  if (out.raw <= 0) {
    reason = std::string(column) + " '" + std::string(text.substr(0, 40)) + "' is not above 0";
    return false;
  }
  return true;
}

struct BarReader {
  using Record = BarRecord;
  static constexpr const Layout& kLayout = kBarLayout;
  std::int32_t interval_s = 0;

  bool prices(const Row& row, BarRecord& bar, SourceStats& stats, std::string& reason) const {
    constexpr std::array kNames{"open", "high", "low", "close"};
    const std::array targets{&bar.open, &bar.high, &bar.low, &bar.close};
    std::array<ScannedDecimal, 4> values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!read_price(row.field[i + 1], kNames[i], values[i], reason)) {
        return false;
      }
      *targets[i] = values[i].raw;
    }
    if (bar.low > std::min(bar.open, bar.close) || bar.high < std::max(bar.open, bar.close)) {
      reason = "open or close lies outside low .. high";
      return false;
    }
    for (const ScannedDecimal& value : values) {
      ++stats.price_digits[static_cast<std::size_t>(value.digits)];
    }
    return true;
  }

  bool operator()(const Row& row, BarRecord& bar, SourceStats& stats, std::string& reason) const {
    if (!read_stamp(row.field[0], bar.open_time, reason)) {
      return false;
    }
    if (interval_s > 0 && bar.open_time % (interval_s * kNsPerSecond) != 0) {
      reason = "stamp " + std::string(row.field[0]) + " is not a multiple of " +
               interval_name(interval_s);
      return false;
    }
    if (!prices(row, bar, stats, reason)) {
      stats.price.add(bar.open_time);
      return false;
    }
    ScannedDecimal volume;
    if (!read_volume(row.field[5], volume, stats, reason)) {
      return false;
    }
    bar.volume = volume.raw;
    if (volume.raw > 0 && volume.raw < Quantity::max().raw()) {
      ++stats.quantity_digits[static_cast<std::size_t>(volume.digits)];
    }
    return true;
  }
};

struct TradeReader {
  using Record = TradeRecord;
  static constexpr const Layout& kLayout = kTradeLayout;

  static bool read_delay(std::string_view text, TradeRecord& trade, SourceStats& stats,
                         std::string& reason) {
    std::int64_t received = 0;
    if (!read_stamp(text, received, reason)) {
      return false;
    }
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
    const std::int64_t delay_us = (received - trade.ts_event) / 1'000;
    const std::int64_t kept = std::clamp(delay_us, -kMost, kMost);
    stats.clamped += kept != delay_us ? 1 : 0;
    trade.ts_init_delta_us = static_cast<std::int32_t>(kept);
    return true;
  }

  bool operator()(const Row& row, TradeRecord& trade, SourceStats& stats,
                  std::string& reason) const {
    ScannedDecimal price;
    ScannedDecimal quantity;
    if (!read_stamp(row.field[0], trade.ts_event, reason)) {
      return false;
    }
    if (!read_price(row.field[1], "price", price, reason)) {
      stats.price.add(trade.ts_event);
      return false;
    }
    if (const Status good = scan_rounded<Quantity>(row.field[2], quantity); !good) {
      reason = reason_of("qty", good.error());
      return false;
    }
    if (quantity.raw <= 0) {
      reason = "qty '" + std::string(row.field[2].substr(0, 40)) + "' is not above 0";
      return false;
    }
    const std::string_view maker = row.field[3];
    const bool taker_sold = maker == "1" || maker == "true" || maker == "True";
    if (!taker_sold && maker != "0" && maker != "false" && maker != "False") {
      reason = "is_buyer_maker '" + std::string(maker.substr(0, 40)) + "' is neither 0 nor 1";
      return false;
    }
    if (!row.field[4].empty() && !read_delay(row.field[4], trade, stats, reason)) {
      return false;
    }
    trade.price = price.raw;
    trade.quantity = taker_sold ? -quantity.raw : quantity.raw;
    stats.rounded += quantity.rounded ? 1 : 0;
    ++stats.price_digits[static_cast<std::size_t>(price.digits)];
    ++stats.quantity_digits[static_cast<std::size_t>(quantity.digits)];
    return true;
  }
};

struct FundingReader {
  using Record = FundingRecord;
  static constexpr const Layout& kLayout = kFundingLayout;

  bool operator()(const Row& row, FundingRecord& funding, SourceStats& stats,
                  std::string& reason) const {
    ScannedDecimal rate;
    if (!read_stamp(row.field[0], funding.ts_event, reason)) {
      return false;
    }
    if (const Status good = scan_rounded<Rate>(row.field[1], rate); !good) {
      reason = reason_of("funding_rate", good.error());
      return false;
    }
    funding.rate = rate.raw;
    stats.rounded += rate.rounded ? 1 : 0;
    return true;
  }
};

bool take_row(std::string_view line, const Layout& layout, const Columns& columns, Row& row,
              std::string& reason) {
  Fields fields;
  const std::size_t count = split_line(line, fields);
  if (count != columns.fields) {
    reason = std::to_string(count) + " fields, the header has " + std::to_string(columns.fields);
    return false;
  }
  for (std::size_t i = 0; i < layout.count; ++i) {
    row.field[i] = columns.at[i] < kMostFields ? fields[columns.at[i]] : std::string_view{};
  }
  return true;
}

void reject(std::vector<RejectedRow>& rejected, SourceStats& stats, std::uint64_t line,
            std::string reason) {
  ++stats.rejected;
  if (rejected.size() < kRejectedListed) {
    rejected.push_back({"", line, std::move(reason)});
  }
}

template <typename Record>
void sort_rows(SourceRows<Record>& out) {
  std::int64_t latest = std::numeric_limits<std::int64_t>::min();
  for (const Record& row : out.rows) {
    if (row.stamp() < latest) {
      out.stats.disorder.add(row.stamp());
    }
    latest = std::max(latest, row.stamp());
  }
  if (out.stats.disorder.count > 0) {
    std::stable_sort(out.rows.begin(), out.rows.end(),
                     [](const Record& a, const Record& b) { return a.stamp() < b.stamp(); });
  }
}

// Keeps the first row of each stamp.
template <typename Record>
void drop_doubles(SourceRows<Record>& out) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < out.rows.size(); ++i) {
    if (kept > 0 && out.rows[kept - 1].stamp() == out.rows[i].stamp()) {
      ++out.stats.duplicates;
      if (out.rows[kept - 1] != out.rows[i]) {
        out.stats.conflicts.add(out.rows[i].stamp());
      }
      continue;
    }
    out.rows[kept++] = out.rows[i];
  }
  out.rows.resize(kept);
}

template <typename Record>
void count_gaps(SourceRows<Record>& out) {
  visit_gaps(std::span<const Record>{out.rows}, out.interval_s,
             [&out](std::int64_t, std::int64_t, std::uint64_t missing) {
               ++out.stats.gaps;
               out.stats.missing += missing;
               out.stats.longest_gap = std::max(out.stats.longest_gap, missing);
             });
}

// The smallest step between two stamps: gaps only ever lengthen it.
Result<std::int32_t> interval_in(std::span<const BarRecord> rows) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = 1; i < rows.size(); ++i) {
    least = std::min(least, rows[i].open_time - rows[i - 1].open_time);
  }
  if (rows.size() < 2 || least % kNsPerSecond != 0 || least > kNsPerDay) {
    return fail(ErrorKind::data,
                "cannot tell the interval of these bars; put the file into a folder named "
                "bars_1m, bars_5m and so on");
  }
  return static_cast<std::int32_t>(least / kNsPerSecond);
}

template <typename Reader>
Status read_rows(LineReader& lines, const Columns& columns, const Reader& read,
                 SourceRows<typename Reader::Record>& out) {
  std::string reason;
  Row row;
  for (;;) {
    const auto line = lines.next();
    if (!line) {
      return tl::unexpected{line.error()};
    }
    if (!line->has_value()) {
      return {};
    }
    if ((*line)->empty()) {
      continue;
    }
    typename Reader::Record record;
    if (take_row(**line, Reader::kLayout, columns, row, reason) &&
        read(row, record, out.stats, reason)) {
      out.rows.push_back(record);
    } else {
      reject(out.rejected, out.stats, lines.line(), std::move(reason));
    }
  }
}

template <typename Reader>
Result<SourceRows<typename Reader::Record>> read_source(std::span<const std::byte> file,
                                                        const Reader& read) {
  SourceRows<typename Reader::Record> out;
  LineReader lines{file};
  const auto header = lines.next();
  if (!header) {
    return tl::unexpected{header.error()};
  }
  if (!header->has_value()) {
    return fail(ErrorKind::data, "the file is empty; get it again");
  }
  Columns columns;
  if (const auto missing = missing_column(Reader::kLayout, **header, columns)) {
    return fail(ErrorKind::data, "the header line has no column '" + std::string(*missing) +
                                     "'; its first line must name the columns");
  }
  if (const Status good = read_rows(lines, columns, read, out); !good) {
    return tl::unexpected{good.error()};
  }
  if (out.rows.empty()) {
    return fail(ErrorKind::data,
                out.rejected.empty()
                    ? std::string("the file has a header and no rows")
                    : "no row is usable; line " + std::to_string(out.rejected[0].line) + ": " +
                          out.rejected[0].reason);
  }
  out.stats.rows = out.rows.size();
  sort_rows(out);
  if (out.stats.rejected > out.rejected.size()) {
    const std::uint64_t more = out.stats.rejected - out.rejected.size();
    out.rejected.push_back({"", 0, "and " + std::to_string(more) + " more rows"});
  }
  return out;
}

}  // namespace

std::optional<SeriesKind> kind_of_header(std::string_view first_line) {
  Columns columns;
  if (!missing_column(kBarLayout, first_line, columns)) {
    return SeriesKind::bars;
  }
  if (!missing_column(kTradeLayout, first_line, columns)) {
    return SeriesKind::trades;
  }
  if (!missing_column(kFundingLayout, first_line, columns)) {
    return SeriesKind::funding;
  }
  return std::nullopt;
}

Result<SourceRows<BarRecord>> read_bars(std::span<const std::byte> file, std::int32_t interval_s) {
  auto out = read_source(file, BarReader{interval_s});
  if (!out) {
    return out;
  }
  drop_doubles(*out);
  out->interval_s = interval_s;
  if (interval_s == 0) {
    const auto told = interval_in(out->rows);
    if (!told) {
      return tl::unexpected{told.error()};
    }
    out->interval_s = *told;
  }
  count_gaps(*out);
  return out;
}

Result<SourceRows<TradeRecord>> read_trades(std::span<const std::byte> file) {
  return read_source(file, TradeReader{});
}

Result<SourceRows<FundingRecord>> read_funding(std::span<const std::byte> file) {
  auto out = read_source(file, FundingReader{});
  if (out) {
    drop_doubles(*out);
    count_gaps(*out);
  }
  return out;
}

}  // namespace lanner::store
