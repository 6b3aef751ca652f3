#include "runtime/explain/explanation_json.hpp"

namespace lanner::runtime {
namespace {

using model::DecisionTrace;
using model::GateResult;

void set_or_null(JsonObject& out, std::string_view key, const std::optional<double>& value) {
  if (value) {
    out.set(key, *value);
  } else {
    out.set_null(key);
  }
}

JsonObject predicate_json(const PredicateLook& look) {
  JsonObject out;
  if (look.sequence) {
    out.set("sequence", *look.sequence);
  } else {
    out.set_null("sequence");
  }
  set_or_null(out, "value", look.value);
  out.set("role", name_of(look.role)).set("predicate", look.text()).set("holds", look.holds);
  set_or_null(out, "threshold", look.threshold);
  set_or_null(out, "gap", look.gap());
  if (look.value_before) {
    out.set("value_before", *look.value_before);
  }
  return out;
}

JsonArray predicates_json(const std::vector<PredicateLook>& looks) {
  JsonArray out;
  for (const PredicateLook& look : looks) {
    out.add(predicate_json(look));
  }
  return out;
}

JsonObject features_json(const std::vector<FeatureValue>& features) {
  JsonObject out;
  JsonObject frame;
  for (std::size_t i = 0; i < features.size(); ++i) {
    frame.set(features[i].feature, features[i].value);
    if (i + 1 == features.size() || features[i + 1].tf != features[i].tf) {
      out.set(model::name_of(features[i].tf), frame);
      frame = JsonObject{};
    }
  }
  return out;
}

JsonArray predicate_texts(std::span<const model::Predicate> predicates) {
  JsonArray out;
  for (const model::Predicate& predicate : predicates) {
    PredicateLook look;
    look.predicate = predicate;
    out.add(look.text());
  }
  return out;
}

JsonObject condition_json(const model::TradeCondition& condition) {
  JsonObject out;
  const bool is_ours = condition.source == model::ConditionSource::strategist;
  out.set("pattern", std::to_string(condition.pattern_id.value()))
      .set("template", model::name_of(condition.template_id))
      .set("source", is_ours ? "strategist" : "outside")
      .set("side", model::name_of(condition.side))
      .set("when_all", predicate_texts(condition.when_all.span()))
      .set("when_any", predicate_texts(condition.when_any.span()))
      .set("invalidate_any", predicate_texts(condition.invalidate_any.span()))
      .set("entry", entry_name(condition.entry_mode))
      .set("stop_atr", condition.stop_atr.value())
      .set("stop_tf", model::name_of(condition.stop_tf))
      .set("take_profit_r", condition.take_profit_r.value())
      .set("time_stop_s", condition.time_stop.ns() / kNsPerSecond)
      .set("expires_at", condition.expires_at)
      .set("size_scale", condition.size_scale.value())
      .set("shadow_only", condition.shadow_only == model::ShadowOnly::yes);
  return out;
}

JsonObject lever_json(const GateLever& lever) {
  JsonObject out;
  out.set("gate", model::name_of(lever.gate))
      .set("parameter", lever.parameter)
      .set("unit", lever.unit)
      .set("current", lever.current)
      .set("needed", lever.needed)
      .set("low", lever.low)
      .set("high", lever.high)
      .set("in_bounds", lever.is_in_bounds);
  return out;
}

JsonArray gates_json(const DecisionLine& decision) {
  JsonArray out;
  for (const GateResult& gate : decision.trace.gates) {
    JsonObject item;
    item.set("id", model::name_of(gate.gate))
        .set("verdict", verdict_name(gate.verdict))
        .set("value", gate.value.value())
        .set("threshold", gate.threshold.value())
        .set("margin", model::margin_of(gate).value())
        .set("version", decision.trace.parameter_version);
    if (const auto lever = lever_of(gate, decision.parameters)) {
      item.set("flips_at", lever_json(*lever));
    } else {
      item.set_null("flips_at");
    }
    out.add(item);
  }
  return out;
}

JsonObject sizes_json(const DecisionTrace& trace) {
  JsonObject out;
  out.set("risk_fraction", trace.size.risk_fraction.value())
      .set("coin_multiplier", trace.size.coin_multiplier.value())
      .set("btc_lead_multiplier", trace.size.btc_lead_multiplier.value())
      .set("size_scale", trace.size.size_scale.value())
      .set("adaptation_multiplier", trace.size.adaptation_multiplier.value())
      .set("correlation_multiplier", trace.size.correlation_multiplier.value())
      .set("atr", trace.atr.value())
      .set("intended", trace.candidate.quantity)
      .set("approved", trace.quantity);
  return out;
}

JsonArray orders_json(const std::vector<OrderLine>& orders) {
  JsonArray out;
  for (const OrderLine& order : orders) {
    JsonArray steps;
    for (const OrderStep& step : order.steps) {
      JsonObject item;
      item.set("sequence", step.sequence).set("at", step.at).set("what", step.what);
      if (!step.reason.empty()) {
        item.set("reason", step.reason);
      }
      steps.add(item);
    }
    JsonObject item;
    item.set("sequence", order.sequence)
        .set("at", order.at)
        .set("client_order_id", std::to_string(order.request.client_order_id.value()))
        .set("role", model::name_of(order.request.role))
        .set("side", model::name_of(order.request.side))
        .set("type", model::name_of(order.request.type))
        .set("quantity", order.request.quantity)
        .set("price", order.request.price)
        .set("trigger_price", order.request.trigger_price)
        .set("reduce_only", order.request.reduce_only == model::ReduceOnly::yes)
        .set("close_position", order.request.close_position == model::ClosePosition::yes)
        .set("steps", steps);
    out.add(item);
  }
  return out;
}

JsonArray fills_json(const std::vector<FillLine>& fills) {
  JsonArray out;
  for (const FillLine& line : fills) {
    JsonObject item;
    item.set("sequence", line.sequence)
        .set("at", line.at)
        .set("client_order_id", std::to_string(line.fill.client_order_id.value()))
        .set("role", line.role)
        .set("side", model::name_of(line.fill.side))
        .set("quantity", line.fill.last_qty)
        .set("price", line.fill.last_px)
        .set("commission", line.fill.commission)
        .set("liquidity",
             line.fill.liquidity_side == model::LiquiditySide::maker ? "maker" : "taker");
    out.add(item);
  }
  return out;
}

JsonObject exits_json(const Explanation& explanation) {
  const model::Candidate& candidate = explanation.decision.trace.candidate;
  JsonObject out;
  out.set("stop", candidate.stop_px)
      .set("target", candidate.target_px)
      .set("time_stop_s", candidate.time_stop.ns() / kNsPerSecond);
  if (!explanation.closed) {
    out.set_null("reason");
    return out;
  }
  const model::TradeClosed& trade = *explanation.closed;
  out.set("reason", model::name_of(trade.exit_reason))
      .set("sequence", explanation.closed_sequence)
      .set("at", trade.closed_at)
      .set("entry_price", trade.entry_px)
      .set("exit_price", trade.exit_px)
      .set("net_pnl", trade.net_pnl)
      .set("net_r", trade.net_r.value())
      .set("gross_r", trade.gross_r.value())
      .set("mfe_r", trade.mfe_r.value())
      .set("mae_r", trade.mae_r.value());
  return out;
}

JsonObject costs_json(const Explanation& explanation) {
  JsonArray funding;
  for (const FundingLine& line : explanation.funding) {
    JsonObject item;
    item.set("sequence", line.sequence).set("at", line.at).set("amount", line.amount);
    funding.add(item);
  }
  JsonObject out;
  out.set("expected_r", explanation.decision.trace.candidate.cost_r.value());
  if (explanation.closed) {
    out.set("realised_r", explanation.closed->cost_r.value())
        .set("commissions", explanation.closed->commissions)
        .set("funding", explanation.closed->funding)
        .set("slippage", explanation.closed->slippage)
        .set("risk", explanation.closed->risk);
  } else {
    out.set_null("realised_r");
  }
  out.set("funding_paid", funding);
  return out;
}

JsonObject belief_json(const Belief& belief) {
  JsonObject coin;
  coin.set("mean_r", belief.coin.coin.mean_r.value())
      .set("sd_r", belief.coin.coin.sd_r.value())
      .set("n", belief.coin.coin.n.value())
      .set("probability_positive", belief.coin.coin.probability_positive.value())
      .set("long_status", model::name_of(belief.coin.long_status))
      .set("short_status", model::name_of(belief.coin.short_status))
      .set("long_offset_r", belief.coin.long_offset_r.value())
      .set("short_offset_r", belief.coin.short_offset_r.value());
  JsonObject pattern;
  pattern.set("mean_r", belief.pattern.mean_r.value())
      .set("sd_r", belief.pattern.sd_r.value())
      .set("n_eff", belief.pattern.n_eff.value())
      .set("labels", belief.pattern.labels.value())
      .set("probability_positive", belief.pattern.probability_positive.value());
  JsonObject out;
  out.set("sequence", belief.sequence)
      .set("at", belief.at)
      .set("coin", coin)
      .set("pattern", pattern);
  return out;
}

JsonObject learning_json(const Explanation& explanation) {
  JsonObject out;
  out.set("before", belief_json(explanation.before));
  if (explanation.after) {
    out.set("after", belief_json(*explanation.after));
  } else {
    out.set_null("after");
  }
  return out;
}

void set_outcome(JsonObject& out, const std::optional<Outcome>& outcome) {
  if (!outcome) {
    out.set_null("outcome");
    return;
  }
  JsonObject item;
  item.set("sequence", outcome->sequence)
      .set("source", source_name(outcome->label.source))
      .set("barrier", barrier_name(outcome->label.barrier))
      .set("filled", outcome->label.is_filled)
      .set("net_r", outcome->label.net_r.value())
      .set("gross_r", outcome->label.gross_r.value())
      .set("mfe_r", outcome->label.mfe_r.value())
      .set("mae_r", outcome->label.mae_r.value())
      .set("weight", outcome->label.weight.value())
      .set("at", outcome->label.labelled_at);
  out.set("outcome", item);
}

void set_counterfactual(JsonObject& out, const std::optional<Counterfactual>& counterfactual) {
  if (!counterfactual) {
    out.set_null("counterfactual");
    return;
  }
  JsonArray moves;
  for (const GateLever& lever : counterfactual->moves) {
    moves.add(lever_json(lever));
  }
  JsonObject item;
  item.set("moves", moves)
      .set("single_gate", counterfactual->moves.size() == 1)
      .set("replayed", counterfactual->is_tried)
      .set("traded", counterfactual->is_traded)
      .set("refused_by", model::name_of(counterfactual->refused_by));
  out.set("counterfactual", item);
}

void set_decision(JsonObject& out, const Explanation& explanation) {
  const DecisionLine& decision = explanation.decision;
  const model::Candidate& candidate = decision.trace.candidate;
  out.set("instrument", decision.instrument)
      .set("side", model::name_of(candidate.side))
      .set("template", model::name_of(candidate.template_id))
      .set("candidate", candidate.id.value())
      .set("sequence", decision.sequence)
      .set("at", candidate.triggered_at)
      .set("traded", decision.trace.is_traded)
      .set("refused_by", model::name_of(decision.trace.refused_by))
      .set("decision_price", candidate.decision_px)
      .set("expected_r", decision.trace.expected_r.value())
      .set("coin_status", model::name_of(decision.trace.coin_status))
      .set("coin_offset_r", decision.trace.coin_offset_r.value())
      .set("inputs", predicates_json(decision.inputs))
      .set("features", features_json(decision.features));
  if (decision.condition) {
    out.set("condition", condition_json(*decision.condition));
  } else {
    out.set_null("condition");
  }
  out.set("gates", gates_json(decision)).set("sizes", sizes_json(decision.trace));
}

void set_rest(JsonObject& out, const Explanation& explanation) {
  out.set("orders", orders_json(explanation.orders))
      .set("fills", fills_json(explanation.fills))
      .set("exits", exits_json(explanation))
      .set("costs", costs_json(explanation))
      .set("learning", learning_json(explanation));
  set_outcome(out, explanation.outcome);
  set_counterfactual(out, explanation.counterfactual);
}

}  // namespace

const char* verdict_name(model::Verdict verdict) noexcept {
  switch (verdict) {
    case model::Verdict::allow: return "allow";
    case model::Verdict::scale: return "scale";
    case model::Verdict::refuse: return "refuse";
  }
  return "?";
}

const char* barrier_name(model::Barrier barrier) noexcept {
  switch (barrier) {
    case model::Barrier::stop: return "stop";
    case model::Barrier::target: return "target";
    case model::Barrier::time: return "time";
  }
  return "?";
}

const char* source_name(model::LabelSource source) noexcept {
  return source == model::LabelSource::fills ? "fills" : "path";
}

const char* entry_name(model::EntryMode mode) noexcept {
  switch (mode) {
    case model::EntryMode::market: return "market";
    case model::EntryMode::limit: return "limit";
    case model::EntryMode::stop: return "stop";
  }
  return "?";
}

JsonObject why_json(const Explanation& explanation) {
  JsonObject out{"why/1"};
  out.set("session", explanation.session).set("feed", explanation.feed);
  if (explanation.closed) {
    out.set("trade", explanation.closed->trade_number);
  } else {
    out.set_null("trade");
  }
  set_decision(out, explanation);
  set_rest(out, explanation);
  return out;
}

JsonObject why_not_json(const WhyNot& answer) {
  JsonObject out{"why-not/1"};
  out.set("session", answer.session)
      .set("asked_instrument", answer.instrument)
      .set("asked_at", answer.asked);
  out.set("triggered", answer.trigger.has_value());
  if (answer.trade_number > 0) {
    out.set("trade", answer.trade_number);
  } else {
    out.set_null("trade");
  }
  if (answer.trigger) {
    out.set("age_s", (answer.asked - answer.trigger->decision.at).ns() / kNsPerSecond);
    set_decision(out, *answer.trigger);
    set_rest(out, *answer.trigger);
  }
  JsonArray conditions;
  for (const ConditionLook& look : answer.conditions) {
    JsonObject item;
    item.set("armed", look.is_armed)
        .set("sequence", answer.sequence)
        .set("condition", condition_json(look.condition))
        .set("predicates", predicates_json(look.predicates));
    conditions.add(item);
  }
  out.set("conditions", conditions);
  return out;
}

}  // namespace lanner::runtime
