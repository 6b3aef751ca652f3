#include "portfolio/portfolio.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "model/margin.hpp"

namespace lanner::portfolio {
namespace {

using model::ExitReason;
using model::PositionSide;

PositionSide side_of(model::Side side) noexcept {
  return side == model::Side::buy ? PositionSide::long_side : PositionSide::short_side;
}

// Zero instead of an error where the risk is not known.
Score in_r(Money money, Money risk) noexcept {
  return risk.is_zero() ? Score{} : ratio(money, risk).value_or(Score{});
}

Money realised_risk(const model::Position& position, const TradeContext& context) noexcept {
  if (!context.stop_px.is_positive()) {
    return Money{};
  }
  const Money at_stop = notional_of(context.stop_px, position.entry_qty);
  const Money realised = (position.entry_notional - at_stop).abs();
  return realised.is_zero() ? (notional_of(context.decision_px, position.entry_qty) - at_stop).abs()
                            : realised;
}

// What is lost from cost to stop; nothing when the stop is on the winning side.
Money risk_left(const model::Position& position) noexcept {
  if (!position.stop_px.is_positive()) {
    return position.cost.abs();
  }
  const Money at_stop = notional_of(position.stop_px, position.quantity) * sign_of(position.side);
  return std::max(position.cost - at_stop, Money{});
}

void stretch_range(model::Position& position, Price price) noexcept {
  const bool is_long = position.side == PositionSide::long_side;
  const Price high = std::max(price, is_long ? position.best_px : position.worst_px);
  const Price low = std::min(price, is_long ? position.worst_px : position.best_px);
  position.best_px = is_long ? high : low;
  position.worst_px = is_long ? low : high;
}

}  // namespace

Portfolio::Portfolio(const model::InstrumentTable& instruments,
                     std::span<const Money> balance_by_venue)
    : instruments_(&instruments),
      slots_(instruments.size()),
      cash_(balance_by_venue.begin(), balance_by_venue.end()) {
  open_.reserve(instruments.size());
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    ENSURE(instruments[i].venue_id.index() < cash_.size());
    slots_[i].position.instrument_id = InstrumentId{static_cast<std::uint32_t>(i)};
    slots_[i].is_spot = instruments[i].kind == model::InstrumentKind::spot;
    slots_[i].venue_id = instruments[i].venue_id;
  }
  for (const Money balance : cash_) {
    start_equity_ += balance;
  }
  settled_ = peak_equity_ = trough_equity_ = start_equity_;
}

void Portfolio::expect(InstrumentId id, const TradeContext& context) noexcept {
  slots_[id.index()].expected = context;
  slots_[id.index()].has_expected = true;
}

std::optional<model::TradeClosed> Portfolio::on_fill(const model::OrderFilled& fill,
                                                     ExitReason exit_if_flat,
                                                     Timestamp now) noexcept {
  Slot& slot = slots_[fill.instrument_id.index()];
  model::Position& position = slot.position;
  Leg rest{fill.last_qty, notional_of(fill.last_px, fill.last_qty), fill.commission};
  std::optional<model::TradeClosed> trade;
  if (position.side != PositionSide::flat && position.side != side_of(fill.side)) {
    const Quantity part = std::min(fill.last_qty, position.quantity);
    const Leg exit{part, notional_of(fill.last_px, part),
                   money_share(fill.commission, part, fill.last_qty)};
    rest = {rest.quantity - exit.quantity, rest.notional - exit.notional,
            rest.commission - exit.commission};
    leave(slot, fill, exit);
    position.last_fill_at = now;
    if (position.quantity.is_zero()) {
      trade = close(slot, exit_if_flat, now);
    }
  }
  if (rest.quantity.is_positive()) {
    if (position.side == PositionSide::flat) {
      open(slot, fill, now);
    }
    enter(slot, fill, rest);
    position.last_fill_at = now;
  }
  revalue(slot);
  note_equity();
  return trade;
}

void Portfolio::open(Slot& slot, const model::OrderFilled& fill, Timestamp now) noexcept {
  model::Position& position = slot.position;
  position.side = side_of(fill.side);
  const bool is_expected = slot.has_expected && slot.expected.side == position.side;
  slot.context = is_expected ? slot.expected : TradeContext{};
  slot.context.side = position.side;
  position.candidate_id = slot.context.candidate_id;
  position.stop_px = slot.context.stop_px;
  position.mark_px = position.best_px = position.worst_px = fill.last_px;
  position.opened_at = now;
  if (open_.empty()) {
    exposed_since_ = now;
  }
  open_.push_back(position.instrument_id);
}

