#include "store/import/book_file.hpp"

#include <charconv>

#include "store/import/csv_source.hpp"

namespace lanner::store {
namespace {

using csv::Columns;
using csv::Layout;
using csv::Row;
using model::Side;

constexpr Layout kQuoteLayout{
    {"ts_ms|transaction_time|event_time", "bid_price|best_bid_price", "bid_qty|best_bid_qty",
     "ask_price|best_ask_price", "ask_qty|best_ask_qty", "update_id", "recv_ms"},
    7,
    5};
constexpr Layout kDepthLayout{{"ts_ms", "recv_ms", "type", "side", "price", "qty"}, 6, 6};
constexpr Layout kBookRowLayout{
    {"exchange_timestamp", "timestamp", "bid_price_0", "bid_size_0", "ask_price_0", "ask_size_0"},
    6,
    6};
constexpr Layout kOrderEventLayout{
    {"timestamp", "exchange.timestamp", "id", "price", "volume", "action", "direction"}, 7, 7};

bool read_whole_number(std::string_view text, const char* column, std::int64_t& out,
                       std::string& reason) {
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, out);
  if (error == std::errc{} && end == last && out >= 0) {
    return true;
  }
  reason = std::string(column) + " '" + std::string(text.substr(0, 40)) +
           "' is not a whole number from 0 on";
  return false;
}

void count_digits(const ScannedDecimal& price, const ScannedDecimal& quantity,
                  SourceStats& stats) {
  ++stats.price_digits[static_cast<std::size_t>(price.digits)];
  ++stats.quantity_digits[static_cast<std::size_t>(quantity.digits)];
  stats.rounded += quantity.rounded ? 1 : 0;
}

struct QuoteReader {
  using Record = QuoteRecord;
  static constexpr const Layout& kLayout = kQuoteLayout;

  bool operator()(const Row& row, QuoteRecord& quote, SourceStats& stats,
                  std::string& reason) const {
    if (!csv::read_stamp(row.field[0], quote.ts_event, reason)) {
      return false;
    }
    ScannedDecimal bid_px;
    ScannedDecimal bid_qty;
    ScannedDecimal ask_px;
    ScannedDecimal ask_qty;
    if (!csv::read_price(row.field[1], "bid_price", bid_px, reason) ||
        !csv::read_price(row.field[3], "ask_price", ask_px, reason)) {
      stats.price.add(quote.ts_event);
      return false;
    }
    if (!csv::read_quantity(row.field[2], "bid_qty", bid_qty, reason) ||
        !csv::read_quantity(row.field[4], "ask_qty", ask_qty, reason)) {
      return false;
    }
    if (!row.field[5].empty() &&
        !read_whole_number(row.field[5], "update_id", quote.update_id, reason)) {
      return false;
    }
    if (!row.field[6].empty()) {
      std::int64_t received = 0;
      if (!csv::read_stamp(row.field[6], received, reason)) {
        return false;
      }
      quote.ts_init_delta_us = csv::delay_us(received, quote.ts_event, stats);
    }
    quote.bid_px = bid_px.raw;
    quote.bid_qty = bid_qty.raw;
    quote.ask_px = ask_px.raw;
    quote.ask_qty = ask_qty.raw;
    count_digits(bid_px, bid_qty, stats);
    count_digits(ask_px, ask_qty, stats);
    return true;
  }
};

struct DepthReader {
  using Record = DepthRecord;
  static constexpr const Layout& kLayout = kDepthLayout;

