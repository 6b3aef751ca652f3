#include "sim/matcher.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace lanner::sim {
namespace {

using model::ClosePosition;
using model::LiquiditySide;
using model::OrderRequest;
using model::OrderStatus;
using model::OrderType;
using model::RejectReason;
using model::Side;
using model::TimeInForce;

int sign_of_quantity(Quantity quantity) noexcept {
  return quantity.is_positive() ? 1 : quantity.is_negative() ? -1 : 0;
}

}  // namespace

Matcher::Group Matcher::group_of(const OrderRequest& request) noexcept {
  if (!is_reducing(request)) {
    return Group::entry;
  }
  return model::is_stop(request.type) || request.type == OrderType::market
             ? Group::stop
             : Group::target;
}

Matcher::Refs Matcher::collect(InstrumentId id) noexcept {
  Refs refs;
  for (std::uint32_t slot = parts_.book.head(id); slot != IdRecord::kNoSlot;) {
    const RestingOrder& order = parts_.book.at(slot);
    ENSURE(refs.push_back({slot, order.venue_order_id}));
    slot = order.next;
  }
  return refs;
}

RestingOrder* Matcher::resolve(const Ref& ref) noexcept {
  RestingOrder& order = parts_.book.at(ref.slot);
  return order.is_resting && order.venue_order_id == ref.venue_order_id ? &order : nullptr;
}

Quantity Matcher::reducible(const OrderRequest& request) const noexcept {
  const Quantity position = parts_.account.position(request.instrument_id);
  const bool reduces =
      request.side == Side::buy ? position.is_negative() : position.is_positive();
  return reduces ? position.abs() : Quantity{};
}

bool Matcher::is_bounded(const OrderRequest& request) const noexcept {
  return is_reducing(request) ||
         (request.side == Side::sell && parts_.instruments[request.instrument_id.index()].kind ==
                                            model::InstrumentKind::spot);
}

Quantity Matcher::wanted(const RestingOrder& order) const noexcept {
  if (order.request.close_position == ClosePosition::yes) {
    return reducible(order.request);
  }
  return is_bounded(order.request) ? std::min(order.leaves(), reducible(order.request))
                                    : order.leaves();
}

// The worse extreme of a bar is played first, so the other one would be the next print of every
// close that comes in between: foresight. Where it is better than the bar's end, a close waits for
// that end.
bool Matcher::is_best_of_bar(const RestingOrder& order, const Print& print) const noexcept {
  const MarketState& market = parts_.markets[print.instrument_id.index()];
  const bool is_inside = print.is_bar && print.ts != print.bar_open &&
                         market.next_print < MarketState::kPrints;
  if (!is_inside || !is_reducing(order.request)) {
    return false;
  }
  return order.request.side == Side::sell
             ? print.price == market.bar.high && print.price > market.bar.close
             : print.price == market.bar.low && print.price < market.bar.close;
}

bool Matcher::can_act(const RestingOrder& order, const Print& print) const noexcept {
  if (order.accepted_at >= print.ts) {
    return false;
  }
  const OrderRequest& request = order.request;
  if (order.queue.is_tracked()) {
    return order.queue.due.is_positive();
  }
  if (is_conditional(request) && !order.is_triggered) {
    return !follows_mark(request) && is_triggered_by(request, print.price);
  }
  if (book_at(print) != nullptr) {
    // What takes has met the book and waits for its next event; here only a maker is left.
    return model::has_limit_price(request.type) && !order.is_crossing && !is_immediate(request) &&
           is_traded_through(request, print.price,
                             parts_.instruments[print.instrument_id.index()].tick);
  }
  if (model::has_limit_price(request.type)) {
    return order.is_crossing || is_immediate(request) ||
           is_traded_through(request, print.price,
                             parts_.instruments[print.instrument_id.index()].tick);
  }
  return request.type != OrderType::market || !is_best_of_bar(order, print);
}