void Portfolio::enter(Slot& slot, const model::OrderFilled& fill, const Leg& leg) noexcept {
  model::Position& position = slot.position;
  position.quantity += leg.quantity;
  position.cost += leg.notional * sign_of(position.side);
  position.entry_qty += leg.quantity;
  position.entry_notional += leg.notional;
  position.commissions += leg.commission;
  position.risk = realised_risk(position, slot.context);
  stretch_range(position, fill.last_px);
  if (slot.context.decision_px.is_positive()) {
    const Money fair = notional_of(slot.context.decision_px, leg.quantity);
    const Money slippage = (leg.notional - fair) * sign_of(position.side);
    slot.slippage += slippage;
    totals_.slippage += slippage;
  }
  totals_.commissions += leg.commission;
  settled_ -= leg.commission;
  cash_[slot.venue_id.index()] -= leg.commission;
}

void Portfolio::leave(Slot& slot, const model::OrderFilled& fill, const Leg& leg) noexcept {
  model::Position& position = slot.position;
  const Money released = money_share(position.cost, leg.quantity, position.quantity);
  const Money realised = leg.notional * sign_of(position.side) - released;
  position.quantity -= leg.quantity;
  position.cost -= released;
  position.exit_qty += leg.quantity;
  position.exit_notional += leg.notional;
  position.commissions += leg.commission;
  stretch_range(position, fill.last_px);
  slot.gross += realised;
  totals_.gross_realised += realised;
  totals_.commissions += leg.commission;
  settled_ += realised - leg.commission;
  cash_[slot.venue_id.index()] += realised - leg.commission;
}

model::TradeClosed Portfolio::close(Slot& slot, ExitReason reason, Timestamp now) noexcept {
  const model::Position& position = slot.position;
  const Money net = slot.gross - position.commissions + position.funding;
  const auto excursion = [&](Price price) {
    const Money there = notional_of(price, position.entry_qty) - position.entry_notional;
    return in_r(there * sign_of(position.side), position.risk);
  };
  const model::TradeClosed trade{
      .trade_number = totals_.trades + 1,
      .candidate_id = position.candidate_id,
      .instrument_id = position.instrument_id,
      .side = position.side,
      .template_id = slot.context.template_id,
      .exit_reason = reason,
      .quantity = position.entry_qty,
      .entry_px = average_price(position.entry_notional, position.entry_qty),
      .exit_px = average_price(position.exit_notional, position.exit_qty),
      .decision_px = slot.context.decision_px,
      .stop_px = slot.context.stop_px,
      .target_px = slot.context.target_px,
      .gross_pnl = slot.gross,
      .commissions = position.commissions,
      .funding = position.funding,
      .net_pnl = net,
      .slippage = slot.slippage,
      .risk = position.risk,
      .net_r = in_r(net, position.risk),
      .gross_r = in_r(slot.gross, position.risk),
      .cost_r = in_r(position.commissions + slot.slippage - position.funding, position.risk),
      .mfe_r = excursion(position.best_px),
      .mae_r = excursion(position.worst_px),
      .opened_at = position.opened_at,
      .closed_at = now,
  };
  count(trade);
  slot.position = model::Position{};
  slot.position.instrument_id = trade.instrument_id;
  slot.context = TradeContext{};
  slot.gross = slot.slippage = Money{};
  open_.erase(std::find(open_.begin(), open_.end(), trade.instrument_id));
  if (open_.empty()) {
    exposed_ = exposed_ + (now - exposed_since_);
  }
  return trade;
}

void Portfolio::count(const model::TradeClosed& trade) noexcept {
  ++totals_.trades;
  if (trade.net_pnl.is_positive()) {
    ++totals_.wins;
  } else if (trade.net_pnl.is_negative()) {
    ++totals_.losses;
  } else {
    ++totals_.flats;
  }
}

void Portfolio::on_funding(const model::FundingPaid& funding) noexcept {
  Slot& slot = slots_[funding.instrument_id.index()];
  if (slot.position.side != PositionSide::flat) {
    slot.position.funding += funding.amount;
  }
  totals_.funding += funding.amount;
  settled_ += funding.amount;
  cash_[slot.venue_id.index()] += funding.amount;
  note_equity();
}

