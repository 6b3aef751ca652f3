// Fills that nobody ordered, and orders that the venue changed in place.

#include <doctest/doctest.h>

#include "venue_hand.hpp"

namespace lanner::exec {
namespace {

using model::ExitReason;
using model::ForcedFill;
using model::OrderRole;
using model::RejectReason;
using model::Side;

TEST_CASE("a forced fill says why the position went") {
  for (const auto& [forced, reason] :
       {std::pair{ForcedFill::liquidation, ExitReason::liquidation},
        std::pair{ForcedFill::deleveraging, ExitReason::deleveraged},
        std::pair{ForcedFill::settlement, ExitReason::delisted}}) {
    VenueHand venue;
    venue.hold();
    const auto context = venue.fill(ClientOrderId{}, 10, 0, Side::sell, forced);
    CHECK_FALSE(context.is_known);
    CHECK(context.exit_reason == reason);
    CHECK(venue.manager.held(kPerp).is_zero());
    CHECK(venue.is_cancel_asked(venue.last(OrderRole::working_stop)));
    CHECK(venue.is_cancel_asked(venue.last(OrderRole::target)));
  }
}

TEST_CASE("deleveraging in part: what is left keeps a stop of its own size") {
  VenueHand venue;
  venue.hold();
  const ClientOrderId whole = venue.last(OrderRole::working_stop);
  venue.fill(ClientOrderId{}, 4, 0, Side::sell, ForcedFill::deleveraging);
  CHECK(venue.manager.held(kPerp) == qty(6));
  const ClientOrderId smaller = venue.last(OrderRole::working_stop);
  REQUIRE(smaller != whole);
  CHECK(venue.request(smaller).quantity == qty(6));
  CHECK_FALSE(venue.is_cancel_asked(whole));  // not before the new one rests
  venue.accept(smaller);
  CHECK(venue.is_cancel_asked(whole));
}

TEST_CASE("an entry that the venue made smaller may enter less") {
  VenueHand venue;
  venue.arm();
  const ClientOrderId entry = venue.last(OrderRole::entry);
  venue.accept(entry);
  CHECK(venue.manager.pending_exposure(kPerp, px(1000)) == Money::from_int(10'000));
  venue.amended(entry, 7, RejectReason::self_trade);
  CHECK(venue.leg(entry).quantity == qty(7));
  CHECK(venue.manager.pending_exposure(kPerp, px(1000)) == Money::from_int(7'000));
}

}  // namespace
}  // namespace lanner::exec
