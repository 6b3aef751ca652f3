#include "learn/confidence.hpp"

#include <cmath>

#include "base/mathx.hpp"

namespace lanner::learn {
namespace {

// Optimises the two-sided bound at v_opt.
double best_rho(double v_opt, double alpha) noexcept {
  const double twice = 2.0 * mathx::log(1.0 / alpha);
  return v_opt / (twice + mathx::log(1.0 + twice));
}

double log_beta(double a, double b) noexcept {
  return mathx::lgamma(a) + mathx::lgamma(b) - mathx::lgamma(a + b);
}

// Where a function that grows from below `level` to above it reaches it.
template <typename F>
double crossing(F grows, double low, double high, double level) noexcept {
  constexpr int kHalvings = 80;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = 0.5 * (low + high);
    (grows(middle) < level ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

// The same for s >= 0 without an upper end to start from.
template <typename F>
double upper_crossing(F grows, double start, double limit, double level) noexcept {
  double high = start;
  while (high < limit && grows(high) < level) {
    high *= 2.0;
  }
  return crossing(grows, 0.0, high < limit ? high : limit, level);
}

constexpr double kNoLimit = 1e300;
// Half a year of blocks: about where a verdict is wanted.
constexpr double kBlocksOpt = 1000.0;

double sample_variance(double n, double sum, double sum_squared) noexcept {
  const double spread = sum_squared - sum * (sum / n);
  return spread > 0.0 ? spread / (n - 1.0) : 0.0;
}

}  // namespace

NormalMixture::NormalMixture(double v_opt, double alpha_opt) noexcept
    : rho_(best_rho(v_opt, alpha_opt)) {}

double NormalMixture::log_value(double s, double v) const noexcept {
  return 0.5 * mathx::log(rho_ / (v + rho_)) + s * s / (2.0 * (v + rho_));
}

double NormalMixture::bound(double v, double alpha) const noexcept {
  return std::sqrt((v + rho_) * mathx::log((v + rho_) / (rho_ * alpha * alpha)));
}

OneSidedNormalMixture::OneSidedNormalMixture(double v_opt, double alpha_opt) noexcept
    : rho_(best_rho(v_opt, 2.0 * alpha_opt)) {}

double OneSidedNormalMixture::log_value(double s, double v) const noexcept {
  const double total = v + rho_;
  return 0.5 * mathx::log(4.0 * rho_ / total) + s * s / (2.0 * total) +
         mathx::log(mathx::normal_cdf(s / std::sqrt(total)));
}

double OneSidedNormalMixture::bound(double v, double alpha) const noexcept {
  return upper_crossing([this, v](double s) { return log_value(s, v); }, std::sqrt(v + rho_),
                        kNoLimit, mathx::log(1.0 / alpha));
}

BetaBinomialMixture::BetaBinomialMixture(double v_opt, double alpha_opt, Range range,
                                         Tails tails) noexcept
    : range_(range), tails_(tails) {
  const double gh = range.g * range.h;
  const double rho = best_rho(v_opt, tails == Tails::upper ? 2.0 * alpha_opt : alpha_opt);
  const double least = 1e-3 * gh;
  r_ = rho - gh > least ? rho - gh : least;
  const double width = range.g + range.h;
  normalizer_ = log_beta_part(r_ / (range.g * width), r_ / (range.h * width));
}

// log of the (incomplete, for one tail) beta function.
double BetaBinomialMixture::log_beta_part(double a, double b) const noexcept {
  const double whole = log_beta(a, b);
  if (tails_ == Tails::both) {
    return whole;
  }
  return whole + mathx::log(mathx::beta_inc(a, b, range_.h / (range_.g + range_.h)));
}

double BetaBinomialMixture::log_value(double s, double v) const noexcept {
  const double g = range_.g;
  const double h = range_.h;
  const double width = g + h;
  const double ups = (v + h * s) / (h * width);
  const double downs = (v - g * s) / (g * width);
  return v / (g * h) * mathx::log(width) - ups * mathx::log(g) - downs * mathx::log(h) +
         log_beta_part(r_ / (g * width) + downs, r_ / (h * width) + ups) - normalizer_;
}

double BetaBinomialMixture::bound(double v, double alpha) const noexcept {
  // No sum can be larger: every outcome at h.
  const double limit = v / range_.g;
  return upper_crossing([this, v](double s) { return log_value(s, v); }, std::sqrt(v), limit,
                        mathx::log(1.0 / alpha));
}

Interval bernoulli_interval(double wins, double trials, double alpha, double t_opt) noexcept {
  if (trials <= 0.0) {
    return {0.0, 1.0};
  }
  constexpr double kEdge = 1e-9;
  const double level = mathx::log(1.0 / alpha);
  const double seen = wins / trials;
  const auto value = [=](double p) {
    const double variance = p * (1.0 - p);
    const BetaBinomialMixture mixture(t_opt * variance, alpha, {p, 1.0 - p}, Tails::both);
    return mixture.log_value(wins - trials * p, trials * variance);
  };
  const auto below = [&value, seen](double distance) { return value(seen - distance); };
  const auto above = [&value, seen](double distance) { return value(seen + distance); };
  Interval interval{0.0, 1.0};
  if (seen > kEdge && below(seen - kEdge) > level) {
    interval.low = seen - crossing(below, 0.0, seen - kEdge, level);
  }
  if (seen < 1.0 - kEdge && above(1.0 - kEdge - seen) > level) {
    interval.high = seen + crossing(above, 0.0, 1.0 - kEdge - seen, level);
  }
  return interval;
}

double even_odds_e_value(double wins, double losses) noexcept {
  const double log_two = mathx::log(2.0);
  return mathx::exp(log_beta(wins + 1.0, losses + 1.0) + (wins + losses) * log_two);
}

Interval mean_interval(double n, double sum, double sum_squared, double alpha) noexcept {
  if (n < 2.0) {
    return {-kNoLimit, kNoLimit};
  }
  const double mean = sum / n;
  const double variance = sample_variance(n, sum, sum_squared);
  if (variance <= 0.0) {
    return {mean, mean};
  }
  const double half =
      NormalMixture(kBlocksOpt * variance, alpha).bound(n * variance, alpha) / n;
  return {mean - half, mean + half};
}

double mean_at_least(double n, double sum, double sum_squared, double alpha) noexcept {
  if (n < 2.0) {
    return -kNoLimit;
  }
  const double mean = sum / n;
  const double variance = sample_variance(n, sum, sum_squared);
  if (variance <= 0.0) {
    return mean;
  }
  return mean -
         OneSidedNormalMixture(kBlocksOpt * variance, alpha).bound(n * variance, alpha) / n;
}

}  // namespace lanner::learn
