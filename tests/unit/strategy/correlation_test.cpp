#include "strategy/correlation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "base/random.hpp"

namespace lanner::strategy {
namespace {

constexpr Timestamp kFrom{1'700'000'100LL * kNsPerSecond};  // a whole five minutes
constexpr InstrumentId kOne{0};
constexpr InstrumentId kOther{1};

// The definition, from whole histories: weights halve every 24 returns, 96 bars back from `now`.
double naive(const std::vector<double>& x, const std::vector<double>& y, std::size_t newest) {
  double sum = 0.0, mx = 0.0, my = 0.0, xx = 0.0, yy = 0.0, xy = 0.0;
  const auto weight = [](std::size_t age) { return std::pow(0.5, static_cast<double>(age) / 24); };
  const auto each = [&](const auto& visit) {
    for (std::size_t age = 0; age < 96 && age <= newest; ++age) {
      const std::size_t i = newest - age;
      if (i < x.size() && i < y.size() && !std::isnan(x[i]) && !std::isnan(y[i])) {
        visit(weight(age), x[i], y[i]);
      }
    }
  };
  each([&](double w, double a, double b) { sum += w, mx += w * a, my += w * b; });
  mx /= sum;
  my /= sum;
  each([&](double w, double a, double b) {
    xx += w * (a - mx) * (a - mx);
    yy += w * (b - my) * (b - my);
    xy += w * (a - mx) * (b - my);
  });
  return xy / std::sqrt(xx * yy);
}

Timestamp close_of(std::size_t bar) {
  return kFrom + minutes(5) * static_cast<std::int64_t>(bar);
}

}  // namespace

TEST_CASE("the correlation of returns is that of its definition, holes or not") {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  ReturnCorrelation correlation(2);
  std::vector<double> x;
  std::vector<double> y;
  std::size_t judged = 0;
  for (std::size_t i = 0; i < 400; ++i) {
    const double common = philox_uniform(7, 1, i) - 0.5;
    const bool has_x = philox_uniform(7, 2, i) > 0.1 && (i < 200 || i > 260);
    const bool has_y = philox_uniform(7, 3, i) > 0.1;
    x.push_back(has_x ? common + 0.3 * philox_uniform(7, 4, i) : kNone);
    y.push_back(has_y ? common + 0.6 * philox_uniform(7, 5, i) : kNone);
    if (has_x) {
      correlation.on_return(kOne, close_of(i), Score{x.back()});
    }
    // The other's bar of the same time comes a moment later.
    if (i >= 60 && i < 200) {
      std::vector<double> known = y;
      known.pop_back();
      const double between = correlation.between(kOne, kOther, close_of(i)).value();
      CHECK(between == doctest::Approx(naive(x, known, i)).epsilon(1e-9));
      ++judged;
    }
    if (has_y) {
      correlation.on_return(kOther, close_of(i), Score{y.back()});
    }
    if (i >= 60 && i < 250) {
      CHECK(correlation.between(kOne, kOther, close_of(i)).value() ==
            doctest::Approx(naive(x, y, i)).epsilon(1e-9));
      ++judged;
    }
  }
  CHECK(judged > 300);
}

TEST_CASE("fewer than 24 common bars say nothing; neither do bars of yesterday") {
  ReturnCorrelation correlation(2);
  for (std::size_t i = 0; i < 40; ++i) {
    const Score value{philox_uniform(1, 1, i)};
    correlation.on_return(kOne, close_of(i), value);
    if (i >= 17) {
      correlation.on_return(kOther, close_of(i), value);
    }
  }
  CHECK(correlation.between(kOne, kOther, close_of(39)).value() == 0.0);
  correlation.on_return(kOne, close_of(40), Score{0.3});
  correlation.on_return(kOther, close_of(40), Score{0.3});
  CHECK(correlation.between(kOne, kOther, close_of(40)).value() == doctest::Approx(1.0));
  CHECK(correlation.between(kOne, kOther, close_of(40) + hours(24)).value() == 0.0);
}

}  // namespace lanner::strategy
