#pragma once

// Two lanes of a register. The compiler does not find them by itself at the level that ships, and
// written out the order of additions is part of a definition: every build gives the same bits.

#include <cstring>

namespace lanner::features {

using Lanes = double __attribute__((vector_size(16)));

[[nodiscard]] inline Lanes lanes_at(const double* values) noexcept {
  Lanes lanes;
  std::memcpy(&lanes, values, sizeof lanes);
  return lanes;
}

inline void put_lanes(double* values, Lanes lanes) noexcept {
  std::memcpy(values, &lanes, sizeof lanes);
}

// What is not finite becomes NaN, without a branch: nothing less itself is nothing, and infinity
// less itself is NaN.
template <typename T>
[[nodiscard]] T finite_or_absent(T value) noexcept {
  return value - (value - value);
}

}  // namespace lanner::features
