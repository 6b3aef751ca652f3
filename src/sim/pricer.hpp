#pragma once

// At which price, and how much, an order may fill at a print. Every adjustment is adverse and is
// rounded away from the order's favour; nothing here knows the future or the order's purpose.

#include "market/cost_model.hpp"
#include "model/instrument.hpp"
#include "sim/order_book.hpp"
#include "sim/print.hpp"

namespace lanner::sim {

class Pricer {
 public:
  // `order_latency` is the time in which the market runs away from a triggered stop.
  Pricer(const model::InstrumentTable& instruments, const market::CostModel& costs,
         Duration order_latency)
      : instruments_(&instruments), costs_(&costs), order_latency_(order_latency) {}

  // On bars: print -+ (half spread + impact). On trades: the last print of the same aggressor
  // side or this one, whichever is worse, -+ impact.
  [[nodiscard]] Price market(model::Side side, const Print& print, const MarketState& state,
                             Quantity quantity) const noexcept;
  // The worse of trigger and print, -+ stop slippage. A print that jumped over the trigger is the
  // first executable one, so the trigger itself was never to be had. A trigger by mark says
  // nothing about the last price; there the print alone counts.
  [[nodiscard]] Price stop(const model::OrderRequest& order, const Print& print,
                           Quantity quantity) const noexcept;
  // The market price, never better than the trigger, however far the print ran beyond it.
  [[nodiscard]] Price touched(const model::OrderRequest& order, const Print& print,
                              const MarketState& state, Quantity quantity) const noexcept;
  [[nodiscard]] Price forced(model::Side side, const Print& print,
                             Quantity quantity) const noexcept;

  // The part of a print that one order may take: 10 % of a bar's print, all of a trade; whole
  // steps. A print without volume gives nothing to entries and targets. A stop or close may still
  // leave there (the price moved, so somebody would trade), and at any print gets one step at
  // least: a protective order must not starve in a thin market.
  [[nodiscard]] Quantity capacity(const RestingOrder& order, const Print& print,
                                  Quantity wanted) const noexcept;

 private:
  [[nodiscard]] Price adverse(model::Side side, InstrumentId id, Price base,
                              Price by) const noexcept;

  const model::InstrumentTable* instruments_;
  const market::CostModel* costs_;
  Duration order_latency_;
};

// A limit fills passively only where the print went through it by a tick.
[[nodiscard]] bool is_traded_through(const model::OrderRequest& order, Price print,
                                     Price tick) noexcept;
// A limit that would trade at once if it were matched now.
[[nodiscard]] bool is_marketable(const model::OrderRequest& order, Price last_px) noexcept;
// A conditional's trigger is met by this price.
[[nodiscard]] bool is_triggered_by(const model::OrderRequest& order, Price price) noexcept;

}  // namespace lanner::sim
