#include <doctest/doctest.h>

#include "rig.hpp"

namespace lanner::sim {
namespace {

using namespace test;
using model::OrderStatus;
using model::OrderType;
using model::RejectReason;
using model::Side;

RejectReason answer(const model::OrderRequest& order) {
  Rig rig;
  rig.trade(at_s(0), "100", "10");
  rig.trade(at_s(0), "100", "10", Side::buy, kSpot);
  rig.send(order, at_s(1));
  rig.run(at_s(2));
  CHECK(rig.has<model::OrderAccepted>(order.client_order_id.value()) !=
        rig.has<model::OrderRejected>(order.client_order_id.value()));
  return rig.rejection(order.client_order_id.value());
}

TEST_CASE("a trigger that is met already is refused") {
  using enum RejectReason;
  CHECK(answer(stop(1, Side::sell, "1", "100")) == would_trigger_immediately);
  CHECK(answer(stop(1, Side::buy, "1", "99")) == would_trigger_immediately);
  CHECK(answer(target(1, Side::sell, "1", "99")) == would_trigger_immediately);
  CHECK(answer(target(1, Side::buy, "1", "100")) == would_trigger_immediately);
  CHECK(answer(stop(1, Side::sell, "1", "99.9")) == none);
  CHECK(answer(target(1, Side::sell, "1", "100.1")) == none);
}

TEST_CASE("reduce-only without a position is refused unless conditional") {
  using enum RejectReason;
  CHECK(answer(market(1, Side::sell, "1").reducing()) == reduce_only_flat);
  CHECK(answer(Order{1, Side::sell, OrderType::limit, "1"}.limit("101").reducing()) ==
        reduce_only_flat);
  CHECK(answer(disaster(1, Side::sell, "90")) == none);
}

TEST_CASE("orders must lie on the grid and carry enough money") {
  using enum RejectReason;
  CHECK(answer(market(1, Side::buy, "0.15")) == filter_quantity);
  CHECK(answer(market(1, Side::buy, "0")) == filter_quantity);
  CHECK(answer(disaster(1, Side::sell, "90.05")) == filter_price);
  CHECK(answer(Order{1, Side::buy, OrderType::limit, "1"}.limit("0")) == filter_price);
  Order attached = market(1, Side::buy, "1").on(kSpot);
  attached.attached_stop_id = ClientOrderId{2};
  attached.attached_stop = px("90.01");
  CHECK(answer(attached) == filter_price);
  CHECK(answer(Order{1, Side::buy, OrderType::limit, "0.1"}.limit("40")) == notional_min);
  CHECK(answer(stop(1, Side::sell, "0.1", "40")) == none);  // entries only
}

TEST_CASE("margin bounds what may be opened") {
  using enum RejectReason;
  CHECK(answer(market(1, Side::buy, "2000")) == none);  // 20 x 10,000
  CHECK(answer(market(1, Side::buy, "2000.1")) == insufficient_margin);
  CHECK(answer(market(1, Side::buy, "99.9").on(kSpot)) == none);
  CHECK(answer(market(1, Side::buy, "100").on(kSpot)) == insufficient_margin);  // the fee
  CHECK(answer(market(1, Side::sell, "1").on(kSpot)) == insufficient_margin);   // no holdings
}

TEST_CASE("resting entries and positions count against the margin") {
  Rig rig;
  rig.trade(at_s(0), "100", "10000");
  rig.trade(at_s(0), "100", "10000", Side::buy, kOther);
  rig.send(Order{1, Side::buy, OrderType::limit, "1000"}.limit("90"), at_s(1));
  rig.send(market(2, Side::buy, "1000"), at_s(1));
  rig.trade(at_s(2), "100", "10000");
  REQUIRE(rig.position() == "1000");
  rig.send(market(3, Side::buy, "100").on(kOther), at_s(3));
  rig.send(market(4, Side::buy, "60").on(kOther), at_s(3));
  rig.run(at_s(4));
  // 10,000 less the fee of 50, less 5,000 and 4,500: 450 are free, 500 and 300 are asked for.
  CHECK(rig.rejection(3) == RejectReason::insufficient_margin);
  CHECK(rig.rejection(4) == RejectReason::none);
}

TEST_CASE("a client id is never accepted twice") {
  Rig rig;
  rig.trade(at_s(0), "100", "10");
  rig.send(market(1, Side::buy, "1"), at_s(1));
  rig.trade(at_s(2), "100", "10");
  rig.send(market(1, Side::buy, "1"), at_s(3));
  rig.send(market(2, Side::sell, "1").reducing().on(kOther), at_s(3));  // refused: flat
  rig.send(market(2, Side::buy, "1"), at_s(4));
  rig.trade(at_s(5), "100", "10");
  CHECK(rig.rejection(1) == RejectReason::duplicate_client_id);
  CHECK(rig.rejection(2) == RejectReason::duplicate_client_id);
  CHECK(rig.position() == "1");
}

TEST_CASE("two hundred orders per instrument") {
  Rig rig;
  rig.trade(at_s(0), "100", "10");
  for (std::uint64_t id = 1; id <= 201; ++id) {
    rig.send(stop(id, Side::sell, "1", "90"), at_s(1));
  }
  rig.run(at_s(2));
  CHECK(rig.exchange.order_count(kPerp) == 200);
  CHECK(rig.rejection(201) == RejectReason::too_many_orders);
  rig.trade(at_s(3), "80", "10");
  CHECK(rig.exchange.order_count(kPerp) == 0);
}

TEST_CASE("cancel answers with what was filled, or that the order is not known") {
  Rig rig;
  rig.trade(at_s(0), "100", "10");
  rig.send(Order{1, Side::buy, OrderType::limit, "3"}.limit("99"), at_s(1));
  rig.trade(at_s(2), "98", "1");
  rig.cancel(1, at_s(3));
  rig.cancel(1, at_s(4));
  rig.cancel(77, at_s(4));
  rig.run(at_s(5));
  const auto canceled = rig.all<model::OrderCanceled>(1);
  REQUIRE(canceled.size() == 1);
  CHECK(canceled[0].filled_qty == qty("1"));
  CHECK(canceled[0].reason == RejectReason::by_request);
  CHECK(rig.has<model::CancelRejected>(1));
  CHECK(rig.has<model::CancelRejected>(77));
}

TEST_CASE("a query is answered for ever") {
  Rig rig;
  rig.trade(at_s(0), "100", "10");
  rig.send(Order{1, Side::buy, OrderType::limit, "3"}.limit("99"), at_s(1));
  rig.query(1, at_s(1));
  rig.trade(at_s(2), "98", "1");
  rig.query(1, at_s(3));
  rig.trade(at_s(4), "98", "9");
  rig.query(1, at_s(5));
  rig.query(2, at_s(5));
  rig.run(at_s(6));
  const auto answers = rig.all<model::OrderStatusReport>(1);
  REQUIRE(answers.size() == 3);
  CHECK(answers[0].status == OrderStatus::accepted);
  CHECK(answers[1].status == OrderStatus::partially_filled);
  CHECK(answers[1].filled_qty == qty("1"));
  CHECK(answers[2].status == OrderStatus::filled);
  CHECK(answers[2].filled_qty == qty("3"));
  CHECK(rig.all<model::OrderStatusReport>(2).at(0).status == OrderStatus::unknown);
}

TEST_CASE("good till date ends by itself") {
  Rig rig;
  rig.trade(at_s(0), "100", "10");
  rig.send(Order{1, Side::buy, OrderType::limit, "1"}.limit("99").until(at_s(10)), at_s(1));
  rig.run(at_s(2));
  CHECK(rig.exchange.next_time() == at_s(10));
  rig.trade(at_ms(9'999), "99", "10");
  CHECK(rig.exchange.order_count(kPerp) == 1);
  rig.run(at_s(10));
  CHECK(rig.all<model::OrderExpired>(1).at(0).reason == RejectReason::time_in_force);
  CHECK(rig.exchange.is_idle());
}

}  // namespace
}  // namespace lanner::sim
