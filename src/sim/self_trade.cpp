// Self-trade prevention: what happens instead of a trade between two of our own orders.
//
// An order meets our own limit orders of the other side that rest at or inside the worst price it
// would pay: its limit price on arrival, after an amendment and at its trigger; for orders without
// one the price of the fill in hand. The newer order's mode decides (Binance: STP of the taker).
// Without a mode both orders trade with the market as it was recorded.

#include <algorithm>

#include "sim/matcher.hpp"

namespace lanner::sim {

using model::RejectReason;
using model::SelfTradePrevention;
using model::Side;

namespace {

// Seen by others, so that it can be met.
bool is_in_book(const RestingOrder& order) noexcept {
  return model::has_limit_price(order.request.type) &&
         (!is_conditional(order.request) || order.is_triggered);
}

}  // namespace

// The best of them, the oldest at its price.
RestingOrder* Matcher::first_own_maker(const RestingOrder& taker, Price reach) noexcept {
  const bool buys = taker.request.side == Side::buy;
  RestingOrder* best = nullptr;
  for (std::uint32_t slot = parts_.book.head(taker.request.instrument_id);
       slot != IdRecord::kNoSlot;) {
    RestingOrder& order = parts_.book.at(slot);
    slot = order.next;
    const Price price = order.request.price;
    if (&order == &taker || order.request.side == taker.request.side || !is_in_book(order) ||
        (buys ? price > reach : price < reach)) {
      continue;
    }
    if (best == nullptr || (buys ? price < best->request.price : price > best->request.price)) {
      best = &order;
    }
  }
  return best;
}

bool Matcher::take_away(RestingOrder& order, Quantity quantity) {
  if (order.leaves() <= quantity) {
    expire(order, RejectReason::self_trade);
    return false;
  }
  order.request.quantity -= quantity;
  parts_.recorder.amended(order, RejectReason::self_trade);
  return true;
}

bool Matcher::prevent_self_trade(RestingOrder& taker, Price reach) {
  using Mode = SelfTradePrevention;
  const Mode mode = taker.request.instructions.self_trade_prevention;
  if (mode == Mode::none) {
    return true;
  }
  while (RestingOrder* maker = first_own_maker(taker, reach)) {
    const bool is_whole = taker.request.close_position == model::ClosePosition::yes;
    if (mode == Mode::decrement && !is_whole) {
      const Quantity met = std::min(taker.leaves(), maker->leaves());
      static_cast<void>(take_away(*maker, met));
      if (!take_away(taker, met)) {
        return false;
      }
      continue;
    }
    if (mode != Mode::expire_taker) {
      expire(*maker, RejectReason::self_trade);
    }
    if (mode == Mode::expire_taker || mode == Mode::expire_both) {
      expire(taker, RejectReason::self_trade);
      return false;
    }
  }
  return true;
}

void Matcher::settle_in(RestingOrder& order) {
  const model::OrderRequest& request = order.request;
  const MarketState& market = parts_.markets[request.instrument_id.index()];
  parts_.book.disturb(request.instrument_id);
  if (request.type == model::OrderType::trailing_stop_market) {
    follow(order, follows_mark(request) ? market.mark_px : market.last_px);
  } else if (is_in_book(order)) {
    static_cast<void>(prevent_self_trade(order, request.price));
  }
}

}  // namespace lanner::sim
