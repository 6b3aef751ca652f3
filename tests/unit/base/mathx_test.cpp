#include "base/mathx.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "base/hash.hpp"
#include "base/random.hpp"

// The reference is the long double library: 64 bits of mantissa, so its own error is below
// 0.01 ulp of a double. Inputs come from a fixed Philox stream.

namespace mathx = lanner::mathx;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kTiny = std::numeric_limits<double>::denorm_min();

double ulps(double value, long double reference) {
  const auto rounded = static_cast<double>(reference);
  if (std::isinf(value) || std::isinf(rounded) || std::isnan(value)) {
    return value == rounded ? 0.0 : kInf;
  }
  const double size = std::fabs(rounded);
  const double ulp = std::fmax(std::nextafter(size, kInf) - size, kTiny);
  return static_cast<double>(std::fabs(static_cast<long double>(value) - reference) / ulp);
}

// Uniform in the interval.
class Linear {
 public:
  Linear(double low, double high) : low_(low), high_(high) {}
  double operator()(lanner::RandomStream& random) const {
    return low_ + (high_ - low_) * random.uniform();
  }

 private:
  double low_;
  double high_;
};

// +-2^u, u uniform in the interval.
class Powers {
 public:
  Powers(double low, double high, bool is_signed) : exponent_(low, high), is_signed_(is_signed) {}
  double operator()(lanner::RandomStream& random) const {
    const double size = std::exp2(exponent_(random));
    return is_signed_ && random.below(2) == 0 ? -size : size;
  }

 private:
  Linear exponent_;
  bool is_signed_;
};

template <typename Sampler>
double worst(double (*ours)(double), long double (*reference)(long double), Sampler sample) {
  lanner::RandomStream random{7, 1};
  double largest = 0.0;
  for (int i = 0; i < 100'000; ++i) {
    const double x = sample(random);
    largest = std::fmax(largest, ulps(ours(x), reference(x)));
  }
  return largest;
}

bool is_negative_zero(double x) { return x == 0.0 && std::signbit(x); }

}  // namespace

TEST_CASE("mathx: exp, expm1, log and log1p stay within 2 ulp") {
  CHECK(worst(mathx::exp, std::exp, Linear{-708.0, 709.78}) < 2.0);
  CHECK(worst(mathx::exp, std::exp, Linear{-1.0, 1.0}) < 2.0);
  CHECK(worst(mathx::exp, std::exp, Linear{-745.2, -708.0}) < 2.0);
  CHECK(worst(mathx::expm1, std::expm1, Linear{-2.0, 2.0}) < 2.0);
  CHECK(worst(mathx::expm1, std::expm1, Linear{-45.0, 709.78}) < 2.0);
  CHECK(worst(mathx::expm1, std::expm1, Powers{-1074.0, 0.0, true}) < 2.0);
  CHECK(worst(mathx::log, std::log, Powers{-1074.0, 1024.0, false}) < 2.0);
  CHECK(worst(mathx::log, std::log, Linear{0.3, 3.0}) < 2.0);
  CHECK(worst(mathx::log1p, std::log1p, Linear{-1.0, 3.0}) < 2.0);
  CHECK(worst(mathx::log1p, std::log1p, Powers{-1074.0, -0.01, true}) < 2.0);
  CHECK(worst(mathx::log1p, std::log1p, Powers{0.0, 1024.0, false}) < 2.0);
}

TEST_CASE("mathx: erf and lgamma stay within 2 ulp, erfc within 4") {
  CHECK(worst(mathx::erf, std::erf, Linear{-6.5, 6.5}) < 2.0);
  CHECK(worst(mathx::erf, std::erf, Powers{-1074.0, 0.0, true}) < 2.0);
  CHECK(worst(mathx::erfc, std::erfc, Linear{-6.5, 27.5}) < 4.0);
  CHECK(worst(mathx::erfc, std::erfc, Linear{-1.0, 2.0}) < 4.0);
  CHECK(worst(mathx::lgamma, std::lgamma, Linear{0.0, 20.0}) < 2.0);
  CHECK(worst(mathx::lgamma, std::lgamma, Linear{0.7, 2.4}) < 2.0);
  CHECK(worst(mathx::lgamma, std::lgamma, Powers{-1074.0, 1014.0, false}) < 2.0);
}

