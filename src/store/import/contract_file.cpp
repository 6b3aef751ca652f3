#include "store/import/contract_file.hpp"

#include <string>

#include "base/isotime.hpp"
#include "store/import/csv_source.hpp"

namespace lanner::store {
namespace {

using csv::Columns;
using csv::drop_doubles;
using csv::Layout;
using csv::missing_column;
using csv::read_quantity;
using csv::read_source;
using csv::read_stamp;
using csv::Row;

constexpr Layout kOpenInterestLayout{{"ts_ms|create_time", "open_interest|sum_open_interest"},
                                     2, 2};
constexpr Layout kLiquidationLayout{
    {"ts_ms|time", "side", "average_price", "accumulated_fill_quantity"}, 4, 4};
constexpr Layout kMarkCandleLayout{{"close_time", "close"}, 2, 2};
constexpr Layout kMarkLayout{{"ts_ms", "mark_price", "index_price"}, 3, 3};

// "2024-01-01 00:05:00", which is UTC, or a number as everywhere.
bool read_date_or_stamp(std::string_view text, std::int64_t& ns, std::string& reason) {
  constexpr std::size_t kDateChars = 19;
  if (text.size() != kDateChars || text[10] != ' ') {
    return read_stamp(text, ns, reason);
  }
  std::string utc(text);
  utc[10] = 'T';
  const auto instant = parse_instant(utc + "Z");
  if (!instant) {
    reason = "create_time '" + std::string(text) + "' is not YYYY-MM-DD hh:mm:ss";
    return false;
  }
  return read_stamp(std::to_string(*instant / kNsPerMs), ns, reason);
}

struct OpenInterestReader {
  using Record = OpenInterestRecord;
  static constexpr const Layout& kLayout = kOpenInterestLayout;

  bool operator()(const Row& row, OpenInterestRecord& open, SourceStats& stats,
                  std::string& reason) const {
    ScannedDecimal quantity;
    if (!read_date_or_stamp(row.field[0], open.ts_event, reason) ||
        !read_quantity(row.field[1], "open interest", quantity, reason)) {
      return false;
    }
    open.quantity = quantity.raw;
    stats.rounded += quantity.rounded ? 1 : 0;
    return true;
  }
};

struct LiquidationReader {
  using Record = LiquidationRecord;
  static constexpr const Layout& kLayout = kLiquidationLayout;

  bool operator()(const Row& row, LiquidationRecord& forced, SourceStats& stats,
                  std::string& reason) const {
    ScannedDecimal price;
    ScannedDecimal quantity;
    if (!read_stamp(row.field[0], forced.ts_event, reason) ||
        !read_quantity(row.field[3], "accumulated_fill_quantity", quantity, reason)) {
      return false;
    }
    // A mean of fills may have more decimals than a price.
    if (const Status good = scan_rounded<Price>(row.field[2], price); !good || price.raw <= 0) {
      reason = "average_price '" + std::string(row.field[2].substr(0, 40)) +
               "' is not a decimal above 0";
      stats.price.add(forced.ts_event);
      return false;
    }
    const std::string_view side = row.field[1];
    if (side != "SELL" && side != "BUY") {
      reason = "side '" + std::string(side.substr(0, 40)) + "' is neither BUY nor SELL";
      return false;
    }
    if (quantity.raw == 0) {
      reason = "accumulated_fill_quantity '" + std::string(row.field[3].substr(0, 40)) +
               "' is not above 0";
      return false;
    }
    forced.price = price.raw;
    forced.quantity = side == "SELL" ? -quantity.raw : quantity.raw;
    stats.rounded += quantity.rounded || price.rounded ? 1 : 0;
    return true;
  }
};

bool read_mark(std::string_view text, const char* column, std::int64_t& raw, SourceStats& stats,
               std::string& reason) {
  ScannedDecimal price;
  if (const Status good = scan_rounded<Price>(text, price); !good) {
    reason = csv::reason_of(column, good.error());
    return false;
  }
  if (price.raw <= 0) {
    reason = std::string(column) + " '" + std::string(text.substr(0, 40)) + "' is not above 0";
    return false;
  }
  stats.rounded += price.rounded ? 1 : 0;
  raw = price.raw;
  return true;
}

struct MarkCandleReader {
  using Record = MarkRecord;
  static constexpr const Layout& kLayout = kMarkCandleLayout;
  CandlePrice price = CandlePrice::mark;

  // A candle's last instant is the one before the next candle opens.
  bool operator()(const Row& row, MarkRecord& mark, SourceStats& stats,
                  std::string& reason) const {
    std::int64_t last = 0;
    if (!read_stamp(row.field[0], last, reason)) {
      return false;
    }
    mark.ts_event = (last / kNsPerSecond + 1) * kNsPerSecond;
    return read_mark(row.field[1], "close", price == CandlePrice::mark ? mark.mark : mark.index,
                     stats, reason);
  }
};

struct MarkReader {
  using Record = MarkRecord;
  static constexpr const Layout& kLayout = kMarkLayout;

  bool operator()(const Row& row, MarkRecord& mark, SourceStats& stats,
                  std::string& reason) const {
    if (!read_stamp(row.field[0], mark.ts_event, reason)) {
      return false;
    }
    if (row.field[1].empty() && row.field[2].empty()) {
      reason = "neither mark_price nor index_price is there";
      return false;
    }
    return (row.field[1].empty() ||
            read_mark(row.field[1], "mark_price", mark.mark, stats, reason)) &&
           (row.field[2].empty() ||
            read_mark(row.field[2], "index_price", mark.index, stats, reason));
  }
};

}  // namespace

std::optional<SeriesKind> kind_of_contract_header(std::string_view first_line) {
  Columns columns;
  if (!missing_column(kOpenInterestLayout, first_line, columns)) {
    return SeriesKind::open_interest;
  }
  if (!missing_column(kLiquidationLayout, first_line, columns)) {
    return SeriesKind::liquidations;
  }
  return missing_column(kMarkLayout, first_line, columns) ? std::nullopt
                                                          : std::optional{SeriesKind::marks};
}

Result<SourceRows<OpenInterestRecord>> read_open_interest(std::span<const std::byte> file,
                                                          std::string_view assumed_header) {
  auto out = read_source(file, OpenInterestReader{}, assumed_header);
  if (out) {
    drop_doubles(*out);
  }
  return out;
}

Result<SourceRows<LiquidationRecord>> read_liquidations(std::span<const std::byte> file,
                                                        std::string_view assumed_header) {
  return read_source(file, LiquidationReader{}, assumed_header);
}

Result<SourceRows<MarkRecord>> read_marks(std::span<const std::byte> file, CandlePrice price,
                                          std::string_view assumed_header) {
  auto out = price == CandlePrice::last
                 ? read_source(file, MarkReader{})
                 : read_source(file, MarkCandleReader{price}, assumed_header);
  if (out) {
    drop_doubles(*out);
  }
  return out;
}

}  // namespace lanner::store
