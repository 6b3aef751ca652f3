#include "learn/confidence.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "base/random.hpp"

namespace lanner::learn {
namespace {

TEST_CASE("normal mixture, both tails: known answers") {
  const NormalMixture mixture(100.0, 0.05);
  CHECK(mixture.rho() == doctest::Approx(12.60056).epsilon(1e-6));
  CHECK(mixture.bound(100.0, 0.05) == doctest::Approx(30.35209).epsilon(1e-7));
  CHECK(mixture.log_value(10.0, 100.0) == doctest::Approx(-0.6510052).epsilon(1e-7));
}

TEST_CASE("normal mixture, one tail: known answers") {
  const OneSidedNormalMixture mixture(100.0, 0.05);
  CHECK(mixture.rho() == doctest::Approx(15.80063).epsilon(1e-6));
  CHECK(mixture.log_value(10.0, 100.0) == doctest::Approx(-0.06502391).epsilon(1e-6));
  CHECK(mixture.bound(100.0, 0.05) == doctest::Approx(27.66071).epsilon(1e-7));
}

TEST_CASE("beta-binomial mixture, one tail: known answers") {
  const BetaBinomialMixture mixture(100.0, 0.05, {0.2, 0.8}, Tails::upper);
  CHECK(mixture.log_value(10.0, 100.0) == doctest::Approx(-0.07134019).epsilon(1e-6));
  CHECK(mixture.bound(100.0, 0.05) == doctest::Approx(28.41238).epsilon(1e-7));
}

TEST_CASE("Bernoulli intervals: known answers") {
  const Interval many = bernoulli_interval(700, 1000, 0.05, 100);
  CHECK(many.low == doctest::Approx(0.651629).epsilon(1e-6));
  CHECK(many.high == doctest::Approx(0.745949).epsilon(1e-6));
  const Interval few = bernoulli_interval(15, 50, 0.05, 50);
  CHECK(few.low == doctest::Approx(0.129556).epsilon(5e-6));
  CHECK(few.high == doctest::Approx(0.511896).epsilon(1e-6));
  const Interval none = bernoulli_interval(0, 20, 0.05, 100);
  CHECK(none.low == 0.0);
  CHECK(none.high < 0.5);
  CHECK(bernoulli_interval(0, 0, 0.05, 100).high == 1.0);
}

TEST_CASE("uniform mixture against even odds: known answers") {
  CHECK(even_odds_e_value(8, 2) == doctest::Approx(2.068687).epsilon(1e-6));
  CHECK(even_odds_e_value(15, 5) == doctest::Approx(3.220601).epsilon(1e-6));
  CHECK(even_odds_e_value(60, 40) == doctest::Approx(0.913050).epsilon(1e-6));
}

TEST_CASE("the interval of a mean holds at every look") {
  int misses = 0;
  for (std::uint64_t run = 0; run < 400; ++run) {
    RandomStream chance(run, 77);
    double sum = 0.0;
    double squared = 0.0;
    bool is_missed = false;
    for (int n = 1; n <= 600; ++n) {
      const double x = 0.1 + 0.25 * chance.normal();
      sum += x;
      squared += x * x;
      // An estimated variance needs a few blocks before it is one.
      if (n >= 20) {
        const Interval interval = mean_interval(n, sum, squared, 0.05);
        is_missed = is_missed || interval.low > 0.1 || interval.high < 0.1;
      }
    }
    misses += is_missed ? 1 : 0;
  }
  CHECK(misses <= 20);
  CHECK(mean_interval(1, 1, 1, 0.05).high > 1e9);
  CHECK(mean_interval(3, 3, 3, 0.05).low == 1.0);
}

}  // namespace
}  // namespace lanner::learn
