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

void apply(Instrument& instrument, const InstrumentRules& rules) noexcept {
  instrument.tick = rules.tick.is_positive() ? rules.tick : instrument.tick;
  instrument.step = rules.step.is_positive() ? rules.step : instrument.step;
  instrument.quantity_min =
      rules.quantity_min.is_positive() ? rules.quantity_min : instrument.quantity_min;
  instrument.notional_min =
      rules.notional_min.is_positive() ? rules.notional_min : instrument.notional_min;
  instrument.grid_source = RuleSource::documented;
}

}  // namespace lanner::model
