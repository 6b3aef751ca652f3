#pragma once

// Money and positions as the exchange keeps them: one-way netted, one cash ledger per venue, each
// movement rounded once. cash = start + realised - commissions + funding, exactly. Spot purchases
// are not taken out of this cash but tied up in it, so that both kinds add up alike.

#include <optional>
#include <span>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "model/instrument.hpp"
#include "model/margin.hpp"

namespace lanner::sim {

class OrderBook;

// For tests only: each makes a judged figure non-zero.
struct PlantedFaults {
  bool fee_one_unit = false;      // cash is charged one unit more than the fill reports
  bool funding_one_unit = false;  // cash is charged one unit more than the payment reports
};

struct AccountTotals {
  Money start;
  Money realised;
  Money commissions;
  Money funding;
};

class Account {
 public:
  // `instruments` outlives the account. Venues beyond `balances` start with nothing.
  struct Terms {
    model::MarginTerms margin;
    PlantedFaults planted;
  };
  Account(const model::InstrumentTable& instruments, std::span<const Money> balances,
          const Terms& terms);

  struct Fill {
    InstrumentId instrument_id;
    model::Side side = model::Side::buy;
    Quantity quantity;
    Price price;
    Money commission;
  };
  void apply(const Fill& fill);
  void pay_funding(InstrumentId id, Money amount);
  // Values the instrument's position anew; cheap when it is flat.
  void mark(InstrumentId id, Price price);

  [[nodiscard]] Quantity position(InstrumentId id) const noexcept {  // signed
    return holdings_[id.index()].quantity;
  }
  [[nodiscard]] Price mark_px(InstrumentId id) const noexcept {
    return holdings_[id.index()].mark_px;
  }
  [[nodiscard]] Money cash(VenueId id) const noexcept { return venues_[id.index()].cash; }
  [[nodiscard]] Money equity(VenueId id) const noexcept {
    return venues_[id.index()].cash + venues_[id.index()].unrealised;
  }
  [[nodiscard]] Money maintenance(VenueId id) const noexcept {
    return venues_[id.index()].maintenance;
  }
  [[nodiscard]] const AccountTotals& totals(VenueId id) const noexcept {
    return venues_[id.index()].totals;
  }
  // Of the position alone where margin is isolated, otherwise of the whole venue.
  [[nodiscard]] bool is_below_maintenance(InstrumentId id) const noexcept;
  [[nodiscard]] bool is_isolated(InstrumentId id) const noexcept;
  // What stands behind the position, for its liquidation and bankruptcy prices.
  [[nodiscard]] model::LeveragedPosition leveraged(InstrumentId id) const noexcept;
  [[nodiscard]] std::optional<Price> liquidation_price(InstrumentId id) const noexcept;
  [[nodiscard]] Money unrealised(InstrumentId id) const noexcept {
    return holdings_[id.index()].unrealised;
  }
  [[nodiscard]] std::size_t venue_count() const noexcept { return venues_.size(); }

  // Derivatives: the initial margin of positions, resting entries and this one fits into equity.
  // Spot: cash for a purchase, holdings for a sale.
  struct Intent {
    InstrumentId instrument_id;
    model::Side side = model::Side::buy;
    Quantity quantity;
    Price price;
    ClientOrderId ignore_id;  // a resting order that is this intent itself
  };
  [[nodiscard]] bool can_enter(const Intent& intent, const OrderBook& book) const;

 private:
  struct Holding {
    Quantity quantity;
    Money cost;  // signed notional at the fill prices
    Price mark_px;
    Money unrealised;
    Money maintenance;
    Money margin;  // isolated: what it brought
  };
  struct Venue {
    Money cash;
    Money unrealised;
    Money maintenance;
    Money locked;  // sum of isolated margins
    AccountTotals totals;
  };
  static void lock(Holding& holding, Venue& venue, Money amount) noexcept;
  [[nodiscard]] Money margin_for(const model::Instrument& instrument,
                                 Money notional) const noexcept;
  void revalue(InstrumentId id);
  [[nodiscard]] bool can_buy_spot(const Intent& intent, const OrderBook& book) const;
  [[nodiscard]] bool can_sell_spot(const Intent& intent, const OrderBook& book) const;
  [[nodiscard]] bool has_margin(const Intent& intent, const OrderBook& book) const;

  const model::InstrumentTable* instruments_;
  Terms terms_;
  std::vector<Holding> holdings_;
  std::vector<Venue> venues_;
};

}  // namespace lanner::sim
