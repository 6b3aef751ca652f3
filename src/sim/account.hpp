#pragma once

// Money and positions as the exchange keeps them: one-way netted, one cash ledger per venue, each
// movement rounded once. cash = start + realised - commissions + funding, exactly. Spot purchases
// are not taken out of this cash but tied up in it, so that both kinds add up alike.
//
// A position is valued when somebody asks. After each whole valuation of a venue (cross margin)
// every position gets a band of prices: as long as all of them are inside theirs, the venue cannot
// have fallen below its maintenance margin, and a print costs two comparisons. A fill gives its
// own position a new band; the whole is valued anew only where what is free no longer carries all
// bands.

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
  // The price at which the instrument's position is valued from now on.
  void mark(InstrumentId id, Price price) noexcept {
    Holding& holding = holdings_[id.index()];
    holding.mark_px = price;
    if (holding.quantity.is_zero()) {
      return;
    }
    Venue& venue = venues_[holding.venue];
    holding.is_stale = venue.has_stale = true;
    if (price < holding.calm_from || price > holding.calm_to) {
      venue.is_calm = false;
    }
  }
  // Rules of an instrument have changed, and with them perhaps what its position must keep.
  void on_rules(InstrumentId id) noexcept;

  [[nodiscard]] Quantity position(InstrumentId id) const noexcept {  // signed
    return holdings_[id.index()].quantity;
  }
  [[nodiscard]] Price mark_px(InstrumentId id) const noexcept {
    return holdings_[id.index()].mark_px;
  }
  [[nodiscard]] Money cash(VenueId id) const noexcept { return venues_[id.index()].cash; }
  [[nodiscard]] Money equity(VenueId id) const noexcept {
    value(id.index());
    return venues_[id.index()].cash + venues_[id.index()].unrealised;
  }
  [[nodiscard]] Money maintenance(VenueId id) const noexcept {
    value(id.index());
    return venues_[id.index()].maintenance;
  }
  [[nodiscard]] const AccountTotals& totals(VenueId id) const noexcept {
    return venues_[id.index()].totals;
  }
  // True: is_below_maintenance() is false, and cheap.
  [[nodiscard]] bool is_calm(InstrumentId id) const noexcept {
    return venues_[holdings_[id.index()].venue].is_calm;
  }
  // Of the position alone where margin is isolated, otherwise of the whole venue.
  [[nodiscard]] bool is_below_maintenance(InstrumentId id) noexcept {
    return !venues_[holdings_[id.index()].venue].is_calm && judge_maintenance(id);
  }
  [[nodiscard]] bool is_isolated(InstrumentId id) const noexcept;
  // What stands behind the position, for its liquidation and bankruptcy prices.
  [[nodiscard]] model::LeveragedPosition leveraged(InstrumentId id) const noexcept;
  [[nodiscard]] std::optional<Price> liquidation_price(InstrumentId id) const noexcept;
  [[nodiscard]] Money unrealised(InstrumentId id) const noexcept {
    value(holdings_[id.index()].venue);
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
    Price calm_from = Price::max();  // the band; empty until one is set
    Price calm_to;
    std::uint32_t venue = 0;
    bool is_stale = false;  // marked since it was valued
  };
  struct Venue {
    Money cash;
    Money unrealised;
    Money maintenance;
    Money locked;  // sum of isolated margins
    AccountTotals totals;
    Money share;            // the band of a position: its notional may move by this much
    std::int64_t open = 0;  // positions with a band, while it is calm
    bool has_stale = false;
    bool is_calm = false;  // every position has been in its band since it was valued
  };
  static void lock(Holding& holding, Venue& venue, Money amount) noexcept;
  [[nodiscard]] Money margin_for(const model::Instrument& instrument,
                                 Money notional) const noexcept;
  void value(std::size_t venue) const noexcept {
    if (venues_[venue].has_stale) {
      value_stale(venue);
    }
  }
  void value_stale(std::size_t venue) const noexcept;
  void revalue(std::size_t index) const noexcept;
  [[nodiscard]] bool judge_maintenance(InstrumentId id) noexcept;
  void set_bands(std::size_t venue) noexcept;
  static void set_band(Holding& holding, Money share) noexcept;
  static void keep_calm(Venue& venue) noexcept;
  [[nodiscard]] bool can_buy_spot(const Intent& intent, const OrderBook& book) const;
  [[nodiscard]] bool can_sell_spot(const Intent& intent, const OrderBook& book) const;
  [[nodiscard]] bool has_margin(const Intent& intent, const OrderBook& book) const;

  const model::InstrumentTable* instruments_;
  Terms terms_;
  // Values are drawn from marks by whoever asks first.
  mutable std::vector<Holding> holdings_;
  mutable std::vector<Venue> venues_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(holdings_, venues_);
  }
};

}  // namespace lanner::sim
