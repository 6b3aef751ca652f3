#include "store/import/raw_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string>

#include "store/import/csv_source.hpp"
#include "wire/binance/market_data.hpp"

namespace lanner::store {
namespace {

struct RawLine {
  std::int64_t local_ns = 0;
  std::string_view json;
};

std::optional<RawLine> split_raw_line(std::string_view line) noexcept {
  constexpr std::int64_t kLeastNs = 100'000'000'000'000'000;  // nothing else is that large
  RawLine out;
  const char* const last = line.data() + line.size();
  const auto [end, error] = std::from_chars(line.data(), last, out.local_ns);
  if (error != std::errc{} || last - end < 3 || end[0] != ' ' || end[1] != '{' ||
      out.local_ns < kLeastNs) {
    return std::nullopt;
  }
  out.json = {end + 1, static_cast<std::size_t>(last - end - 1)};
  return out;
}

template <typename Visit>
Status visit_raw_lines(std::span<const std::byte> file, Visit&& visit) {
  LineReader lines{file};
  for (;;) {
    const auto line = lines.next();
    if (!line) {
      return tl::unexpected{line.error()};
    }
    if (!line->has_value()) {
      return {};
    }
    if (const auto split = split_raw_line(**line)) {
      visit(*split);
    }
  }
}

// The words that tell what a line is about stand at its front; the levels are not searched.
constexpr std::size_t kFrontLength = 160;

// What a line is about, by its words alone: each kind is read in a pass of its own, and a pass
// must not parse the lines of the others.
std::optional<SeriesKind> kind_of_json(std::string_view json) noexcept {
  struct Word {
    std::string_view text;
    SeriesKind kind;
  };
  constexpr std::array kWords{Word{"depthUpdate", SeriesKind::depth},
                              Word{"bookTicker", SeriesKind::quotes},
                              Word{"lastUpdateId", SeriesKind::depth},
                              Word{"\"aggTrade\"", SeriesKind::trades},
                              Word{"\"trade\"", SeriesKind::trades}};
  const std::string_view front = json.substr(0, kFrontLength);
  for (const Word& word : kWords) {
    if (front.find(word.text) != std::string_view::npos) {
      return word.kind;
    }
  }
  const bool is_plain_ticker = front.find("\"b\":\"") != std::string_view::npos &&
                               front.find("\"B\":\"") != std::string_view::npos;
  return is_plain_ticker ? std::optional{SeriesKind::quotes} : std::nullopt;
}

// How far the exchange's stamp of this line is ahead of the local one.
std::int64_t clock_lead(const RawLine& line) noexcept {
  constexpr std::string_view kStamp = "\"E\":";
  const std::size_t at = line.json.substr(0, kFrontLength).find(kStamp);
  std::int64_t ms = 0;
  if (at == std::string_view::npos) {
    return 0;
  }
  const char* const first = line.json.data() + at + kStamp.size();
  const auto [end, error] = std::from_chars(first, line.json.data() + line.json.size(), ms);
  constexpr std::int64_t kMostMs = std::numeric_limits<std::int64_t>::max() / kNsPerMs;
  return error == std::errc{} && ms > 0 && ms < kMostMs ? ms * kNsPerMs - line.local_ns : 0;
}

// One message as records whose delay is not known yet: ts_event is 0 where the message has none.
struct RawTradeReader {
  using Record = TradeRecord;
  bool takes_aggregates = false;  // where there are single trades too, they would count twice

  bool operator()(const wire::BinanceMessage& message, std::vector<TradeRecord>& out,
                  std::string_view& symbol) const {
    const auto* const trade = std::get_if<wire::TradeMessage>(&message);
    if (trade == nullptr || trade->is_aggregate != takes_aggregates) {
      return false;
    }
    symbol = trade->head.symbol;
    const std::int64_t quantity = trade->trade.quantity.raw();
    TradeRecord record;
    record.ts_event = trade->head.transaction_time.ns();
    record.price = trade->trade.price.raw();
    record.quantity = trade->trade.aggressor_side == model::Side::sell ? -quantity : quantity;
    out.push_back(record);
    return true;
  }
};

std::int64_t event_stamp(const wire::BinanceHead& head) noexcept {
  return head.transaction_time.is_set() ? head.transaction_time.ns() : head.event_time.ns();
}

struct RawQuoteReader {
  using Record = QuoteRecord;

