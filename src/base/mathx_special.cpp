#include <array>
#include <cmath>
#include <cstddef>

#include "base/mathx.hpp"
#include "base/mathx_dd.hpp"

// Methods. The polynomial coefficients are our own near-minimax fits, computed with 60 digits.
// erf: polynomial in x^2 near 0, else 1 - erfc. erfc: exp(-x^2) erfcx(x), with erfcx as a
// polynomial in (x - 4) / (x + 4) (the substitution of M. Shepherd and J. Laframboise,
// Math. Comp. 36, 1981). lgamma: Stirling's series after shifting the argument up, in
// double-double; polynomials around its zeros 1 and 2. normal_quantile: M. J. Wichura,
// algorithm AS 241, Applied Statistics 37 (1988). beta_inc: the continued fraction of Abramowitz
// and Stegun 26.5.8, evaluated by W. J. Lentz's method.

namespace lanner::mathx {

using detail::Dd;
using detail::kInfinity;
using detail::kNan;

namespace {

// coefficients[0] + coefficients[1] x + ...
template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) noexcept {
  double sum = coefficients[N - 1];
  for (std::size_t i = N - 1; i-- > 0;) {
    sum = sum * x + coefficients[i];
  }
  return sum;
}

// erf(x) / x - 1 in x^2, for x^2 <= 0.723.
constexpr std::array kErf{
    0x1.06eba8214db69p-3,  -0x1.812746b0379e6p-2,  0x1.ce2f21a042aa2p-4,  -0x1.b82ce31280a33p-6,
    0x1.565bcd0cbaac3p-8,  -0x1.c02db395b5ce4p-11, 0x1.f9a31647bf163p-14, -0x1.f4d0a268d88bdp-17,
    0x1.b9c83681871d9p-20, -0x1.5e0c3daa442e6p-23, 0x1.e78637be94908p-27, -0x1.e5b876628d078p-31};

// (1 + 2x) exp(x^2) erfc(x) in (x - 4) / (x + 4), for x >= 0.5.
constexpr std::array kErfcx{
    0x1.3ba5916e9fd7fp+0,   -0x1.1df1ad154a28ep-3,  0x1.f7f5df66fd7c4p-7,  0x1.16ecefcfa5374p-4,
    -0x1.9ddb23c3e9167p-4,  0x1.7fee004e12a72p-4,   -0x1.0fb06dfe47ce4p-4, 0x1.3079edf6767aap-5,
    -0x1.09623885859d5p-6,  0x1.49c6728a3b6aep-8,   -0x1.8d4a99482dcb0p-11,
    -0x1.a1df28c6310abp-13, 0x1.3be02c3ab078cp-13,  -0x1.9958d30c232f6p-16,
    -0x1.787ffa3afff14p-17, 0x1.7f23de839c8e0p-18,  0x1.37e121643fb0fp-22,
    -0x1.bacf9f7d41192p-21, 0x1.5608f1e4f0d52p-24,  0x1.d7106eddb2541p-24,
    -0x1.83ddff21d632bp-26, -0x1.e4549cec3c747p-27, 0x1.25af34260c84bp-28,
    0x1.6fb3ff548e394p-30,  -0x1.26e7939623b09p-31};

// (lgamma(1 + e) + gamma e) / e^2, |e| <= 1/4; gamma is Euler's constant.
constexpr std::array kLgammaOne{
    0x1.a51a6625307d3p-1,  -0x1.9a4d55beab2d8p-2, 0x1.151322ac7d849p-2,  -0x1.a8b9c17aa5857p-3,
    0x1.5b40cb100ba79p-3,  -0x1.2703a1dd8753ep-3, 0x1.010b36b01c581p-3,  -0x1.c8066fd0db5d2p-4,
    0x1.9a01e2f04d710p-4,  -0x1.748c5d31b314cp-4, 0x1.556afe73420c9p-4,  -0x1.3b16f32ff3c9cp-4,
    0x1.2490873378042p-4,  -0x1.11b44a9f5f521p-4, 0x1.009ae9cae11ebp-4,  -0x1.cfeedc8b0ac0ep-5,
    0x1.b5f60d1606515p-5,  -0x1.1bc9551dba19cp-4, 0x1.0df342fbcc3dfp-4};

// (lgamma(2 + e) - (1 - gamma) e) / e^2, |e| <= 1/4.
constexpr std::array kLgammaTwo{
    0x1.4a34cc4a60fa6p-2,  -0x1.13e001a557607p-4,  0x1.51322ac7d8484p-6,  -0x1.e404fc218f19ap-8,
    0x1.7add6eadb6816p-9,  -0x1.38ac5c2cb4552p-10, 0x1.0b36af86ea77dp-11, -0x1.d3fd4ab93bc11p-13,
    0x1.a127af4cabbdep-14, -0x1.78df6b644a7c3p-15, 0x1.580ecf5933cabp-16, -0x1.3c6427dbcb33ap-17,
    0x1.254420c6d3990p-18, -0x1.20495c2b69aefp-19, 0x1.0e2b409791517p-20};

constexpr Dd kEuler{0x1.2788cfc6fb619p-1, -0x1.6cb90701fbfabp-58};
constexpr Dd kOneMinusEuler{0x1.b0ee6072093cep-2, 0x1.6cb90701fbfabp-58};
constexpr Dd kHalfLogTwoPi{0x1.d67f1c864beb5p-1, -0x1.65b5a1b7ff5dfp-55};
constexpr double kRootHalf = 0x1.6a09e667f3bcdp-1;
constexpr double kInverseRootTwoPi = 0x1.9884533d43651p-2;

// exp(x^2) erfc(x), x >= 0.5.
double erfc_scaled(double x) noexcept {
  return polynomial(kErfcx, (x - 4.0) / (x + 4.0)) / (1.0 + 2.0 * x);
}

// erfc(x), x >= 0.5. The square is exact, or large x would lose the digits of exp.
double erfc_tail(double x) noexcept {
  return x > 27.3 ? 0.0 : detail::exp_dd(-detail::exact_product(x, x)) * erfc_scaled(x);
}

}  // namespace

