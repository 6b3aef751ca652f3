#include "market/bar_builder.hpp"

#include <algorithm>

namespace lanner::market {

void BarBuilder::Minute::start(const model::TradeTick& trade, Timestamp minute_end) noexcept {
  *this = {minute_end, trade.price, trade.price, trade.price, trade.price, trade.quantity};
}

void BarBuilder::Minute::add(const model::TradeTick& trade) noexcept {
  high = std::max(high, trade.price);
  low = std::min(low, trade.price);
  close = trade.price;
  volume = volume > Quantity::max() - trade.quantity ? Quantity::max() : volume + trade.quantity;
}

BarBuilder::Use BarBuilder::on_trade(const model::TradeTick& trade, Timestamp ts_event) noexcept {
  State& state = states_[trade.instrument_id.index()];
  Minute& first = state.open[0];
  Minute& second = state.open[1];
  if (first.holds(ts_event)) {
    first.add(trade);
    return Use::taken;
  }
  if (ts_event < state.closed_until) {
    ++state.late;
    return Use::late;
  }
  const Timestamp end = ts_event.floor_to(minutes(1)) + minutes(1);
  if (!first.is_used()) {
    first.start(trade, end);
  } else if (second.holds(ts_event)) {
    second.add(trade);
  } else if (second.is_used()) {
    return Use::blocked;
  } else if (end < first.end) {
    second = first;
    first.start(trade, end);
  } else {
    second.start(trade, end);
  }
  return Use::taken;
}

bool BarBuilder::close_until(InstrumentId id, Timestamp boundary, model::Bar& out) noexcept {
  State& state = states_[id.index()];
  Minute& first = state.open[0];
  if (!first.is_used() || first.end > boundary) {
    state.closed_until = std::max(state.closed_until, boundary.floor_to(minutes(1)));
    return false;
  }
  out = {id, 60, first.open, first.high, first.low, first.close, first.volume};
  state.closed_until = first.end;
  first = state.open[1];
  state.open[1] = Minute{};
  return true;
}

}  // namespace lanner::market
