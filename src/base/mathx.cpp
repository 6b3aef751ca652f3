#include "base/mathx.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/mathx_dd.hpp"

// Methods. exp: Cody and Waite reduction by multiples of ln 2, then the Taylor polynomial.
// log: x = 2^k m with m in [sqrt(1/2), sqrt(2)), then ln m = 2 artanh((m - 1) / (m + 1)) by its
// series. Both are textbook (W. J. Cody and W. Waite, "Software Manual for the Elementary
// Functions", 1980; J.-M. Muller, "Elementary Functions", chapters 4 and 11). pow is
// exp(y ln x) with the logarithm and the product in double-double.

namespace lanner::mathx {

namespace detail {

namespace {

// ln 2 in three parts; the first has 21 trailing zero bits, so that k * kLn2High is exact.
constexpr double kLn2High = 0x1.62e42fee00000p-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kLn2Rest = 0x1.cc01f97b57a08p-87;
constexpr double kLn2Inverse = 0x1.71547652b82fep+0;

constexpr double kExpOverflow = 0x1.62e42fefa39efp+9;    // 709.78: above it, exp is infinite
constexpr double kExpUnderflow = -0x1.74910d52d3052p+9;  // -745.13: below it, exp is zero

struct Reduced {
  int k = 0;        // multiples of ln 2 taken out
  double r = 0.0;   // what is left, |r| <= 0.35
  double tail = 0;  // exp(r) - 1 - r, with what the reduction could not hold in r
};

// exp(r) - 1 - r by Taylor; the first term left out, r^14 / 14!, is below 2^-57 of the result.
double exp_tail(double r) noexcept {
  // Even and odd powers apart: two short chains of operations instead of a long one.
  const double z = r * r;
  double even = 1.0 / 479001600.0;
  double odd = 1.0 / 6227020800.0;
  even = even * z + 1.0 / 3628800.0;
  odd = odd * z + 1.0 / 39916800.0;
  even = even * z + 1.0 / 40320.0;
  odd = odd * z + 1.0 / 362880.0;
  even = even * z + 1.0 / 720.0;
  odd = odd * z + 1.0 / 5040.0;
  even = even * z + 1.0 / 24.0;
  odd = odd * z + 1.0 / 120.0;
  even = even * z + 0.5;
  odd = odd * z + 1.0 / 6.0;
  return z * (even + r * odd);
}

Reduced reduce(Dd x) noexcept {
  // Adding and taking away 1.5 * 2^52 rounds to the nearest integer without a call.
  constexpr double kRounder = 0x1.8p52;
  const double k = (x.high * kLn2Inverse + kRounder) - kRounder;
  const double rest = x.low - k * kLn2Low;
  const Dd r = exact_sum(x.high - k * kLn2High, rest);
  return {static_cast<int>(k), r.high, exp_tail(r.high) + r.low};
}

// value * 2^k for value in [0.5, 2) and k in [-1080, 1024].
double scale(double value, int k) noexcept {
  if (k > 1000) {
    return value * power_of_two(k - 24) * 0x1p24;
  }
  if (k < -1000) {
    return value * power_of_two(k + 100) * 0x1p-100;
  }
  return value * power_of_two(k);
}

struct Binary {
  int k = 0;
  double m = 1.0;  // in [sqrt(1/2), sqrt(2))
};

// x = 2^k m, for a finite x > 0.
Binary split_binary(double x) noexcept {
  int k = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    k = -54;
  }
  constexpr std::uint64_t kOne = 0x3ff0000000000000U;
  constexpr std::uint64_t kRootHalf = 0x3fe6a09e667f3bcdU;
  constexpr std::uint64_t kMantissa = 0x000fffffffffffffU;
  const auto bits = std::bit_cast<std::uint64_t>(x) + (kOne - kRootHalf);
  k += static_cast<int>(bits >> 52U) - 1023;
  return {k, std::bit_cast<double>((bits & kMantissa) + kRootHalf)};
}

// k ln 2 + ln(1 + f) + c with |c| tiny; f in [sqrt(1/2) - 1, sqrt(2) - 1).
double log_sum(int k, double f, double c) noexcept {
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double w = z * z;
  double even = 2.0 / 21.0;
  double odd = 2.0 / 23.0;
  even = even * w + 2.0 / 17.0;
  odd = odd * w + 2.0 / 19.0;
  even = even * w + 2.0 / 13.0;
  odd = odd * w + 2.0 / 15.0;
  even = even * w + 2.0 / 9.0;
  odd = odd * w + 2.0 / 11.0;
  even = even * w + 2.0 / 5.0;
  odd = odd * w + 2.0 / 7.0;
  const double series = z * (2.0 / 3.0 + (z * even + w * odd));
  // 2 s = f - s f, and s f = f^2/2 - s f^2/2: f itself is exact and carries the leading digits.
  const double half = 0.5 * f * f;
  const double small = half - s * (half + series);
  if (k == 0) {
    return f - (small - c);
  }
  const Dd head = exact_sum(k * kLn2High, f);
  return head.high + (head.low + ((k * kLn2Low + c) - small));
}

}  // namespace

Dd log_dd(double x) noexcept {
  const Binary b = split_binary(x);
  const double f = b.m - 1.0;
  const Dd s = Dd{f, 0.0} / exact_sum(2.0, f);
  const Dd z = s * s;
  double tail = 1.0 / 31.0;
  for (int odd = 29; odd >= 11; odd -= 2) {
    tail = tail * z.high + 1.0 / odd;
  }
  // 1/9, 1/7, 1/5 and 1/3 in double-double: their rounding would show.
  constexpr std::array<Dd, 4> kThirds{Dd{0x1.c71c71c71c71cp-4, 0x1.c71c71c71c71cp-58},
                                      Dd{0x1.2492492492492p-3, 0x1.2492492492492p-57},
                                      Dd{0x1.999999999999ap-3, -0x1.999999999999ap-57},
                                      Dd{0x1.5555555555555p-2, 0x1.5555555555555p-56}};
  Dd sum{tail, 0.0};
  for (const Dd& term : kThirds) {
    sum = sum * z + term;
  }
  const Dd twice{2.0 * s.high, 2.0 * s.low};
  const Dd log_m = twice + twice * (sum * z);
  const double k = b.k;
  const Dd log_k = Dd{k * kLn2High, 0.0} + exact_product(k, kLn2Low) + Dd{k * kLn2Rest, 0.0};
  return log_k + log_m;
}

double exp_dd(Dd x) noexcept {
  if (x.high > kExpOverflow + 1.0) {
    return kInfinity;
  }
  if (x.high < kExpUnderflow - 1.0) {
    return 0.0;
  }
  const Reduced reduced = reduce(x);
  const Dd head = quick_sum(1.0, reduced.r);
  return scale(head.high + (head.low + reduced.tail), reduced.k);
}

}  // namespace detail

