#include "base/score.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "base/fixed_round.hpp"

using namespace lanner;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("a score adds, compares, and knows when it is none") {
  CHECK(Score{1.5} + Score{0.5} == Score{2.0});
  CHECK(Score{1.5} - Score{0.5} * Score{2.0} == Score{0.5});
  CHECK(Score{1.0} / Score{4.0} == Score{0.25});
  CHECK(-Score{1.0} < Score{});
  CHECK(Score{1.0}.is_finite());
  CHECK(!Score{kNan}.is_finite());
  CHECK(!Score{kInf}.is_finite());
}

TEST_CASE("money becomes evidence only as a ratio, and never over zero") {
  CHECK(*ratio(Money::from_int(-3), Money::from_int(2)) == Score{-1.5});
  CHECK(!ratio(Money::from_int(1), Money{}).has_value());
  CHECK(to_score(*parse_fixed<Price>("0.25")) == Score{0.25});
  CHECK(to_score(*parse_fixed<Rate>("-0.0005")) == Score{-0.0005});
}

TEST_CASE("a score comes back to the grid in the named direction") {
  const Price tick = *parse_fixed<Price>("0.1");
  CHECK(to_string(*round_down(Score{61'000.19}, tick)) == "61000.1");
  CHECK(to_string(*round_up(Score{61'000.11}, tick)) == "61000.2");
  CHECK(to_string(*round_nearest(Score{61'000.16}, tick)) == "61000.2");
  CHECK(to_string(*round_down(Score{-0.05}, tick)) == "-0.1");
  CHECK(to_string(*round_up(Score{-0.05}, tick)) == "0");
  const Quantity step = *parse_fixed<Quantity>("0.001");
  CHECK(to_string(*round_down(Score{0.16399}, step)) == "0.163");
}

TEST_CASE("what is not finite, or beyond the scale, has no place on the grid") {
  const Price tick = *parse_fixed<Price>("0.1");
  CHECK(!round_down(Score{kNan}, tick).has_value());
  CHECK(!round_up(Score{kInf}, tick).has_value());
  CHECK(!round_nearest(Score{-kInf}, tick).has_value());
  CHECK(!round_down(Score{1.0e10}, tick).has_value());
  CHECK(!round_down(Score{1.0e16}, Price::from_raw(1)).has_value());
  CHECK(!round_down(Score{1.0}, Price{}).has_value());
  CHECK(!round_down(Score{1.0}, Price::from_raw(-1)).has_value());
}
