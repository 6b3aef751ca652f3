// From a trigger to a verdict: every trigger becomes a candidate with a trace, traded or not.

#include "core/engine.hpp"

namespace lanner::core {

using model::PositionSide;

namespace {

// Stream of the Thompson draws: one per pattern, instrument and cycle, so that the order in which
// conditions fire cannot change what they draw.
std::uint64_t draw_counter(std::uint64_t cycle, InstrumentId id) noexcept {
  return cycle << 16 | id.value();
}

// One conditional order more than a plan places, so that a stop can be replaced new-before-old.
constexpr std::size_t kVenueSlots = 200;

}  // namespace

void Engine::fire() noexcept {
  std::size_t left = model::CommandSink::Capacity{}.traces;
  for (const strategy::Trigger& trigger : triggers_) {
    if (left == 0) {
      ++counters_.triggers_dropped;
      continue;
    }
    --left;
    ++counters_.triggers;
    decide(trigger);
  }
  triggers_.clear();
}

learn::EntryFacts Engine::facts_of(const model::TradeCondition& condition) const noexcept {
  const InstrumentId id = condition.instrument_id;
  const auto view = features_.view(id);
  return {id, condition.side, condition.template_id,
          knowledge_.volatility(id, view.value(model::FeatureId::atr_pct, model::Timeframe::h1)),
          Score{}, now_};
}

strategy::PlanInput Engine::plan_input(const model::TradeCondition& condition, Price last,
                                       const learn::EntryFacts& facts,
                                       const learn::Ruling& ruling) const noexcept {
  const InstrumentId id = condition.instrument_id;
  strategy::PlanInput input;
  input.condition = &condition;
  input.last_px = last;
  input.features = features_.view(id);
  input.now = now_;
  input.cushion = {portfolio_.equity(), portfolio_.open_risk() + orders_.pending_risk(),
                   portfolio_.gross_exposure(), config_.margin};
  input.coin = {knowledge_.coins().status(id, condition.side),
                knowledge_.coins().offset_r(id, condition.side)};
  const learn::PatternKey key{condition.template_id, condition.side, condition.source,
                              condition.proposer, condition.grid};
  input.pattern_state = knowledge_.library().state(key);
  // What is proven is held to a bad quantile of it, what is not may try its luck at small size.
  input.expected_r =
      input.pattern_state == model::PatternState::active
          ? knowledge_.patterns().quantile(
                key, config_.parameters.score(model::Param::pattern_active_quantile))
          : knowledge_.patterns().draw(key, config_.seed, draw_counter(cycle_, id));
  input.volatility = facts.volatility;
  // A blocked one is sized as if it were not: its label must be that of a real entry.
  input.adaptation_multiplier = ruling.is_blocked() ? Score{1.0} : ruling.multiplier;
  if (market_[id].funding_at.is_set()) {
    input.funding = market_[id].funding;
  }
  input.btc_atr_bps = strategy::btc_atr_bps(features_, id, ts_event_);
  input.latency = config_.order_latency;
  input.correlation_multiplier = correlation_multiplier(condition);
  return input;
}

// Beside each open position of the same side that moves like it: they count as the same coin.
Score Engine::correlation_multiplier(const model::TradeCondition& condition) const noexcept {
  Score multiplier{1.0};
  if (config_.mask.is_masked(model::Component::correlation_penalty)) {
    return multiplier;
  }
  const Score most = config_.parameters.score(model::Param::strategist_corr_max);
  for (const InstrumentId other : portfolio_.open_ids()) {
    if (other == condition.instrument_id || portfolio_.position(other).side != condition.side) {
      continue;
    }
    if (correlation_.between(condition.instrument_id, other, ts_event_) > most) {
      multiplier =
          multiplier * config_.parameters.score(model::Param::strategist_corr_multiplier);
    }
  }
  return multiplier;
}

// One place among the open positions is kept for what is not proven yet, as long as no unproven
// one is open and their budget of the day lasts.
bool Engine::keeps_exploration_slot() const noexcept {
  if (config_.mask.is_masked(model::Component::exploration_slot) ||
      trace_.pattern_state != model::PatternState::active) {
    return false;
  }
  for (const InstrumentId id : portfolio_.open_ids()) {
    if (is_active_entry_[id.index()] == 0) {
      return false;
    }
  }
  const Score share = config_.parameters.score(model::Param::risk_probe_budget_pct);
  constexpr Score kPercent{100.0};
  return to_score(probe_.lost(probe_unrealised())) * kPercent <
         share * to_score(portfolio_.equity());
}

risk::RiskContext Engine::risk_context(const model::TradeCondition& condition) const noexcept {
  const InstrumentId id = condition.instrument_id;
  const model::Instrument& instrument = config_.instruments[id.index()];
  const Price px = market_[id].last_px;
  risk::RiskContext context;
  context.now = now_;
  context.is_fresh = market_.is_trading(id) && market_.is_fresh(id, now_, config_.parameters);
  context.has_position = portfolio_.position(id).side != PositionSide::flat;
  context.has_open_plan = orders_.has_plan(id);
  context.can_short = instrument.kind == model::InstrumentKind::perpetual;
  context.is_shadow_only = condition.shadow_only == model::ShadowOnly::yes;
  context.instrument = &instrument;
  context.margin = config_.margin;
  context.equity = portfolio_.equity();
  context.open_risk = portfolio_.open_risk() + orders_.pending_risk();
  context.instrument_exposure = portfolio_.exposure(id) + orders_.pending_exposure(id, px);
  context.total_exposure = portfolio_.gross_exposure();
  context.open_positions = portfolio_.open_positions();
  for (const model::Instrument& other : config_.instruments) {
    if (!orders_.has_plan(other.id)) {
      continue;
    }
    context.total_exposure += orders_.pending_exposure(other.id, market_[other.id].last_px);
    const bool is_flat = portfolio_.position(other.id).side == PositionSide::flat;
    context.open_positions += is_flat ? 1 : 0;
  }
  context.open_positions += keeps_exploration_slot() ? 1 : 0;
  context.is_probe = trace_.pattern_state != model::PatternState::active;
  context.probe_loss_today = probe_.lost(probe_unrealised());
  context.free_protective_slots = kVenueSlots - orders_.open_orders(id);
  return context;
}

void Engine::decide(const strategy::Trigger& trigger) noexcept {
  const model::TradeCondition& condition = sniper_.condition(trigger.slot);
  const InstrumentId id = condition.instrument_id;
  learn::EntryFacts facts = facts_of(condition);
  const learn::Ruling ruling = knowledge_.adaptations().ask(facts);
  const strategy::PlanInput input = plan_input(condition, trigger.price, facts, ruling);
  auto plan = planner_.plan(input);
  if (!plan) {
    // Without an ATR there is no stop, and without a stop there is no candidate.
    ++counters_.triggers_without_plan;
    return;
  }
  facts.cost_r = plan->candidate.cost_r;
  // Adaptations answer for what the house does, not for what a program proposes beside it.
  candidates_.open(plan->candidate, condition.proposer == 0
                                        ? knowledge_.on_trigger(facts)
                                        : learn::CandidateLog::ScopeEffects{});
  plan->intent.candidate_id = plan->candidate.id;
  trace_ = model::DecisionTrace{};
  strategy::Planner::explain(*plan, trace_);
  trace_.parameter_version = knowledge_.parameters().revision();
  trace_.pattern_state = input.pattern_state;
  trace_.adaptation_id = ruling.adaptation_id;
  sniper_.inputs(trigger.slot, input.features, trigger.price, trace_.inputs);
  if (!plan->candidate.id.is_valid()) {
    ++counters_.candidates_refused;
    return;
  }
  if (is_refused_by_universe(id) || is_refused_by_learning(ruling)) {
    ++counters_.refusals;
    proposers_.on_decision(condition.proposer, false);
    sink_->push(trace_);
    return;
  }
  const auto approved = risk_.review(plan->intent, risk_context(condition), trace_);
  if (approved) {
    trace_.is_traded = true;
    ++counters_.entries;
    const model::OrderIntent& intent = approved->get();
    portfolio_.expect(id, {intent.candidate_id, intent.side, condition.template_id,
                           intent.decision_px, intent.stop_px, intent.target_px});
    candidates_.mark_traded(intent.candidate_id);
    is_active_entry_[id.index()] =
        input.pattern_state == model::PatternState::active ? 1 : 0;
    risk_.on_entry_sent(id, now_);
    orders_.start(*approved, now_, *sink_);
  } else {
    ++counters_.refusals;
  }
  proposers_.on_decision(condition.proposer, approved.has_value());
  sink_->push(trace_);
}

}  // namespace lanner::core
