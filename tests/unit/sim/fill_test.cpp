#include <doctest/doctest.h>

#include "rig.hpp"

namespace lanner::sim {
namespace {

using namespace test;
using model::OrderType;
using model::RejectReason;
using model::Side;
using model::TimeInForce;

TEST_CASE("a market order takes a tenth of a bar's print and waits for the next") {
  Rig rig;
  rig.bar(at_s(0), {"100", "100", "100", "100"}, "40");  // 10 a print, 1 for an order
  rig.send(market(1, Side::buy, "2.5"), at_s(1));
  rig.run(at_s(60));
  CHECK(rig.fills(1) == "1@100.1 1@100.1 0.5@100.1");
  CHECK(rig.all<model::OrderFilled>(1).back().leaves_qty.is_zero());
}

TEST_CASE("after three prints the rest of a market entry expires") {
  Rig rig;
  rig.bar(at_s(0), {"100", "100", "100", "100"}, "40");
  rig.send(market(1, Side::buy, "5"), at_s(1));
  rig.run(at_s(60));
  CHECK(rig.position() == "3");
  const auto expired = rig.all<model::OrderExpired>(1);
  REQUIRE(expired.size() == 1);
  CHECK(expired[0].reason == RejectReason::liquidity);
  CHECK(expired[0].filled_qty == qty("3"));
}

TEST_CASE("prints without volume fill no entry") {
  Rig rig;
  rig.bar(at_s(0), {"100", "100", "100", "100"}, "0");
  rig.send(market(1, Side::buy, "1"), at_s(1));
  rig.run(at_s(60));
  CHECK(rig.fills(1).empty());
  CHECK(rig.has<model::OrderExpired>(1));
}

TEST_CASE("a close keeps trying and may leave where nothing traded") {
  Rig rig;
  rig.bar(at_s(0), {"100", "100", "100", "100"}, "400");
  rig.send(market(1, Side::buy, "10"), at_s(1));
  rig.run(at_s(59));
  REQUIRE(rig.position() == "10");
  rig.bar(at_s(60), {"100", "100", "100", "100"}, "4");  // a tenth of one: a step at a time
  rig.send(market(2, Side::sell, "10").reducing(), at_s(61));
  rig.run(at_s(120));
  CHECK(rig.position() == "9.7");
  rig.bar(at_s(120), {"99", "99", "99", "99"}, "0");
  CHECK(rig.position() == "0");
  CHECK(rig.fills(2) == "0.1@99.9 0.1@99.9 0.1@99.9 9.7@98.9");
}

TEST_CASE("a close that comes in after a bar's worse extreme does not get the better one") {
  Rig rig;
  rig.bar(at_s(0), {"100", "100", "100", "100"});
  rig.send(market(1, Side::buy, "1"), at_s(1));
  rig.run(at_s(59));
  REQUIRE(rig.position() == "1");
  rig.bar(at_s(60), {"100", "104", "99", "101"});  // 100, 99, 104, 101 for who is long
  rig.send(market(2, Side::sell, "1").reducing(), at_s(85));
  rig.run(at_s(110));
  CHECK(rig.position() == "1");
  rig.run(at_s(120));
  CHECK(rig.fills(2) == "1@100.9");
}

TEST_CASE("on trades a buy pays the last buyer-initiated print or worse, up to its volume") {
  Rig rig;
  rig.trade(at_s(0), "100.5", "9", Side::buy);
  rig.trade(at_s(1), "100", "9", Side::sell);
  rig.send(market(1, Side::buy, "5"), at_s(2));
  rig.trade(at_s(3), "100", "2", Side::sell);
  rig.trade(at_s(4), "100.7", "9", Side::buy);
  CHECK(rig.fills(1) == "2@100.5 3@100.7");
  rig.send(market(2, Side::sell, "5").reducing(), at_s(5));
  rig.trade(at_s(6), "101", "9", Side::buy);
  CHECK(rig.fills(2) == "5@100");
}

TEST_CASE("without a print of its side a market order pays the spread") {
  Rig rig;
  rig.send(market(1, Side::buy, "1"), at_s(0));
  rig.trade(at_s(1), "100", "2", Side::sell);
  CHECK(rig.fills(1) == "1@100.1");
}

TEST_CASE("spread and impact are adverse and rounded to the grid") {
  ExchangeConfig config = plain_config();
  Rig rig{config, model::ParameterSet{}};
  rig.bar(at_s(0), {"100", "100", "100", "100"});
  rig.send(market(1, Side::buy, "1"), at_s(1));
  rig.send(market(2, Side::sell, "1").on(kOther), at_s(1));
  rig.bar(at_s(1), {"100", "100", "100", "100"}, "40000", kOther);
  rig.run(at_s(30));
  const Price bought = rig.all<model::OrderFilled>(1).at(0).last_px;
  const Price sold = rig.all<model::OrderFilled>(2).at(0).last_px;
  CHECK(bought > px("100"));
  CHECK(round_down_to(bought, px("0.1")) == bought);
  CHECK(sold < px("100"));
}

TEST_CASE("a limit needs the market to trade through it by a tick, and pays the maker fee") {
  Rig rig;
  rig.bar(at_s(0), {"100", "100", "100", "100"});
  rig.send(Order{1, Side::buy, OrderType::limit, "1"}.limit("99"), at_s(1));
  rig.run(at_s(60));
  rig.bar(at_s(60), {"100", "100", "99", "100"});
  rig.run(at_s(120));
  CHECK(rig.fills(1).empty());
  rig.bar(at_s(120), {"100", "100", "98.9", "100"});
  rig.run(at_s(180));
  CHECK(rig.fills(1) == "1@99");
  const auto fill = rig.all<model::OrderFilled>(1).at(0);
  CHECK(fill.liquidity_side == model::LiquiditySide::maker);
  CHECK(fill.commission == money("0.0198"));
}

TEST_CASE("a limit that crosses on arrival takes at the market's price") {
  Rig rig;
  rig.bar(at_s(0), {"100", "100", "100", "100"}, "40");
  rig.send(Order{1, Side::buy, OrderType::limit, "2"}.limit("100.5"), at_s(1));
  rig.run(at_s(20));
  CHECK(rig.fills(1) == "1@100.1");
  CHECK(rig.all<model::OrderFilled>(1)[0].liquidity_side == model::LiquiditySide::taker);
  rig.run(at_s(40));  // the rest rests: 100 is through 100.5
  CHECK(rig.fills(1) == "1@100.1 1@100.5");
}

TEST_CASE("an IOC limit is a capped market order for three prints") {
  Rig rig;
  rig.bar(at_s(0), {"100", "100", "100", "100"}, "40");
  rig.send(Order{1, Side::buy, OrderType::limit, "5"}.limit("100.1").in_force(TimeInForce::ioc),
           at_s(1));
  rig.send(Order{2, Side::buy, OrderType::limit, "1"}.limit("100").in_force(TimeInForce::ioc),
           at_s(1));
  rig.run(at_s(60));
  CHECK(rig.fills(1) == "1@100.1 1@100.1 1@100.1");
  CHECK(rig.all<model::OrderExpired>(1).at(0).reason == RejectReason::liquidity);
  CHECK(rig.fills(2).empty());
  CHECK(rig.has<model::OrderExpired>(2));
}

TEST_CASE("fill or kill fills whole at one print or not at all") {
  Rig rig;
  rig.bar(at_s(0), {"100", "100", "100", "100"}, "40");
  rig.send(market(1, Side::buy, "2").in_force(TimeInForce::fok), at_s(1));
  rig.send(market(2, Side::buy, "1").in_force(TimeInForce::fok), at_s(1));
  rig.run(at_s(20));
  CHECK(rig.fills(1).empty());
  CHECK(rig.has<model::OrderExpired>(1));
  CHECK(rig.fills(2) == "1@100.1");
}

TEST_CASE("a reduce-only order never turns the position") {
  Rig rig;
  rig.trade(at_s(0), "100", "10");
  rig.send(market(1, Side::buy, "1"), at_s(1));
  rig.trade(at_s(2), "100", "10");
  rig.send(market(2, Side::sell, "3").reducing(), at_s(3));
  rig.trade(at_s(4), "100", "10", Side::sell);
  CHECK(rig.fills(2) == "1@100");
  CHECK(rig.position() == "0");
  const auto expired = rig.all<model::OrderExpired>(2);
  REQUIRE(expired.size() == 1);
  CHECK(expired[0].reason == RejectReason::position_closed);
  CHECK(expired[0].filled_qty == qty("1"));
}

TEST_CASE("a halted instrument fills nothing") {
  Rig rig;
  rig.trade(at_s(0), "100", "10");
  rig.send(market(1, Side::buy, "1"), at_s(1));
  rig.run(at_s(2));
  rig.exchange.on_status({kPerp, model::InstrumentState::halted, {}}, at_s(2));
  rig.trade(at_s(3), "100", "10");
  CHECK(rig.fills(1).empty());
  rig.send(market(2, Side::buy, "1"), at_s(4));
  rig.run(at_s(5));
  CHECK(rig.rejection(2) == RejectReason::not_trading);
  rig.exchange.on_status({kPerp, model::InstrumentState::delisted, {}}, at_s(5));
  rig.run(at_s(5));
  CHECK(rig.all<model::OrderCanceled>(1).at(0).reason == RejectReason::not_trading);
}

TEST_CASE("reports carry venue time and response latency") {
  Rig rig;
  rig.trade(at_s(0), "100", "10");
  rig.send(market(1, Side::buy, "1"), at_s(1));
  rig.run(at_s(2));
  REQUIRE(rig.events.size() == 1);
  CHECK(rig.events[0].ts_event == at_ms(1'050));
  CHECK(rig.events[0].ts_init == at_ms(1'100));
}

TEST_CASE("a print of -99 % is met like any other") {
  Rig rig;
  rig.trade(at_s(0), "100", "10");
  rig.send(stop(1, Side::sell, "1", "95"), at_s(1));
  rig.send(market(2, Side::buy, "1"), at_s(1));
  rig.trade(at_s(2), "100", "10");
  rig.trade(at_s(3), "1", "10", Side::sell);
  CHECK(rig.position() == "0");
  CHECK(rig.all<model::OrderFilled>(1).at(0).last_px <= px("1"));
}

}  // namespace
}  // namespace lanner::sim
