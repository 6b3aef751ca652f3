#include "store/import/source_name.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace lanner::store {
namespace {

using model::Instrument;
using model::InstrumentKind;

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

struct Market {
  std::string venue;
  InstrumentKind kind = InstrumentKind::spot;
};

// "binance-perp", "binance-usdm", "bitfinex-spot"; a venue with one market needs no suffix.
std::optional<Market> market_of(std::string_view text) {
  const std::size_t dash = text.find('-');
  const std::string_view venue = text.substr(0, dash);
  if (venue.empty() || !std::all_of(venue.begin(), venue.end(), [](unsigned char c) {
        return std::isalnum(c) != 0;
      })) {
    return std::nullopt;
  }
  if (dash == std::string_view::npos) {
    if (venue == "hyperliquid" || venue == "standx") {
      return Market{upper(venue), InstrumentKind::perpetual};
    }
    if (venue == "bitstamp" || venue == "bitfinex") {
      return Market{upper(venue), InstrumentKind::spot};
    }
    return std::nullopt;
  }
  const std::string_view market = text.substr(dash + 1);
  if (market == "perp" || market == "usdm") {
    return Market{upper(venue), InstrumentKind::perpetual};
  }
  return market == "spot" ? std::optional{Market{upper(venue), InstrumentKind::spot}}
                          : std::nullopt;
}

bool is_symbol(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 40 && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-';
         });
}

std::string name_in(const Market& market, std::string_view symbol) {
  return upper(symbol) + (market.kind == InstrumentKind::perpetual ? "-PERP." : ".") + market.venue;
}

std::string instrument_in(const std::string& folder, std::string_view stem) {
  const std::string_view first = stem.substr(0, stem.find('_'));
  if (const auto market = market_of(folder); market && is_symbol(first)) {
    return name_in(*market, first);
  }
  // The market stands in the file's name, or half of it in the folder's: binance/spot_BTCUSDT.
  auto market = market_of(first);
  if (!market && folder.find('-') == std::string::npos) {
    market = market_of(folder + "-" + std::string(first));
  }
  if (!market || first.size() == stem.size()) {
    return "";
  }
  const std::string_view rest = stem.substr(first.size() + 1);
  const std::string_view symbol = rest.substr(0, rest.find('_'));
  return is_symbol(symbol) ? name_in(*market, symbol) : "";
}

bool is_date(std::string_view text) noexcept {
  const bool is_month_or_day = text.size() == 7 || text.size() == 10;
  return is_month_or_day && text[4] == '-' && (text.size() == 7 || text[7] == '-') &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c == '-' || std::isdigit(c) != 0; });
}

// Which market a path is about: data/spot/.., data/futures/um/.., or a folder like binance-perp.
std::optional<Market> archive_market(const std::filesystem::path& folders) {
  std::optional<Market> out;
  for (const auto& part : folders) {
    const std::string folder = part.string();
    if (folder == "spot") {
      out = Market{"BINANCE", InstrumentKind::spot};
    } else if (folder == "um") {
      out = Market{"BINANCE", InstrumentKind::perpetual};
    } else if (const auto market = market_of(folder)) {
      out = market;
    }
  }
  return out;
}

// Candles of other prices than those of trades are named like these; their folder tells.
CandlePrice candle_price_of(const std::filesystem::path& folders) {
  for (const auto& part : folders) {
    const std::string folder = part.string();
    if (folder == "markPriceKlines") {
      return CandlePrice::mark;
    }
    if (folder == "indexPriceKlines") {
      return CandlePrice::index;
    }
    if (folder == "premiumIndexKlines") {
      return CandlePrice::premium;
    }
  }
  return CandlePrice::last;
}

