#include "sim/depth.hpp"

namespace lanner::sim {

using model::BookLevel;
using model::Side;

DepthBooks::DepthBooks(const model::InstrumentTable& instruments)
    : instruments_(&instruments), books_(instruments.size()) {}

market::OrderBook& DepthBooks::book_of(InstrumentId id) {
  std::unique_ptr<market::OrderBook>& book = books_[id.index()];
  if (book == nullptr) {
    book = std::make_unique<market::OrderBook>((*instruments_)[id.index()].tick, kFarLevels);
  }
  return *book;
}

void DepthBooks::on_delta(const model::BookDelta& delta, Timestamp ts) {
  market::OrderBook& book = book_of(delta.instrument_id);
  for (const BookLevel& level : delta.bids) {
    book.apply_delta(Side::buy, level.price, level.quantity);
  }
  for (const BookLevel& level : delta.asks) {
    book.apply_delta(Side::sell, level.price, level.quantity);
  }
  book.end_event(ts);
}

void DepthBooks::on_snapshot(const model::BookSnapshot& snapshot, Timestamp ts) {
  book_of(snapshot.instrument_id).begin_snapshot();
  on_delta({snapshot.instrument_id, {}, snapshot.bids, snapshot.asks}, ts);
}

void DepthBooks::on_quote(const model::QuoteTick& quote, Timestamp ts) {
  const BookLevel bid{quote.bid_px, quote.bid_qty};
  const BookLevel ask{quote.ask_px, quote.ask_qty};
  on_snapshot({quote.instrument_id, quote.update_id, {&bid, bid.price.is_positive() ? 1U : 0U},
               {&ask, ask.price.is_positive() ? 1U : 0U}},
              ts);
}

void DepthBooks::on_gap(InstrumentId id) noexcept {
  if (has(id)) {
    books_[id.index()]->mark_gap();
  }
}

model::QuoteTick DepthBooks::top(InstrumentId id) const noexcept {
  model::QuoteTick quote;
  quote.instrument_id = id;
  const market::OrderBook* book = books_[id.index()].get();
  if (book == nullptr || !book->is_valid()) {
    return quote;
  }
  if (const auto bid = book->best(Side::buy)) {
    quote.bid_px = bid->price;
    quote.bid_qty = bid->quantity;
  }
  if (const auto ask = book->best(Side::sell)) {
    quote.ask_px = ask->price;
    quote.ask_qty = ask->quantity;
  }
  return quote;
}

model::BookDepth DepthBooks::five_best(InstrumentId id) const noexcept {
  constexpr int kLevels = 5;
  model::BookDepth depth;
  depth.instrument_id = id;
  const market::OrderBook* book = books_[id.index()].get();
  if (book == nullptr || !book->is_valid()) {
    return depth;
  }
  for (const Side side : {Side::buy, Side::sell}) {
    Quantity& sum = side == Side::buy ? depth.bid_qty : depth.ask_qty;
    int left = kLevels;
    book->visit(side, [&](const BookLevel& level) {
      sum += level.quantity;
      return --left > 0;
    });
  }
  return depth;
}

void DepthBooks::take(InstrumentId id, Side side, const BookLevel& level,
                      Quantity taken) noexcept {
  books_[id.index()]->apply_delta(side, level.price, level.quantity - taken);
}

bool crosses(const model::OrderRequest& order, const market::OrderBook& book) noexcept {
  const auto best = book.best(model::opposite(order.side));
  return model::has_limit_price(order.type) && best &&
         (order.side == Side::buy ? best->price <= order.price : best->price >= order.price);
}

bool is_in_view(const model::OrderRequest& order, const market::OrderBook& book) noexcept {
  const auto worst = book.worst(order.side);
  return worst && (order.side == Side::buy ? order.price >= *worst : order.price <= *worst);
}

}  // namespace lanner::sim
