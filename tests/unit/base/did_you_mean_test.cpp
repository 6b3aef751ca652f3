#include "base/did_you_mean.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace {

constexpr std::array<std::string_view, 6> kVerbs{"backtest", "replay",  "paper",
                                                 "import",   "secrets", "max_drawdown"};

}  // namespace

TEST_CASE("did you mean: one slip of each kind") {
  CHECK(lanner::closest("backtst", kVerbs) == "backtest");
  CHECK(lanner::closest("backteest", kVerbs) == "backtest");
  CHECK(lanner::closest("bactkest", kVerbs) == "backtest");
  CHECK(lanner::closest("repley", kVerbs) == "replay");
  CHECK(lanner::closest("REPLAY", kVerbs) == "replay");
  CHECK(lanner::closest("papre", kVerbs) == "paper");
}

TEST_CASE("did you mean: long words may differ by a third") {
  CHECK(lanner::closest("mx_drawdwn_", kVerbs) == "max_drawdown");
}

TEST_CASE("did you mean: far words, empty words and huge words have no answer") {
  CHECK_FALSE(lanner::closest("zebra", kVerbs));
  CHECK_FALSE(lanner::closest("", kVerbs));
  CHECK_FALSE(lanner::closest("xy", std::array<std::string_view, 1>{"ab"}));
  CHECK_FALSE(lanner::closest(std::string(1'000, 'a'), kVerbs));
  CHECK_FALSE(lanner::closest("replay", {}));
}

TEST_CASE("did you mean: the first of equals wins") {
  constexpr std::array<std::string_view, 2> kPair{"cat", "car"};
  CHECK(lanner::closest("cas", kPair) == "cat");
}
