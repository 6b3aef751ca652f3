#include "sim/admission.hpp"

#include "sim/matcher.hpp"
#include "sim/pricer.hpp"

namespace lanner::sim {
namespace {

using model::ClosePosition;
using model::Instrument;
using model::OrderRequest;
using model::OrderType;
using model::RejectReason;
using model::Side;

bool is_on_grid(Price price, const Instrument& instrument) noexcept {
  return price.is_positive() && round_down_to(price, instrument.tick) == price;
}

bool has_price_grid(const OrderRequest& order, const Instrument& instrument) noexcept {
  if (order.type == OrderType::limit && !is_on_grid(order.price, instrument)) {
    return false;
  }
  if (is_conditional(order) && !is_on_grid(order.trigger_price, instrument)) {
    return false;
  }
  return (!order.attached_stop_id.is_valid() || is_on_grid(order.attached_stop, instrument)) &&
         (!order.attached_target_id.is_valid() || is_on_grid(order.attached_target, instrument));
}

bool has_quantity_grid(const OrderRequest& order, const Instrument& instrument) noexcept {
  if (order.close_position == ClosePosition::yes) {
    return order.quantity.is_zero();
  }
  return order.quantity.is_positive() && order.quantity >= instrument.quantity_min &&
         round_down_to(order.quantity, instrument.step) == order.quantity;
}

bool is_known_id(const OrderRequest& order, const OrderBook& book) noexcept {
  return book.is_known(order.client_order_id) || book.is_known(order.attached_stop_id) ||
         book.is_known(order.attached_target_id);
}

bool triggers_at_once(const OrderRequest& order, const MarketState& market) noexcept {
  const bool by_mark =
      order.trigger_by == model::TriggerBy::mark && market.mark_px.is_positive();
  const Price reference = by_mark ? market.mark_px : market.last_px;
  return is_conditional(order) && reference.is_positive() && is_triggered_by(order, reference);
}

bool reduces_nothing(const OrderRequest& order, Quantity position) noexcept {
  return order.side == Side::buy ? !position.is_negative() : !position.is_positive();
}

Price price_for_margin(const OrderRequest& order, Price last_px) noexcept {
  if (order.type == OrderType::limit) {
    return order.price;
  }
  return is_conditional(order) ? order.trigger_price : last_px;
}

}  // namespace

RejectReason refusal_of(const OrderRequest& order, const Instrument& instrument,
                        const MarketState& market, const OrderBook& book,
                        const Account& account) {
  if (is_known_id(order, book)) {
    return RejectReason::duplicate_client_id;
  }
  if (market.state != model::InstrumentState::trading) {
    return RejectReason::not_trading;
  }
  if (!has_quantity_grid(order, instrument)) {
    return RejectReason::filter_quantity;
  }
  if (!has_price_grid(order, instrument)) {
    return RejectReason::filter_price;
  }
  if (book.count(instrument.id) >= Matcher::kOrdersMax) {
    return RejectReason::too_many_orders;
  }
  if (triggers_at_once(order, market)) {
    return RejectReason::would_trigger_immediately;
  }
  if (is_reducing(order)) {
    const bool is_refused =
        !is_conditional(order) && reduces_nothing(order, account.position(instrument.id));
    return is_refused ? RejectReason::reduce_only_flat : RejectReason::none;
  }
  const Price price = price_for_margin(order, market.last_px);
  if (notional_of(price, order.quantity) < instrument.notional_min && price.is_positive()) {
    return RejectReason::notional_min;
  }
  const Account::Intent intent{instrument.id, order.side, order.quantity, price,
                               order.client_order_id};
  return account.can_enter(intent, book) ? RejectReason::none : RejectReason::insufficient_margin;
}

bool is_crossing(const OrderRequest& order, Price last_px) noexcept {
  return order.type == OrderType::limit && last_px.is_positive() &&
         (order.side == Side::buy ? order.price >= last_px : order.price <= last_px);
}

}  // namespace lanner::sim