  bool operator()(const wire::BinanceMessage& message, std::vector<QuoteRecord>& out,
                  std::string_view& symbol) const {
    const auto* const ticker = std::get_if<wire::BookTicker>(&message);
    if (ticker == nullptr) {
      return false;
    }
    symbol = ticker->head.symbol;
    const model::QuoteTick& quote = ticker->quote;
    out.push_back({event_stamp(ticker->head), quote.bid_px.raw(), quote.bid_qty.raw(),
                   quote.ask_px.raw(), quote.ask_qty.raw(),
                   static_cast<std::int64_t>(quote.update_id), 0, 0});
    return true;
  }
};

std::uint32_t ids_back(std::uint64_t last, std::uint64_t earlier) noexcept {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(last > earlier ? std::min(last - earlier, kMost) : 0);
}

struct RawDepthReader {
  using Record = DepthRecord;

  bool operator()(const wire::BinanceMessage& message, std::vector<DepthRecord>& out,
                  std::string_view& symbol) const {
    DepthRecord record;
    const std::size_t begin = out.size();
    if (const auto* const update = std::get_if<wire::DepthUpdate>(&message)) {
      symbol = update->head.symbol;
      const model::BookUpdateIds& ids = update->delta.ids;
      record.ts_event = event_stamp(update->head);
      record.last_id = static_cast<std::int64_t>(ids.last);
      record.first_back = ids_back(ids.last, ids.first);
      record.prior_back = update->has_prior ? ids_back(ids.last, ids.prior) : 0;
      if (update->has_prior) {
        record.flags = DepthRecord::has_prior;
      }
      add_levels(record, update->delta.bids, update->delta.asks, out);
    } else if (const auto* const book = std::get_if<wire::DepthSnapshot>(&message)) {
      // An answer to a request comes later than changes that happened after it: it keeps its
      // place among them, as the one who recorded had to join them too.
      const std::int64_t latest = out.empty() ? 0 : out.back().ts_event;
      const std::int64_t stamp = event_stamp(book->head);
      record.ts_event = stamp == 0 ? 0 : std::max(stamp, latest);
      record.last_id = static_cast<std::int64_t>(book->snapshot.last_id);
      record.flags = DepthRecord::snapshot;
      add_levels(record, book->snapshot.bids, book->snapshot.asks, out);
    } else {
      return false;
    }
    out[begin].flags |= DepthRecord::event_begin;
    out.back().flags |= DepthRecord::event_end | DepthRecord::row_end;
    return true;
  }

  static void add_levels(DepthRecord record, std::span<const model::BookLevel> bids,
                         std::span<const model::BookLevel> asks, std::vector<DepthRecord>& out) {
    for (const auto side : {model::Side::buy, model::Side::sell}) {
      record.side = side;
      for (const model::BookLevel& level : side == model::Side::buy ? bids : asks) {
        record.price = level.price.raw();
        record.quantity = level.quantity.raw();
        out.push_back(record);
      }
    }
    if (bids.empty() && asks.empty()) {
      record.flags |= DepthRecord::no_level;
      out.push_back(record);
    }
  }
};

void count_raw_digits(std::int64_t price, std::int64_t quantity, SourceStats& stats) noexcept {
  const auto digits = [](std::int64_t raw, int scale) {
    return static_cast<std::size_t>(digits_needed(raw, scale));
  };
  ++stats.price_digits[digits(price, Price::kDigits)];
  ++stats.quantity_digits[digits(quantity, Quantity::kDigits)];
}
void count_raw_digits(const TradeRecord& trade, SourceStats& stats) noexcept {
  count_raw_digits(trade.price, trade.quantity, stats);
}
void count_raw_digits(const QuoteRecord& quote, SourceStats& stats) noexcept {
  count_raw_digits(quote.bid_px, quote.bid_qty, stats);
  count_raw_digits(quote.ask_px, quote.ask_qty, stats);
}
void count_raw_digits(const DepthRecord& level, SourceStats& stats) noexcept {
  if (!level.is(DepthRecord::no_level)) {
    count_raw_digits(level.price, level.quantity, stats);
  }
}

// Receive times beside the records, until the clock's lead over the whole file is known.
struct RawClock {
  std::vector<std::int64_t> local_ns;
  std::int64_t lead_ns = 0;

