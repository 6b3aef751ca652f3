#include "research/report_tables.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/isotime.hpp"
#include "research/html.hpp"
#include "views/format.hpp"

namespace lanner::research {
namespace {

using html::Table;

// A page stays below half a megabyte.
constexpr std::size_t kTradesMost = 600;
constexpr std::size_t kRowsMost = 150;
constexpr std::size_t kDaysMost = 400;

struct Group {
  std::uint32_t trades = 0;
  std::uint32_t wins = 0;
  Money gross;
  Money commissions;
  Money funding;
  Money net;
  double sum_r = 0;
  std::int64_t held_ns = 0;
};

using Groups = std::map<std::string, Group>;

template <typename KeyOf>
std::string group_table(std::string_view caption, std::string_view key,
                        const views::RunResult& result, KeyOf key_of) {
  Groups groups;
  for (const model::TradeClosed& trade : result.trade_list) {
    Group& group = groups[key_of(trade)];
    ++group.trades;
    group.wins += trade.net_pnl.is_positive() ? 1U : 0U;
    group.gross += trade.gross_pnl;
    group.commissions += trade.commissions;
    group.funding += trade.funding;
    group.net += trade.net_pnl;
    group.sum_r += trade.net_r.value();
    group.held_ns += (trade.closed_at - trade.opened_at).ns();
  }
  Table table(caption, {std::string{key}, "trades", "won", "gross", "commissions", "funding", "net",
                        "mean R", "mean time"},
              1);
  for (const auto& [name, group] : groups) {
    const double mean_r = group.sum_r / group.trades;
    table.add({html::escape(name), html::count(group.trades),
               fmt::format("{} ({:.0f} %)", group.wins, 100.0 * group.wins / group.trades),
               html::gain(group.gross), html::gain(-group.commissions), html::gain(group.funding),
               html::gain(group.net), html::score(Score{mean_r}, 2, "R"),
               views::duration_text(Duration{group.held_ns / group.trades})});
  }
  return table.text();
}

}  // namespace

std::string day_table(const views::RunResult& result) {
  Table table("The last point of each day", {"day", "equity", "against start", "buy and hold"}, 1);
  std::vector<std::size_t> lasts;
  for (std::size_t i = 0; i < result.equity.size(); ++i) {
    const bool is_last = i + 1 == result.equity.size() ||
                         day_of(result.equity[i + 1].at) != day_of(result.equity[i].at);
    if (is_last) {
      lasts.push_back(i);
    }
  }
  for (std::size_t i = lasts.size() - std::min(lasts.size(), kDaysMost); i < lasts.size(); ++i) {
    const views::EquityPoint& point = result.equity[lasts[i]];
    table.add({format_date(point.at.ns()), html::money(point.equity),
               html::gain(point.equity - result.start_equity), html::money(point.buy_and_hold)});
  }
  return "<details><summary>The curves in figures</summary>\n" + table.text() + "</details>\n";
}

std::string breakdown_tables(const views::RunResult& result) {
  const auto name = [&result](const model::TradeClosed& trade) {
    return views::name_in(result.instrument_names, trade.instrument_id);
  };
  return group_table("Long and short", "side", result,
                     [](const model::TradeClosed& trade) {
                       return std::string{model::name_of(trade.side)};
                     }) +
         group_table("By template", "template", result,
                     [](const model::TradeClosed& trade) {
                       return std::string{model::name_of(trade.template_id)};
                     }) +
         group_table("By exit", "exit", result,
                     [](const model::TradeClosed& trade) {
                       return std::string{model::name_of(trade.exit_reason)};
                     }) +
         group_table("By coin", "instrument", result, name);
}

std::string cost_table(const views::RunResult& result) {
  Table table("From gross to net", {"", "amount", "of start equity"}, 1);
  const auto add = [&](std::string_view label, Money value) {
    table.add({std::string{label}, html::gain(value),
               views::share_text(value, result.start_equity)});
  };
  add("gross profit", result.gross_pnl);
  add("commissions", -result.commissions);
  add("funding (+ received)", result.funding);
  add("net profit", result.net_pnl);
  add("slippage, inside gross", -result.slippage);
  return table.text();
}

std::string refusal_table(const views::RunResult& result) {
  Table table("Refused, by the first gate that said no", {"gate", "candidates", "share"}, 1);
  std::vector<std::pair<std::uint64_t, std::string>> rows;
  std::uint64_t sum = 0;
  for (std::size_t i = 1; i < result.refusals.size(); ++i) {
    if (result.refusals[i] > 0) {
      rows.emplace_back(result.refusals[i], model::name_of(static_cast<model::Gate>(i)));
      sum += result.refusals[i];
    }
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [count, gate] : rows) {
    const double share = 100.0 * static_cast<double>(count) / static_cast<double>(sum);
    table.add({gate, html::count(count), fmt::format("{:.1f} %", share)});
  }
  return table.text();
}

std::string learning_tables(const views::RunResult& result) {
  Table coins("Coins now", {"instrument", "long", "short", "n", "mean R", "sd", "P(mean > 0)",
                            "trades", "net"},
              3);
  for (const views::CoinRow& coin : result.coins) {
    coins.add({html::escape(coin.instrument), model::name_of(coin.long_status),
               model::name_of(coin.short_status), html::score(coin.n, 1, ""),
               html::score(coin.mean_r, 3, ""), html::score(coin.sd_r, 3, ""),
               html::score(coin.probability_positive, 2, ""), html::count(coin.trades),
               html::gain(coin.net_pnl)});
  }
  Table changes("Changes of status, in order",
                {"instrument", "side", "from", "to", "reason", "P(mean > 0)", "mean R", "n"}, 5);
  const std::size_t first = result.status_changes.size() -
                            std::min(result.status_changes.size(), kRowsMost);
  for (std::size_t i = first; i < result.status_changes.size(); ++i) {
    const model::CoinStatusChanged& change = result.status_changes[i];
    const bool is_both = change.side == model::PositionSide::flat;
    changes.add({html::escape(views::name_in(result.instrument_names, change.instrument_id)),
                 is_both ? "both" : model::name_of(change.side), model::name_of(change.before),
                 model::name_of(change.after), model::name_of(change.reason),
                 html::score(change.probability, 2, ""), html::score(change.mean_r, 3, ""),
                 html::score(change.n, 1, "")});
  }
  return coins.text() + changes.text();
}

std::string open_table(const views::RunResult& result) {
  Table open("Still open at the end", {"instrument", "side", "quantity", "entry", "mark",
                                       "unrealised", "stop", "stop quantity", "target"},
             2);
  for (const views::OpenPosition& position : result.open) {
    const model::Position& held = position.position;
    open.add({html::escape(position.instrument), model::name_of(held.side),
              to_string(held.quantity),
              to_string(average_price(held.entry_notional, held.entry_qty)),
              to_string(held.mark_px), html::gain(position.unrealised),
              to_string(position.working_stop_px), to_string(position.working_stop_qty),
              to_string(position.target_px)});
  }
  Table pending("Candidates without a label yet", {"instrument", "triggered", "waits for"}, 3);
  const std::size_t shown = std::min(result.pending_list.size(), kRowsMost);
  for (std::size_t i = 0; i < shown; ++i) {
    const views::PendingCandidate& candidate = result.pending_list[i];
    pending.add({html::escape(candidate.instrument), views::minute_text(candidate.triggered_at),
                 html::escape(candidate.reason)});
  }
  return open.text() + pending.text();
}

std::string trade_table(const views::RunResult& result) {
  const auto& trades = result.trade_list;
  const std::size_t first = trades.size() - std::min(trades.size(), kTradesMost);
  Table table(first == 0 ? "Trades" : "The latest trades; all of them: lanner backtest --export",
              {"#", "instrument", "side", "template", "opened", "closed", "exit", "quantity",
               "entry", "exit price", "net", "R", "MFE", "MAE"},
              7);
  for (std::size_t i = first; i < trades.size(); ++i) {
    const model::TradeClosed& trade = trades[i];
    table.add({std::to_string(trade.trade_number),
               html::escape(views::name_in(result.instrument_names, trade.instrument_id)),
               model::name_of(trade.side), model::name_of(trade.template_id),
               views::minute_text(trade.opened_at), views::minute_text(trade.closed_at),
               model::name_of(trade.exit_reason), to_string(trade.quantity),
               to_string(trade.entry_px), to_string(trade.exit_px), html::gain(trade.net_pnl),
               views::score_text(trade.net_r), views::score_text(trade.mfe_r),
               views::score_text(trade.mae_r)});
  }
  return fmt::format("<details><summary>{} trades</summary>\n{}</details>\n", trades.size(),
                     table.text());
}

}  // namespace lanner::research
