#include "sim/account.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "sim/order_book.hpp"

namespace lanner::sim {
namespace {

using model::Instrument;
using model::InstrumentKind;
using model::Side;

constexpr Money kUnit = Money::from_raw(1);
constexpr std::int64_t kShareTimes = 4;  // what a position may lose inside its band, in shares

// The price at which an order would count against the account while it rests.
Price resting_price(const model::OrderRequest& order, Price mark_px) noexcept {
  switch (order.type) {
    case model::OrderType::limit:
    case model::OrderType::stop_limit:
    case model::OrderType::limit_if_touched: return order.price;
    case model::OrderType::stop_market:
    case model::OrderType::market_if_touched: return order.trigger_price;
    case model::OrderType::market:
    case model::OrderType::trailing_stop_market: break;
  }
  return mark_px;
}

bool is_long(Quantity position) noexcept { return position.is_positive(); }

}  // namespace

Account::Account(const model::InstrumentTable& instruments, std::span<const Money> balances,
                 const Terms& terms)
    : instruments_(&instruments), terms_(terms), holdings_(instruments.size()) {
  std::size_t venues = balances.size();
  for (const Instrument& instrument : instruments) {
    ENSURE(instrument.venue_id.is_valid());
    venues = std::max(venues, instrument.venue_id.index() + 1);
    holdings_[instrument.id.index()].venue = instrument.venue_id.value();
  }
  venues_.resize(venues);
  for (std::size_t i = 0; i < balances.size(); ++i) {
    venues_[i].cash = balances[i];
    venues_[i].totals.start = balances[i];
  }
}

void Account::apply(const Fill& fill) {
  Holding& holding = holdings_[fill.instrument_id.index()];
  Venue& venue = venues_[(*instruments_)[fill.instrument_id.index()].venue_id.index()];
  const bool buys = fill.side == Side::buy;
  const Quantity open = holding.quantity.abs();
  const bool reduces = open.is_positive() && is_long(holding.quantity) != buys;
  const Quantity closed = reduces ? std::min(open, fill.quantity) : Quantity{};
  const Quantity opened = fill.quantity - closed;

  const Money whole = notional_of(fill.price, fill.quantity);
  const Money closing = opened.is_zero() ? whole : notional_of(fill.price, closed);
  if (closed.is_positive()) {
    // Of a long: exit value minus its share of the cost. Of a short the signs are turned.
    const Money share = closed == open ? holding.cost
                                       : money_share(holding.cost, closed, open);
    const Money realised = (buys ? -closing : closing) - share;
    holding.cost -= share;
    lock(holding, venue, -(closed == open ? holding.margin
                                          : money_share(holding.margin, closed, open)));
    venue.cash += realised;
    venue.totals.realised += realised;
  }
  const Money opening = whole - closing;
  holding.cost += buys ? opening : -opening;
  if (is_isolated(fill.instrument_id)) {
    const Instrument& instrument = (*instruments_)[fill.instrument_id.index()];
    lock(holding, venue, model::isolated_margin(instrument, opening, terms_.margin));
  }
  holding.quantity += buys ? fill.quantity : -fill.quantity;

  venue.cash -= fill.commission + (terms_.planted.fee_one_unit ? kUnit : Money{});
  venue.totals.commissions += fill.commission;
  revalue(fill.instrument_id.index());
  if (!venue.is_calm) {
    return;
  }
  venue.open += (holding.quantity.is_zero() ? 0 : 1) - (open.is_zero() ? 0 : 1);
  if (!holding.quantity.is_zero()) {
    set_band(holding, venue.share);
  }
  keep_calm(venue);
}

void Account::lock(Holding& holding, Venue& venue, Money amount) noexcept {
  holding.margin += amount;
  venue.locked += amount;
}

bool Account::is_isolated(InstrumentId id) const noexcept {
  return terms_.margin.mode == model::MarginMode::isolated &&
         (*instruments_)[id.index()].kind == InstrumentKind::perpetual;
}

bool Account::judge_maintenance(InstrumentId id) noexcept {
  const Holding& holding = holdings_[id.index()];
  if (is_isolated(id)) {
    if (holding.is_stale) {
      revalue(id.index());
    }
    return !holding.quantity.is_zero() &&
           holding.margin + holding.unrealised < holding.maintenance;
  }
  value(holding.venue);
  const Venue& venue = venues_[holding.venue];
  if (venue.maintenance.is_positive() && venue.cash + venue.unrealised < venue.maintenance) {
    return true;
  }
  if (terms_.margin.mode == model::MarginMode::cross) {
    set_bands(holding.venue);
  }
  return false;
}

// A move of the price takes at most its size from the equity, and adds at most as much to what
// must be kept: no venue asks for more than the whole notional. So a position costs at most twice
// its share on the way to the edge of its band; and as much again where it was valued at the other
// edge. Bands for half of what is free leave the rest to positions that are opened later.
void Account::set_bands(std::size_t index) noexcept {
  Venue& venue = venues_[index];
  const Money free = venue.cash + venue.unrealised - venue.maintenance;
  venue.open = 0;
  for (const Holding& holding : holdings_) {
    venue.open += holding.venue == index && !holding.quantity.is_zero() ? 1 : 0;
  }
  constexpr std::int64_t kMoreOpen = 8;  // new positions, at least, that find room for a band
  venue.share = Money::from_raw(std::max(free.raw(), std::int64_t{0}) /
                                (2 * kShareTimes * (venue.open + kMoreOpen)));
  venue.is_calm = true;
  keep_calm(venue);
  if (!venue.is_calm || venue.open == 0) {
    return;
  }
  for (Holding& holding : holdings_) {
    if (holding.venue == index && !holding.quantity.is_zero()) {
      set_band(holding, venue.share);
    }
  }
}

// Around the price at which the position was just valued.
void Account::set_band(Holding& holding, Money share) noexcept {
  const Int128 move = Int128{share.raw()} * Price::kScale / holding.quantity.abs().raw();
  const Price room = move < Int128{holding.mark_px.raw()}
                         ? Price::from_raw(static_cast<std::int64_t>(move))
                         : holding.mark_px;
  holding.calm_from = holding.mark_px - room;
  holding.calm_to =
      holding.mark_px > Price::max() - room ? Price::max() : holding.mark_px + room;
}

// Each position was last valued inside its band, so what is free by those values less what all
// bands may come to is free at every price inside them.
void Account::keep_calm(Venue& venue) noexcept {
  constexpr std::int64_t kUnitsMin = 1'000'000;  // far above what roundings come to
  const Money free = venue.cash + venue.unrealised - venue.maintenance;
  const Money behind_bands = free - venue.share * (kShareTimes * venue.open);
  venue.is_calm =
      venue.is_calm && (venue.open == 0 || behind_bands.raw() >= kUnitsMin);
}

void Account::on_rules(InstrumentId id) noexcept {
  Holding& holding = holdings_[id.index()];
  venues_[holding.venue].is_calm = false;
  if (!holding.quantity.is_zero()) {
    holding.is_stale = venues_[holding.venue].has_stale = true;
  }
}

model::LeveragedPosition Account::leveraged(InstrumentId id) const noexcept {
  const Holding& holding = holdings_[id.index()];
  const Venue& venue = venues_[holding.venue];
  value(holding.venue);
  const Money shared = venue.cash + (venue.unrealised - holding.unrealised) -
                       (venue.maintenance - holding.maintenance);
  return {holding.quantity.is_zero()    ? model::PositionSide::flat
          : is_long(holding.quantity) ? model::PositionSide::long_side
                                      : model::PositionSide::short_side,
          holding.quantity.abs(), holding.cost, is_isolated(id) ? holding.margin : shared};
}

std::optional<Price> Account::liquidation_price(InstrumentId id) const noexcept {
  const Instrument& instrument = (*instruments_)[id.index()];
  return instrument.kind == InstrumentKind::perpetual
             ? model::liquidation_price(instrument, leveraged(id))
             : std::nullopt;
}

Money Account::margin_for(const Instrument& instrument, Money notional) const noexcept {
  return terms_.margin.mode == model::MarginMode::isolated
             ? model::isolated_margin(instrument, notional, terms_.margin)
             : model::initial_margin(instrument, notional);
}

void Account::pay_funding(InstrumentId id, Money amount) {
  Venue& venue = venues_[(*instruments_)[id.index()].venue_id.index()];
  venue.cash += amount - (terms_.planted.funding_one_unit ? kUnit : Money{});
  venue.totals.funding += amount;
  keep_calm(venue);
}

void Account::value_stale(std::size_t venue) const noexcept {
  venues_[venue].has_stale = false;
  for (std::size_t i = 0; i < holdings_.size(); ++i) {
    if (holdings_[i].venue == venue && holdings_[i].is_stale) {
      revalue(i);
    }
  }
}

void Account::revalue(std::size_t index) const noexcept {
  Holding& holding = holdings_[index];
  const Instrument& instrument = (*instruments_)[index];
  Venue& venue = venues_[holding.venue];
  holding.is_stale = false;
  venue.unrealised -= holding.unrealised;
  venue.maintenance -= holding.maintenance;
  if (holding.quantity.is_zero()) {
    holding.unrealised = Money{};
    holding.maintenance = Money{};
    return;
  }
  const Money value = notional_of(holding.mark_px, holding.quantity);
  holding.unrealised = value - holding.cost;
  if (instrument.kind == InstrumentKind::perpetual) {
    const Money size = value.abs();
    holding.maintenance = model::maintenance_margin(instrument, size);
  }
  venue.unrealised += holding.unrealised;
  venue.maintenance += holding.maintenance;
}

bool Account::can_enter(const Intent& intent, const OrderBook& book) const {
  if ((*instruments_)[intent.instrument_id.index()].kind == InstrumentKind::perpetual) {
    return has_margin(intent, book);
  }
  return intent.side == Side::buy ? can_buy_spot(intent, book) : can_sell_spot(intent, book);
}

// Isolated positions keep what they brought, whatever it is worth by now; profits that are not
// taken yet carry nothing else.
bool Account::has_margin(const Intent& intent, const OrderBook& book) const {
  const Instrument& instrument = (*instruments_)[intent.instrument_id.index()];
  const VenueId venue = instrument.venue_id;
  const bool isolated = terms_.margin.mode == model::MarginMode::isolated;
  Money used = margin_for(instrument, notional_of(intent.price, intent.quantity));
  used += isolated ? venues_[venue.index()].locked : Money{};
  for (const Instrument& other : *instruments_) {
    const Holding& holding = holdings_[other.id.index()];
    if (!isolated && other.venue_id == venue && other.kind == InstrumentKind::perpetual &&
        !holding.quantity.is_zero()) {
      used += margin_for(other, notional_of(holding.mark_px, holding.quantity.abs()));
    }
  }
  book.for_each_resting([&](const RestingOrder& order) {
    const Instrument& other = (*instruments_)[order.request.instrument_id.index()];
    if (other.venue_id == venue && !is_reducing(order.request) &&
        order.request.client_order_id != intent.ignore_id) {
      const Price price = resting_price(order.request, holdings_[other.id.index()].mark_px);
      used += margin_for(other, notional_of(price, order.leaves()));
    }
  });
  return used <= (isolated ? cash(venue) : equity(venue));
}

bool Account::can_buy_spot(const Intent& intent, const OrderBook& book) const {
  const Instrument& instrument = (*instruments_)[intent.instrument_id.index()];
  const Money bought = notional_of(intent.price, intent.quantity);
  Money used = bought + money_times(bought, instrument.taker_fee);
  for (const Instrument& other : *instruments_) {
    if (other.venue_id == instrument.venue_id && other.kind == InstrumentKind::spot) {
      used += holdings_[other.id.index()].cost;
    }
  }
  book.for_each_resting([&](const RestingOrder& order) {
    const Instrument& other = (*instruments_)[order.request.instrument_id.index()];
    if (other.venue_id == instrument.venue_id && order.request.side == Side::buy &&
        !is_reducing(order.request) && order.request.client_order_id != intent.ignore_id) {
      const Price price = resting_price(order.request, holdings_[other.id.index()].mark_px);
      const Money reserved = notional_of(price, order.leaves());
      used += reserved + money_times(reserved, other.taker_fee);
    }
  });
  return used <= cash(instrument.venue_id);
}

bool Account::can_sell_spot(const Intent& intent, const OrderBook& book) const {
  Quantity held = position(intent.instrument_id);
  book.for_each_resting([&](const RestingOrder& order) {
    if (order.request.instrument_id == intent.instrument_id &&
        order.request.side == Side::sell && !is_reducing(order.request) &&
        order.request.client_order_id != intent.ignore_id) {
      held -= order.leaves();
    }
  });
  return intent.quantity <= held;
}

}  // namespace lanner::sim