using detail::Dd;

double exp(double x) noexcept {
  if (!(x <= detail::kExpOverflow)) {
    return x + detail::kInfinity;  // NaN stays NaN
  }
  if (x < detail::kExpUnderflow) {
    return 0.0;
  }
  return detail::exp_dd({x, 0.0});
}

double expm1(double x) noexcept {
  constexpr double kMinusOne = -37.5;  // below it the result rounds to -1
  if (!(x <= detail::kExpOverflow)) {
    return x + detail::kInfinity;
  }
  if (x < kMinusOne) {
    return -1.0;
  }
  if (std::fabs(x) < 0x1p-54) {
    return x;  // keeps -0 and subnormals
  }
  const detail::Reduced reduced = detail::reduce({x, 0.0});
  const int k = reduced.k;
  const double without_one = k > 60 ? 1.0 : 1.0 - detail::power_of_two(-k);
  const Dd head = detail::exact_sum(without_one, reduced.r);
  const double value = head.high + (head.low + reduced.tail);
  return k == 1024 ? value * 2.0 * 0x1p1023 : value * detail::power_of_two(k);
}

double log(double x) noexcept {
  if (!(x > 0.0)) {
    return x == 0.0 ? -detail::kInfinity : detail::kNan;
  }
  if (x == detail::kInfinity) {
    return x;
  }
  const detail::Binary b = detail::split_binary(x);
  return detail::log_sum(b.k, b.m - 1.0, 0.0);
}

double log1p(double x) noexcept {
  if (!(x > -1.0)) {
    return x == -1.0 ? -detail::kInfinity : detail::kNan;
  }
  if (x == detail::kInfinity || std::fabs(x) < 0x1p-54) {
    return x;
  }
  if (x > -0.29 && x < 0.41) {
    return detail::log_sum(0, x, 0.0);
  }
  const Dd u = detail::exact_sum(1.0, x);
  const detail::Binary b = detail::split_binary(u.high);
  return detail::log_sum(b.k, b.m - 1.0, u.low / u.high);
}

namespace {

enum class Parity : unsigned char { fraction, even, odd };

Parity parity_of(double y) noexcept {
  const double size = std::fabs(y);
  if (size >= 0x1p53) {
    return Parity::even;
  }
  const auto whole = static_cast<std::int64_t>(size);
  if (static_cast<double>(whole) != size) {
    return Parity::fraction;
  }
  return whole % 2 == 0 ? Parity::even : Parity::odd;
}

// size^y where only the side of 1 matters: size is 0 or infinite, or y is huge or infinite.
double pow_extreme(double size, double y) noexcept {
  if (size == 1.0) {
    return 1.0;
  }
  return (size > 1.0) == (y > 0.0) ? detail::kInfinity : 0.0;
}

}  // namespace

double pow(double x, double y) noexcept {
  if (x == 1.0 || y == 0.0) {
    return 1.0;
  }
  if (x != x || y != y) {
    return detail::kNan;
  }
  const double size = std::fabs(x);
  const bool is_negative = std::bit_cast<std::uint64_t>(x) >> 63U != 0;
  if (std::fabs(y) == detail::kInfinity) {
    return pow_extreme(size, y);
  }
  const Parity parity = is_negative ? parity_of(y) : Parity::even;
  if (parity == Parity::fraction && size != 0.0 && size != detail::kInfinity) {
    return detail::kNan;
  }
  // |ln size| >= 2^-53 unless size is 1, so beyond 2^65 the power overflows or underflows.
  const bool is_extreme = size == 0.0 || size == detail::kInfinity || std::fabs(y) > 0x1p65;
  const double value = is_extreme ? pow_extreme(size, y)
                                  : detail::exp_dd(detail::log_dd(size) * y);
  return parity == Parity::odd ? -value : value;
}

}  // namespace lanner::mathx
