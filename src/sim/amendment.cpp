// Changing a resting order in place. Venue rules (Binance futures, modify order): a refused change
// leaves the order as it was; a quantity at or below what is filled cancels it, and so does a price
// at which a post-only order would take. Less quantity keeps the place in the queue, a new price or
// more quantity loses it. The same holds for conditionals and their triggers, as on venues that let
// them be amended.

#include "sim/admission.hpp"
#include "sim/exchange.hpp"

namespace lanner::sim {
namespace {

model::OrderRequest amended(const model::OrderRequest& order,
                            const model::AmendOrder& request) noexcept {
  model::OrderRequest changed = order;
  if (!request.quantity.is_zero()) {
    changed.quantity = request.quantity;
  }
  if (!request.price.is_zero()) {
    changed.price = request.price;
  }
  if (!request.trigger_price.is_zero()) {
    changed.trigger_price = request.trigger_price;
  }
  return changed;
}

}  // namespace

void Exchange::amend(const model::AmendOrder& request) {
  using model::RejectReason;
  RestingOrder* order = book_.find_resting(request.client_order_id);
  if (order == nullptr) {
    recorder_.amend_rejected(request.client_order_id, request.instrument_id,
                             RejectReason::unknown_order);
    return;
  }
  const InstrumentId id = order->request.instrument_id;
  const MarketState& market = markets_[id.index()];
  const model::OrderRequest changed = amended(order->request, request);
  const bool is_used_up = !request.quantity.is_zero() && order->filled.is_positive() &&
                          changed.quantity <= order->filled;
  if (is_used_up && order->request.close_position == model::ClosePosition::no) {
    matcher_.cancel(*order, RejectReason::by_request);
    return;
  }
  const RejectReason reason = refusal_of_amendment(
      *order, changed, {instruments_[id.index()], market, book_, account_});
  if (reason != RejectReason::none) {
    recorder_.amend_rejected(request.client_order_id, id, reason);
    return;
  }
  const bool has_new_price = changed.price != order->request.price;
  const bool loses_place = has_new_price || changed.quantity > order->request.quantity ||
                           changed.trigger_price != order->request.trigger_price;
  order->request = changed;
  if (loses_place) {
    book_.requeue(*order, now_);
  }
  const bool is_in_book =
      model::has_limit_price(changed.type) && (!is_conditional(changed) || order->is_triggered);
  const bool crosses = has_new_price && is_in_book && is_marketable(changed, market.last_px);
  if (crosses && changed.instructions.post_only == model::PostOnly::yes) {
    matcher_.cancel(*order, RejectReason::post_only);
    return;
  }
  order->is_crossing = order->is_crossing || crosses;
  book_.disturb(id);
  recorder_.amended(*order, RejectReason::by_request);
  if (loses_place) {
    matcher_.settle_in(*order);
    if (order->is_resting) {
      matcher_.meet_book(*order);
    }
  }
}

}  // namespace lanner::sim
