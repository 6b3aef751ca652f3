#pragma once

// The small closed-form posteriors of coin knowledge and of patterns.

#include <span>

namespace lanner::learn {

struct NormalPosterior {
  double mean = 0.0;
  double sd = 0.0;
  [[nodiscard]] double probability_positive() const noexcept;
};

// n outcomes of mean m and known spread sigma, and a parent that is worth kappa outcomes.
[[nodiscard]] NormalPosterior shrink(double n, double m, double parent_mean, double kappa,
                                     double sigma) noexcept;

// What was measured of one member of a family, and the variance of that measurement.
struct Measured {
  double mean = 0.0;
  double variance = 0.0;
};

// Efron-Morris: members of a family are drawn towards their common mean by as much as their spread
// is explained by noise. Needs four members to say anything; fewer are drawn in whole.
struct FamilyShrinkage {
  double mean = 0.0;    // of the family
  double spread = 0.0;  // variance of the true means around it
  [[nodiscard]] double factor(double variance) const noexcept {
    return spread > 0.0 ? spread / (spread + variance) : 0.0;
  }
  [[nodiscard]] double shrunk(const Measured& member) const noexcept {
    return mean + factor(member.variance) * (member.mean - mean);
  }
};
[[nodiscard]] FamilyShrinkage shrink_family(std::span<const Measured> members) noexcept;

struct BetaPosterior {
  double alpha = 1.0;
  double beta = 1.0;
  [[nodiscard]] double mean() const noexcept { return alpha / (alpha + beta); }
  [[nodiscard]] double probability_above_half() const noexcept;
};

// Normal-inverse-gamma: unknown mean and unknown spread.
struct NigPosterior {
  double mean = 0.0;
  double kappa = 1.0;
  double alpha = 1.0;
  double beta = 1.0;

  // n outcomes (may be fractional) with this sum and this sum of squares.
  [[nodiscard]] NigPosterior updated(double n, double sum, double sum_squared) const noexcept;
  // The mean's marginal is a Student t with 2 alpha degrees of freedom and this scale.
  [[nodiscard]] double scale() const noexcept;
  [[nodiscard]] double probability_positive() const noexcept;
  [[nodiscard]] double quantile(double p) const noexcept;
};

}  // namespace lanner::learn