TEST_CASE("mathx: pow stays within 2 ulp") {
  lanner::RandomStream random{7, 2};
  const Powers any{-1074.0, 1024.0, false};
  const Linear near_one{1.0 - 1e-5, 1.0 + 1e-5};
  const Linear around_one{0.5, 2.0};
  double largest = 0.0;
  for (int i = 0; i < 100'000; ++i) {
    const double u = 2.0 * random.uniform() - 1.0;
    const double a = any(random);
    const double b = around_one(random);
    const double c = near_one(random);
    largest = std::fmax(largest, ulps(mathx::pow(a, u), std::pow(static_cast<long double>(a), u)));
    const double v = 1000.0 * u;
    largest = std::fmax(largest, ulps(mathx::pow(b, v), std::pow(static_cast<long double>(b), v)));
    const double w = 7e7 * u;
    largest = std::fmax(largest, ulps(mathx::pow(c, w), std::pow(static_cast<long double>(c), w)));
  }
  CHECK(largest < 2.0);
}

TEST_CASE("mathx: special values of the elementary functions") {
  CHECK(mathx::exp(0.0) == 1.0);
  CHECK(mathx::exp(-kInf) == 0.0);
  CHECK(mathx::exp(kInf) == kInf);
  CHECK(mathx::exp(709.79) == kInf);
  CHECK(mathx::exp(-745.14) == 0.0);
  CHECK(mathx::exp(-745.13) == kTiny);
  CHECK(mathx::exp(kTiny) == 1.0);
  CHECK(std::isnan(mathx::exp(kNan)));
  CHECK(is_negative_zero(mathx::expm1(-0.0)));
  CHECK(mathx::expm1(-kInf) == -1.0);
  CHECK(mathx::expm1(kInf) == kInf);
  CHECK(mathx::expm1(kTiny) == kTiny);
  CHECK(std::isnan(mathx::expm1(kNan)));
  CHECK(mathx::log(1.0) == 0.0);
  CHECK(mathx::log(0.0) == -kInf);
  CHECK(mathx::log(-0.0) == -kInf);
  CHECK(mathx::log(kInf) == kInf);
  CHECK(std::isnan(mathx::log(-1.0)));
  CHECK(std::isnan(mathx::log(-kInf)));
  CHECK(std::isnan(mathx::log(kNan)));
  CHECK(mathx::log(kTiny) == doctest::Approx(-744.4400719213812).epsilon(1e-15));
  CHECK(is_negative_zero(mathx::log1p(-0.0)));
  CHECK(mathx::log1p(-1.0) == -kInf);
  CHECK(std::isnan(mathx::log1p(-1.5)));
  CHECK(mathx::log1p(kInf) == kInf);
  CHECK(std::isnan(mathx::log1p(kNan)));
}

TEST_CASE("mathx: special values of pow are those of ISO C") {
  const double values[] = {0.0,  -0.0, 0.5,  -0.5,  1.0,  -1.0, 2.0, -2.0, 3.0, -3.0, 1e-310, kInf,
                           -kInf, kNan, 1e300, -1e300, 0x1p53, -0x1p53, 0x1p53 - 1, 2.5, -2.5};
  for (const double x : values) {
    for (const double y : values) {
      const double expected = std::pow(x, y);
      const double value = mathx::pow(x, y);
      CAPTURE(x);
      CAPTURE(y);
      if (std::isnan(expected)) {
        CHECK(std::isnan(value));
      } else {
        CHECK(ulps(value, expected) <= 1.0);
        CHECK(std::signbit(value) == std::signbit(expected));
      }
    }
  }
}