double erf(double x) noexcept {
  const double size = std::fabs(x);
  if (size < 0.85) {
    return x + x * polynomial(kErf, x * x);
  }
  if (size != size) {
    return x;
  }
  const double value = size > 6.0 ? 1.0 : 1.0 - erfc_tail(size);
  return x < 0.0 ? -value : value;
}

double erfc(double x) noexcept {
  if (x != x) {
    return x;
  }
  if (x < 0.5) {
    return x < -6.0 ? 2.0 : 1.0 - mathx::erf(x);
  }
  return erfc_tail(x);
}

namespace {

// slope e + e^2 polynomial(e); the first product is exact because the two terms cancel partly.
template <std::size_t N>
double lgamma_near_zero(Dd slope, const std::array<double, N>& coefficients, double e) noexcept {
  const Dd line = detail::exact_product(slope.high, e);
  return line.high + (e * e * polynomial(coefficients, e) + (line.low + slope.low * e));
}

// Stirling's series for x >= 16; the first term left out is below 3e-20.
Dd lgamma_stirling(Dd x) noexcept {
  constexpr std::array kSeries{1.0 / 12.0,   -1.0 / 360.0,      1.0 / 1260.0, -1.0 / 1680.0,
                               1.0 / 1188.0, -691.0 / 360360.0, 1.0 / 156.0};
  const double inverse = 1.0 / x.high;
  const double series = inverse * polynomial(kSeries, inverse * inverse);
  const Dd log_x = detail::log_dd(x.high) + x.low * inverse;
  return (x + -0.5) * log_x - x + kHalfLogTwoPi + series;
}

// Below 16 the argument is shifted up: Gamma(x) = Gamma(x + n) / (x (x + 1) ... (x + n - 1)).
Dd lgamma_dd(double x) noexcept {
  if (x >= 16.0) {
    return lgamma_stirling({x, 0.0});
  }
  Dd product{x, 0.0};
  Dd shifted = detail::exact_sum(x, 1.0);
  while (shifted.high < 16.0) {
    product = product * shifted;
    shifted = shifted + 1.0;
  }
  const Dd log_product = detail::log_dd(product.high) + product.low / product.high;
  return lgamma_stirling(shifted) - log_product;
}

}  // namespace

double lgamma(double x) noexcept {
  if (!(x > 0.0)) {
    return x == 0.0 ? kInfinity : kNan;
  }
  if (x < 0.25) {
    return lgamma_near_zero(-kEuler, kLgammaOne, x) - mathx::log(x);
  }
  if (x >= 0.75 && x <= 1.25) {
    return lgamma_near_zero(-kEuler, kLgammaOne, x - 1.0);
  }
  if (x >= 1.75 && x <= 2.25) {
    return lgamma_near_zero(kOneMinusEuler, kLgammaTwo, x - 2.0);
  }
  if (x < 0x1p60) {
    const Dd value = lgamma_dd(x);
    return value.high + value.low;
  }
  return x * (mathx::log(x) - 1.0);
}

