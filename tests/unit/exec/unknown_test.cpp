#include <doctest/doctest.h>

#include "venue_hand.hpp"

namespace lanner::exec {
namespace {

using model::ExitReason;
using model::OrderRole;
using model::OrderStatus;
using model::RejectReason;
using model::TimerKind;

constexpr auto kEntry = OrderRole::entry;
constexpr auto kStop = OrderRole::working_stop;
constexpr auto kDisaster = OrderRole::disaster_stop;
constexpr auto kTarget = OrderRole::target;
constexpr auto kClose = OrderRole::close;

TEST_CASE("an entry in doubt is asked about after its fence, and stays in doubt until proof") {
  VenueHand venue;
  venue.arm();
  const auto entry = venue.last(kEntry);
  const Timestamp sent = venue.now;
  venue.unknown(entry);
  CHECK(venue.queries.empty());
  CHECK(venue.manager.pending_exposure(kPerp, px(1000)) == Money::from_int(10'000));
  REQUIRE(venue.timers.back().kind == TimerKind::exec);
  CHECK(venue.timers.back().at >= sent + seconds(29));
  venue.fire(TimerKind::exec, seconds(30));
  CHECK(venue.queries_of(entry) == 1);

  SUBCASE("a report bearing its id is proof") {
    venue.report(entry, OrderStatus::accepted);
    CHECK(venue.leg(entry).status == OrderStatus::accepted);
    CHECK_FALSE(venue.is_cancel_asked(entry));
  }
  SUBCASE("a fill bearing its id is proof") {
    venue.fill(entry, 10, 0);
    CHECK(venue.leg(entry).status == OrderStatus::filled);
    CHECK(venue.count(kTarget) == 1);
  }
  SUBCASE("not found: cancel, then two not-founds five seconds apart") {
    venue.report(entry, OrderStatus::unknown);
    CHECK(venue.leg(entry).status == OrderStatus::unknown);
    venue.fire(TimerKind::exec, seconds(5));
    CHECK(venue.is_cancel_asked(entry));
    venue.cancel_refused(entry);
    CHECK(venue.queries_of(entry) == 2);
    venue.report(entry, OrderStatus::unknown);
    venue.report(entry, OrderStatus::unknown);  // too soon to count
    CHECK(venue.leg(entry).status == OrderStatus::unknown);
    CHECK_FALSE(venue.is_cancel_asked(venue.last(kStop)));
    venue.fire(TimerKind::exec, seconds(5));
    venue.report(entry, OrderStatus::unknown);
    CHECK(venue.leg(entry).status == OrderStatus::expired);
    CHECK(venue.is_cancel_asked(venue.last(kStop)));
    CHECK(venue.is_cancel_asked(venue.last(kDisaster)));
  }
  SUBCASE("an answer before the fence proves nothing") {
    VenueHand early;
    early.arm();
    const auto id = early.last(kEntry);
    early.unknown(id);
    early.cancel_refused(id);
    early.report(id, OrderStatus::unknown);
    early.fire(TimerKind::exec, seconds(6));
    early.report(id, OrderStatus::unknown);
    CHECK(early.leg(id).status == OrderStatus::unknown);
  }
}

TEST_CASE("questions that get no answer are asked again, ever more slowly") {
  VenueHand venue;
  venue.arm();
  const auto entry = venue.last(kEntry);
  venue.unknown(entry);
  for (int i = 0; i < 60; ++i) {
    const Timestamp at = venue.timers.back().at;
    venue.fire(TimerKind::exec, at > venue.now ? at - venue.now : Duration{});
  }
  CHECK(venue.queries_of(entry) >= 30);
  CHECK(venue.timers.back().at - venue.now > seconds(50));
}

TEST_CASE("a stop in doubt gets a twin at once; the spare one is swept when both are seen") {
  VenueHand venue;
  venue.hold();
  const auto first = venue.last(kStop);
  venue.unknown(first);
  REQUIRE(venue.count(kStop) == 2);
  const auto twin = venue.last(kStop);
  CHECK(venue.request(twin).quantity == qty(10));
  CHECK(venue.queries_of(first) == 1);
  venue.accept(twin);
  CHECK_FALSE(venue.is_cancel_asked(twin));
  venue.report(first, OrderStatus::accepted);
  CHECK(venue.is_cancel_asked(first) != venue.is_cancel_asked(twin));
}

TEST_CASE("three twins at most, then the position is brought down") {
  VenueHand venue;
  venue.hold();
  for (int i = 0; i < 3; ++i) {
    venue.unknown(venue.last(kStop));
  }
  CHECK(venue.count(kStop) == 4);
  CHECK(venue.count(kClose) == 0);
  venue.unknown(venue.last(kStop));
  CHECK(venue.count(kStop) == 4);
  REQUIRE(venue.count(kClose) == 1);
  CHECK(venue.fill(venue.last(kClose), 10, 0, model::Side::sell).exit_reason ==
        ExitReason::protection);
  CHECK(venue.manager.alarms().protection_closes == 1);
}

TEST_CASE("replacements count afresh once stops have covered for a while") {
  VenueHand venue;
  venue.hold();
  for (int i = 0; i < 8; ++i) {
    venue.reject(venue.last(kStop));  // ignored: it rests
    venue.canceled(venue.last(kStop));
    venue.now = venue.now + seconds(2);
    venue.accept(venue.last(kStop));
  }
  CHECK(venue.count(kStop) == 9);
  CHECK(venue.count(kClose) == 0);
}

TEST_CASE("a disaster stop in doubt gets a twin too, and never stands in for the working stop") {
  VenueHand venue;
  venue.hold();
  const auto first = venue.last(kDisaster);
  venue.unknown(first);
  REQUIRE(venue.count(kDisaster) == 2);
  CHECK(venue.count(kStop) == 1);
  venue.accept(venue.last(kDisaster));
  venue.report(first, OrderStatus::accepted);
  CHECK(venue.is_cancel_asked(first));
  CHECK_FALSE(venue.is_cancel_asked(venue.last(kDisaster)));
}

TEST_CASE("a cancel that got no answer is asked about and sent again") {
  VenueHand venue;
  venue.hold();
  const auto disaster = venue.last(kDisaster);
  venue.fill(venue.last(kTarget), 10, 0, model::Side::sell);
  venue.canceled(venue.last(kStop));
  venue.unknown(disaster);
  CHECK(venue.queries_of(disaster) == 1);
  CHECK(venue.count(kDisaster) == 1);  // nothing is held: no twin
  venue.report(disaster, OrderStatus::accepted);
  const auto sent = venue.cancels.size();
  venue.fire(TimerKind::exec, seconds(2));
  CHECK(venue.cancels.size() == sent + 1);
  venue.canceled(disaster);
  CHECK(venue.ended.size() == 1);
}

TEST_CASE("a close in doubt is not sent twice") {
  VenueHand venue;
  venue.hold();
  venue.close(ExitReason::flatten);
  const auto close = venue.last(kClose);
  venue.unknown(close);
  venue.fire(TimerKind::exec, seconds(6));
  CHECK(venue.count(kClose) == 1);
  venue.report(close, OrderStatus::rejected);
  venue.fire(TimerKind::exec, seconds(2));
  CHECK(venue.count(kClose) == 2);
}

TEST_CASE("an order thought dead that fills after all is taken up with stops") {
  VenueHand venue;
  venue.arm();
  const auto entry = venue.last(kEntry);
  venue.expired(entry, 0, RejectReason::liquidity);
  venue.canceled(venue.last(kStop));
  venue.canceled(venue.last(kDisaster));
  REQUIRE(venue.ended.size() == 1);
  const auto context = venue.fill(entry, 10, 0);
  CHECK(context.is_known);
  CHECK(venue.manager.has_plan(kPerp));
  CHECK(venue.manager.alarms().late_fills == 1);
  CHECK(venue.count(kStop) == 2);
  CHECK(venue.count(kDisaster) == 2);
}

TEST_CASE("fills that a report tells before their events keep the plan open") {
  VenueHand venue;
  venue.arm();
  const auto entry = venue.last(kEntry);
  venue.unknown(entry);
  venue.report(entry, OrderStatus::filled, 10);
  CHECK(venue.manager.held(kPerp) == qty(10));
  CHECK(venue.cancels.empty());
  CHECK(venue.manager.pending_exposure(kPerp, px(1000)) == Money::from_int(10'000));
  venue.fill(entry, 10, 0);
  CHECK(venue.manager.held(kPerp) == qty(10));
  CHECK(venue.manager.pending_exposure(kPerp, px(1000)).is_zero());
  CHECK(venue.manager.alarms().late_fills == 0);
}

}  // namespace
}  // namespace lanner::exec