TEST_CASE("mathx: special values of erf, erfc and lgamma") {
  CHECK(is_negative_zero(mathx::erf(-0.0)));
  CHECK(mathx::erf(kInf) == 1.0);
  CHECK(mathx::erf(-kInf) == -1.0);
  CHECK(std::isnan(mathx::erf(kNan)));
  CHECK(mathx::erfc(0.0) == 1.0);
  CHECK(mathx::erfc(kInf) == 0.0);
  CHECK(mathx::erfc(-kInf) == 2.0);
  CHECK(std::isnan(mathx::erfc(kNan)));
  CHECK(mathx::lgamma(1.0) == 0.0);
  CHECK(mathx::lgamma(2.0) == 0.0);
  CHECK(mathx::lgamma(0.0) == kInf);
  CHECK(mathx::lgamma(kInf) == kInf);
  CHECK(std::isnan(mathx::lgamma(-0.5)));
  CHECK(std::isnan(mathx::lgamma(kNan)));
  CHECK(mathx::lgamma(0.5) == doctest::Approx(0.57236494292470009).epsilon(1e-15));
  CHECK(mathx::lgamma(100.5) == doctest::Approx(361.43554046777762).epsilon(1e-15));
}

TEST_CASE("mathx: the bits are the same under every compiler setting and on every CPU") {
  lanner::RandomStream random{1, 1};
  lanner::DigestChain digest;
  for (int i = 0; i < 20'000; ++i) {
    const double x = 20.0 * random.uniform();
    const std::array values{mathx::exp(x - 10.0),  mathx::expm1(x - 10.0), mathx::log(x),
                            mathx::log1p(x),       mathx::pow(x, 1.3),     mathx::erf(x - 10.0),
                            mathx::erfc(x - 10.0), mathx::lgamma(x),       random.student_t(5.0)};
    digest.add(std::as_bytes(std::span{values}));
  }
  CHECK(digest.value().hex() == "67b0e478da977246a92c97dd1e8447d0");
}

// References below were computed with 30 digits.

TEST_CASE("mathx: normal distribution") {
  struct Row {
    double x, p;
  };
  const Row cdf[] = {{-20, 2.7536241186062337e-89}, {-8, 6.2209605742717841e-16},
                     {-3, 0.0013498980316300945},   {-1, 0.15865525393145705},
                     {-0.3, 0.38208857781104737},   {0.5, 0.6914624612740131},
                     {2, 0.97724986805182079},      {6, 0.99999999901341235}};
  for (const Row& row : cdf) {
    CHECK(mathx::normal_cdf(row.x) == doctest::Approx(row.p).scale(0.0).epsilon(2e-15));
  }
  CHECK(mathx::normal_cdf(-38.0) == doctest::Approx(2.8854283600687843e-316).scale(0.0));
  CHECK(mathx::normal_cdf(-kInf) == 0.0);
  CHECK(mathx::normal_cdf(kInf) == 1.0);
  CHECK(mathx::normal_cdf(0.0) == 0.5);
  const Row quantile[] = {{-37.047096299361199, 1e-300}, {-9.2623400897984076, 1e-20},
                          {-4.2648907939228246, 1e-5},   {-1.9599639845400542, 0.025},
                          {-0.52440051270804082, 0.3},   {0.67448975019608174, 0.75},
                          {1.9599639845400539, 0.975},   {4.7534243088170878, 0.999999}};
  for (const Row& row : quantile) {
    CHECK(mathx::normal_quantile(row.p) == doctest::Approx(row.x).scale(0.0).epsilon(2e-15));
  }
  CHECK(mathx::normal_quantile(0.5) == 0.0);
  CHECK(mathx::normal_quantile(0.0) == -kInf);
  CHECK(mathx::normal_quantile(1.0) == kInf);
  CHECK(std::isnan(mathx::normal_quantile(1.1)));
  CHECK(std::isnan(mathx::normal_quantile(kNan)));
}

