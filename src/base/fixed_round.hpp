#pragma once

// The only way from a Score back to a price or a quantity: always onto the instrument's grid,
// with the direction in the name, and refused when it is not finite or does not fit.

#include <cmath>

#include "base/fixed.hpp"
#include "base/score.hpp"

namespace lanner {

namespace detail {

enum class Direction : unsigned char { down, up, nearest };

template <typename F>
[[nodiscard]] Result<F> to_grid(Score value, F step, Direction direction) {
  if (!value.is_finite() || step.raw() <= 0) {
    return fail(ErrorKind::failure, "value off the grid: not finite, or the step is not positive");
  }
  const double steps = value.value() * static_cast<double>(F::kScale) /
                       static_cast<double>(step.raw());
  const double rounded = direction == Direction::down ? std::floor(steps)
                         : direction == Direction::up ? std::ceil(steps)
                                                      : std::floor(steps + 0.5);
  if (std::fabs(rounded) > 9.0e15) {
    return fail(ErrorKind::failure, "value off the grid: too many steps");
  }
  const Int128 raw = Int128{static_cast<std::int64_t>(rounded)} * step.raw();
  if (!fits_int64(raw)) {
    return fail(ErrorKind::failure, "value off the grid: too large");
  }
  return F::from_raw(static_cast<std::int64_t>(raw));
}

}  // namespace detail

template <typename F>
[[nodiscard]] Result<F> round_down(Score value, F step) {
  return detail::to_grid(value, step, detail::Direction::down);
}
template <typename F>
[[nodiscard]] Result<F> round_up(Score value, F step) {
  return detail::to_grid(value, step, detail::Direction::up);
}
template <typename F>
[[nodiscard]] Result<F> round_nearest(Score value, F step) {
  return detail::to_grid(value, step, detail::Direction::nearest);
}

}  // namespace lanner
