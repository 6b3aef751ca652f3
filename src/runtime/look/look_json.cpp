// The JSON of the look verbs; one object each, the session's own facts first.

#include <algorithm>

#include "runtime/look/session_look.hpp"
#include "runtime/result_json.hpp"

namespace lanner::runtime {
namespace {

JsonObject head_json(std::string_view schema, const SessionLook& look) {
  JsonObject out{schema};
  out.set("session", look.session)
      .set("mode", "paper")
      .set("feed", look.feed)
      .set("at", look.now)
      .set("closed", look.is_closed)
      .set("running", look.is_running)
      .set("verified_through", look.verified_through);
  if (look.corrupt_at) {
    JsonObject place;
    place.set("file", look.corrupt_at->file)
        .set("offset", look.corrupt_at->offset)
        .set("sequence", look.corrupt_at->sequence);
    out.set("corrupt_at", place);
  } else {
    out.set_null("corrupt_at");
  }
  return out;
}

JsonArray position_rows(const SessionLook& look) {
  JsonArray out;
  for (const views::OpenPosition& open : look.result.open) {
    JsonObject item;
    item.set("instrument", open.instrument)
        .set("side", model::name_of(open.position.side))
        .set("quantity", open.position.quantity)
        .set("entry_price", average_price(open.position.entry_notional, open.position.entry_qty))
        .set("mark_price", open.position.mark_px)
        .set("unrealised", open.unrealised)
        .set("risk", open.position.risk)
        .set("commissions", open.position.commissions)
        .set("funding", open.position.funding)
        .set("stop_quantity", open.working_stop_qty)
        .set("stop", open.working_stop_px)
        .set("target_quantity", open.target_qty)
        .set("target", open.target_px)
        .set("disaster_stop", open.has_disaster_stop)
        .set("opened_at", open.position.opened_at);
    out.add(item);
  }
  return out;
}

JsonObject trade_row(const SessionLook& look, const model::TradeClosed& trade) {
  JsonObject item;
  item.set("trade", trade.trade_number)
      .set("candidate", trade.candidate_id.value())
      .set("instrument", look.result.instrument_names[trade.instrument_id.index()])
      .set("side", model::name_of(trade.side))
      .set("template", model::name_of(trade.template_id))
      .set("opened_at", trade.opened_at)
      .set("closed_at", trade.closed_at)
      .set("quantity", trade.quantity)
      .set("entry_price", trade.entry_px)
      .set("exit_price", trade.exit_px)
      .set("stop", trade.stop_px)
      .set("target", trade.target_px)
      .set("exit_reason", model::name_of(trade.exit_reason))
      .set("gross_pnl", trade.gross_pnl)
      .set("commissions", trade.commissions)
      .set("funding", trade.funding)
      .set("net_pnl", trade.net_pnl)
      .set("slippage", trade.slippage)
      .set("risk", trade.risk)
      .set("net_r", trade.net_r.value())
      .set("cost_r", trade.cost_r.value())
      .set("mfe_r", trade.mfe_r.value())
      .set("mae_r", trade.mae_r.value());
  return item;
}

JsonArray profit_rows(const SessionLook& look, ProfitBy by) {
  JsonArray out;
  for (const ProfitRow& row : profit_by(look, by)) {
    JsonObject item;
    item.set("name", row.name)
        .set("trades", row.trades)
        .set("wins", row.wins)
        .set("net_pnl", row.net_pnl)
        .set("commissions", row.commissions)
        .set("mean_r", row.sum_r.value() / row.trades);
    out.add(item);
  }
  return out;
}

JsonArray learner_rows(const SessionLook& look) {
  JsonObject coins;
  coins.set("id", "coin_scorer")
      .set("labels", look.result.labelled)
      .set("changes", look.result.adaptations)
      .set("blocked", look.result.blocked.size());
  JsonObject patterns;
  patterns.set("id", "pattern_posterior")
      .set("labels", look.result.labelled)
      .set("nodes", look.patterns.size());
  JsonArray out;
  out.add(coins).add(patterns);
  return out;
}

}  // namespace

JsonObject status_json(const SessionLook& look) {
  JsonObject out = head_json("status/1", look);
  out.set("trading_state", model::name_of(look.trading_state))
      .set("equity", look.equity)
      .set("unrealised", look.unrealised)
      .set("net_pnl", look.result.net_pnl)
      .set("drawdown_pct", look.drawdown_pct.value())
      .set("trades", look.result.trades)
      .set("positions", position_rows(look));
  if (look.fed_at.is_set()) {
    out.set("feed_age_ms", (look.now - look.fed_at).ns() / kNsPerMs);
  } else {
    out.set_null("feed_age_ms");
  }
  JsonObject kill;
  kill.set("engaged", look.trading_state == model::TradingState::halted);
  JsonObject strategist;
  JsonArray asleep;
  for (const AsleepTemplate& sleeping : look.asleep) {
    JsonArray missing;
    for (const std::string& input : sleeping.missing) {
      missing.add(input);
    }
    JsonObject item;
    item.set("template", model::name_of(sleeping.template_id)).set("missing", missing);
    asleep.add(item);
  }
  strategist.set("asleep", asleep);
  strategist.set("cycles", look.result.cycles)
      .set("cycle_s", look.cycle.ns() / kNsPerSecond)
      .set("conditions", look.conditions_armed);
  out.set("kill", kill)
      .set("strategist", strategist)
      .set("conditions", conditions_json(look.result.conditions))
      .set("learners", learner_rows(look));
  return out;
}

JsonObject positions_json(const SessionLook& look) {
  JsonObject out = head_json("positions/1", look);
  out.set("positions", position_rows(look));
  return out;
}

JsonObject orders_json(const SessionLook& look) {
  JsonArray rows;
  for (const OpenOrder& order : look.orders) {
    JsonObject item;
    item.set("instrument", order.instrument)
        .set("client_order_id", std::to_string(order.client_order_id))
        .set("role", model::name_of(order.role))
        .set("status", model::name_of(order.status))
        .set("quantity", order.quantity)
        .set("filled", order.filled)
        .set("price", order.price)
        .set("sent_at", order.sent_at);
    rows.add(item);
  }
  JsonObject out = head_json("orders/1", look);
  out.set("orders", rows);
  return out;
}

JsonObject balance_json(const SessionLook& look) {
  JsonArray rows;
  for (const VenueBalance& balance : look.balances) {
    JsonObject item;
    item.set("venue", balance.venue)
        .set("cash", balance.cash)
        .set("free_cash", balance.free_cash)
        .set("margin_used", balance.margin_used);
    rows.add(item);
  }
  JsonObject out = head_json("balance/1", look);
  out.set("start_equity", look.result.start_equity)
      .set("equity", look.equity)
      .set("unrealised", look.unrealised)
      .set("venues", rows);
  return out;
}

JsonObject trades_json(const SessionLook& look, std::size_t most) {
  const auto& trades = look.result.trade_list;
  JsonArray rows;
  for (std::size_t i = trades.size() - std::min(most, trades.size()); i < trades.size(); ++i) {
    rows.add(trade_row(look, trades[i]));
  }
  JsonObject out = head_json("trades/1", look);
  out.set("total", trades.size()).set("trades", rows);
  return out;
}

JsonObject profit_json(const SessionLook& look) {
  JsonObject out = head_json("profit/1", look);
  set_figures(out, look.result);
  out.set("by_day", profit_rows(look, ProfitBy::day))
      .set("by_instrument", profit_rows(look, ProfitBy::instrument))
      .set("by_template", profit_rows(look, ProfitBy::template_id))
      .set("by_exit", profit_rows(look, ProfitBy::exit_reason))
      .set("by_side", profit_rows(look, ProfitBy::side));
  return out;
}

namespace {

JsonArray proposer_rows(const SessionLook& look) {
  JsonArray rows;
  for (const ProposerLook& proposer : look.proposers) {
    JsonObject item;
    item.set("name", proposer.name)
        .set("state", model::name_of(proposer.row.state))
        .set("silenced", proposer.row.silenced)
        .set("reason", model::name_of(proposer.row.reason))
        .set("accepted", proposer.row.accepted)
        .set("refused", proposer.row.refused)
        .set("withdrawn", proposer.row.withdrawn)
        .set("triggers", proposer.row.triggers)
        .set("entries", proposer.row.entries)
        .set("labels", proposer.row.labels)
        .set("sum_r", proposer.row.sum_r.value())
        .set("mean_r", proposer.mean_r.value())
        .set("probability_positive", proposer.probability_positive.value())
        .set("e_for", proposer.e_for)
        .set("e_against", proposer.e_against)
        .set("tier", model::name_of(proposer.state));
    rows.add(item);
  }
  return rows;
}

}  // namespace

JsonObject learn_status_json(const SessionLook& look) {
  JsonObject out = head_json("learn-status/1", look);
  out.set("candidates", look.result.candidates)
      .set("labelled", look.result.labelled)
      .set("pending", look.result.pending)
      .set("late_labels", look.late_labels)
      .set("conditions", conditions_json(look.result.conditions))
      .set("learners", learner_rows(look));
  JsonArray changes;
  for (const model::CoinStatusChanged& change : look.result.status_changes) {
    JsonObject item;
    item.set("instrument", look.result.instrument_names[change.instrument_id.index()])
        .set("side", model::name_of(change.side))
        .set("before", model::name_of(change.before))
        .set("after", model::name_of(change.after))
        .set("reason", model::name_of(change.reason))
        .set("probability_positive", change.probability.value())
        .set("mean_r", change.mean_r.value())
        .set("n", change.n.value());
    changes.add(item);
  }
  out.set("changes", changes).set("proposers", proposer_rows(look));
  return out;
}

JsonObject learn_coins_json(const SessionLook& look) {
  JsonArray rows;
  for (const views::CoinRow& row : look.result.coins) {
    JsonObject item;
    item.set("instrument", row.instrument)
        .set("long_status", model::name_of(row.long_status))
        .set("short_status", model::name_of(row.short_status))
        .set("n", row.n.value())
        .set("mean_r", row.mean_r.value())
        .set("sd_r", row.sd_r.value())
        .set("probability_positive", row.probability_positive.value())
        .set("trades", row.trades)
        .set("net_pnl", row.net_pnl);
    rows.add(item);
  }
  JsonObject out = head_json("learn-coins/1", look);
  out.set("coins", rows);
  return out;
}

JsonObject learn_patterns_json(const SessionLook& look) {
  JsonArray rows;
  for (const PatternRow& row : look.patterns) {
    const bool is_ours = row.source == model::ConditionSource::strategist;
    JsonObject item;
    item.set("template", model::name_of(row.template_id))
        .set("side", model::name_of(row.side))
        .set("source", is_ours ? "strategist" : "outside")
        .set("n_eff", row.n_eff.value())
        .set("labels", row.labels.value())
        .set("mean_r", row.mean_r.value())
        .set("sd_r", row.sd_r.value())
        .set("probability_positive", row.probability_positive.value());
    rows.add(item);
  }
  JsonObject out = head_json("learn-patterns/1", look);
  out.set("patterns", rows);
  return out;
}

}  // namespace lanner::runtime
