#pragma once

// Confidence sequences: intervals that hold at all times at once, so they may be shown after every
// block. They are bounds of mixture supermartingales (normal mixture for sums of known variance
// process, beta-binomial mixture for bounded ones); `v_opt` is the variance at which a bound is
// tightest, it never makes one invalid.

namespace lanner::learn {

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

// Sub-Gaussian sums, both tails.
class NormalMixture {
 public:
  NormalMixture(double v_opt, double alpha_opt) noexcept;
  [[nodiscard]] double rho() const noexcept { return rho_; }
  [[nodiscard]] double log_value(double s, double v) const noexcept;
  // |s| stays below it for ever with probability 1 - alpha.
  [[nodiscard]] double bound(double v, double alpha) const noexcept;

 private:
  double rho_;
};

// Sub-Gaussian sums, upper tail.
class OneSidedNormalMixture {
 public:
  OneSidedNormalMixture(double v_opt, double alpha_opt) noexcept;
  [[nodiscard]] double rho() const noexcept { return rho_; }
  [[nodiscard]] double log_value(double s, double v) const noexcept;
  [[nodiscard]] double bound(double v, double alpha) const noexcept;

 private:
  double rho_;
};

enum class Tails { upper, both };

// Sums of centred outcomes within [-g, h] (sub-Bernoulli).
class BetaBinomialMixture {
 public:
  struct Range {
    double g = 0.5;
    double h = 0.5;
  };
  BetaBinomialMixture(double v_opt, double alpha_opt, Range range, Tails tails) noexcept;
  [[nodiscard]] double log_value(double s, double v) const noexcept;
  // s stays below it for ever with probability 1 - alpha.
  [[nodiscard]] double bound(double v, double alpha) const noexcept;

 private:
  [[nodiscard]] double log_beta_part(double a, double b) const noexcept;

  Range range_;
  Tails tails_;
  double r_;
  double normalizer_;
};

// Chance of success from `wins` of `trials`, tightest at trial `t_opt`.
[[nodiscard]] Interval bernoulli_interval(double wins, double trials, double alpha,
                                          double t_opt) noexcept;

// e-value against "success has chance 1/2": its uniform mixture over all chances.
[[nodiscard]] double even_odds_e_value(double wins, double losses) noexcept;

// Mean of `n` outcomes with this sum and sum of squares; the variance process is estimated.
[[nodiscard]] Interval mean_interval(double n, double sum, double sum_squared,
                                     double alpha) noexcept;
// Its lower end alone, at the same alpha.
[[nodiscard]] double mean_at_least(double n, double sum, double sum_squared,
                                   double alpha) noexcept;

}  // namespace lanner::learn