// Where can_act() is false for every order, whenever it was accepted; empty where one of them may
// act, or follows, at any price.
OrderBook::Calm Matcher::calm_of(InstrumentId id) const noexcept {
  const Price tick = parts_.instruments[id.index()].tick;
  OrderBook::Calm calm{Price{}, Price::max()};
  for (std::uint32_t slot = parts_.book.head(id); slot != IdRecord::kNoSlot;) {
    const RestingOrder& order = parts_.book.at(slot);
    const OrderRequest& request = order.request;
    const bool is_buy = request.side == Side::buy;
    slot = order.next;
    if (order.queue.is_tracked()) {
      return {};
    }
    if (is_conditional(request) && !order.is_triggered) {
      if (follows_mark(request)) {
        continue;
      }
      if (request.type == OrderType::trailing_stop_market) {
        return {};
      }
      if (model::is_stop(request.type) == is_buy) {
        calm.above = std::min(calm.above, request.trigger_price);
      } else {
        calm.below = std::max(calm.below, request.trigger_price);
      }
    } else if (model::has_limit_price(request.type) && !order.is_crossing &&
               !is_immediate(request)) {
      if (is_buy) {
        calm.below = std::max(calm.below, request.price - tick);
      } else {
        calm.above = std::min(calm.above, request.price + tick);
      }
    } else {
      return {};
    }
  }
  return calm;
}

void Matcher::meet(const Print& print) {
  if (!parts_.book.is_calm(print.instrument_id, print.price)) {
    meet_orders(print);
  }
  check_margin(print);
}

void Matcher::meet_orders(const Print& print) {
  const InstrumentId id = print.instrument_id;
  advance_queues(print);
  ready_.clear();
  for (std::uint32_t slot = parts_.book.head(id); slot != IdRecord::kNoSlot;) {
    RestingOrder& order = parts_.book.at(slot);
    if (order.request.type == OrderType::trailing_stop_market && order.accepted_at < print.ts &&
        !follows_mark(order.request)) {
      follow(order, print.price);
    }
    if (can_act(order, print)) {
      ready_.push_back({slot, order.venue_order_id});
    }
    slot = order.next;
  }
  if (!ready_.empty()) {
    for (const Group group : {Group::entry, Group::stop, Group::target}) {
      for (const Ref& ref : ready_) {
        RestingOrder* order = resolve(ref);
        if (order != nullptr && group_of(order->request) == group) {
          act(*order, print);
        }
      }
    }
    parts_.book.disturb(id);
  } else if (!parts_.book.has_calm(id)) {
    parts_.book.set_calm(id, calm_of(id));
  }
}

void Matcher::act(RestingOrder& order, const Print& print) {
  const bool is_target = group_of(order.request) == Group::target;
  // The path inside a bar is not known, so a position that grew in this bar takes no profit in it.
  if (is_target && print.is_bar && reducible(order.request).is_positive() &&
      parts_.markets[print.instrument_id.index()].entry_bar == print.bar_open) {
    return;
  }
  if (is_conditional(order.request) && !order.is_triggered && !trigger(order)) {
    return;
  }
  attempt(order, print);
}

bool Matcher::trigger(RestingOrder& order) {
  const OrderRequest& request = order.request;
  if (is_reducing(request) && reducible(request).is_zero()) {
    expire(order, RejectReason::triggered_flat);
    return false;
  }
  order.is_triggered = true;
  parts_.recorder.triggered(order);
  if (RestingOrder* parent = parts_.book.find_resting(order.parent_id)) {
    // Once its attached exit is working, an entry must not add what the exit no longer covers.
    cancel(*parent, RejectReason::linked);
  }
  return (is_reducing(request) || has_margin_at_trigger(order)) && becomes_limit(order);
}

