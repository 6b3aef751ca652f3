#include "model/margin.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace lanner::model {
namespace {

constexpr Int128 kPricePerMoney =
    Int128{Price::kScale} * Quantity::kScale / Money::kScale * Rate::kScale;

// Solves collateral + sign x P x q - cost = rate x P x q - amount for P.
std::optional<Price> solve(const LeveragedPosition& position, Rate rate, Money amount) noexcept {
  const Money need = position.cost - position.collateral - amount;
  const std::int64_t slope = Rate::kScale * sign_of(position.side) - rate.raw();
  const int flip = slope < 0 ? -1 : 1;
  const Int128 denominator = Int128{position.quantity.raw()} * (slope * flip);
  if (denominator == 0) {
    return std::nullopt;
  }
  const Int128 raw =
      lanner::detail::divide_half_even(Int128{need.raw()} * flip * kPricePerMoney, denominator);
  if (raw <= 0 || !lanner::detail::fits_int64(raw)) {
    return std::nullopt;
  }
  return Price::from_raw(static_cast<std::int64_t>(raw));
}

Money at_leverage(Money notional, std::int64_t leverage) noexcept {
  return Money::from_raw((notional.raw() + leverage - 1) / leverage);
}

}  // namespace

Money maintenance_amount(const Instrument& instrument, Money notional) noexcept {
  ENSURE(!instrument.tiers.empty());
  Money amount;
  for (std::size_t i = 1; i < instrument.tiers.size(); ++i) {
    const MarginTier& below = instrument.tiers[i - 1];
    if (notional <= below.notional_cap) {
      break;
    }
    amount += money_times(below.notional_cap, instrument.tiers[i].maintenance - below.maintenance);
  }
  return amount;
}

Money maintenance_margin(const Instrument& instrument, Money notional) noexcept {
  return money_times(notional, margin_tier(instrument, notional).maintenance) -
         maintenance_amount(instrument, notional);
}

Money initial_margin(const Instrument& instrument, Money notional) noexcept {
  return at_leverage(notional, margin_tier(instrument, notional).leverage_max);
}

Money isolated_margin(const Instrument& instrument, Money notional,
                      const MarginTerms& terms) noexcept {
  const std::int32_t leverage =
      std::min(terms.isolated_leverage, margin_tier(instrument, notional).leverage_max);
  return at_leverage(notional, std::max(leverage, 1));
}

std::optional<Price> liquidation_price(const Instrument& instrument,
                                       const LeveragedPosition& position) noexcept {
  if (position.side == PositionSide::flat || !position.quantity.is_positive()) {
    return std::nullopt;
  }
  // The tier is that of the notional at the very price: the sum is continuous in it, so exactly
  // one tier agrees with its own solution; a rounding at a cap goes to the last one tried.
  std::optional<Price> found;
  Money floor;
  for (const MarginTier& tier : instrument.tiers) {
    const Money amount = maintenance_amount(instrument, tier.notional_cap);
    const auto price = solve(position, tier.maintenance, amount);
    found = price ? price : found;
    if (price) {
      const Money notional = notional_of(*price, position.quantity);
      if (notional >= floor && notional <= tier.notional_cap) {
        return price;
      }
    }
    floor = tier.notional_cap;
  }
  return found;
}

Price bankruptcy_price(const LeveragedPosition& position) noexcept {
  return solve(position, Rate{}, Money{}).value_or(Price{});
}

}  // namespace lanner::model
