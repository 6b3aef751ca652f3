#include "wire/binance/market_data.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace lanner::wire {
namespace {

namespace ondemand = simdjson::ondemand;

using model::BookLevel;
using model::Side;

// Keys of the market messages. A key whose meaning depends on its JSON type stands once per type.
enum class MarketKey : std::uint8_t {
  event, event_time, transaction_time, symbol, product, trade_id, aggregate_id, price, quantity,
  is_buyer_maker, first_id, last_id, prior_id, snapshot_id, bid_price, bid_quantity, ask_price,
  ask_quantity, bids, asks,
};

struct MarketFields {
  std::uint32_t present = 0;
  std::string_view event;
  std::string_view symbol;
  std::int64_t event_ms = 0;
  std::int64_t transaction_ms = 0;
  std::int64_t product = 0;
  std::uint64_t trade_id = 0;
  std::uint64_t aggregate_id = 0;
  std::uint64_t first_id = 0;
  std::uint64_t last_id = 0;
  std::uint64_t prior_id = 0;
  std::uint64_t snapshot_id = 0;
  bool is_buyer_maker = false;
  std::string_view price;
  std::string_view quantity;
  std::string_view bid_price;
  std::string_view bid_quantity;
  std::string_view ask_price;
  std::string_view ask_quantity;

  void mark(MarketKey key) noexcept { present |= 1U << static_cast<unsigned>(key); }
  [[nodiscard]] bool has(MarketKey key) const noexcept {
    return (present & (1U << static_cast<unsigned>(key))) != 0;
  }
};

// Text from a feed may hold anything: it is shown short.
std::string excerpt(std::string_view text) { return std::string(text.substr(0, 40)); }

tl::unexpected<Error> bad_field(std::string_view name, std::string_view text,
                                const char* wanted) {
  return fail(ErrorKind::data, "field '" + std::string(name) + "': '" + excerpt(text) +
                                   "' is not " + wanted);
}

tl::unexpected<Error> not_json(simdjson::error_code error) {
  return fail(ErrorKind::data, std::string("not a whole JSON object: ") +
                                   simdjson::error_message(error));
}

// Venue decimals are short; what this does not read goes the thorough way.
template <typename F>
bool read_short_decimal(std::string_view text, F& out) noexcept {
  constexpr std::size_t kMostCharacters = 18;
  if (text.empty() || text.size() > kMostCharacters) {
    return false;
  }
  std::int64_t value = 0;
  int places = -1;  // -1: no point yet
  for (const char c : text) {
    if (c == '.' && places < 0) {
      places = 0;
      continue;
    }
    if (c < '0' || c > '9') {
      return false;
    }
    value = value * 10 + (c - '0');
    places += places >= 0 ? 1 : 0;
  }
  places = std::max(places, 0);
  if (text == "." || places > F::kDigits) {
    return false;
  }
  const Int128 raw = Int128{value} * detail::pow10(F::kDigits - places);
  if (!detail::fits_int64(raw)) {
    return false;
  }
  out = F::from_raw(static_cast<std::int64_t>(raw));
  return true;
}

template <typename F>
Status read_decimal(std::string_view name, std::string_view text, F& out) {
  if (!read_short_decimal(text, out)) [[unlikely]] {
    const auto value = parse_fixed<F>(text);
    if (!value) {
      return fail(ErrorKind::data, "field '" + std::string(name) + "': " + value.error().message);
    }
    out = *value;
  }
  if (out.is_negative()) {
    return bad_field(name, text, "a decimal from 0 on");
  }
  return {};
}

}  // namespace

struct BinanceMarketParser::State {
  ondemand::parser parser;
  std::vector<char> buffer;  // the message, with the room behind it that the scanner reads
  std::vector<BookLevel> bids;
  std::vector<BookLevel> asks;
  MarketFields fields;

  Status take_object(ondemand::object object, bool is_inner);
  Status take_field(std::string_view key, ondemand::value value, bool is_inner);
  Status take_array(std::string_view key, ondemand::value& value);
  Status take_levels(std::string_view key, ondemand::array levels, std::vector<BookLevel>& out);
  Status take_string(std::string_view key, std::string_view text);
  Status take_number(std::string_view key, ondemand::value& value);
  Status take_integer(std::string_view key, ondemand::value& value, std::uint64_t& out,
                      MarketKey flag);

