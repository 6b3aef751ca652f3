#include <doctest/doctest.h>

#include "rig.hpp"

namespace lanner::sim {
namespace {

using namespace test;
using model::Side;

std::vector<Money> payments(const Rig& rig) {
  std::vector<Money> found;
  for (const model::Event& event : rig.events) {
    if (const auto* paid = std::get_if<model::FundingPaid>(&event.payload)) {
      found.push_back(paid->amount);
    }
  }
  return found;
}

TEST_CASE("longs pay a positive rate on the last price, shorts receive it") {
  for (const Side side : {Side::buy, Side::sell}) {
    Rig rig;
    rig.trade(at_s(0), "100", "10", side);
    rig.send(market(1, side, "2"), at_s(1));
    rig.trade(at_s(2), "100", "10", side);
    rig.trade(at_s(3), "110", "10", side);
    const Money before = rig.exchange.cash(VenueId{0});
    rig.run(at_s(4));
    rig.exchange.on_funding({kPerp, rate("0.0001")}, at_s(4));
    rig.run(at_s(4));
    const Money amount = side == Side::buy ? money("-0.022") : money("0.022");
    REQUIRE(payments(rig).size() == 1);
    CHECK(payments(rig)[0] == amount);
    CHECK(rig.exchange.cash(VenueId{0}) == before + amount);
    CHECK(rig.exchange.order_log().records().back().kind == LogKind::funding);
  }
}

TEST_CASE("who holds nothing pays nothing") {
  Rig rig;
  rig.trade(at_s(0), "100", "10");
  rig.exchange.on_funding({kPerp, rate("0.0001")}, at_s(1));
  rig.run(at_s(1));
  CHECK(payments(rig).empty());
}

TEST_CASE("at a bar's close the stamp sees that close") {
  Rig rig;
  rig.bar(at_s(0), {"100", "100", "100", "100"});
  rig.send(market(1, Side::buy, "1"), at_s(1));
  rig.run(at_s(59));
  rig.bar(at_s(60), {"100", "100", "100", "120"});
  rig.run(at_s(120));
  rig.exchange.on_funding({kPerp, rate("0.001")}, at_s(120));
  rig.run(at_s(120));
  CHECK(payments(rig).at(0) == money("-0.12"));
}

}  // namespace
}  // namespace lanner::sim
