#include "runtime/result_json.hpp"

#include "model/enums.hpp"

namespace lanner::runtime {
namespace {

JsonArray strings(const std::vector<std::string>& values) {
  JsonArray out;
  for (const std::string& value : values) {
    out.add(value);
  }
  return out;
}

JsonObject model_json(const views::FillModel& model) {
  JsonObject out;
  for (const views::ModelRow& row : views::model_rows(model)) {
    out.set(row.key, row.text);
  }
  out.set("assumptions", strings(model.assumptions));
  return out;
}

JsonObject open_json(const views::OpenPosition& open) {
  JsonObject out;
  out.set("instrument", open.instrument)
      .set("side", model::name_of(open.position.side))
      .set("quantity", open.position.quantity)
      .set("unrealised", open.unrealised)
      .set("stop_quantity", open.working_stop_qty)
      .set("stop", open.working_stop_px)
      .set("target_quantity", open.target_qty)
      .set("target", open.target_px)
      .set("disaster_stop", open.has_disaster_stop)
      .set("opened_at", open.position.opened_at);
  return out;
}

JsonArray open_positions_json(const std::vector<views::OpenPosition>& open) {
  JsonArray out;
  for (const views::OpenPosition& position : open) {
    out.add(open_json(position));
  }
  return out;
}

JsonArray pending_json(const std::vector<views::PendingCandidate>& pending) {
  JsonArray out;
  for (const views::PendingCandidate& candidate : pending) {
    JsonObject item;
    item.set("candidate", candidate.candidate_id)
        .set("instrument", candidate.instrument)
        .set("triggered_at", candidate.triggered_at)
        .set("reason", candidate.reason);
    out.add(item);
  }
  return out;
}

JsonObject refusals_json(const views::RunResult& result) {
  JsonObject out;
  for (std::size_t i = 1; i < result.refusals.size(); ++i) {
    if (result.refusals[i] > 0) {
      out.set(model::name_of(static_cast<model::Gate>(i)), result.refusals[i]);
    }
  }
  return out;
}

}  // namespace

JsonObject conditions_json(const views::ConditionFigures& conditions) {
  JsonObject by_rule;
  for (std::size_t i = 1; i < conditions.by_rule.size(); ++i) {
    if (conditions.by_rule[i] > 0) {
      const auto rule = static_cast<model::ConditionRule>(i);
      by_rule.set(std::string(model::name_of(rule)) + " " + model::reason_of(rule),
                  conditions.by_rule[i]);
    }
  }
  JsonObject out;
  out.set("accepted", conditions.accepted)
      .set("refused", conditions.refused)
      .set("withdrawn", conditions.withdrawn)
      .set("never_true", conditions.never_true)
      .set("by_rule", by_rule);
  return out;
}

namespace {

void set_counts(JsonObject& out, const views::RunResult& result) {
  out.set("commands", result.commands)
      .set("events", result.events)
      .set("cycles", result.cycles)
      .set("triggers", result.triggers)
      .set("trades", result.trades)
      .set("entries", result.entries)
      .set("wins", result.wins)
      .set("losses", result.losses)
      .set("flats", result.flats)
      .set("candidates", result.candidates)
      .set("labelled", result.labelled)
      .set("pending", result.pending)
      .set("open_positions", result.open_positions)
      .set("adaptations", result.adaptations)
      .set("unprotected_ns_max", result.unprotected_ns_max)
      .set("protection_breaches", result.protection_breaches);
}

void set_money(JsonObject& out, const views::RunResult& result) {
  out.set("net_pnl", result.net_pnl)
      .set("gross_pnl", result.gross_pnl)
      .set("commissions", result.commissions)
      .set("funding", result.funding)
      .set("slippage", result.slippage)
      .set("start_equity", result.start_equity)
      .set("end_equity", result.end_equity)
      .set("conservation_error", result.conservation_error)
      .set("buy_and_hold", result.buy_and_hold);
  if (result.has_bad_day) {
    out.set("bad_day_net_pnl", result.bad_day_net_pnl);
  } else {
    out.set_null("bad_day_net_pnl");
  }
}

}  // namespace

void set_figures(JsonObject& out, const views::RunResult& result) {
  out.set("from", result.from).set("to", result.to);
  set_counts(out, result);
  set_money(out, result);
  out.set("max_drawdown_pct", result.max_drawdown_pct.value())
      .set("exposure_pct", result.exposure_pct.value())
      .set("profit_factor", result.profit_factor.value())
      .set("expectancy_r", result.expectancy_r.value());
}

JsonObject result_json(std::string_view schema, const views::RunResult& result) {
  JsonObject out{schema};
  out.set("feed", result.feed).set("feed_note", result.feed_note).set("digest", result.digest);
  set_figures(out, result);
  out.set("wall_s", result.wall_s.value())
      .set("events_per_s", result.events_per_s.value())
      .set("instruments", strings(result.instruments))
      .set("blocked", strings(result.blocked))
      .set("trading_state", model::name_of(result.trading_state))
      .set("refusals", refusals_json(result))
      .set("conditions", conditions_json(result.conditions))
      .set("model", model_json(result.model))
      .set("universe", result.universe)
      .set("notes", strings(result.notes))
      .set("open", open_positions_json(result.open))
      .set("pending_candidates", pending_json(result.pending_list));
  if (result.session.empty()) {
    out.set_null("session");
  } else {
    out.set("session", result.session);
  }
  return out;
}

JsonObject live_json(const views::LiveView& view) {
  JsonObject out{"run/1"};
  out.set("type", "minute")
      .set("at", view.now)
      .set("mode", view.mode)
      .set("feed", view.feed)
      .set("trading_state", model::name_of(view.trading_state))
      .set("equity", view.equity)
      .set("unrealised", view.unrealised)
      .set("drawdown_pct", view.drawdown_pct.value())
      .set("trades", view.trades)
      .set("wins", view.wins)
      .set("candidates", view.candidates)
      .set("events", view.events)
      .set("progress", view.progress.value())
      .set("positions", open_positions_json(view.positions));
  return out;
}

}  // namespace lanner::runtime