  Status need(const char* kind, std::initializer_list<std::pair<MarketKey, const char*>> keys);
  [[nodiscard]] BinanceHead head() const noexcept;
  Result<BinanceMessage> build();
  Result<BinanceMessage> build_depth();
  Result<BinanceMessage> build_snapshot();
  Result<BinanceMessage> build_ticker();
  Result<BinanceMessage> build_trade(bool is_aggregate);
};

Status BinanceMarketParser::State::take_object(ondemand::object object, bool is_inner) {
  for (auto field : object) {
    if (field.error() != simdjson::SUCCESS) {
      return not_json(field.error());
    }
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key); error != simdjson::SUCCESS) {
      return not_json(error);
    }
    ondemand::value value;
    if (const auto error = field.value().get(value); error != simdjson::SUCCESS) {
      return not_json(error);
    }
    if (const Status good = take_field(key, value, is_inner); !good) {
      return good;
    }
  }
  return {};
}

Status BinanceMarketParser::State::take_field(std::string_view key, ondemand::value value,
                                              bool is_inner) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type); error != simdjson::SUCCESS) {
    return not_json(error);
  }
  switch (type) {
    case ondemand::json_type::array:
      return take_array(key, value);
    case ondemand::json_type::string: {
      std::string_view text;
      if (const auto error = value.get_string().get(text); error != simdjson::SUCCESS) {
        return not_json(error);
      }
      return take_string(key, text);
    }
    case ondemand::json_type::number:
      return take_number(key, value);
    case ondemand::json_type::boolean: {
      bool flag = false;
      if (const auto error = value.get_bool().get(flag); error != simdjson::SUCCESS) {
        return not_json(error);
      }
      if (key == "m") {
        fields.is_buyer_maker = flag;
        fields.mark(MarketKey::is_buyer_maker);
      }
      return {};
    }
    case ondemand::json_type::object: {
      // Only the wrapper of a combined stream is entered.
      ondemand::object inner;
      if (key != "data" || is_inner) {
        return {};
      }
      if (const auto error = value.get_object().get(inner); error != simdjson::SUCCESS) {
        return not_json(error);
      }
      fields = {};
      return take_object(inner, true);
    }
    case ondemand::json_type::null:
      break;
  }
  return {};
}

Status BinanceMarketParser::State::take_array(std::string_view key, ondemand::value& value) {
  const bool is_bids = key == "b" || key == "bids";
  if (!is_bids && key != "a" && key != "asks") {
    return {};
  }
  ondemand::array levels;
  if (const auto error = value.get_array().get(levels); error != simdjson::SUCCESS) {
    return not_json(error);
  }
  fields.mark(is_bids ? MarketKey::bids : MarketKey::asks);
  return take_levels(key, levels, is_bids ? bids : asks);
}

Status BinanceMarketParser::State::take_levels(std::string_view key, ondemand::array levels,
                                               std::vector<BookLevel>& out) {
  out.clear();
  for (auto one : levels) {
    ondemand::array pair;
    if (const auto error = one.get_array().get(pair); error != simdjson::SUCCESS) {
      return not_json(error);
    }
    std::string_view texts[2];
    std::size_t count = 0;
    for (auto text : pair) {
      // Elements beyond price and quantity are room for what the venue may add.
      if (count < 2) {
        if (const auto error = text.get_string().get(texts[count]); error != simdjson::SUCCESS) {
          return not_json(error);
        }
        ++count;
      } else if (text.error() != simdjson::SUCCESS) {
        return not_json(text.error());
      }
    }
    if (count < 2) {
      return fail(ErrorKind::data, "field '" + std::string(key) +
                                       "': a level without price and quantity");
    }
    BookLevel level;
    if (const Status good = read_decimal(key, texts[0], level.price); !good) {
      return good;
    }
    if (const Status good = read_decimal(key, texts[1], level.quantity); !good) {
      return good;
    }
    out.push_back(level);
  }
  return {};
}

Status BinanceMarketParser::State::take_string(std::string_view key, std::string_view text) {
  struct Text {
    std::string_view key;
    std::string_view MarketFields::*target;
    MarketKey flag;
  };
  static constexpr Text kTexts[] = {
      {"e", &MarketFields::event, MarketKey::event},
      {"s", &MarketFields::symbol, MarketKey::symbol},
      {"p", &MarketFields::price, MarketKey::price},
      {"q", &MarketFields::quantity, MarketKey::quantity},
      {"b", &MarketFields::bid_price, MarketKey::bid_price},
      {"B", &MarketFields::bid_quantity, MarketKey::bid_quantity},
      {"a", &MarketFields::ask_price, MarketKey::ask_price},
      {"A", &MarketFields::ask_quantity, MarketKey::ask_quantity}};
  for (const Text& known : kTexts) {
    if (known.key == key) {
      fields.*known.target = text;
      fields.mark(known.flag);
    }
  }
  return {};
}

