#include "app/summary_text.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/isotime.hpp"
#include "views/format.hpp"

namespace lanner::app {
namespace {

using views::count_text;
using views::gain_text;
using views::money_text;

// Two facts side by side.
std::string pair_row(const std::string& left, const std::string& left_value,
                     const std::string& right, const std::string& right_value) {
  return fmt::format("  {:<18}{:>16}     {:<18}{:>16}\n", left, left_value, right, right_value);
}

std::string head_text(const views::RunResult& result) {
  std::string out = fmt::format("{} data{}{}\n", result.feed, result.feed_note.empty() ? "" : ": ",
                                result.feed_note);
  out += fmt::format("{} .. {} UTC, {} instruments, {} events in {} s ({} /s)\n",
                     views::minute_text(result.from), views::minute_text(result.to),
                     result.instruments.size(), count_text(result.events),
                     views::score_text(result.wall_s, 1),
                     count_text(static_cast<std::uint64_t>(result.events_per_s.value())));
  return out + views::kNoEdge + "\n\n";
}

std::string money_rows(const views::RunResult& result) {
  std::string out;
  out += pair_row("start equity", money_text(result.start_equity), "end equity",
                  money_text(result.end_equity));
  out += pair_row("net profit", gain_text(result.net_pnl), "of start equity",
                  views::share_text(result.net_pnl, result.start_equity));
  out += pair_row("gross profit", gain_text(result.gross_pnl), "commissions",
                  gain_text(-result.commissions));
  out += pair_row("funding", gain_text(result.funding), "slippage in gross",
                  gain_text(-result.slippage));
  out += pair_row("buy and hold", gain_text(result.buy_and_hold), "on a bad day",
                  result.has_bad_day ? gain_text(result.bad_day_net_pnl) : "not run");
  out += pair_row("max drawdown", views::pct_text(result.max_drawdown_pct), "exposure",
                  views::pct_text(result.exposure_pct));
  return out;
}

std::string trade_rows(const views::RunResult& result) {
  std::string out = "\n";
  out += pair_row("trades", count_text(result.trades), "wins / losses / flat",
                  fmt::format("{} / {} / {}", result.wins, result.losses, result.flats));
  out += pair_row("profit factor", views::score_text(result.profit_factor), "expectancy",
                  views::r_text(result.expectancy_r));
  out += pair_row("candidates", count_text(result.candidates), "labelled / pending",
                  fmt::format("{} / {}", result.labelled, result.pending));
  out += pair_row("entries", count_text(result.entries), "still open",
                  count_text(result.open_positions));
  out += pair_row("coin adaptations", count_text(result.adaptations), "blocked now",
                  count_text(result.blocked.size()));
  out += pair_row("unprotected", fmt::format("{} ns", result.unprotected_ns_max), "breaches",
                  count_text(result.protection_breaches));
  return out;
}

// As many as fit a line, then the next; nothing for nothing.
std::string list_lines(std::string_view label, const std::vector<std::string>& parts) {
  const std::string margin(20, ' ');
  std::string line = fmt::format("  {:<18}", label);
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string part = " " + parts[i] + (i + 1 < parts.size() ? "," : "");
    const bool is_first = line.size() == margin.size();
    if (line.size() + part.size() > 80 && !is_first) {
      out += line + "\n";
      line = margin;
    }
    line += part;
  }
  return parts.empty() ? "" : out + line + "\n";
}

std::string refusal_lines(const views::RunResult& result) {
  std::vector<std::pair<std::uint64_t, const char*>> rows;
  for (std::size_t i = 1; i < result.refusals.size(); ++i) {
    if (result.refusals[i] > 0) {
      rows.emplace_back(result.refusals[i], model::name_of(static_cast<model::Gate>(i)));
    }
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> parts;
  for (const auto& [count, gate] : rows) {
    parts.push_back(fmt::format("{} {}", gate, count_text(count)));
  }
  return list_lines("refused by", parts);
}

std::string condition_lines(const views::ConditionFigures& conditions) {
  if (conditions.accepted + conditions.refused == 0) {
    return "";
  }
  std::vector<std::string> parts{
      fmt::format("{} accepted", conditions.accepted),
      fmt::format("{} refused", conditions.refused),
      fmt::format("{} withdrawn", conditions.withdrawn)};
  if (conditions.never_true > 0) {
    parts.push_back(fmt::format("{} not once true in a week", conditions.never_true));
  }
  for (std::size_t i = 1; i < conditions.by_rule.size(); ++i) {
    if (conditions.by_rule[i] > 0) {
      const auto rule = static_cast<model::ConditionRule>(i);
      parts.push_back(fmt::format("{} {} {}", model::name_of(rule), model::reason_of(rule),
                                  conditions.by_rule[i]));
    }
  }
  return list_lines("conditions", parts);
}

}  // namespace

std::string summary_text(const views::RunResult& result) {
  std::string out = head_text(result) + money_rows(result) + trade_rows(result);
  if (result.trading_state != model::TradingState::active) {
    out += pair_row("trading", model::name_of(result.trading_state), "since",
                    views::minute_text(result.trading_state_since));
  }
  out += "\n" + refusal_lines(result);
  out += list_lines("blocked", result.blocked);
  out += condition_lines(result.conditions);
  out += fmt::format("  universe           {}\n", result.universe);
  for (const std::string& note : result.notes) {
    out += fmt::format("  note               {}\n", note);
  }
  for (const views::ModelRow& row : views::model_rows(result.model)) {
    out += fmt::format("  {:<19}{}\n", row.label, row.text);
  }
  out += fmt::format("  digest             {}\n", result.digest);
  if (!result.session.empty()) {
    out += fmt::format("  session            {}\n", result.session);
  }
  return out;
}

std::string trades_csv(const views::RunResult& result) {
  std::string out =
      "trade,instrument,side,template,opened_at,closed_at,quantity,entry,exit,stop,target,"
      "exit_reason,gross_pnl,commissions,funding,net_pnl,slippage,risk,net_r,mfe_r,mae_r\n";
  for (const model::TradeClosed& trade : result.trade_list) {
    out += fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", trade.trade_number,
        views::name_in(result.instrument_names, trade.instrument_id), model::name_of(trade.side),
        model::name_of(trade.template_id), format_utc(trade.opened_at),
        format_utc(trade.closed_at), to_string(trade.quantity), to_string(trade.entry_px),
        to_string(trade.exit_px), to_string(trade.stop_px), to_string(trade.target_px),
        model::name_of(trade.exit_reason), to_string(trade.gross_pnl),
        to_string(trade.commissions), to_string(trade.funding), to_string(trade.net_pnl),
        to_string(trade.slippage), to_string(trade.risk), trade.net_r.value(),
        trade.mfe_r.value(), trade.mae_r.value());
  }
  return out;
}

}  // namespace lanner::app
