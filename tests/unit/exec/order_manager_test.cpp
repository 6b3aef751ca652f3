#include <doctest/doctest.h>

#include "exec/client_order_id.hpp"
#include "venue_hand.hpp"

namespace lanner::exec {
namespace {

using model::ExitReason;
using model::OrderRole;
using model::OrderStatus;
using model::RejectReason;

constexpr auto kEntry = OrderRole::entry;
constexpr auto kStop = OrderRole::working_stop;
constexpr auto kDisaster = OrderRole::disaster_stop;
constexpr auto kTarget = OrderRole::target;
constexpr auto kClose = OrderRole::close;

TEST_CASE("client ids carry epoch, sequence and leg") {
  const OrderIdParts parts{.epoch = 65534, .sequence = (1ULL << 40) - 1, .leg = 200};
  CHECK(unpack(pack(parts)) == parts);
  CHECK(pack(parts).is_valid());
}

TEST_CASE("stop first: the entry leaves only when both stops rest") {
  VenueHand venue;
  venue.start(long_intent());
  REQUIRE(venue.submitted.size() == 2);
  const auto& working = venue.request(venue.last(kStop));
  CHECK(working.type == model::OrderType::stop_market);
  CHECK(working.side == model::Side::sell);
  CHECK(working.reduce_only == model::ReduceOnly::yes);
  CHECK(working.quantity == qty(10));
  CHECK(working.trigger_price == px(990));
  const auto& disaster = venue.request(venue.last(kDisaster));
  CHECK(disaster.close_position == model::ClosePosition::yes);
  CHECK(disaster.trigger_by == model::TriggerBy::mark);
  CHECK(disaster.trigger_price == px(980));
  CHECK(disaster.quantity.is_zero());

  venue.accept(working.client_order_id);
  CHECK(venue.count(kEntry) == 0);
  venue.accept(venue.last(kDisaster));
  REQUIRE(venue.count(kEntry) == 1);
  const auto& entry = venue.request(venue.last(kEntry));
  CHECK(entry.type == model::OrderType::market);
  CHECK(entry.side == model::Side::buy);
  CHECK(entry.quantity == qty(10));
}

TEST_CASE("exposure and risk of a plan in flight shrink as it fills") {
  VenueHand venue;
  venue.start(long_intent());
  CHECK(venue.manager.pending_exposure(kPerp, px(1000)) == Money::from_int(10'000));
  CHECK(venue.manager.pending_risk() == Money::from_int(100));
  venue.accept(venue.last(kStop));
  venue.accept(venue.last(kDisaster));
  venue.fill(venue.last(kEntry), 4, 6);
  CHECK(venue.manager.pending_exposure(kPerp, px(1000)) == Money::from_int(6'000));
  CHECK(venue.manager.pending_risk() == Money::from_int(60));
  CHECK(venue.manager.held(kPerp) == qty(4));
  venue.fill(venue.last(kEntry), 6, 0);
  CHECK(venue.manager.pending_risk().is_zero());
}

TEST_CASE("an entry mode stop is sent as a market order, never resting") {
  VenueHand venue;
  auto intent = long_intent();
  intent.entry_mode = model::EntryMode::stop;
  venue.arm(intent);
  CHECK(venue.request(venue.last(kEntry)).type == model::OrderType::market);
}

TEST_CASE("a limit entry carries its death with it, and is not sent when it comes too late") {
  VenueHand venue;
  auto intent = long_intent();
  intent.entry_mode = model::EntryMode::limit;
  intent.entry_px = px(995);
  intent.expires_at = venue.now + minutes(5);
  SUBCASE("in time") {
    venue.arm(intent);
    const auto& entry = venue.request(venue.last(kEntry));
    CHECK(entry.type == model::OrderType::limit);
    CHECK(entry.price == px(995));
    CHECK(entry.time_in_force == model::TimeInForce::gtd);
    CHECK(entry.expires_at == intent.expires_at);
  }
  SUBCASE("too late") {
    intent.expires_at = venue.now;
    venue.arm(intent);
    CHECK(venue.count(kEntry) == 0);
    CHECK(venue.is_cancel_asked(venue.last(kStop)));
    CHECK(venue.is_cancel_asked(venue.last(kDisaster)));
  }
}

TEST_CASE("a refused stop ends the plan before its entry") {
  VenueHand venue;
  venue.start(long_intent());
  SUBCASE("working stop") {
    venue.reject(venue.last(kStop), RejectReason::would_trigger_immediately);
    venue.accept(venue.last(kDisaster));
    CHECK(venue.is_cancel_asked(venue.last(kDisaster)));
    venue.canceled(venue.last(kDisaster));
  }
  SUBCASE("disaster stop, after the working stop was accepted") {
    venue.accept(venue.last(kStop));
    venue.reject(venue.last(kDisaster));
    venue.canceled(venue.last(kStop));
  }
  CHECK(venue.count(kEntry) == 0);
  REQUIRE(venue.ended.size() == 1);
  CHECK_FALSE(venue.ended[0].was_filled);
  CHECK(venue.ended[0].refused_by == model::Gate::protection);
  CHECK(venue.ended[0].candidate_id == CandidateId{7});
  CHECK_FALSE(venue.manager.has_plan(kPerp));
  CHECK(venue.manager.open_orders(kPerp) == 0);
  CHECK(venue.manager.pending_risk().is_zero());
}

TEST_CASE("an entry leaves only while its permit lasts") {
  VenueHand venue;
  venue.start(long_intent(), venue.now + seconds(5));
  venue.accept(venue.last(kStop));
  SUBCASE("both stops confirmed in time") {
    venue.now = venue.now + seconds(4);
    venue.accept(venue.last(kDisaster));
    CHECK(venue.count(kEntry) == 1);
  }
  SUBCASE("the second stop confirmed too late") {
    venue.now = venue.now + seconds(5);
    venue.accept(venue.last(kDisaster));
    CHECK(venue.count(kEntry) == 0);
    CHECK(venue.is_cancel_asked(venue.last(kStop)));
    CHECK(venue.is_cancel_asked(venue.last(kDisaster)));
    venue.canceled(venue.last(kStop));
    venue.canceled(venue.last(kDisaster));
    REQUIRE(venue.ended.size() == 1);
    CHECK(venue.ended[0].refused_by == model::Gate::permit);
  }
}

TEST_CASE("a stop in doubt before the entry counts as absent") {
  VenueHand venue;
  venue.start(long_intent());
  venue.unknown(venue.last(kStop));
  venue.accept(venue.last(kDisaster));
  CHECK(venue.count(kEntry) == 0);
  CHECK(venue.queries_of(venue.last(kStop)) >= 1);
  venue.report(venue.last(kStop), OrderStatus::accepted);
  venue.fire(model::TimerKind::exec, seconds(2));
  CHECK(venue.is_cancel_asked(venue.last(kStop)));
  venue.canceled(venue.last(kStop));
  venue.canceled(venue.last(kDisaster));
  REQUIRE(venue.ended.size() == 1);
  CHECK(venue.ended[0].refused_by == model::Gate::protection);
}

TEST_CASE("an entry that dies unfilled takes both stops with it") {
  VenueHand venue;
  venue.arm();
  SUBCASE("rejected") { venue.reject(venue.last(kEntry), RejectReason::insufficient_margin); }
  SUBCASE("expired") { venue.expired(venue.last(kEntry), 0, RejectReason::insufficient_margin); }
  CHECK(venue.is_cancel_asked(venue.last(kStop)));
  CHECK(venue.is_cancel_asked(venue.last(kDisaster)));
  CHECK(venue.ended.empty());
  venue.canceled(venue.last(kStop));
  venue.canceled(venue.last(kDisaster));
  REQUIRE(venue.ended.size() == 1);
  CHECK_FALSE(venue.ended[0].was_filled);
  CHECK(venue.ended[0].refused_by == model::Gate::none);
  CHECK(venue.ended[0].entry_reason == RejectReason::insufficient_margin);
}

TEST_CASE("a whole fill places the target, linked with the stop, and the time stop") {
  VenueHand venue;
  venue.arm();
  venue.accept(venue.last(kEntry));
  const FillContext context = venue.fill(venue.last(kEntry), 10, 0);
  CHECK(context.is_known);
  CHECK(context.role == kEntry);
  CHECK(context.candidate_id == CandidateId{7});
  REQUIRE(venue.count(kTarget) == 1);
  const auto& target = venue.request(venue.last(kTarget));
  CHECK(target.type == model::OrderType::market_if_touched);
  CHECK(target.quantity == qty(10));
  CHECK(target.trigger_price == px(1020));
  CHECK(target.reduce_only == model::ReduceOnly::yes);
  CHECK(target.linked_id == venue.last(kStop));
  CHECK(venue.count(kStop) == 1);
  REQUIRE_FALSE(venue.timers.empty());
  CHECK(venue.timers.back().kind == model::TimerKind::position);
  CHECK(venue.timers.back().key == 0);
}

TEST_CASE("a fill may overtake the acceptance of its order") {
  VenueHand venue;
  venue.arm();
  venue.fill(venue.last(kEntry), 10, 0);
  venue.accept(venue.last(kEntry));
  CHECK(venue.leg(venue.last(kEntry)).status == OrderStatus::filled);
  CHECK(venue.manager.alarms().illegal_moves == 0);
}

TEST_CASE("a part filled for good: the stop is resized new before old, the target placed anew") {
  VenueHand venue;
  venue.arm();
  const auto old_stop = venue.last(kStop);
  venue.fill(venue.last(kEntry), 4, 6);
  const auto old_target = venue.last(kTarget);
  CHECK(venue.request(old_target).quantity == qty(4));
  venue.accept(old_target);
  CHECK(venue.count(kStop) == 1);
  venue.fill(venue.last(kEntry), 2, 4);
  CHECK(venue.count(kTarget) == 1);  // not final yet
  venue.expired(venue.last(kEntry), 6, RejectReason::liquidity);
  REQUIRE(venue.count(kStop) == 2);
  const auto new_stop = venue.last(kStop);
  CHECK(venue.request(new_stop).quantity == qty(6));
  CHECK(venue.is_cancel_asked(old_target));
  CHECK_FALSE(venue.is_cancel_asked(old_stop));
  venue.accept(new_stop);
  CHECK(venue.is_cancel_asked(old_stop));
  venue.canceled(old_stop);
  venue.canceled(old_target);
  REQUIRE(venue.count(kTarget) == 2);
  CHECK(venue.request(venue.last(kTarget)).quantity == qty(6));
  CHECK(venue.request(venue.last(kTarget)).linked_id == new_stop);
}

TEST_CASE("a working stop that expires before the entry is final takes the entry back at once") {
  VenueHand venue;
  venue.arm();
  venue.trigger(venue.last(kStop));
  venue.expired(venue.last(kStop), 0, RejectReason::triggered_flat);
  CHECK(venue.is_cancel_asked(venue.last(kEntry)));
  SUBCASE("the cancel wins") {
    venue.canceled(venue.last(kEntry));
    venue.canceled(venue.last(kDisaster));
    REQUIRE(venue.ended.size() == 1);
    CHECK_FALSE(venue.ended[0].was_filled);
  }
  SUBCASE("the fill wins: the stop is placed again, and holds") {
    venue.fill(venue.last(kEntry), 10, 0);
    REQUIRE(venue.count(kStop) == 2);
    CHECK(venue.request(venue.last(kStop)).quantity == qty(10));
    venue.accept(venue.last(kStop));
    CHECK(venue.count(kClose) == 0);
    CHECK(venue.manager.alarms().twins == 1);
  }
  SUBCASE("the fill wins and the market is past the stop: closed at the market") {
    venue.fill(venue.last(kEntry), 10, 0);
    venue.reject(venue.last(kStop), RejectReason::would_trigger_immediately);
    REQUIRE(venue.count(kClose) == 1);
    const auto& close = venue.request(venue.last(kClose));
    CHECK(close.type == model::OrderType::market);
    CHECK(close.reduce_only == model::ReduceOnly::yes);
    CHECK(close.quantity == qty(10));
    const auto context = venue.fill(venue.last(kClose), 10, 0, model::Side::sell);
    CHECK(context.role == kClose);
    CHECK(context.exit_reason == ExitReason::protection);
    venue.canceled(venue.last(kDisaster));
    venue.canceled(venue.last(kTarget));
    REQUIRE(venue.ended.size() == 1);
    CHECK(venue.ended[0].was_filled);
  }
}

TEST_CASE("each exit says why, and its orphans are swept") {
  VenueHand venue;
  venue.hold();
  CHECK(venue.cancels.empty());
  SUBCASE("target") {
    const auto context = venue.fill(venue.last(kTarget), 10, 0, model::Side::sell);
    CHECK(context.exit_reason == ExitReason::target);
    CHECK(venue.is_cancel_asked(venue.last(kStop)));
    venue.canceled(venue.last(kStop));
  }
  SUBCASE("stop") {
    venue.trigger(venue.last(kStop));
    const auto context = venue.fill(venue.last(kStop), 10, 0, model::Side::sell);
    CHECK(context.exit_reason == ExitReason::stop);
    CHECK(venue.is_cancel_asked(venue.last(kTarget)));
    venue.canceled(venue.last(kTarget));
  }
  CHECK(venue.is_cancel_asked(venue.last(kDisaster)));
  CHECK(venue.ended.empty());
  venue.canceled(venue.last(kDisaster));
  REQUIRE(venue.ended.size() == 1);
  CHECK(venue.ended[0].was_filled);
  // The sweep crossed the venue's own cancel: nothing more to do about it.
  venue.cancel_refused(venue.last(kDisaster));
  CHECK(venue.queries.empty());
  CHECK(venue.manager.alarms().foreign_events == 0);
}

TEST_CASE("a disaster stop that fires is told as one") {
  VenueHand venue;
  venue.hold();
  const auto context = venue.fill(venue.last(kDisaster), 10, 0, model::Side::sell);
  CHECK(context.exit_reason == ExitReason::disaster_stop);
  CHECK(venue.is_cancel_asked(venue.last(kStop)));
  CHECK(venue.is_cancel_asked(venue.last(kTarget)));
}

TEST_CASE("a target filled in parts shrinks the linked stop without new orders") {
  VenueHand venue;
  venue.hold();
  venue.fill(venue.last(kTarget), 4, 6, model::Side::sell);
  CHECK(venue.leg(venue.last(kStop)).quantity == qty(6));
  CHECK(venue.count(kStop) == 1);
  CHECK(venue.cancels.empty());
  CHECK(venue.manager.held(kPerp) == qty(6));
}

TEST_CASE("the time stop closes at the market and keeps the stops until flat") {
  VenueHand venue;
  venue.hold();
  venue.fire(model::TimerKind::position, minutes(30));
  CHECK(venue.count(kClose) == 0);  // a timer of an earlier plan
  venue.fire(model::TimerKind::position, minutes(31));
  REQUIRE(venue.count(kClose) == 1);
  CHECK_FALSE(venue.is_cancel_asked(venue.last(kStop)));
  CHECK_FALSE(venue.is_cancel_asked(venue.last(kDisaster)));
  CHECK(venue.is_cancel_asked(venue.last(kTarget)));
  const auto context = venue.fill(venue.last(kClose), 10, 0, model::Side::sell);
  CHECK(context.exit_reason == ExitReason::time_stop);
  CHECK(venue.is_cancel_asked(venue.last(kStop)));
  CHECK(venue.is_cancel_asked(venue.last(kDisaster)));
}

TEST_CASE("a close in parts: the stop follows the position down") {
  VenueHand venue;
  venue.hold();
  const auto old_stop = venue.last(kStop);
  venue.close(ExitReason::flatten);
  venue.fill(venue.last(kClose), 7, 3, model::Side::sell);
  REQUIRE(venue.count(kStop) == 2);
  CHECK(venue.request(venue.last(kStop)).quantity == qty(3));
  CHECK_FALSE(venue.is_cancel_asked(old_stop));
  venue.accept(venue.last(kStop));
  CHECK(venue.is_cancel_asked(old_stop));
}

TEST_CASE("a refused close is tried again by timer, not at once, and not for ever") {
  VenueHand venue;
  venue.hold();
  venue.close(ExitReason::flatten);
  venue.reject(venue.last(kClose));
  CHECK(venue.count(kClose) == 1);
  REQUIRE(venue.timers.back().kind == model::TimerKind::exec);
  venue.fire(model::TimerKind::exec, seconds(1));
  CHECK(venue.count(kClose) == 2);
  for (int i = 0; i < 40; ++i) {
    venue.reject(venue.last(kClose));
    venue.fire(model::TimerKind::exec, minutes(2));
  }
  CHECK(venue.count(kClose) == 20);
  CHECK(venue.manager.alarms().closes_given_up == 1);
  CHECK(venue.leg(venue.last(kStop)).status == OrderStatus::accepted);
  venue.close(ExitReason::flatten);
  CHECK(venue.count(kClose) == 21);
}

TEST_CASE("a close before the entry is final takes the entry back") {
  VenueHand venue;
  venue.arm();
  SUBCASE("nothing filled") {
    venue.close(ExitReason::flatten);
    CHECK(venue.is_cancel_asked(venue.last(kEntry)));
    CHECK(venue.count(kClose) == 0);
    venue.canceled(venue.last(kEntry));
    CHECK(venue.is_cancel_asked(venue.last(kStop)));
  }
  SUBCASE("filled after the cancel was sent: closed as well") {
    venue.close(ExitReason::flatten);
    venue.fill(venue.last(kEntry), 10, 0);
    REQUIRE(venue.count(kClose) == 1);
    CHECK(venue.count(kTarget) == 0);
  }
}

TEST_CASE("the kill switch takes back an entry but not a position") {
  VenueHand venue;
  SUBCASE("armed: never sent") {
    venue.start(long_intent());
    venue.cancel_entry();
    venue.accept(venue.last(kStop));
    venue.accept(venue.last(kDisaster));
    CHECK(venue.count(kEntry) == 0);
  }
  SUBCASE("held: stops and target stay") {
    venue.hold();
    venue.cancel_entry();
    CHECK(venue.cancels.empty());
    CHECK(venue.count(kClose) == 0);
  }
}

TEST_CASE("a liquidation is a fill that is not ours: the plan ends and sweeps") {
  VenueHand venue;
  venue.hold();
  const auto context = venue.fill(ClientOrderId{}, 10, 0, model::Side::sell);
  CHECK_FALSE(context.is_known);
  CHECK(context.exit_reason == ExitReason::liquidation);
  CHECK(context.candidate_id == CandidateId{7});
  CHECK(venue.is_cancel_asked(venue.last(kStop)));
  CHECK(venue.is_cancel_asked(venue.last(kTarget)));
  CHECK(venue.is_cancel_asked(venue.last(kDisaster)));
}

TEST_CASE("status moves outside the graph are counted and ignored") {
  VenueHand venue;
  venue.start(long_intent());
  const auto stop = venue.last(kStop);
  venue.reject(stop);
  venue.accept(stop);
  venue.canceled(stop);
  CHECK(venue.leg(stop).status == OrderStatus::rejected);
  CHECK(venue.manager.alarms().illegal_moves == 2);
  venue.accept(ClientOrderId{123});
  CHECK(venue.manager.alarms().foreign_events == 1);
}

TEST_CASE("a target past its price on arrival is a close for the target's reason") {
  VenueHand venue;
  venue.arm();
  venue.fill(venue.last(kEntry), 10, 0);
  venue.reject(venue.last(kTarget), RejectReason::would_trigger_immediately);
  REQUIRE(venue.count(kClose) == 1);
  CHECK(venue.fill(venue.last(kClose), 10, 0, model::Side::sell).exit_reason ==
        ExitReason::target);
}

TEST_CASE("a target refused three times is given up; the stops stay") {
  VenueHand venue;
  venue.arm();
  venue.fill(venue.last(kEntry), 10, 0);
  for (int i = 0; i < 5; ++i) {
    venue.reject(venue.last(kTarget));
  }
  CHECK(venue.count(kTarget) == 3);
  CHECK(venue.count(kClose) == 0);
}

}  // namespace
}  // namespace lanner::exec
