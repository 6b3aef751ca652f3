#include "wire/binance/market_data.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "support/data_dir.hpp"

using namespace lanner;
using namespace lanner::wire;

namespace {

template <typename Message>
Message parsed(BinanceMarketParser& parser, std::string_view json) {
  const auto message = parser.parse(json);
  REQUIRE_MESSAGE(message, message.error().message);
  REQUIRE(std::holds_alternative<Message>(*message));
  return std::get<Message>(*message);
}

std::string reason(BinanceMarketParser& parser, std::string_view json) {
  const auto message = parser.parse(json);
  REQUIRE_FALSE(message);
  CHECK(message.error().kind == ErrorKind::data);
  return message.error().message;
}

const std::string kFutures =
    R"({"e":"depthUpdate","E":1700000000123,"T":1700000000120,"s":"BTCUSDT","U":157,"u":160,)"
    R"("pu":149,"b":[["61000.10","0.002"],["60999.9","0"]],"a":[["61000.20","12.5","new"]],)"
    R"("ps":"BTCUSDT","st":1,"extra":{"b":[1,{"x":null}]}})";
const std::string kSpot =
    R"({"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1700000000123,)"
    R"("s":"BTCUSDT","U":7,"u":9,"b":[],"a":[["0.00000001","92233720368.54775807"]]}})";
const std::string kTicker =
    R"({"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21","a":"25.3652","A":"40.66"})";
const std::string kTrade =
    R"({"e":"trade","E":1700000000123,"T":1700000000120,"s":"BTCUSDT","t":5933014,)"
    R"("p":"0.001","q":"100","X":"MARKET","m":true})";
const std::string kSnapshot =
    R"({"lastUpdateId":1027024,"bids":[["4.00000000","431.0"]],"asks":[["4.00000200","12"]]})";

std::string without(std::string text, std::string_view part) {
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.erase(at, part.size());
}

}  // namespace

TEST_CASE("wire: depth changes of futures and of spot") {
  BinanceMarketParser parser;
  const auto futures = parsed<DepthUpdate>(parser, kFutures);
  CHECK(futures.head.symbol == "BTCUSDT");
  CHECK(futures.head.event_time == Timestamp{1'700'000'000'123 * kNsPerMs});
  CHECK(futures.head.transaction_time == Timestamp{1'700'000'000'120 * kNsPerMs});
  CHECK(futures.has_prior);
  CHECK(futures.delta.ids == model::BookUpdateIds{157, 160, 149});
  REQUIRE(futures.delta.bids.size() == 2);
  CHECK(to_string(futures.delta.bids[0].price) == "61000.1");
  CHECK(to_string(futures.delta.bids[0].quantity) == "0.002");
  CHECK(futures.delta.bids[1].quantity.is_zero());
  REQUIRE(futures.delta.asks.size() == 1);
  CHECK(to_string(futures.delta.asks[0].quantity) == "12.5");
  const auto spot = parsed<DepthUpdate>(parser, kSpot);
  CHECK_FALSE(spot.has_prior);
  CHECK_FALSE(spot.head.transaction_time.is_set());
  CHECK(spot.delta.bids.empty());
  REQUIRE(spot.delta.asks.size() == 1);
  CHECK(spot.delta.asks[0].price.raw() == 10);
  CHECK(spot.delta.asks[0].quantity == Quantity::max());
}

