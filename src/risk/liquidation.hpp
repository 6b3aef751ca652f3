#pragma once

// How far a price may run against a position before the venue takes it away.

#include "base/fixed.hpp"
#include "model/instrument.hpp"
#include "model/margin.hpp"

namespace lanner::risk {

// What stands behind a position: equity, and what other positions may take from it first.
struct Cushion {
  Money equity;
  Money other_risk;      // loss of every other position at its stop
  Money other_exposure;  // their notional; their maintenance margin is not ours to use
  model::MarginTerms margin;
};

// Distance from `entry` at which a position of `quantity` alone eats the cushion (cross margin,
// the worst case: all others at their stops). Price::max() on spot and where nothing is at risk;
// zero where the cushion is gone already. Isolated: the position's own margin is the cushion.
[[nodiscard]] Price liquidation_distance(const model::Instrument& instrument, Price entry,
                                         Quantity quantity, const Cushion& cushion) noexcept;

}  // namespace lanner::risk
