#pragma once

// Elementary and special functions whose bits are the same on every CPU: built from + - * /,
// sqrt and bit casts only, never from libm, and never from a fused multiply-add. A replay on
// another machine therefore takes the same decisions.
//
// Errors, measured against references of higher precision by the tests: at most 2 ulp for exp,
// log, log1p, expm1, pow, erf and lgamma, 4 ulp for erfc; the distributions hold about 12
// digits for parameters up to 1e4. Special values follow Annex F of ISO C; nothing sets errno.

namespace lanner::mathx {

[[nodiscard]] double exp(double x) noexcept;
[[nodiscard]] double expm1(double x) noexcept;
[[nodiscard]] double log(double x) noexcept;
[[nodiscard]] double log1p(double x) noexcept;
[[nodiscard]] double pow(double x, double y) noexcept;

[[nodiscard]] double erf(double x) noexcept;
[[nodiscard]] double erfc(double x) noexcept;

// ln(Gamma(x)) for x >= 0; NaN for x < 0, where no caller has business.
[[nodiscard]] double lgamma(double x) noexcept;

// Standard normal distribution. The quantile of 0 and 1 is -inf and +inf; outside [0, 1] NaN.
[[nodiscard]] double normal_cdf(double x) noexcept;
[[nodiscard]] double normal_quantile(double p) noexcept;

// Regularised incomplete beta function I_x(a, b): P(X <= x) of a Beta(a, b). Needs a, b > 0 and
// x in [0, 1]; NaN otherwise.
[[nodiscard]] double beta_inc(double a, double b, double x) noexcept;

// Student's t; dof > 0, +inf meaning the normal distribution.
[[nodiscard]] double student_t_cdf(double t, double dof) noexcept;
[[nodiscard]] double student_t_quantile(double p, double dof) noexcept;

}  // namespace lanner::mathx