// SYMBOL-WHAT-DATE, WHAT an interval or one of the words below.
std::optional<SourceName> archive_name(const std::filesystem::path& folders,
                                       std::string_view stem) {
  struct Word {
    std::string_view text;
    SeriesKind kind;
    std::string_view header;
  };
  constexpr std::array kWords{
      Word{"trades", SeriesKind::trades, "id,price,qty,quote_qty,time,is_buyer_maker"},
      Word{"aggTrades", SeriesKind::trades,
           "id,price,qty,first_trade_id,last_trade_id,time,is_buyer_maker"},
      Word{"fundingRate", SeriesKind::funding,
           "calc_time,funding_interval_hours,last_funding_rate"},
      Word{"bookTicker", SeriesKind::quotes,
           "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,"
           "transaction_time,event_time"},
      Word{"metrics", SeriesKind::open_interest, "create_time,symbol,sum_open_interest"},
      Word{"liquidationSnapshot", SeriesKind::liquidations,
           "time,side,order_type,time_in_force,original_quantity,price,average_price,"
           "order_status,last_fill_quantity,accumulated_fill_quantity"}};
  const std::size_t first = stem.find('-');
  const std::size_t second = first == std::string_view::npos ? first : stem.find('-', first + 1);
  if (second == std::string_view::npos || !is_date(stem.substr(second + 1))) {
    return std::nullopt;
  }
  SourceName out;
  const std::string_view what = stem.substr(first + 1, second - first - 1);
  const auto word = std::find_if(kWords.begin(), kWords.end(),
                                 [what](const Word& one) { return one.text == what; });
  if (word != kWords.end()) {
    out.kind = word->kind;
    out.assumed_header = word->header;
  } else if (interval_of(what) > 0) {
    out.kind = SeriesKind::bars;
    out.interval_s = interval_of(what);
    out.assumed_header = "open_time,open,high,low,close,volume,close_time";
    out.candle_price = candle_price_of(folders);
    out.kind = out.candle_price == CandlePrice::last ? out.kind : SeriesKind::marks;
  } else {
    return std::nullopt;
  }
  const std::string_view symbol = stem.substr(0, first);
  if (const auto market = archive_market(folders); market && is_symbol(symbol)) {
    out.instrument = name_in(*market, symbol);
  }
  return out;
}

// trading/BTCUSDT/BTCUSDT2024-01-01 (derivatives), spot/BTCUSDT/BTCUSDT_2024-01-01 of Bybit.
std::string dated_trades_instrument(const std::filesystem::path& folders, std::string_view stem) {
  const std::string symbol = folders.filename().string();
  const std::string above = folders.parent_path().filename().string();
  if (!is_symbol(symbol) || !stem.starts_with(symbol)) {
    return "";
  }
  std::string_view date = stem.substr(symbol.size());
  const bool is_spot = above == "spot" && date.starts_with("_");
  date.remove_prefix(is_spot ? 1 : 0);
  if (!is_date(date) || (!is_spot && above != "trading")) {
    return "";
  }
  return name_in({"BYBIT", is_spot ? InstrumentKind::spot : InstrumentKind::perpetual}, symbol);
}

