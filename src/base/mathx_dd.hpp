#pragma once

// Double-double arithmetic, private to mathx: a value is the unevaluated sum high + low, about
// 106 bits. Sums: D. Knuth, TAOCP 2, 4.2.2. Products: T. J. Dekker, "A floating-point technique
// for extending the available precision", Numerische Mathematik 18 (1971). Products need operands
// below 2^990, so that the split does not overflow; the callers see to it.

#include <bit>
#include <cstdint>
#include <limits>

namespace lanner::mathx::detail {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Dd {
  double high = 0.0;
  double low = 0.0;
};

// Exact when |a| >= |b| or a == 0.
[[nodiscard]] constexpr Dd quick_sum(double a, double b) noexcept {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

[[nodiscard]] constexpr Dd exact_sum(double a, double b) noexcept {
  const double sum = a + b;
  const double part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

[[nodiscard]] constexpr Dd exact_product(double a, double b) noexcept {
  constexpr double kSplit = 0x1p27 + 1.0;
  const double at = kSplit * a;
  const double bt = kSplit * b;
  const double ah = at - (at - a);
  const double bh = bt - (bt - b);
  const double al = a - ah;
  const double bl = b - bh;
  const double product = a * b;
  return {product, ((ah * bh - product) + ah * bl + al * bh) + al * bl};
}

[[nodiscard]] constexpr Dd operator+(Dd a, Dd b) noexcept {
  const Dd high = exact_sum(a.high, b.high);
  const Dd low = exact_sum(a.low, b.low);
  const Dd sum = quick_sum(high.high, high.low + low.high);
  return quick_sum(sum.high, sum.low + low.low);
}

[[nodiscard]] constexpr Dd operator+(Dd a, double b) noexcept {
  const Dd sum = exact_sum(a.high, b);
  return quick_sum(sum.high, sum.low + a.low);
}

[[nodiscard]] constexpr Dd operator-(Dd a) noexcept { return {-a.high, -a.low}; }
[[nodiscard]] constexpr Dd operator-(Dd a, Dd b) noexcept { return a + (-b); }

[[nodiscard]] constexpr Dd operator*(Dd a, Dd b) noexcept {
  const Dd product = exact_product(a.high, b.high);
  return quick_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

[[nodiscard]] constexpr Dd operator*(Dd a, double b) noexcept {
  const Dd product = exact_product(a.high, b);
  return quick_sum(product.high, product.low + a.low * b);
}

[[nodiscard]] constexpr Dd operator/(Dd a, Dd b) noexcept {
  const double first = a.high / b.high;
  const Dd rest = a - b * first;
  return quick_sum(first, (rest.high + rest.low) / b.high);
}

// 2^power, for a power whose result is normal.
[[nodiscard]] constexpr double power_of_two(int power) noexcept {
  return std::bit_cast<double>(static_cast<std::uint64_t>(1023 + power) << 52U);
}

// ln(x) of a finite x > 0 to about 2^-80.
[[nodiscard]] Dd log_dd(double x) noexcept;

// exp(x.high + x.low), rounded once more when the result is subnormal.
[[nodiscard]] double exp_dd(Dd x) noexcept;

}  // namespace lanner::mathx::detail