TEST_CASE("wire: ticker, trade, aggregate trade and snapshot") {
  BinanceMarketParser parser;
  const auto ticker = parsed<BookTicker>(parser, kTicker);
  CHECK(ticker.quote.update_id == 400900217);
  CHECK(to_string(ticker.quote.bid_px) == "25.3519");
  CHECK(to_string(ticker.quote.ask_qty) == "40.66");
  const auto trade = parsed<TradeMessage>(parser, kTrade);
  CHECK(trade.trade.aggressor_side == model::Side::sell);
  CHECK(trade.trade_id == 5933014);
  CHECK_FALSE(trade.is_aggregate);
  const auto aggregate = parsed<TradeMessage>(
      parser, R"({"e":"aggTrade","E":5,"s":"BNBUSDT","a":77,"p":"2","q":"3","nq":"3","f":1,)"
              R"("l":2,"T":4,"m":false,"st":1})");
  CHECK(aggregate.is_aggregate);
  CHECK(aggregate.trade_id == 77);
  CHECK(aggregate.trade.aggressor_side == model::Side::buy);
  const auto snapshot = parsed<DepthSnapshot>(parser, kSnapshot);
  CHECK(snapshot.snapshot.last_id == 1027024);
  CHECK(snapshot.snapshot.bids.size() == 1);
  CHECK(snapshot.snapshot.asks[0].price.raw() == 4'000'002'000);
}

TEST_CASE("wire: what is of no use is ignored, not an error") {
  BinanceMarketParser parser;
  for (const char* const json :
       {R"({})", R"({"e":"kline","k":{"t":1}})", R"({"result":null,"id":1})",
        R"({"e":"depthUpdate","st":2,"s":"BTCUSD_PERP"})",
        R"({"e":"trade","E":1,"T":1,"s":"A","t":1,"p":"0","q":"0","X":"NA","m":true})"}) {
    CAPTURE(json);
    parsed<Ignored>(parser, json);
  }
}

TEST_CASE("wire: a missing or wrong field is an error that names it") {
  BinanceMarketParser parser;
  CHECK(reason(parser, without(kFutures, R"("U":157,)")).find("'U'") != std::string::npos);
  CHECK(reason(parser, without(kFutures, R"("s":"BTCUSDT",)")).find("'s'") != std::string::npos);
  CHECK(reason(parser, without(kSpot, R"("b":[],)")).find("'b'") != std::string::npos);
  CHECK(reason(parser, without(kTicker, R"(,"A":"40.66")")).find("'A'") != std::string::npos);
  CHECK(reason(parser, without(kTrade, R"("T":1700000000120,)")).find("'T'") != std::string::npos);
  CHECK(reason(parser, without(kTrade, R"(,"m":true)")).find("'m'") != std::string::npos);
  CHECK(reason(parser, without(kSnapshot, R"(,"asks":[["4.00000200","12"]])")).find("'asks'") !=
        std::string::npos);
  CHECK(reason(parser, without(kFutures, R"(,"0.002")")).find("'b'") != std::string::npos);
  CHECK(reason(parser, R"({"u":1,"s":"A","b":"1e999","B":"1","a":"2","A":"1"})").find("'b'") !=
        std::string::npos);
  CHECK(reason(parser, R"({"u":1,"s":"A","b":"-1","B":"1","a":"2","A":"1"})").find("'b'") !=
        std::string::npos);
  CHECK(reason(parser, R"({"e":"depthUpdate","U":-4})").find("'U'") != std::string::npos);
  CHECK(reason(parser, R"({"e":"depthUpdate","E":99999999999999999})").find("'E'") !=
        std::string::npos);
  CHECK_FALSE(parser.parse("[]"));
  CHECK_FALSE(parser.parse(""));
  CHECK_FALSE(parser.parse(kTicker + "x"));
}

TEST_CASE("wire: every prefix of a message is refused, every changed byte survived") {
  BinanceMarketParser parser;
  for (const std::string& text : {kFutures, kSpot, kTicker, kTrade, kSnapshot}) {
    for (std::size_t length = 0; length < text.size(); ++length) {
      CAPTURE(text.substr(0, length));
      CHECK_FALSE(parser.parse(std::string_view{text}.substr(0, length)));
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
      for (const char c : {'\0', '"', '{', ']', '\\', '9', '-', '\xFF'}) {
        std::string changed = text;
        changed[i] = c;
        static_cast<void>(parser.parse(changed));  // an answer, whatever it is
      }
    }
    CHECK(parser.parse(text));
  }
}

TEST_CASE("wire: payloads as the venue documents them") {
  SKIP_WITHOUT_DATA();
  const auto fixtures = test::data_dir()->parent_path() / "fixtures";
  if (!std::filesystem::exists(fixtures)) {
    SKIP_BECAUSE("no payload fixtures beside the data");
  }
  BinanceMarketParser parser;
  const auto text_of = [&](const char* name) {
    std::ifstream in(fixtures / name);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  };
  CHECK(parsed<DepthUpdate>(parser, text_of("binance-futures/ws_depthUpdate.json")).has_prior);
  parsed<DepthUpdate>(parser, text_of("binance-spot/ws_depthUpdate.json"));
  parsed<BookTicker>(parser, text_of("binance-futures/ws_bookTicker.json"));
  parsed<BookTicker>(parser, text_of("binance-spot/ws_bookTicker.json"));
  parsed<TradeMessage>(parser, text_of("binance-futures/ws_trade.json"));
  parsed<TradeMessage>(parser, text_of("binance-futures/ws_aggTrade.json"));
  parsed<TradeMessage>(parser, text_of("binance-spot/ws_trade.json"));
  parsed<DepthSnapshot>(parser, text_of("binance-spot/ws_depth_partial.json"));
  parsed<DepthSnapshot>(parser, text_of("binance-futures/rest_depth.json"));
  parsed<DepthSnapshot>(parser, text_of("binance-spot/rest_depth.json"));
  for (const char* const name : {"ws_kline.json", "ws_24hrTicker.json"}) {
    parsed<Ignored>(parser, text_of((std::string("binance-futures/") + name).c_str()));
  }
}