Status BinanceMarketParser::State::take_integer(std::string_view key, ondemand::value& value,
                                                std::uint64_t& out, MarketKey flag) {
  if (value.get_uint64().get(out) != simdjson::SUCCESS) {
    return fail(ErrorKind::data, "field '" + std::string(key) + "' is not a whole number");
  }
  fields.mark(flag);
  return {};
}

Status BinanceMarketParser::State::take_number(std::string_view key, ondemand::value& value) {
  struct Number {
    std::string_view key;
    std::uint64_t MarketFields::*target;
    MarketKey flag;
  };
  static constexpr Number kNumbers[] = {
      {"U", &MarketFields::first_id, MarketKey::first_id},
      {"u", &MarketFields::last_id, MarketKey::last_id},
      {"pu", &MarketFields::prior_id, MarketKey::prior_id},
      {"lastUpdateId", &MarketFields::snapshot_id, MarketKey::snapshot_id},
      {"t", &MarketFields::trade_id, MarketKey::trade_id},
      {"a", &MarketFields::aggregate_id, MarketKey::aggregate_id}};
  for (const Number& known : kNumbers) {
    if (known.key == key) {
      return take_integer(key, value, fields.*known.target, known.flag);
    }
  }
  struct Stamp {
    std::string_view key;
    std::int64_t MarketFields::*target;
    MarketKey flag;
  };
  static constexpr Stamp kStamps[] = {
      {"E", &MarketFields::event_ms, MarketKey::event_time},
      {"T", &MarketFields::transaction_ms, MarketKey::transaction_time},
      {"st", &MarketFields::product, MarketKey::product}};
  for (const Stamp& known : kStamps) {
    if (known.key == key) {
      constexpr std::uint64_t kMostMs = 9'000'000'000'000;  // fits in nanoseconds
      std::uint64_t number = 0;
      if (const Status good = take_integer(key, value, number, known.flag); !good) {
        return good;
      }
      if (number > kMostMs) {
        return bad_field(key, std::to_string(number), "milliseconds since 1970");
      }
      fields.*known.target = static_cast<std::int64_t>(number);
    }
  }
  return {};
}

Status BinanceMarketParser::State::need(
    const char* kind, std::initializer_list<std::pair<MarketKey, const char*>> keys) {
  for (const auto& [key, name] : keys) {
    if (!fields.has(key)) {
      return fail(ErrorKind::data,
                  std::string(kind) + " without the field '" + name + "' of its proper type");
    }
  }
  return {};
}

BinanceHead BinanceMarketParser::State::head() const noexcept {
  return {fields.symbol, Timestamp{fields.event_ms * kNsPerMs},
          Timestamp{fields.transaction_ms * kNsPerMs}};
}

Result<BinanceMessage> BinanceMarketParser::State::build_depth() {
  const Status whole = need("depthUpdate", {{MarketKey::event_time, "E"},
                                            {MarketKey::symbol, "s"},
                                            {MarketKey::first_id, "U"},
                                            {MarketKey::last_id, "u"},
                                            {MarketKey::bids, "b"},
                                            {MarketKey::asks, "a"}});
  if (!whole) {
    return tl::unexpected{whole.error()};
  }
  if (fields.first_id > fields.last_id) {
    return bad_field("U", std::to_string(fields.first_id), "at most 'u'");
  }
  DepthUpdate out{head(), {}, fields.has(MarketKey::prior_id)};
  out.delta.ids = {fields.first_id, fields.last_id, fields.prior_id};
  out.delta.bids = bids;
  out.delta.asks = asks;
  return BinanceMessage{out};
}

Result<BinanceMessage> BinanceMarketParser::State::build_snapshot() {
  const Status whole = need("depth snapshot", {{MarketKey::snapshot_id, "lastUpdateId"},
                                               {MarketKey::bids, "bids"},
                                               {MarketKey::asks, "asks"}});
  if (!whole) {
    return tl::unexpected{whole.error()};
  }
  DepthSnapshot out{head(), {}};
  out.snapshot.last_id = fields.snapshot_id;
  out.snapshot.bids = bids;
  out.snapshot.asks = asks;
  return BinanceMessage{out};
}

