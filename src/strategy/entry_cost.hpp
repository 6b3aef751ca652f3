#pragma once

// What a round trip is expected to cost, as a fraction of the notional. The strategist, the
// planner and through it the gate use these sums, so none of them can be kinder than another.

#include "base/score.hpp"

namespace lanner::strategy {

// All but the last two are paid for certain; each is a fraction of the price.
struct CostInput {
  Score entry_fee;
  Score exit_fee;
  Score half_spread;       // paid on both sides
  Score impact;            // paid on both sides
  Score stop_extra;        // what a triggered stop loses beyond half spread and impact
  Score stop_probability;  // that it is the stop which ends the trade
  Score funding;           // expected over the hold; < 0 = received
};

[[nodiscard]] constexpr Score cost_fraction(const CostInput& input) noexcept {
  constexpr Score kBothSides{2.0};
  return input.entry_fee + input.exit_fee + kBothSides * (input.half_spread + input.impact) +
         input.stop_extra * input.stop_probability + input.funding;
}

// The same in R; `stop_fraction` = stop distance / price, above zero.
[[nodiscard]] constexpr Score cost_in_r(Score cost, Score stop_fraction) noexcept {
  return cost / stop_fraction;
}

// Of a price without drift: the stop 1 R away is reached before the target `target_r` away.
[[nodiscard]] constexpr Score stop_probability_of(Score target_r) noexcept {
  return target_r / (Score{1.0} + target_r);
}

}  // namespace lanner::strategy
