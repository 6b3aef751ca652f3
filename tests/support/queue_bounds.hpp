#pragma once

// When a resting limit order can be filled at the earliest and must be filled at the latest, from
// the trades of the tape and the quantity displayed at acceptance alone. It shares nothing with
// the queue models that it bounds.

#include <algorithm>
#include <span>

#include "base/fixed.hpp"
#include "base/time.hpp"
#include "model/enums.hpp"
#include "store/records.hpp"

namespace lanner::test {

struct RestingLimit {
  model::Side side = model::Side::buy;
  Price price;
  Quantity quantity;
  Quantity displayed;  // at the price, when it was accepted
  Timestamp accepted_at;
};

struct QueueBounds {
  // First trade at or through the price after acceptance; never() when there is none.
  Timestamp optimistic = Timestamp::never();
  // First trade strictly through it, or the one with which more has traded at the price than was
  // displayed and is ours.
  Timestamp pessimistic = Timestamp::never();
};

// `trades` ascend by stamp.
inline QueueBounds queue_bounds(const RestingLimit& order,
                                std::span<const store::TradeRecord> trades) {
  QueueBounds bounds;
  Quantity at_price;
  const auto first = std::upper_bound(
      trades.begin(), trades.end(), order.accepted_at.ns(),
      [](std::int64_t at, const store::TradeRecord& row) { return at < row.ts_event; });
  for (auto row = first; row != trades.end(); ++row) {
    const Price price = Price::from_raw(row->price);
    const bool is_buy = order.side == model::Side::buy;
    const bool is_through = is_buy ? price < order.price : price > order.price;
    if (!is_through && price != order.price) {
      continue;
    }
    bounds.optimistic = std::min(bounds.optimistic, Timestamp{row->ts_event});
    at_price += is_through ? Quantity{} : Quantity::from_raw(row->quantity).abs();
    if (is_through || at_price > order.displayed + order.quantity) {
      bounds.pessimistic = Timestamp{row->ts_event};
      break;
    }
  }
  return bounds;
}

}  // namespace lanner::test