Result<BinanceMessage> BinanceMarketParser::State::build_ticker() {
  const Status whole = need("bookTicker", {{MarketKey::last_id, "u"},
                                           {MarketKey::symbol, "s"},
                                           {MarketKey::bid_price, "b"},
                                           {MarketKey::bid_quantity, "B"},
                                           {MarketKey::ask_price, "a"},
                                           {MarketKey::ask_quantity, "A"}});
  if (!whole) {
    return tl::unexpected{whole.error()};
  }
  BookTicker out{head(), {}};
  model::QuoteTick& quote = out.quote;
  quote.update_id = fields.last_id;
  for (const Status& good : {read_decimal("b", fields.bid_price, quote.bid_px),
                             read_decimal("B", fields.bid_quantity, quote.bid_qty),
                             read_decimal("a", fields.ask_price, quote.ask_px),
                             read_decimal("A", fields.ask_quantity, quote.ask_qty)}) {
    if (!good) {
      return tl::unexpected{good.error()};
    }
  }
  return BinanceMessage{out};
}

Result<BinanceMessage> BinanceMarketParser::State::build_trade(bool is_aggregate) {
  const Status whole =
      need(is_aggregate ? "aggTrade" : "trade",
           {{MarketKey::event_time, "E"},
            {MarketKey::transaction_time, "T"},
            {MarketKey::symbol, "s"},
            {is_aggregate ? MarketKey::aggregate_id : MarketKey::trade_id,
             is_aggregate ? "a" : "t"},
            {MarketKey::price, "p"},
            {MarketKey::quantity, "q"},
            {MarketKey::is_buyer_maker, "m"}});
  if (!whole) {
    return tl::unexpected{whole.error()};
  }
  TradeMessage out{head(), is_aggregate ? fields.aggregate_id : fields.trade_id, is_aggregate, {}};
  out.trade.aggressor_side = fields.is_buyer_maker ? Side::sell : Side::buy;
  for (const Status& good : {read_decimal("p", fields.price, out.trade.price),
                             read_decimal("q", fields.quantity, out.trade.quantity)}) {
    if (!good) {
      return tl::unexpected{good.error()};
    }
  }
  if (out.trade.price.is_zero() || out.trade.quantity.is_zero()) {
    return BinanceMessage{Ignored{}};
  }
  return BinanceMessage{out};
}

Result<BinanceMessage> BinanceMarketParser::State::build() {
  constexpr std::int64_t kCoinMargined = 2;
  if (fields.product == kCoinMargined) {
    return BinanceMessage{Ignored{}};
  }
  if (fields.event == "depthUpdate") {
    return build_depth();
  }
  if (fields.event == "trade" || fields.event == "aggTrade") {
    return build_trade(fields.event == "aggTrade");
  }
  // Spot's bookTicker and all snapshots come without a name.
  const bool looks_like_ticker = fields.event.empty() && fields.has(MarketKey::last_id) &&
                                 fields.has(MarketKey::bid_price);
  if (fields.event == "bookTicker" || looks_like_ticker) {
    return build_ticker();
  }
  if (fields.event.empty() && fields.has(MarketKey::snapshot_id)) {
    return build_snapshot();
  }
  return BinanceMessage{Ignored{}};
}

BinanceMarketParser::BinanceMarketParser() : state_(std::make_unique<State>()) {}
BinanceMarketParser::BinanceMarketParser(BinanceMarketParser&&) noexcept = default;
BinanceMarketParser& BinanceMarketParser::operator=(BinanceMarketParser&&) noexcept = default;
BinanceMarketParser::~BinanceMarketParser() = default;

Result<BinanceMessage> BinanceMarketParser::parse(std::string_view json) {
  State& s = *state_;
  const std::size_t room = json.size() + simdjson::SIMDJSON_PADDING;
  if (s.buffer.size() < room) {
    s.buffer.resize(room * 2);
  }
  std::memcpy(s.buffer.data(), json.data(), json.size());
  std::memset(s.buffer.data() + json.size(), 0, simdjson::SIMDJSON_PADDING);
  s.fields = {};
  ondemand::document document;
  if (const auto error =
          s.parser.iterate(s.buffer.data(), json.size(), s.buffer.size()).get(document);
      error != simdjson::SUCCESS) {
    return not_json(error);
  }
  ondemand::object object;
  if (const auto error = document.get_object().get(object); error != simdjson::SUCCESS) {
    return not_json(error);
  }
  if (const Status good = s.take_object(object, false); !good) {
    return tl::unexpected{good.error()};
  }
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    return fail(ErrorKind::data, "text follows the JSON object");
  }
  return s.build();
}

}  // namespace lanner::wire
