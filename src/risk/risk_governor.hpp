#pragma once

// The one way from an intent to an order. Gates are asked in the order of model::Gate; the first
// refusal decides, and every gate asked writes what it saw into the DecisionTrace. Gates may scale
// a quantity down, never up. Exits never ask here: reducing risk is always allowed.

#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "model/component.hpp"
#include "model/decision.hpp"
#include "model/events.hpp"
#include "model/instrument.hpp"
#include "model/parameters.hpp"
#include "model/position.hpp"
#include "risk/context.hpp"
#include "risk/entry_window.hpp"
#include "risk/equity_guard.hpp"

namespace lanner::risk {

class RiskGovernor {
 public:
  RiskGovernor(const model::InstrumentTable& instruments, const model::ParameterSet& parameters,
               model::ComponentMask mask);

  // Sets trace.gates, trace.refused_by, and on approval trace.quantity. The approved intent's
  // quantity and risk may be smaller than asked.
  [[nodiscard]] std::optional<model::RiskApproved<model::OrderIntent>> review(
      const model::OrderIntent& intent, const RiskContext& context,
      model::DecisionTrace& trace) noexcept;

  // Counts one entry against the rates. To be called for each approved intent handed to exec, at
  // the approval: a burst must not pass while its stops are still on the way.
  void on_entry_sent(InstrumentId instrument_id, Timestamp now) noexcept;
  void on_trade_closed(const model::TradeClosed& trade, Timestamp now) noexcept;

  // The three below return the state to announce when it changed.
  std::optional<model::TradingStateChanged> on_equity(Money equity, Timestamp now) noexcept;
  // At session start and at each 00:00 UTC; lifts the daily-loss latch.
  std::optional<model::TradingStateChanged> on_day_start(Money equity, Timestamp now) noexcept;
  // Journal: likewise until it says active; it clears nothing else.
  // Operator: halted or reducing until the operator says active, which also clears the drawdown
  // latch. With ControlSource::risk_latch (recovery): halted restores the drawdown latch.
  std::optional<model::TradingStateChanged> on_control(
      const model::TradingStateChanged& change) noexcept;

  // From now on the gates draw their lines by these; latches and pauses stay as they are.
  void adopt(const model::ParameterSet& parameters) noexcept { parameters_ = parameters; }
  // What-if only: the gates judge by these from now on, and pauses and latches stand as if they
  // always had.
  void use_parameters(const model::ParameterSet& parameters) noexcept;

  // The strictest of operator, journal, drawdown (halted) and daily loss (reducing).
  [[nodiscard]] model::TradingState trading_state() const noexcept;
  // No entry before it after a losing exit; not set where there was none.
  [[nodiscard]] Timestamp cooldown_until(InstrumentId id) const noexcept {
    return cooldown_until_[id.index()];
  }
  [[nodiscard]] Money day_start_equity() const noexcept { return equity_guard_.day_start(); }
  [[nodiscard]] Money peak_equity() const noexcept { return equity_guard_.peak(); }

 private:
  // What the gates hand on: the quantity may shrink on the way.
  struct Draft {
    const model::OrderIntent& intent;
    const RiskContext& context;
    model::DecisionTrace& trace;
    Quantity quantity;
    Price entry_px;  // limit price, else decision price
    Money risk;
  };
  using GateCheck = model::GateResult (RiskGovernor::*)(Draft&) const noexcept;
  struct GateRow {
    model::Gate gate;
    GateCheck check;
  };
  static const GateRow kGateRows[];

  [[nodiscard]] model::GateResult shadow_only(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult spot_no_short(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult operator_state(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult freshness(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult instrument_lock(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult cooldown(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult rates(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult stop_placeable(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult cost_cap(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult edge(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult probe_budget(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult heat(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult exposure(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult leverage_margin(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult daily_loss(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult drawdown(Draft& draft) const noexcept;
  [[nodiscard]] model::GateResult notional_min(Draft& draft) const noexcept;

  [[nodiscard]] model::Verdict scale_to(Draft& draft, Money whole, Money room) const noexcept;
  [[nodiscard]] std::optional<model::TradingStateChanged> announce() noexcept;

  model::ParameterSet parameters_;
  model::ComponentMask mask_;
  EntryWindow entries_;
  EquityGuard equity_guard_;
  std::vector<Timestamp> cooldown_until_;  // by instrument
  model::TradingState operator_state_ = model::TradingState::active;
  model::TradingState journal_state_ = model::TradingState::active;
  model::TradingState announced_ = model::TradingState::active;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(parameters_, entries_, equity_guard_, cooldown_until_, operator_state_, journal_state_,
            announced_);
  }
};

}  // namespace lanner::risk