bool Matcher::has_margin_at_trigger(RestingOrder& order) {
  const OrderRequest& request = order.request;
  const Account::Intent intent{request.instrument_id, request.side, order.leaves(),
                               parts_.account.mark_px(request.instrument_id),
                               request.client_order_id};
  if (!parts_.account.can_enter(intent, parts_.book)) {
    parts_.recorder.rejected_at_trigger(order, RejectReason::insufficient_margin);
    parts_.book.remove(order, OrderStatus::rejected);
    return false;
  }
  return true;
}

// A stop-limit or limit-if-touched enters the book as a limit order that arrives at its trigger.
bool Matcher::becomes_limit(RestingOrder& order) {
  const OrderRequest& request = order.request;
  if (!model::has_limit_price(request.type)) {
    return true;
  }
  const Price last_px = parts_.markets[request.instrument_id.index()].last_px;
  if (request.instructions.post_only == model::PostOnly::yes) {
    if (is_marketable(request, last_px)) {
      expire(order, RejectReason::post_only);
      return false;
    }
    return true;
  }
  order.is_crossing = true;
  return prevent_self_trade(order, request.price);
}

Price Matcher::price_of(const RestingOrder& order, const Print& print,
                        Quantity quantity) const noexcept {
  const MarketState& state = parts_.markets[print.instrument_id.index()];
  switch (order.request.type) {
    case OrderType::stop_market:
    case OrderType::stop_limit:
    case OrderType::trailing_stop_market:
      return parts_.pricer.stop(order.request, print, quantity);
    case OrderType::market_if_touched:
    case OrderType::limit_if_touched:
      return parts_.pricer.touched(order.request, print, state, quantity);
    case OrderType::market:
    case OrderType::limit: break;
  }
  return parts_.pricer.market(order.request.side, print, state, quantity);
}

void Matcher::attempt(RestingOrder& order, const Print& print) {
  const OrderRequest& request = order.request;
  const Quantity want = wanted(order);
  if (is_bounded(request) && want.is_zero()) {
    expire(order, RejectReason::position_closed);
    return;
  }
  const bool is_limit = model::has_limit_price(request.type);
  const market::OrderBook* book = book_at(print);
  if (book != nullptr && is_conditional(request) && (!is_limit || order.is_crossing)) {
    walk(order, print, *book);
    return;
  }
  const Quantity quantity = order.queue.is_tracked()
                                ? std::min(order.queue.due, want)
                                : parts_.pricer.capacity(order, print, want);
  const bool takes = !is_limit || order.is_crossing || is_immediate(request);
  order.is_crossing = false;
  ++order.prints_seen;
  Execution execution{quantity, Price{}, LiquiditySide::taker};
  bool fills = quantity.is_positive();
  if (takes) {
    execution.price = price_of(order, print, quantity);
    if (!is_limit) {
      if (!prevent_self_trade(order, execution.price)) {
        return;
      }
      execution.quantity = std::min(quantity, wanted(order));
    }
  }
  if (is_limit) {
    const bool is_within = takes && (request.side == Side::buy
                                         ? execution.price <= request.price
                                         : execution.price >= request.price);
    if (!is_within) {
      const Price tick = parts_.instruments[print.instrument_id.index()].tick;
      execution.price = request.price;
      execution.liquidity_side = LiquiditySide::maker;
      fills = fills && !is_immediate(request) &&
              (order.queue.is_tracked() || is_traded_through(request, print.price, tick));
    }
  }
  if (request.time_in_force == TimeInForce::fok && execution.quantity < wanted(order)) {
    fills = false;
  }
  if (fills) {
    fill(order, print, execution);
  } else {
    settle_rest(order);
  }
}