TEST_CASE("mathx: incomplete beta") {
  struct Row {
    double a, b, x, p;
  };
  const Row rows[] = {
      {19, 16, 0.5, 0.30379568063654006},       {70, 50, 0.5, 0.033145665626397844},
      {0.5, 0.5, 0.2, 0.29516723530086656},     {2, 3, 0.7, 0.9163},
      {0.1, 8, 0.001, 0.64447983109855425},     {300, 200, 0.55, 0.011853654379737195},
      {5000, 4800, 0.5, 0.021667788733993069},  {10000, 10000, 0.505, 0.92135299111833586},
      {1, 1, 0.3, 0.3}};
  for (const Row& row : rows) {
    CHECK(mathx::beta_inc(row.a, row.b, row.x) ==
          doctest::Approx(row.p).scale(0.0).epsilon(1e-12));
  }
  CHECK(1.0 - mathx::beta_inc(19, 16, 0.5) == doctest::Approx(0.696204).epsilon(1e-6));
  CHECK(1.0 - mathx::beta_inc(70, 50, 0.5) == doctest::Approx(0.966854).epsilon(1e-6));
  CHECK(mathx::beta_inc(2, 3, 0.0) == 0.0);
  CHECK(mathx::beta_inc(2, 3, 1.0) == 1.0);
  CHECK(std::isnan(mathx::beta_inc(0.0, 3, 0.5)));
  CHECK(std::isnan(mathx::beta_inc(2, 3, 1.5)));
  CHECK(std::isnan(mathx::beta_inc(2, 3, kNan)));
}

TEST_CASE("mathx: Student's t") {
  struct Row {
    double t, dof, p;
  };
  const Row rows[] = {{-0.1, 3, 0.46332617440040291},       {1, 1, 0.75},
                      {2.5, 4.5, 0.97004715674889973},      {-3, 30, 0.0026949820328259733},
                      {-12, 2.5, 0.0014181075150391619},    {0.7, 200, 0.75762963350325899},
                      {-2, 1000, 0.02288517324662582},      {1.96, 10000, 0.97498823988408348},
                      {-40, 5, 9.2059810858864772e-8}};
  for (const Row& row : rows) {
    CHECK(mathx::student_t_cdf(row.t, row.dof) ==
          doctest::Approx(row.p).scale(0.0).epsilon(1e-13));
    CHECK(mathx::student_t_quantile(row.p, row.dof) ==
          doctest::Approx(row.t).scale(0.0).epsilon(1e-12));
  }
  CHECK(mathx::student_t_quantile(0.5, 4.0) == 0.0);
  CHECK(mathx::student_t_quantile(0.0, 4.0) == -kInf);
  CHECK(mathx::student_t_quantile(1.0, 4.0) == kInf);
  CHECK(mathx::student_t_cdf(-kInf, 4.0) == 0.0);
  CHECK(mathx::student_t_cdf(1.3, kInf) == mathx::normal_cdf(1.3));
  CHECK(std::isnan(mathx::student_t_cdf(1.0, 0.0)));
  CHECK(std::isnan(mathx::student_t_quantile(0.3, -1.0)));
}

TEST_CASE("mathx: a t quantile taken back through the distribution is the share asked for") {
  for (const double dof : {0.3, 1.0, 2.0, 3.7, 12.0, 150.0, 1e6}) {
    for (const double p : {1e-12, 1e-4, 0.01, 0.1, 0.2499, 0.26, 0.4, 0.499, 0.4999999}) {
      CAPTURE(dof);
      CAPTURE(p);
      const double t = mathx::student_t_quantile(p, dof);
      CHECK(mathx::student_t_cdf(t, dof) == doctest::Approx(p).scale(0.0).epsilon(1e-11));
      CHECK(mathx::student_t_cdf(-t, dof) == doctest::Approx(1.0 - p).epsilon(1e-11));
    }
  }
}
