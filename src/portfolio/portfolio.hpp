#pragma once

// What we own and what it did: positions from fills, cash per venue, equity, closed trades.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/time.hpp"
#include "model/enums.hpp"
#include "model/events.hpp"
#include "model/instrument.hpp"
#include "model/position.hpp"

namespace lanner::portfolio {

// Why an entry was sent; becomes the context of the position that it opens.
struct TradeContext {
  CandidateId candidate_id;
  model::PositionSide side = model::PositionSide::long_side;
  model::TemplateId template_id = model::TemplateId::custom;
  Price decision_px;
  Price stop_px;
  Price target_px;
};

struct Totals {
  std::uint32_t trades = 0;  // = wins + losses + flats
  std::uint32_t wins = 0;
  std::uint32_t losses = 0;
  std::uint32_t flats = 0;
  Money gross_realised;
  Money commissions;
  Money funding;
  Money slippage;  // entry fills against the decision price, > 0 = paid; inside gross already
};

// Ledger rules, shared with every exchange so that both ledgers agree to the last digit: each
// movement is rounded once, half-even, when it happens. A fill moves n = price x quantity. An
// entry adds n to the signed cost; an exit releases money_share(cost, part, whole) and realises
// sign x n - released. Cash moves by what is realised, by commissions and by funding; a spot
// purchase is tied up in it, not taken out, so that both kinds add up alike. start_equity +
// gross_realised + unrealised - commissions + funding = equity, exactly, at every instant.
//
// R divides by the realised risk, |entry notional - stop x entry quantity|; where that is zero by
// |decision - stop| x entry quantity, and where no stop is known the R figures are zero.
// Equity and marks are O(1); nothing allocates after construction.
class Portfolio {
 public:
  // balance_by_venue: index = VenueId.
  Portfolio(const model::InstrumentTable& instruments, std::span<const Money> balance_by_venue);

  // Context of the entry that is about to be sent; the next fill that opens takes it.
  void expect(InstrumentId id, const TradeContext& context) noexcept;
  // A trade when the position is back to flat. A fill beyond the position closes it and opens the
  // rest on the other side, without context.
  std::optional<model::TradeClosed> on_fill(const model::OrderFilled& fill,
                                            model::ExitReason exit_if_flat,
                                            Timestamp now) noexcept;
  void on_funding(const model::FundingPaid& funding) noexcept;
  void on_mark(InstrumentId id, Price mark) noexcept {
    Slot& slot = slots_[id.index()];
    if (slot.position.side != model::PositionSide::flat && mark != slot.position.mark_px) {
      mark_open(slot, mark);
    }
  }

  [[nodiscard]] const model::Position& position(InstrumentId id) const noexcept {
    return slots_[id.index()].position;
  }
  [[nodiscard]] const TradeContext& context(InstrumentId id) const noexcept {
    return slots_[id.index()].context;
  }
  [[nodiscard]] std::size_t open_positions() const noexcept { return open_.size(); }
  // Instruments with a position, oldest first.
  [[nodiscard]] std::span<const InstrumentId> open_ids() const noexcept { return open_; }

  [[nodiscard]] Money start_equity() const noexcept { return start_equity_; }
  [[nodiscard]] Money equity() const noexcept { return settled_ + unrealised_; }
  [[nodiscard]] Money cash(VenueId venue) const noexcept { return cash_[venue.index()]; }
  // Cash that is not tied up in spot holdings.
  [[nodiscard]] Money free_cash(VenueId venue) const noexcept;
  [[nodiscard]] Money unrealised() const noexcept { return unrealised_; }
  [[nodiscard]] Money unrealised(InstrumentId id) const noexcept {
    return slots_[id.index()].unrealised;
  }
  [[nodiscard]] const Totals& totals() const noexcept { return totals_; }
  // gross_realised + unrealised, and what is left of it.
  [[nodiscard]] Money gross_pnl() const noexcept { return totals_.gross_realised + unrealised_; }
  [[nodiscard]] Money net_pnl() const noexcept { return equity() - start_equity_; }

