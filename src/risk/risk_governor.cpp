#include "risk/risk_governor.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "risk/approver.hpp"

namespace lanner::risk {

using model::Gate;
using model::Param;
using model::TradingState;

const RiskGovernor::GateRow RiskGovernor::kGateRows[] = {
    {Gate::shadow_only, &RiskGovernor::shadow_only},
    {Gate::spot_no_short, &RiskGovernor::spot_no_short},
    {Gate::trading_state, &RiskGovernor::operator_state},
    {Gate::freshness, &RiskGovernor::freshness},
    {Gate::instrument_lock, &RiskGovernor::instrument_lock},
    {Gate::cooldown, &RiskGovernor::cooldown},
    {Gate::rates, &RiskGovernor::rates},
    {Gate::stop_placeable, &RiskGovernor::stop_placeable},
    {Gate::cost_cap, &RiskGovernor::cost_cap},
    {Gate::edge, &RiskGovernor::edge},
    {Gate::probe_budget, &RiskGovernor::probe_budget},
    {Gate::heat, &RiskGovernor::heat},
    {Gate::exposure, &RiskGovernor::exposure},
    {Gate::leverage_margin, &RiskGovernor::leverage_margin},
    {Gate::daily_loss, &RiskGovernor::daily_loss},
    {Gate::drawdown, &RiskGovernor::drawdown},
    {Gate::notional_min, &RiskGovernor::notional_min},
};

RiskGovernor::RiskGovernor(const model::InstrumentTable& instruments,
                           const model::ParameterSet& parameters, model::ComponentMask mask)
    : parameters_(parameters),
      mask_(mask),
      entries_(static_cast<std::size_t>(
          std::max(parameters.count(Param::risk_entries_per_hour),
                   parameters.count(Param::risk_entries_per_minute)))),
      equity_guard_(parameters.fraction(Param::risk_daily_loss_pct),
                    parameters.fraction(Param::risk_drawdown_pct)),
      cooldown_until_(instruments.size()) {}

std::optional<model::RiskApproved<model::OrderIntent>> RiskGovernor::review(
    const model::OrderIntent& intent, const RiskContext& context,
    model::DecisionTrace& trace) noexcept {
  ENSURE(context.instrument != nullptr);
  ENSURE(intent.instrument_id.index() < cooldown_until_.size());
  const bool is_limit = intent.entry_mode == model::EntryMode::limit;
  Draft draft{.intent = intent,
              .context = context,
              .trace = trace,
              .quantity = intent.quantity,
              .entry_px = is_limit ? intent.entry_px : intent.decision_px,
              .risk = intent.risk};
  trace.gates.clear();
  trace.refused_by = Gate::none;
  trace.quantity = Quantity{};
  for (const GateRow& row : kGateRows) {
    model::GateResult result = (this->*row.check)(draft);
    result.gate = row.gate;
    ENSURE(trace.gates.push_back(result));
    if (result.verdict == model::Verdict::refuse) {
      trace.refused_by = row.gate;
      return std::nullopt;
    }
  }
  model::OrderIntent approved = intent;
  approved.quantity = draft.quantity;
  approved.risk = draft.risk;
  trace.quantity = draft.quantity;
  return Approver::approve(
      approved, {draft.quantity,
                 context.now + parameters_.duration(Param::exec_permit_s, seconds(1))});
}

void RiskGovernor::on_entry_sent(InstrumentId, Timestamp now) noexcept { entries_.add(now); }

void RiskGovernor::on_trade_closed(const model::TradeClosed& trade, Timestamp now) noexcept {
  ENSURE(trade.instrument_id.index() < cooldown_until_.size());
  if (trade.net_pnl.is_negative()) {
    cooldown_until_[trade.instrument_id.index()] =
        now + parameters_.duration(Param::risk_cooldown_min, minutes(1));
  }
}

std::optional<model::TradingStateChanged> RiskGovernor::on_equity(Money equity,
                                                                  Timestamp now) noexcept {
  equity_guard_.observe(equity, now);
  return announce();
}

std::optional<model::TradingStateChanged> RiskGovernor::on_day_start(Money equity,
                                                                     Timestamp now) noexcept {
  equity_guard_.start_day(equity, now);
  return announce();
}

std::optional<model::TradingStateChanged> RiskGovernor::on_control(
    const model::TradingStateChanged& change) noexcept {
  if (change.source == model::ControlSource::risk_latch) {
    if (change.state == TradingState::halted) {
      equity_guard_.latch_drawdown();
    }
  } else if (change.source == model::ControlSource::journal) {
    journal_state_ = change.state;
  } else {
    operator_state_ = change.state;
    if (change.state == TradingState::active) {
      equity_guard_.clear_drawdown();
    }
  }
  auto announced = announce();
  if (announced) {
    announced->source = change.source;
  }
  return announced;
}

void RiskGovernor::use_parameters(const model::ParameterSet& parameters) noexcept {
  const Duration longer = parameters.duration(Param::risk_cooldown_min, minutes(1)) -
                          parameters_.duration(Param::risk_cooldown_min, minutes(1));
  for (Timestamp& until : cooldown_until_) {
    until = until.is_set() ? until + longer : until;
  }
  parameters_ = parameters;
  equity_guard_.use_limits(parameters.fraction(Param::risk_daily_loss_pct),
                           parameters.fraction(Param::risk_drawdown_pct));
}

TradingState RiskGovernor::trading_state() const noexcept {
  if (std::max(operator_state_, journal_state_) == TradingState::halted ||
      equity_guard_.is_drawdown_reached()) {
    return TradingState::halted;
  }
  if (std::max(operator_state_, journal_state_) == TradingState::reducing ||
      equity_guard_.is_daily_latched()) {
    return TradingState::reducing;
  }
  return TradingState::active;
}

std::optional<model::TradingStateChanged> RiskGovernor::announce() noexcept {
  const TradingState state = trading_state();
  if (state == announced_) {
    return std::nullopt;
  }
  announced_ = state;
  return model::TradingStateChanged{state, model::ControlSource::risk_latch};
}

}  // namespace lanner::risk
