#include "base/time.hpp"

#include <doctest/doctest.h>

#include <type_traits>

#include "base/ids.hpp"

using namespace lanner;

TEST_CASE("instants and lengths add up, and periods are aligned to the epoch") {
  const Timestamp noon{12 * kNsPerHour};
  CHECK(noon + minutes(90) - hours(1) == Timestamp{12 * kNsPerHour + 30 * kNsPerMinute});
  CHECK((noon + seconds(5)) - noon == seconds(5));
  CHECK(milliseconds(1000) == seconds(1));
  CHECK(minutes(1) * 60 == hours(1));
  CHECK((noon + minutes(59)).floor_to(hours(1)) == noon);
  CHECK(noon.floor_to(hours(1)) == noon);
  CHECK(Timestamp{-1}.floor_to(minutes(1)) == Timestamp{-kNsPerMinute});
  CHECK(!Timestamp{}.is_set());
  CHECK(noon < Timestamp::never());
}

TEST_CASE("an id is invalid until it is given, and ids of two things do not mix") {
  CHECK(!InstrumentId{}.is_valid());
  CHECK(InstrumentId{0}.is_valid());
  CHECK(InstrumentId{1} < InstrumentId{2});
  CHECK(InstrumentId{7}.index() == 7);
  CHECK(!std::is_convertible_v<std::uint32_t, InstrumentId>);
  CHECK(!std::is_convertible_v<CandidateId, InstrumentId>);
  CHECK(!std::is_constructible_v<TradeId, VenueOrderId>);
}