// BASE_QUOTE-INTERVAL, BASE_QUOTE_SETTLE-INTERVAL-futures or -funding_rate, below the exchange's
// folder.
std::optional<SourceName> candles_name(const std::filesystem::path& folders,
                                       std::string_view stem) {
  constexpr std::array<std::string_view, 9> kVenues{
      "binance", "bybit", "okx", "kraken", "kucoin", "gate", "bitget", "hyperliquid", "bitfinex"};
  const std::size_t dash = stem.find('-');
  if (dash == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view interval = stem.substr(dash + 1);
  constexpr std::string_view kFunding = "-funding_rate";
  constexpr std::string_view kFutures = "-futures";
  const bool is_funding = interval.ends_with(kFunding);
  const bool is_future = is_funding || interval.ends_with(kFutures);
  interval.remove_suffix(is_funding ? kFunding.size() : is_future ? kFutures.size() : 0);
  if (interval_of(interval) == 0) {
    return std::nullopt;
  }
  SourceName out;
  out.format = SourceFormat::candles_json;
  out.kind = is_funding ? SeriesKind::funding : SeriesKind::bars;
  out.interval_s = is_funding ? 0 : interval_of(interval);
  const std::string_view pair = stem.substr(0, dash);
  const std::size_t first = pair.find('_');
  const std::size_t second = first == std::string_view::npos ? first : pair.find('_', first + 1);
  if (first == std::string_view::npos || is_future != (second != std::string_view::npos)) {
    return out;
  }
  const std::string symbol = std::string(pair.substr(0, first)) +
                             std::string(pair.substr(first + 1, second - first - 1));
  std::filesystem::path at = folders;
  at = at.filename() == "futures" ? at.parent_path() : at;
  const std::string venue = at.filename().string();
  if (is_symbol(symbol) && std::find(kVenues.begin(), kVenues.end(), venue) != kVenues.end()) {
    out.instrument = name_in({upper(venue), is_future ? InstrumentKind::perpetual
                                                      : InstrumentKind::spot},
                             symbol);
  }
  return out;
}

// Base and quote of a symbol: BTC-USD, BTCUSDT, XRPETH. Venues that name only the coin settle
// in a dollar of their own.
void split_symbol(Instrument& instrument) {
  const std::string& symbol = instrument.symbol;
  if (const std::size_t dash = symbol.find('-'); dash != std::string::npos) {
    instrument.base = symbol.substr(0, dash);
    instrument.quote = symbol.substr(dash + 1);
    return;
  }
  constexpr std::array<std::string_view, 12> kQuotes{
      "USDT", "USDC", "FDUSD", "BUSD", "TUSD", "USD", "EUR", "GBP", "TRY", "BTC", "ETH", "BNB"};
  for (const std::string_view quote : kQuotes) {
    if (symbol.size() > quote.size() && symbol.ends_with(quote)) {
      instrument.base = symbol.substr(0, symbol.size() - quote.size());
      instrument.quote = quote;
      return;
    }
  }
  instrument.base = symbol;
  instrument.quote = instrument.venue == "HYPERLIQUID" ? "USDC" : "USD";
}

Rate basis_points(std::int64_t tenths) {
  return Rate::from_raw(tenths * (Rate::kScale / 100'000));
}

void set_venue_defaults(Instrument& instrument) {
  const bool perpetual = instrument.kind == InstrumentKind::perpetual;
  instrument.maker_fee = basis_points(100);
  instrument.taker_fee = basis_points(instrument.venue == "BINANCE" ? 100 : 200);
  if (perpetual && (instrument.venue == "BINANCE" || instrument.venue == "BYBIT")) {
    instrument.maker_fee = basis_points(20);
    instrument.taker_fee = basis_points(instrument.venue == "BINANCE" ? 50 : 55);
  }
  instrument.notional_min = Money::from_int(instrument.base == "BTC"   ? 50
                                            : instrument.base == "ETH" ? 20
                                                                       : 5);
  instrument.tiers = {{Money::max(), perpetual ? 20 : 1,
                       perpetual ? Rate::from_raw(Rate::kScale / 40) : Rate{}}};
}

}  // namespace

SourceName source_name_of(const std::filesystem::path& path) {
  SourceName out;
  std::filesystem::path file = path.filename();
  const bool is_json = file.extension() == ".json";
  for (const char* const suffix : {".zst", ".zip", ".gz", ".csv", ".json", ".jsonl"}) {
    if (file.extension() == suffix) {
      file = file.stem();
    }
  }
  const std::string stem = file.string();
  if (auto named = is_json ? candles_name(path.parent_path(), stem)
                           : archive_name(path.parent_path(), stem)) {
    return std::move(*named);
  }
  out.instrument = dated_trades_instrument(path.parent_path(), stem);
  if (!out.instrument.empty()) {
    return out;  // its header tells the rest
  }
  for (const auto& part : path.parent_path()) {
    const std::string folder = part.string();
    if (folder.starts_with("bars_") && interval_of(std::string_view{folder}.substr(5)) > 0) {
      out.kind = SeriesKind::bars;
      out.interval_s = interval_of(std::string_view{folder}.substr(5));
    } else if (folder == "trades") {
      out.kind = SeriesKind::trades;
    } else if (folder == "funding") {
      out.kind = SeriesKind::funding;
    } else if (folder == "open_interest") {
      out.kind = SeriesKind::open_interest;
    } else if (folder == "liquidations") {
      out.kind = SeriesKind::liquidations;
    } else if (folder == "marks") {
      out.kind = SeriesKind::marks;
    }
  }
  out.instrument = instrument_in(path.parent_path().filename().string(), stem);
  return out;
}

Result<Instrument> instrument_of(std::string_view name) {
  Instrument out;
  const std::size_t dot = name.rfind('.');
  std::string_view symbol = name.substr(0, dot);
  const std::string_view venue =
      dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
  if (symbol.ends_with("-PERP")) {
    symbol.remove_suffix(5);
    out.kind = InstrumentKind::perpetual;
  } else {
    out.kind = InstrumentKind::spot;
  }
  if (!is_symbol(symbol) || !is_symbol(venue) || upper(name) != name) {
    return fail(ErrorKind::usage, "'" + std::string(name) +
                                      "' is not an instrument; write SYMBOL.VENUE or "
                                      "SYMBOL-PERP.VENUE, as in BTCUSDT-PERP.BINANCE");
  }
  out.name = name;
  out.symbol = symbol;
  out.venue = venue;
  split_symbol(out);
  set_venue_defaults(out);
  return out;
}

}  // namespace lanner::store
