#pragma once

// The one list of fields per type: encoder and decoder visit the same list, so they cannot
// disagree.

#include "model/commands.hpp"
#include "model/decision.hpp"
#include "model/events.hpp"

namespace lanner::model::detail {

template <typename A>
void fields(A& a, InstrumentStatus& x) {
  a(x.instrument_id, x.state, x.settlement_px);
}
template <typename A>
void fields(A& a, InstrumentRules& x) {
  a(x.instrument_id, x.tick, x.step, x.quantity_min, x.notional_min);
}
template <typename A>
void fields(A& a, FundingRate& x) {
  a(x.instrument_id, x.rate);
}
template <typename A>
void fields(A& a, MarkPrice& x) {
  a(x.instrument_id, x.price);
}
template <typename A>
void fields(A& a, OpenInterest& x) {
  a(x.instrument_id, x.quantity);
}
template <typename A>
void fields(A& a, Liquidation& x) {
  a(x.instrument_id, x.position_side, x.price, x.quantity);
}
template <typename A>
void fields(A& a, Sentiment& x) {
  a(x.value);
}
template <typename A>
void fields(A& a, QuoteTick& x) {
  a(x.instrument_id, x.bid_px, x.bid_qty, x.ask_px, x.ask_qty, x.update_id);
}
template <typename A>
void fields(A& a, BookDepth& x) {
  a(x.instrument_id, x.bid_qty, x.ask_qty);
}
template <typename A>
void fields(A& a, TradeTick& x) {
  a(x.instrument_id, x.aggressor_side, x.price, x.quantity);
}
template <typename A>
void fields(A& a, Bar& x) {
  a(x.instrument_id, x.interval_s, x.open, x.high, x.low, x.close, x.volume);
}
template <typename A>
void fields(A& a, OrderAccepted& x) {
  a(x.client_order_id, x.instrument_id, x.venue_order_id);
}
template <typename A>
void fields(A& a, OrderRejected& x) {
  a(x.client_order_id, x.instrument_id, x.reason);
}
template <typename A>
void fields(A& a, OrderTriggered& x) {
  a(x.client_order_id, x.instrument_id);
}
template <typename A>
void fields(A& a, OrderCanceled& x) {
  a(x.client_order_id, x.instrument_id, x.filled_qty, x.reason);
}
template <typename A>
void fields(A& a, OrderExpired& x) {
  a(x.client_order_id, x.instrument_id, x.filled_qty, x.reason);
}
template <typename A>
void fields(A& a, OrderFilled& x) {
  a(x.client_order_id, x.instrument_id, x.trade_id, x.side, x.liquidity_side, x.last_qty,
    x.last_px, x.leaves_qty, x.commission, x.forced);
}
template <typename A>
void fields(A& a, OrderStatusUnknown& x) {
  a(x.client_order_id, x.instrument_id);
}
template <typename A>
void fields(A& a, OrderStatusReport& x) {
  a(x.client_order_id, x.instrument_id, x.status, x.filled_qty);
}
template <typename A>
void fields(A& a, CancelRejected& x) {
  a(x.client_order_id, x.instrument_id, x.reason);
}
template <typename A>
void fields(A& a, OrderAmended& x) {
  a(x.client_order_id, x.instrument_id, x.quantity, x.price, x.trigger_price, x.reason);
}
template <typename A>
void fields(A& a, AmendRejected& x) {
  a(x.client_order_id, x.instrument_id, x.reason);
}
template <typename A>
void fields(A& a, FundingPaid& x) {
  a(x.instrument_id, x.amount);
}
template <typename A>
void fields(A& a, TimerFired& x) {
  a(x.kind, x.key);
}
template <typename A>
void fields(A& a, TradingStateChanged& x) {
  a(x.state, x.source);
}
template <typename A>
void fields(A& a, ProposalRefused& x) {
  a(x.proposer, x.rule);
}
template <typename A>
void fields(A& a, ProposerChanged& x) {
  a(x.proposer, x.state, x.reason, x.name);
}
template <typename A>
void fields(A& a, OperatorRequested& x) {
  a(x.kind, x.parameter, x.value, x.adaptation_id);
}
template <typename A>
void fields(A& a, Predicate& x) {
  a(x.lhs, x.tf, x.op, x.rhs, x.value);
}
template <typename A>
void fields(A& a, TradeCondition& x) {
  a(x.pattern_id, x.template_id, x.source, x.instrument_id, x.side, x.when_all, x.when_any,
    x.invalidate_any, x.regimes, x.entry_mode, x.entry_offset_atr, x.stop_atr, x.stop_tf,
    x.take_profit_r, x.time_stop, x.expires_at, x.size_scale, x.confidence, x.shadow_only,
    x.proposer, x.grid, x.vetting);
}
template <typename A>
void fields(A& a, OrderInstructions& x) {
  a(x.post_only, x.self_trade_prevention, x.activation_price, x.callback_rate, x.callback_offset);
}
// All but the instructions, which follow only where there are any (codec.cpp).
template <typename A>
void fields(A& a, OrderRequest& x) {
  a(x.client_order_id, x.instrument_id, x.candidate_id, x.role, x.side, x.type, x.time_in_force,
    x.reduce_only, x.close_position, x.trigger_by, x.quantity, x.price, x.trigger_price,
    x.expires_at, x.linked_id, x.attached_stop_id, x.attached_stop, x.attached_target_id,
    x.attached_target);
}
template <typename A>
void fields(A& a, SubmitOrder& x) {
  fields(a, x.order);
}
template <typename A>
void fields(A& a, CancelOrder& x) {
  a(x.client_order_id, x.instrument_id);
}
template <typename A>
void fields(A& a, QueryOrder& x) {
  a(x.client_order_id, x.instrument_id);
}
template <typename A>
void fields(A& a, AmendOrder& x) {
  a(x.client_order_id, x.instrument_id, x.quantity, x.price, x.trigger_price);
}
template <typename A>
void fields(A& a, SetTimer& x) {
  a(x.kind, x.key, x.at);
}
template <typename A>
void fields(A& a, Candidate& x) {
  a(x.id, x.instrument_id, x.side, x.template_id, x.source, x.shadow_only, x.entry_mode,
    x.pattern_id, x.triggered_at, x.decision_px, x.entry_px, x.stop_px, x.target_px, x.quantity,
    x.time_stop, x.cost_r, x.volatility, x.block_id, x.cluster_id, x.proposer, x.grid);
}
template <typename A>
void fields(A& a, GateResult& x) {
  a(x.gate, x.verdict, x.value, x.threshold);
}
template <typename A>
void fields(A& a, SizeFactors& x) {
  a(x.risk_fraction, x.coin_multiplier, x.btc_lead_multiplier, x.size_scale,
    x.adaptation_multiplier, x.correlation_multiplier);
}
template <typename A>
void fields(A& a, DecisionTrace& x) {
  a(x.candidate, x.is_traded, x.refused_by, x.coin_status, x.expected_r, x.coin_offset_r, x.atr,
    x.size, x.quantity, x.parameter_version, x.pattern_state, x.adaptation_id, x.inputs,
    x.gates);
}

}  // namespace lanner::model::detail