void Portfolio::mark_open(Slot& slot, Price mark) noexcept {
  if (!mark.is_positive()) {
    return;
  }
  slot.position.mark_px = mark;
  stretch_range(slot.position, mark);
  revalue(slot);
  note_equity();
}

void Portfolio::revalue(Slot& slot) noexcept {
  const model::Position& position = slot.position;
  const Money exposure = notional_of(position.mark_px, position.quantity);
  const Money unrealised = exposure * sign_of(position.side) - position.cost;
  const Money risk =
      position.side == PositionSide::flat ? Money{} : risk_left(position);
  gross_exposure_ += exposure - slot.exposure;
  unrealised_ += unrealised - slot.unrealised;
  open_risk_ += risk - slot.open_risk;
  slot.exposure = exposure;
  slot.unrealised = unrealised;
  slot.open_risk = risk;
}

void Portfolio::note_equity() noexcept {
  const Money now = equity();
  if (now > peak_equity_) {
    peak_equity_ = trough_equity_ = now;
  } else if (now < trough_equity_) {
    trough_equity_ = now;
    max_drawdown_ = std::max(max_drawdown_, drawdown());
  }
}

Score Portfolio::drawdown() const noexcept {
  return peak_equity_.is_positive() ? in_r(peak_equity_ - equity(), peak_equity_) : Score{};
}

Duration Portfolio::exposed_for(Timestamp now) const noexcept {
  return open_.empty() ? exposed_ : exposed_ + (now - exposed_since_);
}

Money Portfolio::free_cash(VenueId venue) const noexcept {
  Money free = cash_[venue.index()];
  for (const InstrumentId id : open_) {
    const Slot& slot = slots_[id.index()];
    free -= slot.is_spot && slot.venue_id == venue ? slot.position.cost : Money{};
  }
  return free;
}

Money Portfolio::margin_used(VenueId venue) const noexcept {
  Money sum;
  for (const InstrumentId id : open_) {
    const Slot& slot = slots_[id.index()];
    if (!slot.is_spot && slot.venue_id == venue) {
      sum += model::initial_margin((*instruments_)[id.index()], slot.exposure);
    }
  }
  return sum;
}

Money Portfolio::margin_used() const noexcept {
  Money sum;
  for (const InstrumentId id : open_) {
    const Slot& slot = slots_[id.index()];
    const auto& instrument = (*instruments_)[id.index()];
    sum += slot.is_spot ? Money{} : model::initial_margin(instrument, slot.exposure);
  }
  return sum;
}

Portfolio::Account Portfolio::account_without(const Slot& slot) const noexcept {
  Account rest{cash_[slot.venue_id.index()], Money{}};
  for (const InstrumentId id : open_) {
    const Slot& other = slots_[id.index()];
    if (&other == &slot || other.venue_id != slot.venue_id) {
      continue;
    }
    rest.equity += other.unrealised;
    if (!other.is_spot) {
      const model::Instrument& instrument = (*instruments_)[id.index()];
      rest.maintenance += model::maintenance_margin(instrument, other.exposure);
    }
  }
  return rest;
}

std::optional<Price> Portfolio::solve_liquidation(const model::Instrument& instrument,
                                                  const model::Position& position,
                                                  const Account& rest) noexcept {
  return model::liquidation_price(instrument, {position.side, position.quantity, position.cost,
                                               rest.equity - rest.maintenance});
}

std::optional<Price> Portfolio::liquidation_price(InstrumentId id) const noexcept {
  const Slot& slot = slots_[id.index()];
  if (slot.is_spot || slot.position.side == PositionSide::flat) {
    return std::nullopt;
  }
  return solve_liquidation((*instruments_)[id.index()], slot.position, account_without(slot));
}

std::optional<Price> Portfolio::liquidation_price_after(InstrumentId id, PositionSide side,
                                                        Quantity quantity,
                                                        Price price) const noexcept {
  const Slot& slot = slots_[id.index()];
  const bool is_other_side =
      slot.position.side != PositionSide::flat && slot.position.side != side;
  if (slot.is_spot || is_other_side || !quantity.is_positive()) {
    return std::nullopt;
  }
  const model::Instrument& instrument = (*instruments_)[id.index()];
  const Money added = notional_of(price, quantity);
  model::Position joined = slot.position;
  joined.side = side;
  joined.quantity += quantity;
  joined.cost += added * sign_of(side);
  Account rest = account_without(slot);
  rest.equity -= money_times(added, instrument.taker_fee);
  return solve_liquidation(instrument, joined, rest);
}

}  // namespace lanner::portfolio
