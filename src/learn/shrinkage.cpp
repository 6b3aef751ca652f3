#include "learn/shrinkage.hpp"

#include <cmath>

#include "base/mathx.hpp"

namespace lanner::learn {

double NormalPosterior::probability_positive() const noexcept {
  return mathx::normal_cdf(mean / sd);
}

NormalPosterior shrink(double n, double m, double parent_mean, double kappa,
                       double sigma) noexcept {
  const double total = n + kappa;
  return {(n * m + kappa * parent_mean) / total, sigma / std::sqrt(total)};
}

FamilyShrinkage shrink_family(std::span<const Measured> members) noexcept {
  FamilyShrinkage family;
  if (members.empty()) {
    return family;
  }
  double variance = 0.0;
  for (const Measured& member : members) {
    family.mean += member.mean;
    variance += member.variance;
  }
  const auto n = static_cast<double>(members.size());
  family.mean /= n;
  variance /= n;
  if (members.size() < 4) {
    return family;
  }
  double squares = 0.0;
  for (const Measured& member : members) {
    squares += (member.mean - family.mean) * (member.mean - family.mean);
  }
  const double spread = squares / (n - 3.0) - variance;
  family.spread = spread > 0.0 ? spread : 0.0;
  return family;
}

double BetaPosterior::probability_above_half() const noexcept {
  return 1.0 - mathx::beta_inc(alpha, beta, 0.5);
}

NigPosterior NigPosterior::updated(double n, double sum, double sum_squared) const noexcept {
  if (n <= 0.0) {
    return *this;
  }
  const double m = sum / n;
  const double spread = sum_squared - sum * m;
  NigPosterior after;
  after.kappa = kappa + n;
  after.mean = (kappa * mean + sum) / after.kappa;
  after.alpha = alpha + 0.5 * n;
  // Rounding may leave a spread of equal outcomes a hair below zero.
  after.beta = beta + 0.5 * (spread > 0.0 ? spread : 0.0) +
               0.5 * kappa * n * (m - mean) * (m - mean) / after.kappa;
  return after;
}

double NigPosterior::scale() const noexcept { return std::sqrt(beta / (alpha * kappa)); }

double NigPosterior::probability_positive() const noexcept {
  return mathx::student_t_cdf(mean / scale(), 2.0 * alpha);
}

double NigPosterior::quantile(double p) const noexcept {
  return mean + scale() * mathx::student_t_quantile(p, 2.0 * alpha);
}

}  // namespace lanner::learn
