// How orders meet a book that the tape shows: takers walk its levels, resting limits wait in the
// queue of their price.

#include <algorithm>

#include "sim/matcher.hpp"

namespace lanner::sim {
namespace {

using model::BookLevel;
using model::OrderType;
using model::Side;

// More levels than this are not walked by one order at one event.
constexpr std::size_t kLevelsMax = 256;

Price worse_of(Side side, Price a, Price b) noexcept {
  return side == Side::buy ? std::max(a, b) : std::min(a, b);
}

// A stop was triggered by a trade that went through what the book still shows, so it gets no
// better price than that trade; a touched order none better than its trigger.
Price taken_at(const model::OrderRequest& order, Price level, Price print) noexcept {
  const Price price = worse_of(order.side, level, print);
  return order.type == OrderType::market_if_touched || order.type == OrderType::limit_if_touched
             ? worse_of(order.side, price, order.trigger_price)
             : price;
}

}  // namespace

const market::OrderBook* Matcher::book_at(const Print& print) const noexcept {
  return print.is_bar ? nullptr : parts_.depth.usable(print.instrument_id, print.ts);
}

void Matcher::meet_book(RestingOrder& order) {
  const model::OrderRequest& request = order.request;
  const InstrumentId id = request.instrument_id;
  const Timestamp now = parts_.recorder.now();
  if (!parts_.depth.has(id) || (is_conditional(request) && !order.is_triggered) ||
      parts_.markets[id.index()].state != model::InstrumentState::trading) {
    return;
  }
  const market::OrderBook* book = parts_.depth.usable(id, now);
  parts_.book.disturb(id);
  if (book != nullptr) {
    order.is_crossing = crosses(request, *book);
    if (order.is_crossing && request.instructions.post_only == model::PostOnly::yes) {
      expire(order, model::RejectReason::post_only);
      return;
    }
    if (request.type == OrderType::market || order.is_crossing || is_immediate(request)) {
      const Ref ref{order.slot, order.venue_order_id};
      const auto best = book->best(opposite(request.side));
      walk(order, {id, now, best ? best->price : parts_.markets[id.index()].last_px, {}, false, {}},
           *book);
      if (resolve(ref) == nullptr) {
        return;
      }
    }
  }
  if (model::has_limit_price(request.type)) {
    join_queue(order, book);
  }
}

void Matcher::join_queue(RestingOrder& order, const market::OrderBook* book) noexcept {
  order.queue.leave();
  if (book != nullptr && parts_.queue_model != QueueModel::none && !is_immediate(order.request)) {
    order.queue.join(book->quantity_at(order.request.side, order.request.price),
                     is_in_view(order.request, *book));
  }
}

void Matcher::walk(RestingOrder& order, const Print& print, const market::OrderBook& book) {
  const model::OrderRequest request = order.request;
  const bool is_limit = model::has_limit_price(request.type);
  Quantity want = wanted(order);
  const Quantity step = parts_.instruments[print.instrument_id.index()].step;
  const Side maker_side = opposite(request.side);
  StaticVector<BookLevel, kLevelsMax> levels;
  Quantity found;
  book.visit(maker_side, [&](const BookLevel& level) {
    const Price price = taken_at(request, level.price, print.price);
    if (is_limit && worse_of(request.side, price, request.price) != request.price) {
      return false;
    }
    found += round_down_to(std::min(level.quantity, want - found), step);
    return levels.push_back(level) && found < want;
  });
  // A limit met our own orders when it was accepted; what has no limit meets them now.
  if (!is_limit && !levels.is_empty() &&
      !prevent_self_trade(order, levels[levels.size() - 1].price)) {
    return;
  }
  want = std::min(want, wanted(order));
  order.is_crossing = false;
  order.prints_seen = is_immediate(request) ? kPrintsOfTaker
                                            : static_cast<std::uint8_t>(order.prints_seen + 1);
  if (request.time_in_force == model::TimeInForce::fok && found < want) {
    levels.clear();
  }
  const Ref ref{order.slot, order.venue_order_id};
  Quantity left = want;
  is_walking_ = true;
  for (const BookLevel& level : levels) {
    const Quantity taken = round_down_to(std::min(level.quantity, left), step);
    if (taken.is_zero()) {
      continue;
    }
    left -= taken;
    parts_.depth.take(print.instrument_id, maker_side, level, taken);
    Print at = print;
    at.volume = level.quantity;
    fill(order, at,
         {taken, taken_at(request, level.price, print.price), model::LiquiditySide::taker});
    if (resolve(ref) == nullptr) {
      break;
    }
  }
  is_walking_ = false;
  if (resolve(ref) == nullptr) {
    return;
  }
  settle_rest(order);
  if (is_limit && resolve(ref) != nullptr) {
    join_queue(order, &book);
  }
}

void Matcher::on_book(InstrumentId id, Timestamp ts) {
  const market::OrderBook* book = parts_.depth.usable(id, ts);
  if (book == nullptr || parts_.book.count(id) == 0 ||
      parts_.markets[id.index()].state != model::InstrumentState::trading) {
    return;
  }
  parts_.book.disturb(id);
  ready_.clear();
  for (std::uint32_t slot = parts_.book.head(id); slot != IdRecord::kNoSlot;) {
    RestingOrder& order = parts_.book.at(slot);
    const model::OrderRequest& request = order.request;
    slot = order.next;
    if (order.queue.is_tracked()) {
      order.queue.on_shown(parts_.queue_model, book->quantity_at(request.side, request.price),
                           is_in_view(request, *book));
    } else if ((!is_conditional(request) || order.is_triggered) &&
               (!model::has_limit_price(request.type) || order.is_crossing ||
                is_immediate(request))) {
      ready_.push_back({order.slot, order.venue_order_id});
    }
  }
  for (const Ref& ref : ready_) {
    if (RestingOrder* order = resolve(ref)) {
      const auto best = book->best(opposite(order->request.side));
      if (is_bounded(order->request) && wanted(*order).is_zero()) {
        expire(*order, model::RejectReason::position_closed);
      } else if (best) {
        walk(*order, {id, ts, best->price, {}, false, {}}, *book);
      }
    }
  }
}

// What a trade brings each resting limit. Of one trade at a price, own orders there share: who
// came first takes first.
void Matcher::advance_queues(const Print& print) noexcept {
  if (print.is_bar || !parts_.depth.has(print.instrument_id)) {
    return;
  }
  Quantity taken;
  for (std::uint32_t slot = parts_.book.head(print.instrument_id); slot != IdRecord::kNoSlot;) {
    RestingOrder& order = parts_.book.at(slot);
    slot = order.next;
    if (!order.queue.is_tracked() || order.accepted_at >= print.ts) {
      continue;
    }
    const model::OrderRequest& request = order.request;
    order.queue.due = Quantity{};
    if (print.price == request.price) {
      const Quantity passing = order.queue.on_trade(print.volume);
      order.queue.due = std::min(order.leaves(), std::max(passing - taken, Quantity{}));
      taken += order.queue.due;
    } else if (request.side == Side::buy ? print.price < request.price
                                         : print.price > request.price) {
      // Nothing at a worse price trades before the whole of this level is gone.
      order.queue.due = order.leaves();
    }
  }
}

void Matcher::count_fill(const RestingOrder& order, const Print& print,
                         model::LiquiditySide liquidity_side) noexcept {
  DepthCounters& counters = parts_.depth.counters;
  if (!parts_.depth.has(print.instrument_id)) {
    return;
  }
  if (is_walking_) {
    ++counters.book_fills;
  } else if (liquidity_side == model::LiquiditySide::maker && order.queue.is_tracked()) {
    ++counters.queue_fills;
  } else {
    ++counters.fallback_fills;
  }
}

}  // namespace lanner::sim
