#include "app/look/why_text.hpp"

#include <fmt/core.h>

#include <cmath>

#include "runtime/explain/explanation_json.hpp"
#include "views/format.hpp"

namespace lanner::app {
namespace {

using runtime::Counterfactual;
using runtime::DecisionLine;
using runtime::Explanation;
using runtime::PredicateLook;

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{:.6g}", *value) : std::string{"absent"};
}

std::string number(Score value) { return fmt::format("{:.6g}", value.value()); }

std::string title(std::string_view text) { return fmt::format("\n{}\n", text); }

std::string predicate_line(const PredicateLook& look) {
  std::string out = fmt::format("  {:<3} {:<34} was {:>11}", look.holds ? "yes" : "NO",
                                look.text(), number(look.value));
  if (look.value_before) {
    out += fmt::format(", before {}", number(look.value_before));
  }
  if (look.sequence) {
    out += fmt::format("  [{}]", *look.sequence);
  }
  return out + "\n";
}

std::string gate_lines(const DecisionLine& decision) {
  std::string out =
      fmt::format("  {:<16} {:<7} {:>12} {:>12} {:>12}  {}\n", "gate", "verdict", "value",
                  "threshold", "margin", "flips at");
  for (const model::GateResult& gate : decision.trace.gates) {
    const auto lever = runtime::lever_of(gate, decision.parameters);
    out += fmt::format("  {:<16} {:<7} {:>12} {:>12} {:>12}", model::name_of(gate.gate),
                       runtime::verdict_name(gate.verdict), number(gate.value),
                       number(gate.threshold), number(model::margin_of(gate)));
    const bool is_told = lever && lever->is_in_bounds;
    out += is_told ? fmt::format("  {} = {}\n", lever->parameter, lever->needed) : "\n";
  }
  return out;
}

std::string size_line(const model::DecisionTrace& trace) {
  return fmt::format("  {} of equity at risk x coin {} x btc lead {} x condition {}: {} asked, {} "
                     "approved\n",
                     views::pct_text(trace.size.risk_fraction * Score{100.0}),
                     number(trace.size.coin_multiplier), number(trace.size.btc_lead_multiplier),
                     number(trace.size.size_scale), to_string(trace.candidate.quantity),
                     to_string(trace.quantity));
}

std::string order_lines(const Explanation& explanation) {
  std::string out;
  for (const runtime::OrderLine& order : explanation.orders) {
    const model::OrderRequest& request = order.request;
    const Price px = request.price.is_zero() ? request.trigger_price : request.price;
    out += fmt::format("  {:<13} {:<4} {:<17} {:>12} at {:<12} [{}]", model::name_of(request.role),
                       model::name_of(request.side), model::name_of(request.type),
                       request.quantity.is_zero() ? "all" : to_string(request.quantity),
                       px.is_zero() ? "market" : to_string(px), order.sequence);
    for (const runtime::OrderStep& step : order.steps) {
      out += fmt::format(" {}{}{} [{}]", step.what, step.reason.empty() ? "" : ": ", step.reason,
                         step.sequence);
    }
    out += "\n";
  }
  for (const runtime::FillLine& line : explanation.fills) {
    out += fmt::format("  fill {:<13} {} {} at {}, commission {}  [{}]\n", line.role,
                       model::name_of(line.fill.side), to_string(line.fill.last_qty),
                       to_string(line.fill.last_px), to_string(line.fill.commission),
                       line.sequence);
  }
  for (const runtime::FundingLine& line : explanation.funding) {
    out += fmt::format("  funding {}  [{}]\n", to_string(line.amount), line.sequence);
  }
  return out;
}

std::string outcome_lines(const Explanation& explanation) {
  std::string out;
  if (const auto& trade = explanation.closed) {
    out += fmt::format("  closed by {} at {}: {} to {}, net {} ({}), best {}, worst {}  [{}]\n",
                       model::name_of(trade->exit_reason), views::minute_text(trade->closed_at),
                       to_string(trade->entry_px), to_string(trade->exit_px),
                       views::gain_text(trade->net_pnl), views::r_text(trade->net_r),
                       views::r_text(trade->mfe_r), views::r_text(trade->mae_r),
                       explanation.closed_sequence);
    out += fmt::format("  costs: expected {} R, realised {} R (commissions {}, funding {}, "
                       "slippage {})\n",
                       number(explanation.decision.trace.candidate.cost_r), number(trade->cost_r),
                       to_string(trade->commissions), to_string(trade->funding),
                       to_string(trade->slippage));
  } else if (explanation.outcome) {
    const model::CandidateLabel& label = explanation.outcome->label;
    out += label.is_filled
               ? fmt::format("  later, on the path of prices: {} first, {} after costs (best {}, "
                             "worst {})  [{}]\n",
                             runtime::barrier_name(label.barrier), views::r_text(label.net_r),
                             views::r_text(label.mfe_r), views::r_text(label.mae_r),
                             explanation.outcome->sequence)
               : fmt::format("  its entry would not have been filled  [{}]\n",
                             explanation.outcome->sequence);
  } else {
    out += "  not known yet: neither stop, target nor time stop was reached\n";
  }
  return out;
}

std::string belief_line(std::string_view when, const runtime::Belief& belief) {
  return fmt::format("  {:<7} coin {} R (P>0 {}, {} / {}), pattern {} R from {} blocks  [{}]\n",
                     when, number(belief.coin.coin.mean_r),
                     number(belief.coin.coin.probability_positive),
                     model::name_of(belief.coin.long_status),
                     model::name_of(belief.coin.short_status), number(belief.pattern.mean_r),
                     number(belief.pattern.n_eff), belief.sequence);
}

std::string learning_lines(const Explanation& explanation) {
  std::string out = belief_line("before", explanation.before);
  return explanation.after ? out + belief_line("after", *explanation.after) : out;
}

std::string counterfactual_lines(const Explanation& explanation) {
  const std::optional<Counterfactual>& other = explanation.counterfactual;
  if (!other) {
    return "  no parameter draws the line of the gate that decided\n";
  }
  std::string out;
  for (const runtime::GateLever& move : other->moves) {
    out += fmt::format("  {} {} instead of {} ({}{})\n", move.parameter, move.needed, move.current,
                       move.unit,
                       move.is_in_bounds ? "" : fmt::format(", outside {} .. {}", move.low,
                                                            move.high));
  }
  if (!other->is_tried) {
    return out + "  that is not allowed, so it was not replayed\n";
  }
  return out + (other->is_traded
                    ? std::string{"  replayed with that: traded\n"}
                    : fmt::format("  replayed with that: refused by {}\n",
                                  model::name_of(other->refused_by)));
}

std::string decision_lines(const Explanation& explanation) {
  const DecisionLine& decision = explanation.decision;
  std::string out = title("condition");
  for (const PredicateLook& look : decision.inputs) {
    out += predicate_line(look);
  }
  out += title("gates") + gate_lines(decision);
  out += title("size") + size_line(decision.trace);
  if (!explanation.orders.empty()) {
    out += title("orders") + order_lines(explanation);
  }
  out += title("what came of it") + outcome_lines(explanation);
  out += title("learning") + learning_lines(explanation);
  out += title(decision.trace.is_traded ? "what would have stopped it"
                                        : "what would have let it through");
  return out + counterfactual_lines(explanation);
}

std::string head_of(const Explanation& explanation) {
  const DecisionLine& decision = explanation.decision;
  return fmt::format("{} {} {} at {} UTC, price {}, event [{}], {} data\n", decision.instrument,
                     model::name_of(decision.trace.candidate.side),
                     model::name_of(decision.trace.candidate.template_id),
                     views::minute_text(decision.at),
                     to_string(decision.trace.candidate.decision_px), decision.sequence,
                     explanation.feed);
}

std::string refusal_line(const DecisionLine& decision) {
  for (const model::GateResult& gate : decision.trace.gates) {
    if (gate.verdict == model::Verdict::refuse) {
      return fmt::format("refused by {}: {} against {}, {} from passing\n",
                         model::name_of(gate.gate), number(gate.value), number(gate.threshold),
                         number(Score{std::abs(model::margin_of(gate).value())}));
    }
  }
  return "allowed by every gate\n";
}

// By how much a predicate was missed.
std::string distance_text(const PredicateLook& look) {
  const auto gap = look.gap();
  if (!gap) {
    return "";
  }
  const std::string distance = number(std::optional{std::abs(*gap)});
  const bool is_up = look.predicate.op == model::PredicateOp::cross_up;
  const bool is_cross = is_up || look.predicate.op == model::PredicateOp::cross_down;
  if (is_cross && (is_up ? *gap <= 0.0 : *gap >= 0.0)) {
    return fmt::format(", past it by {}, but did not cross", distance);
  }
  return look.holds ? fmt::format(", holds by {}", distance)
                    : fmt::format(", {} short", distance);
}

std::string condition_look_text(const runtime::ConditionLook& look) {
  std::string out = fmt::format("  {} {}{}\n", model::name_of(look.condition.template_id),
                                model::name_of(look.condition.side),
                                look.is_armed ? "" : " (had fired, waits until it was false)");
  for (const PredicateLook& predicate : look.predicates) {
    const bool stands_against =
        predicate.role == runtime::PredicateRole::invalidate ? predicate.holds : !predicate.holds;
    if (stands_against) {
      out += "  " + predicate_line(predicate);
      out.pop_back();
      out += distance_text(predicate) + "\n";
    }
  }
  return out;
}

}  // namespace

