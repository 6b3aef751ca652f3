#include "model/instrument.hpp"

#include "base/ensure.hpp"

namespace lanner::model {

const MarginTier& margin_tier(const Instrument& instrument, Money notional) noexcept {
  ENSURE(!instrument.tiers.empty());
  for (const MarginTier& tier : instrument.tiers) {
    if (notional <= tier.notional_cap) {
      return tier;
    }
  }
  return instrument.tiers.back();
}

}  // namespace lanner::model
