#pragma once

// What overlapping outcomes are worth: labels that lived through the same hours, and trades that
// were entered together, tell less than their number.

#include <cstdint>
#include <span>

namespace lanner::learn {

struct LabelSpan {
  std::int64_t first = 0;
  std::int64_t last = 0;  // inclusive
};

// Average uniqueness of each label: the mean over its span of 1 / (labels alive at that time).
// `weights` has as many places as there are spans.
void average_uniqueness(std::span<const LabelSpan> spans, std::span<double> weights) noexcept;

// Independent observations that `n` outcomes with a common correlation are worth.
[[nodiscard]] constexpr double n_effective(double n, double correlation) noexcept {
  return n > 0.0 ? n / (1.0 + (n - 1.0) * correlation) : 0.0;
}

}  // namespace lanner::learn
