#include <doctest/doctest.h>

#include "rig.hpp"

namespace lanner::sim {
namespace {

using namespace test;
using model::OrderType;
using model::RejectReason;
using model::Side;

Order spot_entry(const char* quantity) {
  Order order = market(1, Side::buy, quantity).on(kSpot);
  order.attached_stop_id = ClientOrderId{2};
  order.attached_stop = px("95");
  order.attached_target_id = ClientOrderId{3};
  order.attached_target = px("105");
  return order;
}

void spot_trade(Rig& rig, Timestamp at, const char* price, const char* quantity) {
  rig.trade(at, price, quantity, Side::buy, kSpot);
}

TEST_CASE("the exchange places the attached stop and target with the first fill") {
  Rig rig;
  spot_trade(rig, at_s(0), "100", "10");
  rig.send(spot_entry("5"), at_s(1));
  rig.run(at_s(2));
  CHECK_FALSE(rig.has<model::OrderAccepted>(2));
  spot_trade(rig, at_s(3), "100", "2");
  CHECK(rig.all<model::OrderAccepted>(2).size() == 1);
  CHECK(rig.all<model::OrderAccepted>(3).size() == 1);
  // The fill comes first, then its children.
  std::size_t fill_at = 0;
  std::size_t stop_at = 0;
  for (std::size_t i = 0; i < rig.events.size(); ++i) {
    fill_at = std::holds_alternative<model::OrderFilled>(rig.events[i].payload) ? i : fill_at;
    const auto* accepted = std::get_if<model::OrderAccepted>(&rig.events[i].payload);
    stop_at = accepted != nullptr && accepted->client_order_id == ClientOrderId{2} ? i : stop_at;
  }
  CHECK(fill_at + 1 == stop_at);
}

TEST_CASE("children grow with each fill and are linked together") {
  Rig rig;
  spot_trade(rig, at_s(0), "100", "10");
  rig.send(spot_entry("5"), at_s(1));
  spot_trade(rig, at_s(2), "100", "2");
  spot_trade(rig, at_s(3), "100", "3");
  CHECK(rig.position(kSpot) == "5");
  CHECK(rig.all<model::OrderAccepted>(2).size() == 1);
  spot_trade(rig, at_s(4), "106", "4");
  spot_trade(rig, at_s(5), "94", "9");
  CHECK(rig.fills(3) == "4@105");
  CHECK(rig.fills(2) == "1@93.9");
  CHECK(rig.position(kSpot) == "0");
  CHECK(rig.all<model::OrderCanceled>(3).at(0).reason == RejectReason::linked);
}

TEST_CASE("once an attached exit triggers, the rest of its entry is canceled") {
  Rig rig;
  spot_trade(rig, at_s(0), "100", "10");
  Order entry = spot_entry("5");
  entry.type = OrderType::limit;
  entry.price = px("99");
  rig.send(entry, at_s(1));
  spot_trade(rig, at_s(2), "98", "2");
  REQUIRE(rig.position(kSpot) == "2");
  rig.cancel(3, at_s(3), kSpot);
  spot_trade(rig, at_s(4), "94", "1");
  // At that print the entry bought one more before its stop sold one of three.
  CHECK(rig.fills(2) == "1@93.9");
  CHECK(rig.all<model::OrderCanceled>(1).at(0).reason == RejectReason::linked);
  CHECK(rig.all<model::OrderCanceled>(1).at(0).filled_qty == qty("3"));
  spot_trade(rig, at_s(5), "94", "9");
  CHECK(rig.position(kSpot) == "0");
}

TEST_CASE("an entry that fills beyond its stop is stopped by the next print") {
  Rig rig;
  spot_trade(rig, at_s(0), "100", "10");
  rig.send(spot_entry("1"), at_s(1));
  spot_trade(rig, at_s(2), "90", "10");
  REQUIRE(rig.position(kSpot) == "1");
  spot_trade(rig, at_s(3), "91", "10");
  CHECK(rig.fills(2) == "1@90.9");
}

TEST_CASE("the ids of children must be new") {
  Rig rig;
  spot_trade(rig, at_s(0), "100", "10");
  rig.send(spot_entry("1"), at_s(1));
  Order again = spot_entry("1");
  again.client_order_id = ClientOrderId{4};
  spot_trade(rig, at_s(2), "100", "10");
  rig.send(again, at_s(3));
  rig.run(at_s(4));
  CHECK(rig.rejection(4) == RejectReason::duplicate_client_id);
}

TEST_CASE("spot sells no more than is held") {
  Rig rig;
  spot_trade(rig, at_s(0), "100", "10");
  rig.send(market(1, Side::buy, "2").on(kSpot), at_s(1));
  spot_trade(rig, at_s(2), "100", "10");
  rig.send(market(5, Side::sell, "2.1").on(kSpot), at_s(3));
  rig.send(market(6, Side::sell, "2").on(kSpot), at_s(3));
  spot_trade(rig, at_s(4), "100", "10");
  CHECK(rig.rejection(5) == RejectReason::insufficient_margin);
  CHECK(rig.position(kSpot) == "0");
}

}  // namespace
}  // namespace lanner::sim
