#include <doctest/doctest.h>

#include "rig.hpp"

namespace lanner::sim {
namespace {

using namespace test;
using model::Side;

std::string path_of(MarketState& state, Quantity position) {
  std::string text;
  while (state.print_time() != Timestamp::never()) {
    const Timestamp at = state.print_time();
    const Print print = state.take_print(position);
    text += to_string(print.price) + "/" + std::to_string((at - at_s(0)).ns() / kNsPerSecond) + " ";
  }
  return text;
}

MarketState with_bar(const char* open, const char* high, const char* low, const char* close) {
  MarketState state;
  state.start_bar({kPerp, 60, px(open), px(high), px(low), px(close), qty("40")}, at_s(0));
  return state;
}

TEST_CASE("flat, the extreme nearer to the open comes first") {
  MarketState near_high = with_bar("100", "101", "97", "99");
  CHECK(path_of(near_high, Quantity{}) == "100/0 101/20 97/40 99/60 ");
  MarketState near_low = with_bar("100", "104", "99", "101");
  CHECK(path_of(near_low, Quantity{}) == "100/0 99/20 104/40 101/60 ");
}

TEST_CASE("with a position the worse extreme comes first") {
  MarketState held_long = with_bar("100", "101", "97", "99");
  CHECK(path_of(held_long, qty("1")) == "100/0 97/20 101/40 99/60 ");
  MarketState held_short = with_bar("100", "104", "99", "101");
  CHECK(path_of(held_short, qty("-1")) == "100/0 104/20 99/40 101/60 ");
}

TEST_CASE("each print carries a quarter of the volume") {
  MarketState state = with_bar("1", "1", "1", "1");
  CHECK(state.take_print(Quantity{}).volume == qty("10"));
}

TEST_CASE("a bar that nobody played leaves its close behind") {
  MarketState state = with_bar("100", "101", "97", "99");
  state.start_bar({kPerp, 60, px("98"), px("98"), px("98"), px("98"), qty("1")}, at_s(60));
  CHECK(state.last_px == px("99"));
  state.catch_up(at_s(59));
  CHECK(state.last_px == px("99"));
  state.catch_up(at_s(60));
  CHECK(state.last_px == px("98"));
}

TEST_CASE("an order fills only at prints later than its acceptance") {
  Rig rig;
  rig.bar(at_s(0), {"100", "101", "99", "100"});
  // Arrives exactly with the print at 20 s.
  rig.send(market(1, Side::buy, "1"), at_ms(19'950));
  rig.run(at_s(39));
  CHECK(rig.fills(1).empty());
  rig.run(at_s(40));
  CHECK(rig.fills(1) == "1@99.1");
}

TEST_CASE("an order that arrives between prints sees the last one as its market") {
  Rig rig;
  rig.bar(at_s(0), {"100", "104", "99", "101"});
  rig.send(stop(1, Side::sell, "1", "99"), at_s(25));  // the low of 20 s has been played
  rig.run(at_s(30));
  CHECK(rig.rejection(1) == model::RejectReason::would_trigger_immediately);
}

TEST_CASE("without orders an exchange has nothing to do") {
  Rig rig;
  rig.bar(at_s(0), {"100", "101", "99", "100"});
  CHECK(rig.exchange.next_time() == Timestamp::never());
  rig.send(market(1, Side::buy, "1"), at_s(1));
  CHECK(rig.exchange.next_time() == at_ms(1'050));
  rig.run(at_s(2));
  CHECK(rig.exchange.next_time() == at_s(20));
}

TEST_CASE("nothing later in a bar exits at a favourable price the entry of that bar") {
  Rig rig;
  rig.bar(at_s(0), {"100", "102", "98", "101"});
  rig.send(market(1, Side::buy, "1"), at_s(1));
  rig.send(target(2, Side::sell, "1", "101"), at_s(1));
  rig.run(at_s(59));
  CHECK(rig.fills(1) == "1@102.1");  // flat at 20 s, high as near as low: the high
  rig.run(at_s(60));                 // the close is at the target, in the entry's bar
  CHECK(rig.position() == "1");
  rig.bar(at_s(60), {"101", "103", "101", "103"});
  CHECK(rig.fills(2) == "1@100.9");  // touched at once by the next bar
}

TEST_CASE("a stop may take the entry of its own bar") {
  Rig rig;
  rig.bar(at_s(0), {"100", "101", "97", "99"});
  rig.send(stop(2, Side::sell, "1", "98"), at_s(1));
  rig.send(market(1, Side::buy, "1"), at_s(1));
  rig.run(at_s(60));
  CHECK(rig.fills(1) == "1@101.1");
  CHECK(rig.has<model::OrderTriggered>(2));
  CHECK(rig.position() == "0");
}

TEST_CASE("at one print entries come before stops") {
  Rig rig;
  rig.trade(at_s(0), "100", "10", Side::sell);
  rig.send(stop(2, Side::sell, "1", "98"), at_s(1));
  rig.send(market(1, Side::buy, "1"), at_s(1));
  rig.trade(at_s(2), "97", "10", Side::buy);
  // Filled below its stop, and stopped by the very same print.
  CHECK(rig.fills(1) == "1@97");
  CHECK(rig.has<model::OrderFilled>(2));
  CHECK(rig.position() == "0");
}

}  // namespace
}  // namespace lanner::sim
