#include "store/import/source_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/isotime.hpp"
#include "base/time.hpp"
#include "store/import/book_file.hpp"
#include "store/import/contract_file.hpp"
#include "store/import/csv_source.hpp"

namespace lanner::store {
namespace {

using csv::Columns;
using csv::count_gaps;
using csv::drop_doubles;
using csv::Layout;
using csv::missing_column;
using csv::read_price;
using csv::read_source;
using csv::read_stamp;
using csv::reason_of;
using csv::Row;

constexpr Layout kBarLayout{{"open_time_ms|open_time", "open", "high", "low", "close", "volume"},
                            6, 6};
constexpr Layout kTradeLayout{{"ts_ms|time|transact_time", "price", "qty|quantity",
                               "is_buyer_maker", "recv_ms"},
                              5, 4};
// Bybit's archives: seconds with a fraction (derivatives) or milliseconds (spot), and the taker's
// side in a word.
constexpr Layout kSidedTradeLayout{{"timestamp", "price", "size|volume", "side"}, 4, 4};
constexpr Layout kFundingLayout{{"funding_time_ms|calc_time", "funding_rate|last_funding_rate"},
                                2, 2};

constexpr Layout kSentimentLayout{{"date", "fng"}, 2, 2};

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
    trade.ts_init_delta_us = csv::delay_us(received, trade.ts_event, stats);
    return true;
  }

  // Price and quantity of fields 1 and 2.
  static bool read_deal(const Row& row, bool taker_sold, TradeRecord& trade, SourceStats& stats,
                        std::string& reason) {
    ScannedDecimal price;
    ScannedDecimal quantity;
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
    trade.price = price.raw;
    trade.quantity = taker_sold ? -quantity.raw : quantity.raw;
    stats.rounded += quantity.rounded ? 1 : 0;
    ++stats.price_digits[static_cast<std::size_t>(price.digits)];
    ++stats.quantity_digits[static_cast<std::size_t>(quantity.digits)];
    return true;
  }

  bool operator()(const Row& row, TradeRecord& trade, SourceStats& stats,
                  std::string& reason) const {
    if (!read_stamp(row.field[0], trade.ts_event, reason)) {
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
    return read_deal(row, taker_sold, trade, stats, reason);
  }
};

struct SidedTradeReader {
  using Record = TradeRecord;
  static constexpr const Layout& kLayout = kSidedTradeLayout;

  // "1704067200.1234": ten digits are seconds. Nine decimals of a Price are nanoseconds.
  static bool read_seconds(std::string_view text, std::int64_t& ns, std::string& reason) {
    constexpr std::size_t kSecondsDigits = 10;
    if (text.find('.') == std::string_view::npos && text.size() != kSecondsDigits) {
      return read_stamp(text, ns, reason);
    }
    const auto seconds = parse_fixed<Price>(text);
    if (!seconds || !seconds->is_positive() ||
        text.substr(0, text.find('.')).size() != kSecondsDigits) {
      reason = "timestamp '" + std::string(text.substr(0, 40)) + "' is not seconds since 1970";
      return false;
    }
    ns = seconds->raw();
    return true;
  }

  bool operator()(const Row& row, TradeRecord& trade, SourceStats& stats,
                  std::string& reason) const {
    if (!read_seconds(row.field[0], trade.ts_event, reason)) {
      return false;
    }
    const std::string_view side = row.field[3];
    const bool taker_sold = side == "Sell" || side == "sell";
    if (!taker_sold && side != "Buy" && side != "buy") {
      reason = "side '" + std::string(side.substr(0, 40)) + "' is neither Buy nor Sell";
      return false;
    }
    return TradeReader::read_deal(row, taker_sold, trade, stats, reason);
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

struct SentimentReader {
  using Record = SentimentRecord;
  static constexpr const Layout& kLayout = kSentimentLayout;

  bool operator()(const Row& row, SentimentRecord& sentiment, SourceStats&,
                  std::string& reason) const {
    const auto day = parse_instant(row.field[0]);
    if (!day) {
      reason = reason_of("date", day.error());
      return false;
    }
    const std::string_view text = row.field[1];
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), sentiment.value);
    if (error != std::errc{} || end != text.data() + text.size() || sentiment.value < 0 ||
        sentiment.value > 100) {
      reason = "fng '" + std::string(text.substr(0, 40)) + "' is not a whole number 0 .. 100";
      return false;
    }
    sentiment.ts_event = *day;
    return true;
  }
};

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

}  // namespace

std::optional<SeriesKind> kind_of_header(std::string_view first_line) {
  struct Known {
    SeriesKind kind;
    const Layout& layout;
  };
  Columns columns;
  for (const Known& known : {Known{SeriesKind::bars, kBarLayout},
                             Known{SeriesKind::trades, kTradeLayout},
                             Known{SeriesKind::trades, kSidedTradeLayout},
                             Known{SeriesKind::funding, kFundingLayout},
                             Known{SeriesKind::sentiment, kSentimentLayout}}) {
    if (!missing_column(known.layout, first_line, columns)) {
      return known.kind;
    }
  }
  const auto of_contract = kind_of_contract_header(first_line);
  return of_contract ? of_contract : kind_of_book_header(first_line);
}

Result<SourceRows<BarRecord>> read_bars(std::span<const std::byte> file, std::int32_t interval_s,
                                        std::string_view assumed_header) {
  auto out = read_source(file, BarReader{interval_s}, assumed_header);
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

Result<SourceRows<TradeRecord>> read_trades(std::span<const std::byte> file,
                                            std::string_view assumed_header) {
  LineReader lines{file};
  const auto first = lines.next();
  Columns columns;
  if (first && first->has_value() && !missing_column(kSidedTradeLayout, **first, columns)) {
    return read_source(file, SidedTradeReader{});
  }
  return read_source(file, TradeReader{}, assumed_header);
}

Result<SourceRows<FundingRecord>> read_funding(std::span<const std::byte> file,
                                               std::string_view assumed_header) {
  auto out = read_source(file, FundingReader{}, assumed_header);
  if (out) {
    drop_doubles(*out);
    count_gaps(*out);
  }
  return out;
}

Result<SourceRows<SentimentRecord>> read_sentiment(std::span<const std::byte> file) {
  auto out = read_source(file, SentimentReader{});
  if (out) {
    drop_doubles(*out);
    count_gaps(*out);
  }
  return out;
}

}  // namespace lanner::store
