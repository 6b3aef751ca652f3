#include <doctest/doctest.h>

#include <limits>

#include "views/format.hpp"

using namespace lanner;
using namespace lanner::views;

TEST_CASE("money is grouped, signed and rounded half to even") {
  CHECK(money_text(Money::from_int(0)) == "0.00");
  CHECK(money_text(*parse_fixed<Money>("1234567.895")) == "1,234,567.90");
  CHECK(money_text(*parse_fixed<Money>("0.005")) == "0.00");
  CHECK(money_text(*parse_fixed<Money>("0.015")) == "0.02");
  CHECK(money_text(*parse_fixed<Money>("-999.999")) == "-1,000.00");
  CHECK(money_text(*parse_fixed<Money>("-0.004")) == "0.00");
  CHECK(money_text(*parse_fixed<Money>("12.5"), 0) == "12");
  CHECK(gain_text(*parse_fixed<Money>("3")) == "+3.00");
  CHECK(gain_text(*parse_fixed<Money>("-3")) == "-3.00");
}

TEST_CASE("scores that are no number are a dash") {
  CHECK(score_text(Score{1.005}, 1) == "1.0");
  CHECK(score_text(Score{-0.001}) == "0.00");
  CHECK(score_text(Score{std::numeric_limits<double>::infinity()}) == "-");
  CHECK(r_text(Score{0.5}) == "+0.50 R");
  CHECK(share_text(Money::from_int(5), Money::from_int(200)) == "2.50 %");
  CHECK(share_text(Money::from_int(5), Money{}) == "-");
}

TEST_CASE("durations and instants") {
  CHECK(duration_text(seconds(42)) == "42s");
  CHECK(duration_text(minutes(5)) == "5m 0s");
  CHECK(duration_text(minutes(312)) == "5h 12m");
  CHECK(duration_text(hours(76)) == "3d 4h");
  CHECK(minute_text(Timestamp{1'746'372'780'000'000'000}) == "2025-05-04 15:33");
  CHECK(count_text(1'234'567) == "1,234,567");
}

TEST_CASE("an instrument that the table lacks is shown by its number") {
  CHECK(name_in({"A", "B"}, InstrumentId{1}) == "B");
  CHECK(name_in({"A", "B"}, InstrumentId{7}) == "#7");
}
