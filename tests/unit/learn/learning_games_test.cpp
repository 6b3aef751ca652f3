// Known answers of the games that learning is built from: credit, overlap, choice among strategies.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/random.hpp"
#include "learn/shapley.hpp"
#include "learn/shrinkage.hpp"
#include "learn/uniqueness.hpp"
#include "support/fixed_share.hpp"

namespace lanner::learn {
namespace {

TEST_CASE("Shapley: the glove game and the airport") {
  std::array<double, 3> gloves{};
  // Players 0 and 1 hold a left glove, player 2 a right one; a pair is worth 1.
  shapley([](std::uint32_t c) { return (c & 4U) != 0 && (c & 3U) != 0 ? 1.0 : 0.0; }, gloves);
  CHECK(gloves[0] == doctest::Approx(1.0 / 6));
  CHECK(gloves[1] == doctest::Approx(1.0 / 6));
  CHECK(gloves[2] == doctest::Approx(2.0 / 3));
  std::array<double, 3> runway{};
  const auto longest = [](std::uint32_t c) {
    return (c & 4U) != 0 ? 3.0 : (c & 2U) != 0 ? 2.0 : (c & 1U) != 0 ? 1.0 : 0.0;
  };
  shapley(longest, runway);
  CHECK(runway[0] == doctest::Approx(1.0 / 3));
  CHECK(runway[1] == doctest::Approx(5.0 / 6));
  CHECK(runway[2] == doctest::Approx(11.0 / 6));
}

TEST_CASE("Shapley: all is given out, twins get the same, who adds nothing gets nothing") {
  for (std::uint64_t run = 0; run < 20; ++run) {
    RandomStream chance(run, 3);
    std::array<double, 32> worths{};
    for (double& worth : worths) {
      worth = chance.normal();
    }
    worths[0] = 0.0;
    // Players 0 and 1 are twins; player 4 adds nothing.
    const auto worth = [&worths](std::uint32_t c) {
      const std::uint32_t twins = (c & 1U) + (c >> 1U & 1U);
      return worths[(c & 12U) | twins];
    };
    std::array<double, 5> shares{};
    shapley(worth, shares);
    CHECK(std::accumulate(shares.begin(), shares.end(), 0.0) == doctest::Approx(worth(31)));
    CHECK(shares[0] == doctest::Approx(shares[1]));
    CHECK(std::fabs(shares[4]) < 1e-12);
  }
}

TEST_CASE("average uniqueness: known answer") {
  const std::array<LabelSpan, 3> spans{{{0, 2}, {1, 3}, {5, 6}}};
  std::array<double, 3> weights{};
  average_uniqueness(spans, weights);
  CHECK(weights[0] == doctest::Approx(2.0 / 3));
  CHECK(weights[1] == doctest::Approx(2.0 / 3));
  CHECK(weights[2] == doctest::Approx(1.0));
}

TEST_CASE("45 trades that were entered together are worth 1.6") {
  CHECK(std::fabs(n_effective(45, 0.62) - 1.5912) < 0.00005);
  CHECK(std::fabs(n_effective(10, 0.62) - 1.5198) < 0.00005);
  // The measured correlation is .62 when rounded; both printed worths hold at .6224.
  CHECK(std::round(100 * n_effective(45, 0.6224)) == 159);
  CHECK(std::round(100 * n_effective(10, 0.6224)) == 151);
  CHECK(n_effective(7, 0.0) == 7.0);
  CHECK(n_effective(0, 0.62) == 0.0);
}

TEST_CASE("Efron and Morris: the batting averages of 1970") {
  std::vector<double> hits{18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7};
  std::vector<Measured> players;
  double mean = 0.0;
  for (const double hit : hits) {
    mean += hit / 45 / 18;
  }
  const double variance = mean * (1 - mean) / 45;
  for (const double hit : hits) {
    players.push_back({hit / 45, variance});
  }
  const FamilyShrinkage family = shrink_family(players);
  CHECK(family.mean == doctest::Approx(0.265432).epsilon(1e-6));
  CHECK(std::fabs(variance - 0.0043328) < 0.00000005);
  CHECK(std::fabs(family.factor(variance) - 0.211653) < 0.0000005);
  CHECK(family.shrunk(players.front()) == doctest::Approx(0.293914).epsilon(1e-6));
  CHECK(family.shrunk(players.back()) == doctest::Approx(0.242176).epsilon(1e-6));
  // What the players hit in the rest of the season: shrinking comes nearer to it.
  const std::array<double, 18> later{.346, .298, .276, .222, .273, .270, .263, .210, .269,
                                     .230, .264, .256, .303, .264, .226, .285, .316, .200};
  double as_measured = 0.0;
  double as_shrunk = 0.0;
  for (std::size_t i = 0; i < later.size(); ++i) {
    as_measured += std::pow(players[i].mean - later[i], 2);
    as_shrunk += std::pow(family.shrunk(players[i]) - later[i], 2);
  }
  CHECK(std::fabs(as_measured - 0.0753) < 0.00005);
  CHECK(std::fabs(as_shrunk - 0.0213) < 0.00005);
  // Too few to tell noise from spread: all are drawn in.
  CHECK(shrink_family(std::vector<Measured>{{1, 0.1}, {-1, 0.1}}).shrunk({1, 0.1}) == 0.0);
}

double beta_draw(RandomStream& chance, double a, double b) {
  const double x = chance.gamma(a);
  return x / (x + chance.gamma(b));
}

double share_above(double a1, double b1, double a2, double b2, int draws) {
  RandomStream chance(11, 12);
  int above = 0;
  for (int i = 0; i < draws; ++i) {
    above += beta_draw(chance, a1, b1) > beta_draw(chance, a2, b2) ? 1 : 0;
  }
  return static_cast<double>(above) / draws;
}

TEST_CASE("Thompson draws: known answers") {
  constexpr int kDraws = 100'000;
  const auto three_sigma = [](double p) { return 3 * std::sqrt(p * (1 - p) / kDraws); };
  CHECK(std::fabs(share_above(2, 1, 1, 2, kDraws) - 5.0 / 6) < three_sigma(5.0 / 6));
  CHECK(std::fabs(share_above(14, 8, 10, 10, kDraws) - 0.81915) < three_sigma(0.81915));
}

TEST_CASE("Thompson on two arms of .55 and .45 pulls the better one 88 % of the time") {
  constexpr int kRuns = 400;
  constexpr int kPulls = 1000;
  double share = 0.0;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    RandomStream chance(run, 13);
    std::array<double, 2> wins{1, 1};
    std::array<double, 2> losses{1, 1};
    int better = 0;
    for (int pull = 0; pull < kPulls; ++pull) {
      const std::size_t arm = beta_draw(chance, wins[0], losses[0]) >
                                      beta_draw(chance, wins[1], losses[1])
                                  ? 0U
                                  : 1U;
      better += arm == 0 ? 1 : 0;
      (chance.uniform() < (arm == 0 ? 0.55 : 0.45) ? wins : losses)[arm] += 1;
    }
    share += static_cast<double>(better) / kPulls / kRuns;
  }
  CHECK(share == doctest::Approx(0.877).epsilon(0.025));
}

TEST_CASE("fixed share follows strategies that take turns, plain Hedge does not") {
  const auto gained = [](double share) {
    test::FixedShare mixture(2, 0.5, share);
    double sum = 0.0;
    constexpr int kSteps = 4000;
    for (int step = 0; step < kSteps; ++step) {
      const double first = step / 100 % 2 == 0 ? 1.0 : -1.0;
      sum += mixture.step({first, -first});
    }
    return sum / kSteps;  // the oracle gains 1 a step
  };
  CHECK(std::fabs(gained(0.01) - 0.8864) < 0.00005);
  CHECK(std::fabs(gained(0.0) - -0.0050) < 0.00005);
}

}  // namespace
}  // namespace lanner::learn