std::string why_text(const Explanation& explanation) {
  std::string out = explanation.closed
                        ? fmt::format("trade {}: ", explanation.closed->trade_number)
                        : std::string{"open trade: "};
  return out + head_of(explanation) + decision_lines(explanation);
}

std::string why_not_text(const runtime::WhyNot& answer) {
  std::string out;
  if (answer.trigger) {
    const Duration age = answer.asked - answer.trigger->decision.at;
    out += head_of(*answer.trigger);
    if (age >= minutes(1)) {
      out += fmt::format("the last trigger before {} UTC, {} earlier\n",
                         views::minute_text(answer.asked), views::duration_text(age));
    }
    out += refusal_line(answer.trigger->decision);
    if (answer.trade_number > 0) {
      out += fmt::format("it was traded: lanner why {}\n", answer.trade_number);
    }
    out += decision_lines(*answer.trigger);
  } else {
    out += fmt::format("{}: no condition fired at or before {} UTC\n", answer.instrument,
                       views::minute_text(answer.asked));
  }
  out += title(fmt::format("what stood armed at {} UTC, and what was missing  [{}]",
                           views::minute_text(answer.asked), answer.sequence));
  for (const runtime::ConditionLook& look : answer.conditions) {
    out += condition_look_text(look);
  }
  return answer.conditions.empty() ? out + "  nothing\n" : out;
}

}  // namespace lanner::app