  bool operator()(const Row& row, DepthRecord& level, SourceStats& stats,
                  std::string& reason) const {
    std::int64_t received = 0;
    if (!csv::read_stamp(row.field[0], level.ts_event, reason) ||
        !csv::read_stamp(row.field[1], received, reason)) {
      return false;
    }
    const bool is_snapshot = row.field[2] == "s";
    if (!is_snapshot && row.field[2] != "d") {
      reason = "type '" + std::string(row.field[2].substr(0, 40)) + "' is neither s nor d";
      return false;
    }
    const bool is_bid = row.field[3] == "b";
    if (!is_bid && row.field[3] != "a") {
      reason = "side '" + std::string(row.field[3].substr(0, 40)) + "' is neither b nor a";
      return false;
    }
    ScannedDecimal price;
    ScannedDecimal quantity;
    if (!csv::read_price(row.field[4], "price", price, reason)) {
      stats.price.add(level.ts_event);
      return false;
    }
    if (!csv::read_quantity(row.field[5], "qty", quantity, reason)) {
      return false;
    }
    level.price = price.raw;
    level.quantity = quantity.raw;
    level.side = is_bid ? Side::buy : Side::sell;
    level.flags = static_cast<std::uint8_t>(DepthRecord::row_end |
                                            (is_snapshot ? DepthRecord::snapshot : 0));
    level.ts_init_delta_us = csv::delay_us(received, level.ts_event, stats);
    count_digits(price, quantity, stats);
    return true;
  }
};

// Rows of one stamp, one receipt and one type are one event.
void mark_events(std::vector<DepthRecord>& rows) {
  const auto is_one_event = [](const DepthRecord& a, const DepthRecord& b) {
    return a.ts_event == b.ts_event && a.ts_init_delta_us == b.ts_init_delta_us &&
           a.is(DepthRecord::snapshot) == b.is(DepthRecord::snapshot);
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == 0 || !is_one_event(rows[i - 1], rows[i])) {
      rows[i].flags |= DepthRecord::event_begin;
    }
    if (i + 1 == rows.size() || !is_one_event(rows[i], rows[i + 1])) {
      rows[i].flags |= DepthRecord::event_end;
    }
  }
}

// Where the four columns of each level of a book row stand.
struct BookRowColumns {
  std::size_t fields = 0;
  std::size_t exchange_stamp = 0;
  std::size_t local_stamp = 0;
  std::vector<std::array<std::size_t, 4>> levels;  // bid price, bid size, ask price, ask size
};

BookRowColumns book_row_columns(std::string_view header) {
  csv::Fields fields;
  BookRowColumns out;
  out.fields = csv::split_line(header, fields);
  const auto last = fields.begin() + std::min(out.fields, csv::kMostFields);
  const auto place_of = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(fields.begin(), last, name) - fields.begin());
  };
  const auto end = static_cast<std::size_t>(last - fields.begin());
  out.exchange_stamp = place_of("exchange_timestamp");
  out.local_stamp = place_of("timestamp");
  for (int i = 0;; ++i) {
    const std::string number = std::to_string(i);
    const std::array level{place_of("bid_price_" + number), place_of("bid_size_" + number),
                           place_of("ask_price_" + number), place_of("ask_size_" + number)};
    if (std::find(level.begin(), level.end(), end) != level.end()) {
      return out;
    }
    out.levels.push_back(level);
  }
}

bool add_book_level(std::string_view price_text, std::string_view quantity_text,
                    DepthRecord record, SourceRows<DepthRecord>& out, std::string& reason) {
  if (price_text.empty()) {
    return true;  // the venue shows fewer levels
  }
  ScannedDecimal price;
  ScannedDecimal quantity;
  if (!csv::read_price(price_text, "price", price, reason)) {
    out.stats.price.add(record.ts_event);
    return false;
  }
  if (!csv::read_quantity(quantity_text, "size", quantity, reason)) {
    return false;
  }
  record.price = price.raw;
  record.quantity = quantity.raw;
  out.rows.push_back(record);
  count_digits(price, quantity, out.stats);
  return true;
}

bool add_book_row(std::string_view line, const BookRowColumns& columns,
                  SourceRows<DepthRecord>& out, std::string& reason) {
  csv::Fields fields;
  if (const std::size_t count = csv::split_line(line, fields); count != columns.fields) {
    reason = std::to_string(count) + " fields, the header has " + std::to_string(columns.fields);
    return false;
  }
  DepthRecord record;
  record.flags = DepthRecord::snapshot;
  if (!csv::read_stamp(fields[columns.exchange_stamp], record.ts_event, reason)) {
    return false;
  }
  // Local seconds with a fraction: a number of nine decimals is one of nanoseconds.
  const auto local = parse_fixed<Price>(fields[columns.local_stamp]);
  if (!local) {
    reason = csv::reason_of("timestamp", local.error());
    return false;
  }
  record.ts_init_delta_us = csv::delay_us(local->raw(), record.ts_event, out.stats);
  const std::size_t begin = out.rows.size();
  for (const auto& level : columns.levels) {
    record.side = Side::buy;
    bool good = add_book_level(fields[level[0]], fields[level[1]], record, out, reason);
    record.side = Side::sell;
    good = good && add_book_level(fields[level[2]], fields[level[3]], record, out, reason);
    if (!good) {
      out.rows.resize(begin);
      return false;
    }
  }
  if (out.rows.size() == begin) {
    record.flags |= DepthRecord::no_level;
    out.rows.push_back(record);
  }
  out.rows[begin].flags |= DepthRecord::event_begin;
  out.rows.back().flags |= DepthRecord::event_end | DepthRecord::row_end;
  return true;
}

