#pragma once

// Why the exchange refuses an order at its door; `none` lets it in.

#include "model/events.hpp"
#include "model/instrument.hpp"
#include "sim/account.hpp"
#include "sim/order_book.hpp"
#include "sim/print.hpp"

namespace lanner::sim {

[[nodiscard]] model::RejectReason refusal_of(const model::OrderRequest& order,
                                             const model::Instrument& instrument,
                                             const MarketState& market, const OrderBook& book,
                                             const Account& account);

// What surrounds an amendment.
struct AmendmentContext {
  const model::Instrument& instrument;
  const MarketState& market;
  const OrderBook& book;
  const Account& account;
};
// Why the exchange leaves an order as it was; `changed` is the order as it would stand.
[[nodiscard]] model::RejectReason refusal_of_amendment(const RestingOrder& resting,
                                                       const model::OrderRequest& changed,
                                                       const AmendmentContext& context);

// A limit that would trade at once if it were matched now.
[[nodiscard]] bool is_crossing(const model::OrderRequest& order, Price last_px) noexcept;

}  // namespace lanner::sim
