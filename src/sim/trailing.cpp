// Trailing stops: the trigger follows the best price since the activation and never goes back.

#include <algorithm>

#include "sim/matcher.hpp"

namespace lanner::sim {

using model::OrderRequest;
using model::Side;

// Where a venue has no mark series the last price stands for the mark.
bool Matcher::follows_mark(const OrderRequest& request) const noexcept {
  return request.trigger_by == model::TriggerBy::mark &&
         parts_.markets[request.instrument_id.index()].mark_px.is_positive();
}

// Venue rule (Binance, trailing stop market): a sell follows the highest price from its activation
// on and triggers `callback` below it; a buy mirrors this. The trigger is rounded to the tick away
// from the market, so that it is never met early.
void Matcher::follow(RestingOrder& order, Price price) noexcept {
  OrderRequest& request = order.request;
  const model::OrderInstructions& terms = request.instructions;
  const bool sells = request.side == Side::sell;
  if (!price.is_positive() || order.is_triggered) {
    return;
  }
  if (!order.watermark.is_positive()) {
    const Price activation = terms.activation_price;
    const bool is_reached = sells ? price >= activation : price <= activation;
    if (activation.is_positive() && !is_reached) {
      return;
    }
    order.watermark = price;
  }
  order.watermark = sells ? std::max(order.watermark, price) : std::min(order.watermark, price);
  const Price distance = terms.callback_rate.is_positive()
                             ? price_times(order.watermark, terms.callback_rate) - order.watermark
                             : terms.callback_offset;
  const Price tick = parts_.instruments[request.instrument_id.index()].tick;
  request.trigger_price = sells
                              ? std::max(tick, round_down_to(order.watermark - distance, tick))
                              : round_up_to(order.watermark + distance, tick);
}

}  // namespace lanner::sim
