#include <doctest/doctest.h>

#include "rig.hpp"

namespace lanner::sim {
namespace {

using namespace test;
using model::RejectReason;
using model::Side;

// 10,000 of cash, 1,000 at 100: ten times leveraged, 2.5 % maintenance.
void enter_leveraged(Rig& rig) {
  rig.trade(at_s(0), "100", "9000");
  rig.send(market(1, Side::buy, "1000"), at_s(1));
  rig.trade(at_s(2), "100", "9000");
  REQUIRE(rig.position() == "1000");
}

TEST_CASE("below maintenance the exchange closes everything and cancels everything") {
  Rig rig;
  enter_leveraged(rig);
  rig.trade(at_s(3), "50", "100", Side::buy, kOther);
  rig.send(stop(2, Side::sell, "1000", "60"), at_s(4));
  rig.send(stop(3, Side::sell, "1", "40").on(kOther), at_s(4));
  rig.trade(at_s(5), "93", "1");  // equity 2,950, maintenance 2,325
  CHECK(rig.position() == "1000");
  rig.trade(at_s(6), "92", "1");  // 1,950 < 2,300
  CHECK(rig.position() == "0");
  CHECK(rig.all<model::OrderCanceled>(2).at(0).reason == RejectReason::insufficient_margin);
  CHECK(rig.all<model::OrderCanceled>(3).at(0).reason == RejectReason::insufficient_margin);
  const model::OrderFilled* forced = nullptr;
  for (const model::Event& event : rig.events) {
    const auto* fill = std::get_if<model::OrderFilled>(&event.payload);
    if (fill != nullptr && !fill->client_order_id.is_valid()) {
      forced = fill;
    }
  }
  REQUIRE(forced != nullptr);
  CHECK(forced->last_px == px("91.9"));
  CHECK(forced->last_qty == qty("1000"));
  CHECK(forced->commission == money("45.95"));
  CHECK(rig.exchange.equity(VenueId{0}) == rig.exchange.cash(VenueId{0}));
  CHECK(rig.exchange.order_log().records().back().kind == LogKind::liquidated);
}

TEST_CASE("a stop above the liquidation price comes first") {
  Rig rig;
  enter_leveraged(rig);
  rig.send(stop(2, Side::sell, "1000", "97"), at_s(4));
  rig.trade(at_s(5), "80", "9000", Side::sell);
  CHECK(rig.has<model::OrderFilled>(2));
  CHECK(rig.position() == "0");
  CHECK(rig.exchange.order_log().records().back().kind == LogKind::filled);
}

TEST_CASE("a gap through the balance leaves a debt") {
  Rig rig;
  enter_leveraged(rig);
  rig.trade(at_s(5), "80", "1", Side::sell);
  CHECK(rig.position() == "0");
  CHECK(rig.exchange.cash(VenueId{0}).is_negative());
}

TEST_CASE("spot is never liquidated") {
  Rig rig;
  rig.trade(at_s(0), "100", "100", Side::buy, kSpot);
  rig.send(market(1, Side::buy, "99").on(kSpot), at_s(1));
  rig.trade(at_s(2), "100", "100", Side::buy, kSpot);
  rig.trade(at_s(3), "1", "100", Side::buy, kSpot);
  CHECK(rig.position(kSpot) == "99");
}

}  // namespace
}  // namespace lanner::sim