Result<SourceRows<DepthRecord>> read_book_rows(LineReader& lines, std::string_view header) {
  const BookRowColumns columns = book_row_columns(header);
  SourceRows<DepthRecord> out;
  for (;;) {
    const auto line = lines.next();
    if (!line) {
      return tl::unexpected{line.error()};
    }
    if (!line->has_value()) {
      break;
    }
    std::string reason;
    if ((*line)->empty()) {
      continue;
    }
    if (add_book_row(**line, columns, out, reason)) {
      ++out.stats.rows;
    } else {
      csv::reject(out.rejected, out.stats, lines.line(), std::move(reason));
    }
  }
  if (out.rows.empty()) {
    return csv::no_rows(out.rejected);
  }
  csv::sort_rows(out);
  csv::close_rejected(out.rejected, out.stats);
  return out;
}

struct OrderEventReader {
  using Record = OrderEventRecord;
  static constexpr const Layout& kLayout = kOrderEventLayout;

  static bool read_words(const Row& row, OrderEventRecord& order, std::string& reason) {
    constexpr std::array<std::string_view, 3> kActions{"created", "changed", "deleted"};
    const auto action = std::find(kActions.begin(), kActions.end(), row.field[5]);
    if (action == kActions.end()) {
      reason = "action '" + std::string(row.field[5].substr(0, 40)) +
               "' is none of created, changed, deleted";
      return false;
    }
    if (row.field[6] != "bid" && row.field[6] != "ask") {
      reason = "direction '" + std::string(row.field[6].substr(0, 40)) + "' is neither bid nor ask";
      return false;
    }
    order.action = static_cast<OrderAction>(action - kActions.begin());
    order.side = row.field[6] == "bid" ? Side::buy : Side::sell;
    return true;
  }

  bool operator()(const Row& row, OrderEventRecord& order, SourceStats& stats,
                  std::string& reason) const {
    ScannedDecimal price;
    if (!csv::read_stamp(row.field[0], order.ts_event, reason) ||
        !csv::read_stamp(row.field[1], order.ts_created, reason) ||
        !read_whole_number(row.field[2], "id", order.order_id, reason)) {
      return false;
    }
    if (!csv::read_price(row.field[3], "price", price, reason)) {
      stats.price.add(order.ts_event);
      return false;
    }
    // The unit of the file is the last digit of a Quantity.
    if (!read_whole_number(row.field[4], "volume", order.quantity, reason) ||
        !read_words(row, order, reason)) {
      return false;
    }
    order.price = price.raw;
    count_digits(price, {order.quantity, digits_needed(order.quantity, Quantity::kDigits), false},
                 stats);
    return true;
  }
};

}  // namespace

std::optional<SeriesKind> kind_of_book_header(std::string_view first_line) {
  struct Known {
    SeriesKind kind;
    const Layout& layout;
  };
  Columns columns;
  for (const Known& known :
       {Known{SeriesKind::quotes, kQuoteLayout}, Known{SeriesKind::depth, kDepthLayout},
        Known{SeriesKind::depth, kBookRowLayout}, Known{SeriesKind::orders, kOrderEventLayout}}) {
    if (!csv::missing_column(known.layout, first_line, columns)) {
      return known.kind;
    }
  }
  return std::nullopt;
}

Result<SourceRows<QuoteRecord>> read_quotes(std::span<const std::byte> file,
                                            std::string_view assumed_header) {
  return csv::read_source(file, QuoteReader{}, assumed_header);
}

Result<SourceRows<DepthRecord>> read_depth(std::span<const std::byte> file) {
  LineReader lines{file};
  const auto header = lines.next();
  if (!header) {
    return tl::unexpected{header.error()};
  }
  Columns columns;
  if (header->has_value() && !csv::missing_column(kBookRowLayout, **header, columns)) {
    return read_book_rows(lines, std::string(**header));
  }
  auto out = csv::read_source(file, DepthReader{});
  if (out) {
    mark_events(out->rows);
  }
  return out;
}

Result<SourceRows<OrderEventRecord>> read_order_events(std::span<const std::byte> file) {
  return csv::read_source(file, OrderEventReader{});
}

}  // namespace lanner::store
