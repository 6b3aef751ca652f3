#include "sim/pricer.hpp"

#include <algorithm>

namespace lanner::sim {
namespace {

using model::OrderRequest;
using model::OrderType;
using model::Side;

constexpr std::int64_t kBarShareDivisor = 10;

Price worse(Side side, Price a, Price b) noexcept {
  return side == Side::buy ? std::max(a, b) : std::min(a, b);
}

}  // namespace

bool is_traded_through(const OrderRequest& order, Price print, Price tick) noexcept {
  return order.side == Side::buy ? print <= order.price - tick : print >= order.price + tick;
}

bool is_marketable(const OrderRequest& order, Price last_px) noexcept {
  return last_px.is_positive() &&
         (order.side == Side::buy ? order.price >= last_px : order.price <= last_px);
}

bool is_triggered_by(const OrderRequest& order, Price price) noexcept {
  if (!order.trigger_price.is_positive()) {
    return false;  // a trailing order before its activation
  }
  const bool is_above = model::is_stop(order.type) == (order.side == Side::buy);
  return is_above ? price >= order.trigger_price : price <= order.trigger_price;
}

Price Pricer::adverse(Side side, InstrumentId id, Price base, Price by) const noexcept {
  const Price tick = (*instruments_)[id.index()].tick;
  return side == Side::buy ? round_up_to(base + by, tick)
                           : std::max(tick, round_down_to(base - by, tick));
}

Price Pricer::market(Side side, const Print& print, const MarketState& state,
                     Quantity quantity) const noexcept {
  const InstrumentId id = print.instrument_id;
  Price base = print.price;
  Price by = costs_->impact(id, print.price, quantity);
  const Price same_side = side == Side::buy ? state.buyer_px : state.seller_px;
  if (!print.is_bar && same_side.is_positive()) {
    base = worse(side, base, same_side);
  } else {
    by += costs_->half_spread(id, print.price);
  }
  return adverse(side, id, base, by);
}

Price Pricer::stop(const OrderRequest& order, const Print& print,
                   Quantity quantity) const noexcept {
  const Price base = order.trigger_by == model::TriggerBy::mark
                         ? print.price
                         : worse(order.side, order.trigger_price, print.price);
  return adverse(order.side, print.instrument_id, base,
                 costs_->stop_slippage(print.instrument_id, base, quantity, order_latency_));
}

Price Pricer::touched(const OrderRequest& order, const Print& print, const MarketState& state,
                      Quantity quantity) const noexcept {
  return worse(order.side, order.trigger_price, market(order.side, print, state, quantity));
}

Price Pricer::forced(Side side, const Print& print, Quantity quantity) const noexcept {
  return adverse(side, print.instrument_id, print.price,
                 costs_->stop_slippage(print.instrument_id, print.price, quantity,
                                       order_latency_));
}

Quantity Pricer::capacity(const RestingOrder& order, const Print& print,
                          Quantity wanted) const noexcept {
  const OrderRequest& request = order.request;
  const bool is_protective = is_reducing(request) && (request.type == OrderType::market ||
                                                      (model::is_stop(request.type) &&
                                                       !model::has_limit_price(request.type)));
  if (print.volume.is_zero()) {
    return is_protective ? wanted : Quantity{};
  }
  const Quantity step = (*instruments_)[print.instrument_id.index()].step;
  const Quantity share = print.is_bar ? Quantity::from_raw(print.volume.raw() / kBarShareDivisor)
                                      : print.volume;
  const Quantity whole = round_down_to(share, step);
  return std::min(wanted, is_protective ? std::max(whole, step) : whole);
}

}  // namespace lanner::sim
