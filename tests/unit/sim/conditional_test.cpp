#include <doctest/doctest.h>

#include "rig.hpp"

namespace lanner::sim {
namespace {

using namespace test;
using model::OrderType;
using model::RejectReason;
using model::Side;

// Long `quantity` at 100 on trades, at 2 s.
void enter_long(Rig& rig, const char* quantity) {
  rig.trade(at_s(0), "100", "1000", Side::sell);
  rig.trade(at_s(0), "100", "1000", Side::buy);
  rig.send(market(900, Side::buy, quantity), at_s(1));
  rig.trade(at_s(2), "100", "1000", Side::buy);
}

TEST_CASE("a stop that is met exactly fills at its trigger less slippage") {
  Rig rig;
  enter_long(rig, "1");
  rig.send(stop(1, Side::sell, "1", "98"), at_s(3));
  rig.trade(at_s(4), "98", "10", Side::sell);
  CHECK(rig.has<model::OrderTriggered>(1));
  CHECK(rig.fills(1) == "1@97.9");  // half a tick of spread, rounded down
}

TEST_CASE("a print that jumps over the trigger is the first executable price") {
  Rig rig;
  enter_long(rig, "1");
  rig.send(stop(1, Side::sell, "1", "98"), at_s(3));
  rig.trade(at_s(4), "95", "10", Side::sell);
  CHECK(rig.fills(1) == "1@94.9");
}

TEST_CASE("slippage grows with latency") {
  Price fills[2];
  for (const bool is_slow : {false, true}) {
    ExchangeConfig config = plain_config();
    config.latency.order = is_slow ? seconds(4) : milliseconds(50);
    model::ParameterSet costs = plain_costs();
    REQUIRE(costs.set("cost.stop_k", "5"));
    Rig rig{config, costs};
    rig.trade(at_s(0), "1000", "10");
    rig.send(market(900, Side::buy, "1"), at_s(1));
    rig.send(stop(1, Side::sell, "1", "980"), at_s(1));
    rig.trade(at_s(10), "1000", "10");
    rig.trade(at_s(11), "980", "10", Side::sell);
    fills[is_slow ? 1 : 0] = rig.all<model::OrderFilled>(1).at(0).last_px;
  }
  CHECK(fills[0] < px("980"));
  CHECK(fills[1] < fills[0]);
}

TEST_CASE("a triggered stop takes what trades and keeps trying") {
  Rig rig;
  enter_long(rig, "5");
  rig.send(stop(1, Side::sell, "5", "98"), at_s(3));
  rig.trade(at_s(4), "98", "2", Side::sell);
  rig.trade(at_s(5), "99", "1", Side::buy);
  rig.trade(at_s(6), "97", "9", Side::sell);
  CHECK(rig.fills(1) == "2@97.9 1@97.9 2@96.9");
  CHECK(rig.all<model::OrderTriggered>(1).size() == 1);
  CHECK(rig.position() == "0");
}

TEST_CASE("a buy stop protects a short") {
  Rig rig;
  rig.trade(at_s(0), "100", "10", Side::sell);
  rig.send(market(900, Side::sell, "1"), at_s(1));
  rig.send(stop(1, Side::buy, "1", "102"), at_s(1));
  rig.trade(at_s(2), "100", "10", Side::sell);
  REQUIRE(rig.position() == "-1");
  rig.trade(at_s(3), "101.9", "10", Side::buy);
  CHECK(rig.position() == "-1");
  rig.trade(at_s(4), "103", "10", Side::buy);
  CHECK(rig.fills(1) == "1@103.1");
}

TEST_CASE("a target fills at its trigger or worse, however far the print runs") {
  Rig rig;
  enter_long(rig, "1");
  rig.send(target(1, Side::sell, "1", "102"), at_s(3));
  rig.trade(at_s(4), "101.9", "10", Side::sell);
  CHECK(rig.fills(1).empty());
  rig.trade(at_s(5), "110", "10", Side::sell);
  CHECK(rig.fills(1) == "1@102");
}

TEST_CASE("a target met exactly pays the spread") {
  Rig rig;
  rig.bar(at_s(0), {"100", "100", "100", "100"});
  rig.send(market(900, Side::buy, "1"), at_s(1));
  rig.send(target(1, Side::sell, "1", "102"), at_s(1));
  rig.bar(at_s(60), {"100", "102", "100", "100"});
  rig.run(at_s(120));
  CHECK(rig.fills(1) == "1@101.9");
}

TEST_CASE("a reduce-only stop rests while flat and expires when it triggers flat") {
  Rig rig;
  rig.trade(at_s(0), "100", "10");
  rig.send(stop(1, Side::sell, "1", "98"), at_s(1));
  rig.send(disaster(2, Side::sell, "96"), at_s(1));
  rig.trade(at_s(2), "99", "10");
  CHECK(rig.has<model::OrderAccepted>(1));
  CHECK(rig.exchange.order_count(kPerp) == 2);
  rig.trade(at_s(3), "97", "10");
  CHECK(rig.all<model::OrderExpired>(1).at(0).reason == RejectReason::triggered_flat);
  CHECK_FALSE(rig.has<model::OrderTriggered>(1));
  CHECK(rig.exchange.order_count(kPerp) == 1);
}

TEST_CASE("a stop on the position's own side expires instead of adding") {
  Rig rig;
  enter_long(rig, "1");
  rig.send(stop(1, Side::buy, "1", "102"), at_s(3));
  rig.trade(at_s(4), "103", "10");
  CHECK(rig.all<model::OrderExpired>(1).at(0).reason == RejectReason::triggered_flat);
  CHECK(rig.position() == "1");
}

TEST_CASE("a close-position stop takes whatever is held at its trigger") {
  Rig rig;
  enter_long(rig, "3");
  rig.send(disaster(1, Side::sell, "96"), at_s(3));
  rig.send(market(2, Side::sell, "1").reducing(), at_s(3));
  rig.trade(at_s(4), "100", "10", Side::sell);
  rig.trade(at_s(5), "96", "1", Side::sell);
  rig.trade(at_s(6), "96", "9", Side::sell);
  CHECK(rig.fills(1) == "1@95.9 1@95.9");
  const auto fills = rig.all<model::OrderFilled>(1);
  CHECK(fills[0].leaves_qty == qty("1"));
  CHECK(fills[1].leaves_qty.is_zero());
}

TEST_CASE("going flat cancels close-position orders and leaves quantity stops") {
  Rig rig;
  enter_long(rig, "1");
  rig.send(disaster(1, Side::sell, "90"), at_s(3));
  rig.send(stop(2, Side::sell, "1", "95"), at_s(3));
  rig.send(market(3, Side::sell, "1").reducing(), at_s(3));
  rig.trade(at_s(4), "100", "10", Side::sell);
  REQUIRE(rig.position() == "0");
  CHECK(rig.all<model::OrderCanceled>(1).at(0).reason == RejectReason::position_closed);
  CHECK_FALSE(rig.has<model::OrderCanceled>(2));
  CHECK(rig.exchange.order_count(kPerp) == 1);
}

TEST_CASE("a stop larger than the position expires with its rest") {
  Rig rig;
  enter_long(rig, "1");
  rig.send(stop(1, Side::sell, "3", "98"), at_s(3));
  rig.trade(at_s(4), "98", "10", Side::sell);
  CHECK(rig.fills(1) == "1@97.9");
  const auto expired = rig.all<model::OrderExpired>(1);
  REQUIRE(expired.size() == 1);
  CHECK(expired[0].filled_qty == qty("1"));
  CHECK(expired[0].reason == RejectReason::position_closed);
}

TEST_CASE("a mark trigger follows the mark series, and the last price where there is none") {
  Rig rig;
  enter_long(rig, "1");
  rig.send(stop(1, Side::sell, "1", "96").by_mark(), at_s(3));
  rig.run(at_s(4));
  rig.exchange.on_mark({kPerp, px("99")}, at_s(4));
  rig.trade(at_s(5), "95", "10", Side::sell);  // the last price does not count any more
  CHECK_FALSE(rig.has<model::OrderTriggered>(1));
  rig.exchange.on_mark({kPerp, px("96")}, at_s(6));
  rig.run(at_s(6));
  CHECK(rig.has<model::OrderTriggered>(1));
  CHECK(rig.position() == "1");
  rig.trade(at_s(7), "97", "10", Side::sell);
  CHECK(rig.fills(1) == "1@96.9");

  Rig without;
  enter_long(without, "1");
  without.send(stop(1, Side::sell, "1", "96").by_mark(), at_s(3));
  without.trade(at_s(5), "95", "10", Side::sell);
  CHECK(without.fills(1) == "1@94.9");
}

TEST_CASE("a fill of one linked order shrinks its partner and at last cancels it") {
  Rig rig;
  enter_long(rig, "5");
  rig.send(stop(1, Side::sell, "5", "98"), at_s(3));
  rig.send(target(2, Side::sell, "5", "102").linked(1), at_s(3));
  rig.trade(at_s(4), "103", "2", Side::buy);
  CHECK(rig.fills(2) == "2@100");
  CHECK_FALSE(rig.has<model::OrderCanceled>(1));
  rig.query(1, at_s(5));
  rig.trade(at_s(6), "97", "9", Side::sell);
  // The stop has three left, and its fill ends the target.
  CHECK(rig.fills(1) == "3@96.9");
  CHECK(rig.all<model::OrderCanceled>(2).at(0).reason == RejectReason::linked);
  CHECK(rig.position() == "0");
  CHECK(rig.exchange.order_count(kPerp) == 0);
}

TEST_CASE("when a linked fill ends the position its oversized partner goes too") {
  Rig rig;
  enter_long(rig, "3");
  rig.send(stop(1, Side::sell, "5", "98"), at_s(3));
  rig.send(target(2, Side::sell, "3", "102").linked(1), at_s(3));
  rig.trade(at_s(4), "103", "9", Side::buy);
  CHECK(rig.position() == "0");
  const auto canceled = rig.all<model::OrderCanceled>(1);
  REQUIRE(canceled.size() == 1);
  CHECK(canceled[0].reason == RejectReason::linked);
}

TEST_CASE("a replaced stop takes over the link") {
  Rig rig;
  enter_long(rig, "2");
  rig.send(stop(1, Side::sell, "2", "97"), at_s(3));
  rig.send(target(2, Side::sell, "2", "102").linked(1), at_s(3));
  rig.send(stop(3, Side::sell, "2", "98").linked(2), at_s(3));
  rig.cancel(1, at_s(3));
  rig.trade(at_s(4), "103", "1", Side::buy);
  rig.trade(at_s(5), "97.5", "9", Side::sell);
  CHECK(rig.fills(3) == "1@97.4");
  CHECK(rig.position() == "0");
}

TEST_CASE("an entry by stop is checked for margin when it triggers") {
  Rig rig;
  rig.trade(at_s(0), "100", "10000", Side::buy);
  rig.send(Order{1, Side::buy, OrderType::stop_market, "1500"}.trigger("101"), at_s(1));
  rig.run(at_s(2));
  REQUIRE(rig.has<model::OrderAccepted>(1));
  rig.trade(at_s(3), "140", "10000", Side::buy);
  CHECK(rig.has<model::OrderTriggered>(1));
  CHECK(rig.rejection(1) == RejectReason::insufficient_margin);
  CHECK(rig.position() == "0");
}

}  // namespace
}  // namespace lanner::sim
