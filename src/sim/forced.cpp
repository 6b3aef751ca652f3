// What the venue does to an account without being asked: it takes positions away.

#include "sim/matcher.hpp"

namespace lanner::sim {

using model::LiquiditySide;
using model::RejectReason;
using model::Side;

void Matcher::check_margin(const Print& print) {
  const VenueId venue = parts_.instruments[print.instrument_id.index()].venue_id;
  const Money maintenance = parts_.account.maintenance(venue);
  if (!maintenance.is_positive() || parts_.account.equity(venue) >= maintenance) {
    return;
  }
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
// stop, at best. A loss beyond the balance stays a debt, so that no test can hide it.
void Matcher::liquidate(InstrumentId id, const Print& cause) {
  const Quantity position = parts_.account.position(id);
  if (position.is_zero()) {
    return;
  }
  Print print = cause;
  print.instrument_id = id;
  print.price = parts_.account.mark_px(id);
  const Side side = position.is_positive() ? Side::sell : Side::buy;
  const Price price = parts_.pricer.forced(side, print, position.abs());
  const Money commission = money_times(notional_of(price, position.abs()),
                                       parts_.instruments[id.index()].taker_fee);
  parts_.account.apply({id, side, position.abs(), price, commission});
  parts_.recorder.liquidated(id, side, {position.abs(), price, commission, LiquiditySide::taker,
                                        Quantity{}, print.price, print.volume, Quantity{}});
}

}  // namespace lanner::sim
