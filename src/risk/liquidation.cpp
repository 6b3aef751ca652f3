#include "risk/liquidation.hpp"

namespace lanner::risk {

Price liquidation_distance(const model::Instrument& instrument, Price entry, Quantity quantity,
                           const Cushion& cushion) noexcept {
  if (instrument.kind == model::InstrumentKind::spot || !quantity.is_positive()) {
    return Price::max();
  }
  const Money own = notional_of(entry, quantity);
  const Rate maintenance = model::margin_tier(instrument, own).maintenance;
  const Money amount = model::maintenance_amount(instrument, own);
  // Cross: the maintenance of the others is taken at this instrument's rate: tiers differ little
  // and the limits on exposure keep the sum small against equity.
  const bool is_isolated = cushion.margin.mode == model::MarginMode::isolated;
  const Money cushion_left =
      is_isolated
          ? model::isolated_margin(instrument, own, cushion.margin) -
                model::maintenance_margin(instrument, own)
          : cushion.equity - cushion.other_risk -
                (money_times(cushion.other_exposure + own, maintenance) - amount);
  if (!cushion_left.is_positive()) {
    return Price{};
  }
  // Beyond the price itself a long cannot lose more; the cap keeps the quotient in range.
  if (cushion_left >= own) {
    return entry;
  }
  return average_price(cushion_left, quantity);
}

}  // namespace lanner::risk
