#include "sim/protection_judge.hpp"

#include <doctest/doctest.h>

#include "rig.hpp"

namespace lanner::sim {
namespace {

using namespace test;
using model::OrderType;
using model::Side;

ProtectionReport judged(Rig& rig, Timestamp end) {
  rig.run(end);
  return judge_protection(rig.exchange.order_log(), rig.table, rig.exchange.latency(), end);
}

void check_clean(const ProtectionReport& report) {
  CHECK(report.unprotected_ns_max == 0);
  CHECK(report.protection_breaches == 0);
  CHECK(report.first_kind == BreachKind::none);
}

// The market trades at 100 and both layers rest; the entry follows in each test.
void place_stops(Rig& rig, const char* quantity) {
  rig.trade(at_s(0), "100", "100");
  rig.send(stop(1, Side::sell, quantity, "95"), at_s(1));
  rig.send(disaster(2, Side::sell, "90"), at_s(1));
  rig.run(at_ms(1'200));
}

TEST_CASE("stop first, resized, and swept by the exchange's links is clean") {
  Rig rig;
  place_stops(rig, "5");
  rig.send(market(10, Side::buy, "5"), at_ms(1'200));
  rig.trade(at_s(2), "100", "3");
  rig.trade(at_s(3), "100", "2");
  rig.send(target(3, Side::sell, "5", "110").linked(1), at_ms(3'100));
  rig.trade(at_s(60), "100", "2");
  rig.trade(at_s(61), "111", "2");
  rig.trade(at_s(62), "111", "9");
  REQUIRE(rig.position() == "0");
  CHECK(rig.exchange.order_count(kPerp) == 0);
  check_clean(judged(rig, at_s(3'600)));
}

TEST_CASE("a stop that was hit is clean") {
  Rig rig;
  place_stops(rig, "5");
  rig.send(market(10, Side::buy, "5"), at_ms(1'200));
  rig.trade(at_s(2), "100", "9");
  rig.trade(at_s(60), "94", "2", Side::sell);
  rig.trade(at_s(61), "93", "9", Side::sell);
  REQUIRE(rig.position() == "0");
  check_clean(judged(rig, at_s(3'600)));
}

TEST_CASE("an entry that rests long with its stops in place is clean, and so is its sweep") {
  Rig rig;
  place_stops(rig, "5");
  rig.send(Order{10, Side::buy, OrderType::limit, "5"}.limit("99").until(at_s(600)), at_s(2));
  rig.run(at_s(600));
  REQUIRE(rig.has<model::OrderExpired>(10));
  rig.cancel(1, at_ms(600'050));
  rig.cancel(2, at_ms(600'050));
  check_clean(judged(rig, at_s(3'600)));
}

TEST_CASE("a stop resized within the time for it is clean") {
  Rig rig;
  place_stops(rig, "5");
  rig.send(market(10, Side::buy, "5").in_force(model::TimeInForce::gtc), at_ms(1'200));
  rig.trade(at_s(2), "100", "1");
  rig.trade(at_s(3), "100", "1");
  rig.trade(at_s(4), "100", "1");
  REQUIRE(rig.has<model::OrderExpired>(10));
  rig.send(stop(3, Side::sell, "3", "95"), at_ms(4'050));
  rig.cancel(1, at_ms(4'150));
  check_clean(judged(rig, at_s(3'600)));
}

TEST_CASE("planted: a stop sent one event after the fill's report") {
  Rig rig;
  rig.trade(at_s(0), "100", "100");
  rig.send(market(10, Side::buy, "5"), at_s(1));
  rig.trade(at_s(2), "100", "9");  // reported at 2.05 s; the next event comes at 3 s
  rig.send(stop(1, Side::sell, "5", "95"), at_s(3));
  rig.send(disaster(2, Side::sell, "90"), at_s(3));
  const ProtectionReport report = judged(rig, at_s(60));
  CHECK(report.unprotected_ns_max == (milliseconds(3'050) - seconds(2) - milliseconds(100)).ns());
  CHECK(report.protection_breaches > 0);
  CHECK(report.first_kind == BreachKind::uncovered);
}

TEST_CASE("a stop sent with the fill's report is within the pair's latency") {
  Rig rig;
  rig.trade(at_s(0), "100", "100");
  rig.send(market(10, Side::buy, "5"), at_s(1));
  rig.trade(at_s(2), "100", "9");
  rig.send(stop(1, Side::sell, "5", "95"), at_ms(2'050));
  rig.send(disaster(2, Side::sell, "90"), at_ms(2'050));
  check_clean(judged(rig, at_s(60)));
}

TEST_CASE("planted: no stop at all") {
  Rig rig;
  rig.trade(at_s(0), "100", "100");
  rig.send(market(10, Side::buy, "5"), at_s(1));
  rig.trade(at_s(2), "100", "9");
  const ProtectionReport report = judged(rig, at_s(62));
  CHECK(report.unprotected_ns_max == (seconds(60) - milliseconds(100)).ns());
  CHECK(report.protection_breaches > 0);
}

TEST_CASE("planted: a layer is missing, and neither covers for the other") {
  for (const bool drop_working : {true, false}) {
    Rig rig;
    place_stops(rig, "5");
    rig.cancel(drop_working ? 1 : 2, at_ms(1'200));
    rig.send(market(10, Side::buy, "5"), at_ms(1'200));
    rig.trade(at_s(2), "100", "9");
    const ProtectionReport report = judged(rig, at_s(62));
    CHECK(report.unprotected_ns_max > 0);
    CHECK(report.protection_breaches > 0);
  }
}

TEST_CASE("planted: the working stop cut to the first of two partial fills") {
  Rig rig;
  place_stops(rig, "5");
  rig.send(market(10, Side::buy, "5"), at_ms(1'200));
  rig.trade(at_s(2), "100", "2");
  rig.send(stop(3, Side::sell, "2", "95"), at_ms(2'050));
  rig.cancel(1, at_ms(2'050));
  rig.trade(at_s(3), "100", "3");
  const ProtectionReport report = judged(rig, at_s(60));
  CHECK(report.unprotected_ns_max > 0);
  CHECK(report.protection_breaches > 0);
}

TEST_CASE("planted: the stop left at full size after a partial fill") {
  Rig rig;
  place_stops(rig, "5");
  rig.send(market(10, Side::buy, "5"), at_ms(1'200));
  for (const int second : {2, 3, 4}) {
    rig.trade(at_s(second), "100", "1");
  }
  REQUIRE(rig.has<model::OrderExpired>(10));
  CHECK(judged(rig, at_s(5)).protection_breaches == 0);
  const ProtectionReport report = judged(rig, at_s(6));
  CHECK(report.protection_breaches > 0);
  CHECK(report.first_kind == BreachKind::excess);
  CHECK(report.first_at == at_ms(5'050));
  CHECK(report.unprotected_ns_max == 0);
}

TEST_CASE("planted: an orphan that is not swept") {
  Rig dead_entry;
  place_stops(dead_entry, "5");
  dead_entry.send(Order{10, Side::buy, OrderType::limit, "5"}.limit("99"), at_s(2));
  dead_entry.cancel(10, at_s(10));
  CHECK(judged(dead_entry, at_s(11)).protection_breaches == 0);
  CHECK(judged(dead_entry, at_s(20)).protection_breaches > 0);

  Rig closed;
  place_stops(closed, "5");
  closed.send(market(10, Side::buy, "5"), at_ms(1'200));
  closed.trade(at_s(2), "100", "9");
  closed.send(market(11, Side::sell, "5").reducing().as(model::OrderRole::close), at_s(60));
  closed.trade(at_s(61), "100", "9", Side::sell);
  REQUIRE(closed.position() == "0");
  CHECK(judged(closed, at_s(62)).protection_breaches == 0);
  CHECK(judged(closed, at_s(63)).protection_breaches > 0);
}

TEST_CASE("planted: a twin that stays") {
  Rig rig;
  place_stops(rig, "5");
  rig.send(stop(3, Side::sell, "5", "95"), at_ms(1'200));
  rig.send(market(10, Side::buy, "5"), at_ms(1'200));
  rig.trade(at_s(2), "100", "9");
  const ProtectionReport report = judged(rig, at_s(60));
  CHECK(report.first_kind == BreachKind::excess);
}

TEST_CASE("planted: stops on the wrong side") {
  Rig rig;
  rig.trade(at_s(0), "100", "100");
  rig.send(stop(1, Side::buy, "5", "105"), at_s(1));
  rig.send(disaster(2, Side::sell, "90"), at_s(1));
  rig.send(market(10, Side::buy, "5"), at_s(1));
  rig.trade(at_s(2), "100", "9");
  CHECK(judged(rig, at_s(60)).protection_breaches > 0);

  Rig opening;  // may open a position by itself
  opening.trade(at_s(0), "100", "100");
  Order loose = stop(1, Side::sell, "5", "95");
  loose.reduce_only = model::ReduceOnly::no;
  opening.send(loose, at_s(1));
  CHECK(judged(opening, at_s(60)).first_kind == BreachKind::wrong_side);
}

TEST_CASE("planted: a stop taken away under the position") {
  Rig rig;
  place_stops(rig, "5");
  rig.send(market(10, Side::buy, "5"), at_ms(1'200));
  rig.trade(at_s(2), "100", "9");
  rig.cancel(1, at_s(30));
  rig.send(stop(3, Side::sell, "5", "96"), at_ms(30'001));
  const ProtectionReport report = judged(rig, at_s(60));
  CHECK(report.unprotected_ns_max == 0);  // of fills
  CHECK(report.protection_breaches == 1);
  CHECK(report.first_at == at_ms(30'050));
}

TEST_CASE("on spot the working layer alone is judged") {
  Rig rig;
  rig.trade(at_s(0), "100", "10", Side::buy, kSpot);
  Order entry = market(1, Side::buy, "5").on(kSpot);
  entry.attached_stop_id = ClientOrderId{2};
  entry.attached_stop = px("95");
  rig.send(entry, at_s(1));
  rig.trade(at_s(2), "100", "2", Side::buy, kSpot);
  rig.trade(at_s(3), "100", "9", Side::buy, kSpot);
  rig.trade(at_s(60), "94", "9", Side::buy, kSpot);
  REQUIRE(rig.position(kSpot) == "0");
  check_clean(judged(rig, at_s(3'600)));

  Rig bare;
  bare.trade(at_s(0), "100", "10", Side::buy, kSpot);
  bare.send(market(1, Side::buy, "5").on(kSpot), at_s(1));
  bare.trade(at_s(2), "100", "9", Side::buy, kSpot);
  CHECK(judged(bare, at_s(60)).unprotected_ns_max > 0);
}

TEST_CASE("the stops of the next trade are not an excess of the last") {
  Rig rig;
  place_stops(rig, "5");
  rig.send(market(10, Side::buy, "5"), at_ms(1'200));
  rig.trade(at_s(2), "100", "9");
  rig.trade(at_s(60), "94", "9", Side::sell);
  REQUIRE(rig.position() == "0");
  rig.send(stop(21, Side::sell, "4", "85").of(2), at_s(100));
  rig.send(disaster(22, Side::sell, "80").of(2), at_s(100));
  rig.send(market(20, Side::buy, "4").of(2), at_s(110));
  rig.trade(at_s(111), "94", "9");
  CHECK(rig.position() == "4");
  check_clean(judged(rig, at_s(3'600)));
}

}  // namespace
}  // namespace lanner::sim
