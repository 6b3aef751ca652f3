#pragma once

// Fixed-share mixture of experts (Herbster and Warmuth): the reference against which a choice
// among strategies that take turns is measured.

#include <cstddef>
#include <vector>

#include "base/mathx.hpp"

namespace lanner::test {

class FixedShare {
 public:
  FixedShare(std::size_t experts, double rate, double share)
      : weights_(experts, 1.0 / static_cast<double>(experts)), rate_(rate), share_(share) {}

  // What the mixture gains in a step in which the experts gain `gains`.
  double step(const std::vector<double>& gains) {
    double gain = 0.0;
    double total = 0.0;
    for (std::size_t i = 0; i < gains.size(); ++i) {
      gain += weights_[i] * gains[i];
      weights_[i] *= mathx::exp(rate_ * gains[i]);
      total += weights_[i];
    }
    for (double& weight : weights_) {
      weight = (1.0 - share_) * weight / total + share_ / static_cast<double>(weights_.size());
    }
    return gain;
  }

 private:
  std::vector<double> weights_;
  double rate_;
  double share_;
};

}  // namespace lanner::test
