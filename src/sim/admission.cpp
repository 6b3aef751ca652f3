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

// Venue rule (Binance): a callback of 0.1 % to 10 %. Others take a distance in price.
constexpr Rate kCallbackMin = Rate::from_raw(Rate::kScale / 1000);
constexpr Rate kCallbackMax = Rate::from_raw(Rate::kScale / 10);

bool has_trailing_grid(const model::OrderInstructions& terms,
                       const Instrument& instrument) noexcept {
  const bool has_rate =
      terms.callback_rate >= kCallbackMin && terms.callback_rate <= kCallbackMax;
  const bool has_offset = is_on_grid(terms.callback_offset, instrument);
  const bool has_one =
      has_rate ? terms.callback_offset.is_zero() : terms.callback_rate.is_zero() && has_offset;
  return has_one &&
         (terms.activation_price.is_zero() || is_on_grid(terms.activation_price, instrument));
}

// Post-only says never to take; at once (IOC, FOK) says to take or go.
bool has_conflict(const OrderRequest& order) noexcept {
  const model::OrderInstructions& terms = order.instructions;
  const bool is_post_only = terms.post_only == model::PostOnly::yes;
  const bool is_immediate = order.time_in_force == model::TimeInForce::ioc ||
                            order.time_in_force == model::TimeInForce::fok;
  const bool has_trailing = !terms.activation_price.is_zero() || !terms.callback_rate.is_zero() ||
                            !terms.callback_offset.is_zero();
  return (is_post_only && (is_immediate || !model::has_limit_price(order.type))) ||
         (has_trailing && order.type != OrderType::trailing_stop_market);
}

bool has_price_grid(const OrderRequest& order, const Instrument& instrument) noexcept {
  if (model::has_limit_price(order.type) && !is_on_grid(order.price, instrument)) {
    return false;
  }
  if (order.type == OrderType::trailing_stop_market) {
    return has_trailing_grid(order.instructions, instrument);
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
  const Price activation = order.instructions.activation_price;
  if (order.type == OrderType::trailing_stop_market && activation.is_positive()) {
    // Venue rule (Binance): a sell is activated above the market, a buy below it.
    return reference.is_positive() &&
           (order.side == Side::sell ? activation <= reference : activation >= reference);
  }
  return is_conditional(order) && reference.is_positive() && is_triggered_by(order, reference);
}

bool reduces_nothing(const OrderRequest& order, Quantity position) noexcept {
  return order.side == Side::buy ? !position.is_negative() : !position.is_positive();
}

Price price_for_margin(const OrderRequest& order, Price last_px) noexcept {
  if (model::has_limit_price(order.type)) {
    return order.price;
  }
  return is_conditional(order) && order.type != OrderType::trailing_stop_market
             ? order.trigger_price
             : last_px;
}

RejectReason refusal_of_figures(const OrderRequest& order, const Instrument& instrument) noexcept {
  if (has_conflict(order)) {
    return RejectReason::instruction_conflict;
  }
  if (!has_quantity_grid(order, instrument)) {
    return RejectReason::filter_quantity;
  }
  return has_price_grid(order, instrument) ? RejectReason::none : RejectReason::filter_price;
}

RejectReason refusal_to_post(const OrderRequest& order, const MarketState& market) noexcept {
  return order.instructions.post_only == model::PostOnly::yes && is_crossing(order, market.last_px)
             ? RejectReason::post_only
             : RejectReason::none;
}

// What an order would add to the account while it rests.
struct Exposure {
  const OrderRequest& order;
  Quantity quantity;
  Price last_px;
};

RejectReason refusal_of_exposure(const Exposure& exposure, const Instrument& instrument,
                                 const OrderBook& book, const Account& account) {
  const OrderRequest& order = exposure.order;
  const Price price = price_for_margin(order, exposure.last_px);
  if (notional_of(price, order.quantity) < instrument.notional_min && price.is_positive()) {
    return RejectReason::notional_min;
  }
  const Account::Intent intent{instrument.id, order.side, exposure.quantity, price,
                               order.client_order_id};
  return account.can_enter(intent, book) ? RejectReason::none : RejectReason::insufficient_margin;
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
  if (order.type == OrderType::trailing_stop_market && !order.trigger_price.is_zero()) {
    return RejectReason::instruction_conflict;  // the venue sets it
  }
  if (const RejectReason reason = refusal_of_figures(order, instrument);
      reason != RejectReason::none) {
    return reason;
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
    return is_refused ? RejectReason::reduce_only_flat : refusal_to_post(order, market);
  }
  const Exposure exposure{order, order.quantity, market.last_px};
  const RejectReason reason = refusal_of_exposure(exposure, instrument, book, account);
  return reason != RejectReason::none ? reason : refusal_to_post(order, market);
}

RejectReason refusal_of_amendment(const RestingOrder& resting, const OrderRequest& changed,
                                  const AmendmentContext& context) {
  const OrderRequest& order = resting.request;
  const bool has_new_trigger = changed.trigger_price != order.trigger_price;
  const bool has_new_price = changed.price != order.price;
  const bool has_new_quantity = changed.quantity != order.quantity;
  if ((has_new_trigger && (!is_conditional(order) || resting.is_triggered ||
                           order.type == OrderType::trailing_stop_market)) ||
      (has_new_price && !model::has_limit_price(order.type)) ||
      (has_new_quantity && order.close_position == ClosePosition::yes) ||
      order.type == OrderType::market) {
    return RejectReason::not_amendable;
  }
  if (context.market.state != model::InstrumentState::trading) {
    return RejectReason::not_trading;
  }
  if (const RejectReason reason = refusal_of_figures(changed, context.instrument);
      reason != RejectReason::none) {
    return reason;
  }
  if (has_new_trigger && triggers_at_once(changed, context.market)) {
    return RejectReason::would_trigger_immediately;
  }
  if (is_reducing(order)) {
    return RejectReason::none;
  }
  const Exposure exposure{changed, changed.quantity - resting.filled, context.market.last_px};
  return refusal_of_exposure(exposure, context.instrument, context.book, context.account);
}

bool is_crossing(const OrderRequest& order, Price last_px) noexcept {
  return order.type == OrderType::limit && is_marketable(order, last_px);
}

}  // namespace lanner::sim