  template <typename Record>
  void settle(SourceRows<Record>& out) const {
    for (std::size_t i = 0; i < out.rows.size(); ++i) {
      Record& row = out.rows[i];
      const std::int64_t received = local_ns[i] + lead_ns;
      row.ts_event = row.ts_event == 0 ? received : row.ts_event;
      row.ts_init_delta_us = csv::delay_us(received, row.ts_event, out.stats);
    }
  }
};

template <typename Reader>
class RawPass {
 public:
  explicit RawPass(const RawRequest& request, Reader read = {})
      : symbol_(request.symbol), names_bad_lines_(request.names_bad_lines), read_(read) {}

  Result<SourceRows<typename Reader::Record>> run(std::span<const std::byte> file) {
    LineReader lines{file};
    for (;;) {
      const auto line = lines.next();
      if (!line) {
        return tl::unexpected{line.error()};
      }
      if (!line->has_value()) {
        break;
      }
      if (!(*line)->empty()) {
        take(**line, lines.line());
      }
    }
    if (out_.rows.empty()) {
      return csv::no_rows(out_.rejected);
    }
    clock_.settle(out_);
    for (const auto& row : out_.rows) {
      count_raw_digits(row, out_.stats);
    }
    csv::sort_rows(out_);
    csv::close_rejected(out_.rejected, out_.stats);
    return std::move(out_);
  }

 private:
  using Record = typename Reader::Record;

  void take(std::string_view text, std::uint64_t number) {
    const auto line = split_raw_line(text);
    if (!line) {
      if (names_bad_lines_) {
        reject(number, "not a receive time in nanoseconds, a blank and a JSON object");
      }
      return;
    }
    clock_.lead_ns = std::max(clock_.lead_ns, clock_lead(*line));
    if (kind_of_json(line->json) != Record::kKind) {
      return;
    }
    const auto message = parser_.parse(line->json);
    if (!message) {
      reject(number, message.error().message);
      return;
    }
    std::string_view symbol = symbol_;
    const std::size_t begin = out_.rows.size();
    if (!read_(*message, out_.rows, symbol)) {
      return;
    }
    if (symbol != symbol_) {
      out_.rows.resize(begin);
      reject(number, "about " + std::string(symbol.substr(0, 40)) + ", not " + symbol_);
      return;
    }
    ++out_.stats.rows;
    clock_.local_ns.resize(out_.rows.size(), line->local_ns);
  }

  void reject(std::uint64_t number, std::string reason) {
    csv::reject(out_.rejected, out_.stats, number, std::move(reason));
  }

  std::string symbol_;
  bool names_bad_lines_;
  Reader read_;
  wire::BinanceMarketParser parser_;
  RawClock clock_;
  SourceRows<Record> out_;
};

}  // namespace

bool is_raw_line(std::string_view first_line) noexcept {
  return split_raw_line(first_line).has_value();
}

Result<std::vector<SeriesKind>> raw_kinds(std::span<const std::byte> file) {
  std::vector<SeriesKind> out;
  const Status good = visit_raw_lines(file, [&out](const RawLine& line) {
    const auto kind = kind_of_json(line.json);
    if (kind && std::find(out.begin(), out.end(), *kind) == out.end()) {
      out.push_back(*kind);
    }
  });
  return good ? Result<std::vector<SeriesKind>>{std::move(out)} : tl::unexpected{good.error()};
}

Result<SourceRows<TradeRecord>> read_raw_trades(std::span<const std::byte> file,
                                                const RawRequest& request) {
  bool has_single = false;
  const Status good = visit_raw_lines(file, [&has_single](const RawLine& line) {
    has_single = has_single || line.json.substr(0, kFrontLength).find("\"trade\"") !=
                                   std::string_view::npos;
  });
  if (!good) {
    return tl::unexpected{good.error()};
  }
  return RawPass<RawTradeReader>{request, RawTradeReader{!has_single}}.run(file);
}

Result<SourceRows<QuoteRecord>> read_raw_quotes(std::span<const std::byte> file,
                                                const RawRequest& request) {
  return RawPass<RawQuoteReader>{request}.run(file);
}

Result<SourceRows<DepthRecord>> read_raw_depth(std::span<const std::byte> file,
                                               const RawRequest& request) {
  return RawPass<RawDepthReader>{request}.run(file);
}

}  // namespace lanner::store
