#include "sim/bad_day.hpp"

#include <doctest/doctest.h>

#include "rig.hpp"

namespace lanner::sim {
namespace {

using namespace test;
using model::OrderStatus;
using model::RejectReason;
using model::Side;

ExchangeConfig bad_config() {
  ExchangeConfig config = plain_config();
  config.bad_day = true;
  return config;
}

std::uint64_t first_id(SubmitFate fate) {
  std::uint64_t id = 1;
  while (fate_of(1, ClientOrderId{id}) != fate) {
    ++id;
  }
  return id;
}

TEST_CASE("five percent of submits get no answer, half of them executed") {
  int lost_answers = 0;
  int lost_requests = 0;
  for (std::uint64_t id = 0; id < 100'000; ++id) {
    const SubmitFate fate = fate_of(7, ClientOrderId{id});
    lost_answers += fate == SubmitFate::lost_answer ? 1 : 0;
    lost_requests += fate == SubmitFate::lost_request ? 1 : 0;
  }
  CHECK(lost_answers == doctest::Approx(2'500).epsilon(0.08));
  CHECK(lost_requests == doctest::Approx(2'500).epsilon(0.08));
}

TEST_CASE("a bad day is twenty times slower") {
  Rig rig{bad_config()};
  rig.trade(at_s(0), "100", "10");
  const std::uint64_t id = first_id(SubmitFate::normal);
  rig.send(market(id, Side::buy, "1"), at_s(1));
  rig.run(at_s(5));
  REQUIRE(rig.events.size() == 1);
  CHECK(rig.events[0].ts_event == at_s(2));
  CHECK(rig.events[0].ts_init == at_s(3));
}

TEST_CASE("an executed order without an answer is reported unknown, then lives on") {
  Rig rig{bad_config()};
  rig.trade(at_s(0), "100", "10");
  const std::uint64_t id = first_id(SubmitFate::lost_answer);
  rig.send(market(id, Side::buy, "1"), at_s(1));
  rig.query(id, at_s(3));
  rig.trade(at_s(5), "100", "10");
  CHECK(rig.has<model::OrderStatusUnknown>(id));
  CHECK(rig.has<model::OrderAccepted>(id));
  CHECK(rig.has<model::OrderFilled>(id));
  CHECK(rig.all<model::OrderStatusReport>(id).at(0).status == OrderStatus::accepted);
  CHECK(std::holds_alternative<model::OrderStatusUnknown>(rig.events.front().payload));
}

TEST_CASE("a request that was lost never existed") {
  Rig rig{bad_config()};
  rig.trade(at_s(0), "100", "10");
  const std::uint64_t id = first_id(SubmitFate::lost_request);
  rig.send(market(id, Side::buy, "1"), at_s(1));
  rig.query(id, at_s(3));
  rig.trade(at_s(5), "100", "10");
  CHECK(rig.has<model::OrderStatusUnknown>(id));
  CHECK(rig.all<model::OrderStatusReport>(id).at(0).status == OrderStatus::unknown);
  CHECK(rig.position() == "0");
  for (const LogRecord& record : rig.exchange.order_log().records()) {
    CHECK(record.client_order_id != ClientOrderId{id});
  }
}

TEST_CASE("the minute after an outstanding one is busy, by what was known then") {
  BusyMinutes busy;
  for (int minute = 0; minute < 200; ++minute) {
    busy.add(px("100"), qty(minute == 150 ? "1000" : "1"), at_s(60 * minute));
    CHECK(busy.is_busy(at_s(60 * minute)) == (minute == 151));
  }
}

TEST_CASE("in busy minutes entries are refused and their ids are not spent") {
  Rig rig{bad_config()};
  for (int minute = 0; minute < 152; ++minute) {
    rig.bar(at_s(60 * minute), {"100", "100", "100", "100"}, minute == 150 ? "90000" : "1000");
  }
  const std::uint64_t id = first_id(SubmitFate::normal);
  rig.send(market(id, Side::buy, "1"), at_s(60 * 151 + 1));
  rig.query(id, at_s(60 * 151 + 2));
  rig.run(at_s(60 * 151 + 10));
  CHECK(rig.rejection(id) == RejectReason::service_unavailable);
  CHECK(rig.all<model::OrderStatusReport>(id).at(0).status == OrderStatus::unknown);
}

}  // namespace
}  // namespace lanner::sim