double normal_cdf(double x) noexcept {
  if (x != x) {
    return x;
  }
  if (x > -1.0) {
    return x > 1.0 ? 1.0 - normal_cdf(-x) : 0.5 + 0.5 * mathx::erf(x * kRootHalf);
  }
  if (x < -38.6) {
    return 0.0;
  }
  const Dd square = detail::exact_product(x, x);
  const double bell = detail::exp_dd({-0.5 * square.high, -0.5 * square.low});
  return 0.5 * bell * erfc_scaled(-x * kRootHalf);
}

namespace {

// Wichura's three rational approximations, lowest power first.
constexpr std::array kCentreTop{3.3871328727963666080e+0, 1.3314166789178437745e+2,
                                1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                3.3430575583588128105e+4, 2.5090809287301226727e+3};
constexpr std::array kCentreBottom{1.0,
                                   4.2313330701600911252e+1,
                                   6.8718700749205790830e+2,
                                   5.3941960214247511077e+3,
                                   2.1213794301586595867e+4,
                                   3.9307895800092710610e+4,
                                   2.8729085735721942674e+4,
                                   5.2264952788528545610e+3};
constexpr std::array kMiddleTop{1.42343711074968357734e+0, 4.63033784615654529590e+0,
                                5.76949722146069140550e+0, 3.64784832476320460504e+0,
                                1.27045825245236838258e+0, 2.41780725177450611770e-1,
                                2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr std::array kMiddleBottom{1.0,
                                   2.05319162663775882187e+0,
                                   1.67638483018380384940e+0,
                                   6.89767334985100004550e-1,
                                   1.48103976427480074590e-1,
                                   1.51986665636164571966e-2,
                                   5.47593808499534494600e-4,
                                   1.05075007164441684324e-9};
constexpr std::array kFarTop{6.65790464350110377720e+0, 5.46378491116411436990e+0,
                             1.78482653991729133580e+0, 2.96560571828504891230e-1,
                             2.65321895265761230930e-2, 1.24266094738807843860e-3,
                             2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr std::array kFarBottom{1.0,
                                5.99832206555887937690e-1,
                                1.36929880922735805310e-1,
                                1.48753612908506148525e-2,
                                7.86869131145613259100e-4,
                                1.84631831751005468180e-5,
                                1.42151175831644588870e-7,
                                2.04426310338993978564e-15};

}  // namespace

double normal_quantile(double p) noexcept {
  if (!(p > 0.0 && p < 1.0)) {
    return p == 0.0 ? -kInfinity : p == 1.0 ? kInfinity : kNan;
  }
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(kCentreTop, r) / polynomial(kCentreBottom, r);
  }
  const double r = std::sqrt(-mathx::log(q < 0.0 ? p : 1.0 - p));
  const double m = r - 1.6;
  const double f = r - 5.0;
  const double size = r <= 5.0 ? polynomial(kMiddleTop, m) / polynomial(kMiddleBottom, m)
                               : polynomial(kFarTop, f) / polynomial(kFarBottom, f);
  return q < 0.0 ? -size : size;
}

namespace {

// In double-double: the terms grow like a ln a and cancel.
double log_beta(double a, double b) noexcept {
  const Dd value = lgamma_dd(a) + lgamma_dd(b) - lgamma_dd(a + b);
  return value.high + value.low;
}

double away_from_zero(double value) noexcept {
  constexpr double kTiny = 0x1p-1000;
  return std::fabs(value) < kTiny ? kTiny : value;
}

// The continued fraction. It converges in about sqrt(max(a, b)) steps when x is below the mean.
double beta_fraction(double a, double b, double x) noexcept {
  constexpr int kMaxSteps = 20'000;
  double c = 1.0;
  double d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
  double value = d;
  for (int m = 1; m <= kMaxSteps; ++m) {
    const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
    d = 1.0 / away_from_zero(1.0 + even * d);
    c = away_from_zero(1.0 + even / c);
    value *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
    d = 1.0 / away_from_zero(1.0 + odd * d);
    c = away_from_zero(1.0 + odd / c);
    value *= d * c;
    if (std::fabs(d * c - 1.0) < 0x1p-52) {
      break;
    }
  }
  return value;
}

// I_x(a, b) given y = 1 - x to full precision.
double beta_inc_pair(double a, double b, double x, double y) noexcept {
  if (x <= 0.0 || y <= 0.0) {
    return x <= 0.0 ? 0.0 : 1.0;
  }
  const double log_x = x < 0.5 ? mathx::log(x) : mathx::log1p(-y);
  const double log_y = y < 0.5 ? mathx::log(y) : mathx::log1p(-x);
  const double front = mathx::exp(a * log_x + b * log_y - log_beta(a, b));
  if (x <= (a + 1.0) / (a + b + 2.0)) {
    return front * beta_fraction(a, b, x) / a;
  }
  return 1.0 - front * beta_fraction(b, a, y) / b;
}

// P(T > t) for t >= 0.
double student_t_tail(double t, double dof) noexcept {
  const double square = t * t;
  const double sum = dof + square;
  return 0.5 * beta_inc_pair(0.5 * dof, 0.5, dof / sum, square / sum);
}

// P(0 < T < t), exact for small t where 1/2 - tail is not.
double student_t_middle(double t, double dof) noexcept {
  const double square = t * t;
  const double sum = dof + square;
  return 0.5 * beta_inc_pair(0.5, 0.5 * dof, square / sum, dof / sum);
}

double student_t_density(double t, double dof) noexcept {
  const double power = 0.5 * (dof + 1.0) * mathx::log1p(t * t / dof);
  return mathx::exp(-power - log_beta(0.5 * dof, 0.5)) / std::sqrt(dof);
}

constexpr int kMaxNewtonSteps = 100;

// t > 0 with P(0 < T < t) = share, share <= 1/4. The middle is concave in t: Newton's steps from
// 0 climb to the root and never pass it.
double quantile_middle(double share, double dof) noexcept {
  double t = share / student_t_density(0.0, dof);
  for (int i = 0; i < kMaxNewtonSteps; ++i) {
    const double step = (share - student_t_middle(t, dof)) / student_t_density(t, dof);
    t += step;
    if (std::fabs(step) <= 0x1p-51 * t) {
      break;
    }
  }
  return t;
}

// t > 0 with P(T > t) = tail, 0 < tail < 1/4. Newton on ln tail over ln t, which is a straight
// line far out; a bracket catches a step that leaves it.
double quantile_tail(double tail, double dof) noexcept {
  double low = 0.0;
  double high = 1.0;
  while (student_t_tail(high, dof) > tail && high < 0x1p400) {
    low = high;
    high *= 2.0;
  }
  double t = 0.5 * (low + high);
  for (int i = 0; i < kMaxNewtonSteps; ++i) {
    const double value = student_t_tail(t, dof);
    (value > tail ? low : high) = t;
    const double slope = t * student_t_density(t, dof) / value;
    double next = t * mathx::exp(mathx::log(value / tail) / slope);
    if (!(next > low && next < high)) {
      next = 0.5 * (low + high);
    }
    const double step = std::fabs(next - t);
    t = next;
    if (step <= 0x1p-51 * t) {
      break;
    }
  }
  return t;
}

}  // namespace

double beta_inc(double a, double b, double x) noexcept {
  if (!(a > 0.0 && b > 0.0 && x >= 0.0 && x <= 1.0)) {
    return kNan;
  }
  return beta_inc_pair(a, b, x, 1.0 - x);
}

double student_t_cdf(double t, double dof) noexcept {
  if (!(dof > 0.0) || t != t) {
    return kNan;
  }
  if (dof == kInfinity) {
    return normal_cdf(t);
  }
  const double size = std::fabs(t);
  if (size > 0x1p500) {
    return t < 0.0 ? 0.0 : 1.0;
  }
  if (size < 0.5) {
    const double middle = student_t_middle(size, dof);
    return t < 0.0 ? 0.5 - middle : 0.5 + middle;
  }
  const double tail = student_t_tail(size, dof);
  return t < 0.0 ? tail : 1.0 - tail;
}

double student_t_quantile(double p, double dof) noexcept {
  if (!(dof > 0.0) || !(p > 0.0 && p < 1.0) || dof == kInfinity) {
    return dof > 0.0 ? normal_quantile(p) : kNan;
  }
  if (p == 0.5) {
    return 0.0;
  }
  const double tail = p < 0.5 ? p : 1.0 - p;
  const double size = tail >= 0.25 ? quantile_middle(std::fabs(p - 0.5), dof)
                                   : quantile_tail(tail, dof);
  return p < 0.5 ? -size : size;
}

}  // namespace lanner::mathx