// What becomes of an order after a print that it could have filled at.
void Matcher::settle_rest(RestingOrder& order) {
  const OrderRequest& request = order.request;
  if (is_bounded(request) && reducible(request).is_zero()) {
    expire(order, RejectReason::position_closed);
    return;
  }
  const bool is_limit = model::has_limit_price(request.type);
  const bool is_market = !is_limit && !is_reducing(request);
  const bool is_limit_ioc = is_limit && is_immediate(request);
  if (request.time_in_force == TimeInForce::fok ||
      ((is_market || is_limit_ioc) && order.prints_seen >= Matcher::kPrintsOfTaker)) {
    expire(order, RejectReason::liquidity);
  }
}

void Matcher::fill(RestingOrder& order, const Print& print, const Execution& execution) {
  const InstrumentId id = print.instrument_id;
  const model::Instrument& instrument = parts_.instruments[id.index()];
  const OrderRequest request = order.request;
  const int sign_before = sign_of_quantity(parts_.account.position(id));
  const Quantity size_before = parts_.account.position(id).abs();
  const bool is_maker = execution.liquidity_side == LiquiditySide::maker;
  const Money commission =
      money_times(notional_of(execution.price, execution.quantity),
                  is_maker ? instrument.maker_fee : instrument.taker_fee);
  parts_.account.apply({id, request.side, execution.quantity, execution.price, commission});
  order.filled += execution.quantity;
  count_fill(order, print, execution.liquidity_side);

  const Quantity position = parts_.account.position(id);
  const int sign_after = sign_of_quantity(position);
  if (sign_after != 0 && (sign_after != sign_before || position.abs() > size_before)) {
    parts_.markets[id.index()].entry_bar = print.is_bar ? print.bar_open : Timestamp{};
  }
  const bool is_whole = request.close_position == ClosePosition::yes;
  const Quantity leaves = is_whole ? reducible(request) : order.leaves();
  parts_.recorder.filled(order, {execution.quantity, execution.price, commission,
                                 execution.liquidity_side, leaves, print.price, print.volume,
                                 position});
  if (!is_reducing(request)) {
    feed_children(order, execution.quantity);
  }
  if (!is_whole) {
    shrink_partner(order, execution.quantity);
  }
  const Ref ref{order.slot, order.venue_order_id};
  if (sign_before != 0 && sign_after != sign_before) {
    on_flat(&order, id);
  }
  if (resolve(ref) == nullptr) {
    return;
  }
  if (leaves.is_zero()) {
    parts_.book.remove(order, OrderStatus::filled);
  } else if (!is_walking_) {
    settle_rest(order);
  }
}

void Matcher::cancel(RestingOrder& order, RejectReason reason) {
  parts_.recorder.canceled(order, reason);
  parts_.book.remove(order, OrderStatus::canceled);
}

void Matcher::expire(RestingOrder& order, RejectReason reason) {
  parts_.recorder.expired(order, reason);
  parts_.book.remove(order, OrderStatus::expired);
}

void Matcher::cancel_all(InstrumentId id, RejectReason reason) {
  const Refs refs = collect(id);
  for (const Ref& ref : refs) {
    if (RestingOrder* order = resolve(ref)) {
      cancel(*order, reason);
    }
  }
}

void Matcher::on_mark(InstrumentId id, Timestamp ts) {
  const Price mark = parts_.markets[id.index()].mark_px;
  const Refs refs = collect(id);
  parts_.book.disturb(id);
  for (const Ref& ref : refs) {
    RestingOrder* order = resolve(ref);
    if (order == nullptr || !is_conditional(order->request) || order->is_triggered ||
        order->request.trigger_by != model::TriggerBy::mark || order->accepted_at >= ts) {
      continue;
    }
    if (order->request.type == OrderType::trailing_stop_market) {
      follow(*order, mark);
    }
    if (is_triggered_by(order->request, mark)) {
      static_cast<void>(trigger(*order));
    }
  }
  parts_.account.mark(id, mark);
  if (parts_.markets[id.index()].state == model::InstrumentState::trading) {
    check_margin({id, ts, parts_.markets[id.index()].last_px, Quantity{}, false, Timestamp{}});
  }
}

}  // namespace lanner::sim
