// What the venue does to an account without being asked: it takes positions away.
//
// Margin is valued at the mark where the venue publishes one, otherwise at the last price. Cross: a
// venue whose equity falls below the sum of its positions' maintenance loses them all, and a loss
// beyond the balance stays a debt, so that no test can hide it. Isolated: a position falls alone,
// and what its own margin cannot carry is the insurance fund's: it is taken over at its bankruptcy
// price.

#include <algorithm>

#include "sim/matcher.hpp"

namespace lanner::sim {

using model::ForcedFill;
using model::LiquiditySide;
using model::RejectReason;
using model::Side;

void Matcher::check_margin(const Print& print) {
  const InstrumentId id = print.instrument_id;
  if (!parts_.account.is_below_maintenance(id)) {
    return;
  }
  if (parts_.account.is_isolated(id)) {
    cancel_all(id, RejectReason::insufficient_margin);
    liquidate(id, print);
    return;
  }
  const VenueId venue = parts_.instruments[id.index()].venue_id;
  for (const model::Instrument& instrument : parts_.instruments) {
    if (instrument.venue_id == venue) {
      cancel_all(instrument.id, RejectReason::insufficient_margin);
    }
  }
  for (const model::Instrument& instrument : parts_.instruments) {
    if (instrument.venue_id == venue &&
        instrument.kind == model::InstrumentKind::perpetual) {
      liquidate(instrument.id, print);
    }
  }
}

// The whole position at its last price and stop slippage: what the engine could have had with a
// stop, at best; and the liquidation fee beside the taker's.
void Matcher::liquidate(InstrumentId id, const Print& cause) {
  const Quantity position = parts_.account.position(id);
  if (position.is_zero()) {
    return;
  }
  const MarketState& market = parts_.markets[id.index()];
  const model::Instrument& instrument = parts_.instruments[id.index()];
  Print print = cause;
  print.instrument_id = id;
  print.price = market.mark_px.is_positive() ? market.last_px : parts_.account.mark_px(id);
  const Side side = position.is_positive() ? Side::sell : Side::buy;
  Forced forced{ForcedFill::liquidation, position.abs(), Price{}, Money{}, print.price,
                print.volume};
  forced.price = parts_.pricer.forced(side, print, position.abs());
  const Rate fee = instrument.taker_fee + parts_.liquidation_fee;
  if (parts_.account.is_isolated(id)) {
    const model::LeveragedPosition held = parts_.account.leveraged(id);
    const Price bankruptcy = model::bankruptcy_price(held);
    forced.price = side == Side::sell
                       ? std::max(forced.price, round_up_to(bankruptcy, instrument.tick))
                       : std::min(forced.price, round_down_to(bankruptcy, instrument.tick));
    const Money value = notional_of(forced.price, forced.quantity) * sign_of(held.side);
    const Money left = held.collateral + value - held.cost;
    forced.commission =
        std::clamp(money_times(value.abs(), fee), Money{}, std::max(left, Money{}));
  } else {
    forced.commission = money_times(notional_of(forced.price, forced.quantity), fee);
  }
  force(id, forced);
}

void Matcher::force(InstrumentId id, const Forced& forced) {
  const Side side = parts_.account.position(id).is_positive() ? Side::sell : Side::buy;
  parts_.account.apply({id, side, forced.quantity, forced.price, forced.commission});
  parts_.recorder.forced(id, side, {forced.quantity, forced.price, forced.commission,
                                    LiquiditySide::taker, Quantity{}, forced.print_px,
                                    forced.print_volume, parts_.account.position(id),
                                    forced.kind});
}

// Venue rule (Binance, auto-deleveraging): positions in profit are closed at the bankruptcy price
// of the order that the insurance fund could not carry; no fee is charged for it.
void Matcher::deleverage(const Deleveraging& event) {
  const InstrumentId id = event.instrument_id;
  const model::Instrument& instrument = parts_.instruments[id.index()];
  const Quantity position = parts_.account.position(id);
  const Price last_px = parts_.account.mark_px(id);
  if (instrument.kind != model::InstrumentKind::perpetual || position.is_zero() ||
      !parts_.account.unrealised(id).is_positive()) {
    return;
  }
  const auto share = static_cast<std::int64_t>(detail::divide_half_even(
      Int128{position.abs().raw()} * event.share.raw(), Rate::kScale));
  const Quantity quantity =
      std::min(position.abs(), round_up_to(Quantity::from_raw(share), instrument.step));
  const Rate behind = instrument.tiers.front().maintenance;
  const Price assumed = position.is_positive()
                            ? round_down_to(price_times(last_px, -behind), instrument.tick)
                            : round_up_to(price_times(last_px, behind), instrument.tick);
  const Price price = event.price.is_positive() ? event.price
                                                : std::max(assumed, instrument.tick);
  if (!quantity.is_positive()) {
    return;
  }
  force(id, {ForcedFill::deleveraging, quantity, price, Money{}, last_px, Quantity{}});
  if (parts_.account.position(id).is_zero()) {
    on_flat(nullptr, id);
  }
}

void Matcher::settle_position(InstrumentId id, Price price) {
  const Quantity position = parts_.account.position(id);
  if (!position.is_zero() && price.is_positive()) {
    force(id, {ForcedFill::settlement, position.abs(), price, Money{}, price, Quantity{}});
  }
}

}  // namespace lanner::sim
