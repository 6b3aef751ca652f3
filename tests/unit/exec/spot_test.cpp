#include <doctest/doctest.h>

#include "venue_hand.hpp"

namespace lanner::exec {
namespace {

using model::ExitReason;
using model::OrderRole;
using model::OrderStatus;

TEST_CASE("spot: the entry carries its stop and target, and there is no disaster stop") {
  VenueHand venue;
  venue.start(long_intent(kSpot));
  REQUIRE(venue.submitted.size() == 1);
  const model::OrderRequest entry = venue.submitted[0];
  CHECK(entry.role == OrderRole::entry);
  CHECK(entry.attached_stop == px(990));
  CHECK(entry.attached_target == px(1020));
  CHECK(entry.attached_stop_id.is_valid());
  CHECK(entry.attached_target_id.is_valid());

  SUBCASE("an entry without a fill leaves nothing behind") {
    venue.reject(entry.client_order_id);
    REQUIRE(venue.ended.size() == 1);
    CHECK_FALSE(venue.ended[0].was_filled);
    CHECK(venue.cancels.empty());
  }
  SUBCASE("attached exits grow with the fills") {
    venue.fill(entry.client_order_id, 4, 6);
    venue.accept(entry.attached_stop_id);
    venue.accept(entry.attached_target_id);
    CHECK(venue.leg(entry.attached_stop_id).quantity == qty(4));
    venue.fill(entry.client_order_id, 6, 0);
    CHECK(venue.leg(entry.attached_stop_id).quantity == qty(10));
    CHECK(venue.leg(entry.attached_target_id).quantity == qty(10));
    CHECK(venue.submitted.size() == 1);
    CHECK(venue.cancels.empty());

    const auto context = venue.fill(entry.attached_stop_id, 10, 0, model::Side::sell);
    CHECK(context.exit_reason == ExitReason::stop);
    CHECK(venue.leg(entry.attached_target_id).quantity.is_zero());
    venue.canceled(entry.attached_target_id);
    CHECK(venue.ended.size() == 1);
  }
  SUBCASE("an attached stop that is lost is replaced by one of our own") {
    venue.fill(entry.client_order_id, 10, 0);
    venue.accept(entry.attached_stop_id);
    venue.accept(entry.attached_target_id);
    venue.canceled(entry.attached_stop_id);
    REQUIRE(venue.count(OrderRole::working_stop) == 1);
    CHECK(venue.request(venue.last(OrderRole::working_stop)).quantity == qty(10));
    CHECK(venue.request(venue.last(OrderRole::working_stop)).linked_id ==
          entry.attached_target_id);
  }
}

}  // namespace
}  // namespace lanner::exec