  // Loss from entry to the initial stops over all positions (heat); a position without a known
  // stop counts its whole cost.
  [[nodiscard]] Money open_risk() const noexcept { return open_risk_; }
  [[nodiscard]] Money gross_exposure() const noexcept { return gross_exposure_; }
  // Unsigned notional at the last mark.
  [[nodiscard]] Money exposure(InstrumentId id) const noexcept {
    return slots_[id.index()].exposure;
  }
  // Initial margin of the open perpetual positions, and the same for one venue.
  [[nodiscard]] Money margin_used() const noexcept;
  [[nodiscard]] Money margin_used(VenueId venue) const noexcept;
  // The mark at which the venue's account would no longer cover its maintenance margin (cross
  // margin, everything else unchanged). Absent when flat, on spot, or when no price gets there.
  [[nodiscard]] std::optional<Price> liquidation_price(InstrumentId id) const noexcept;
  // The same after a fill of `quantity` at `price` on `side` had joined what is held on that side.
  [[nodiscard]] std::optional<Price> liquidation_price_after(InstrumentId id,
                                                             model::PositionSide side,
                                                             Quantity quantity,
                                                             Price price) const noexcept;

  [[nodiscard]] Money peak_equity() const noexcept { return peak_equity_; }
  // (peak - equity) / peak now and at its worst; 0.15 = 15 %.
  [[nodiscard]] Score drawdown() const noexcept;
  [[nodiscard]] Score max_drawdown() const noexcept { return max_drawdown_; }
  // Time with at least one position, up to `now`.
  [[nodiscard]] Duration exposed_for(Timestamp now) const noexcept;

 private:
  struct Slot {
    model::Position position;
    TradeContext context;
    Money unrealised;
    Money exposure;
    Money open_risk;
    Money gross;     // realised by this position's exits
    Money slippage;
    TradeContext expected;
    bool has_expected = false;
    bool is_spot = false;
    VenueId venue_id;
  };
  struct Leg {
    Quantity quantity;
    Money notional;
    Money commission;
  };
  // A venue's account without one position.
  struct Account {
    Money equity;
    Money maintenance;
  };

  void open(Slot& slot, const model::OrderFilled& fill, Timestamp now) noexcept;
  void enter(Slot& slot, const model::OrderFilled& fill, const Leg& leg) noexcept;
  void leave(Slot& slot, const model::OrderFilled& fill, const Leg& leg) noexcept;
  model::TradeClosed close(Slot& slot, model::ExitReason reason, Timestamp now) noexcept;
  void count(const model::TradeClosed& trade) noexcept;
  void mark_open(Slot& slot, Price mark) noexcept;
  void revalue(Slot& slot) noexcept;
  void note_equity() noexcept;
  [[nodiscard]] static std::optional<Price> solve_liquidation(const model::Instrument& instrument,
                                                              const model::Position& position,
                                                              const Account& rest) noexcept;
  [[nodiscard]] Account account_without(const Slot& slot) const noexcept;

  const model::InstrumentTable* instruments_;
  std::vector<Slot> slots_;
  std::vector<Money> cash_;
  std::vector<InstrumentId> open_;
  Money start_equity_;
  Money settled_;  // equity without what is unrealised
  Money unrealised_;
  Money open_risk_;
  Money gross_exposure_;
  Money peak_equity_;
  Money trough_equity_;  // lowest since the peak
  Score max_drawdown_;
  Totals totals_;
  Timestamp exposed_since_;
  Duration exposed_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(slots_, cash_, open_, start_equity_, settled_, unrealised_, open_risk_, gross_exposure_,
            peak_equity_, trough_equity_, max_drawdown_, totals_, exposed_since_, exposed_);
  }
};

}  // namespace lanner::portfolio
