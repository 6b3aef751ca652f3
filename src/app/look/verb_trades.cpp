// What was traded: trades, profit.

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "app/look/take_look.hpp"
#include "app/look/text_table.hpp"
#include "app/verb.hpp"
#include "views/format.hpp"

namespace lanner::app {
namespace {

using runtime::SessionLook;

constexpr std::int64_t kShown = 30;
constexpr std::int64_t kShownMax = 1'000'000'000;

constexpr std::array kTradesArguments{
    Argument{"SESSION", Arity::optional, "a session's folder or name (the newest)"}};
constexpr std::array kTradesFlags{
    Flag{"--last", "N", "the newest N (30; all with --json)"}};

std::string trades_text(const SessionLook& look, std::size_t most) {
  const auto& trades = look.result.trade_list;
  TextTable table{{"trade", "instrument", "side", "by", "closed", "exit", "entry", "exit at",
                   "net", "R"},
                  6};
  for (std::size_t i = trades.size() - std::min(most, trades.size()); i < trades.size(); ++i) {
    const model::TradeClosed& trade = trades[i];
    table.add({std::to_string(trade.trade_number),
               views::name_in(look.result.instrument_names, trade.instrument_id),
               model::name_of(trade.side), model::name_of(trade.template_id),
               views::minute_text(trade.closed_at), model::name_of(trade.exit_reason),
               to_string(trade.entry_px), to_string(trade.exit_px),
               views::gain_text(trade.net_pnl), views::score_text(trade.net_r)});
  }
  return table.text("no closed trade");
}

Result<int> run_trades(const Invocation& in) {
  const auto last = in.integer("--last", 1, kShownMax);
  if (!last) {
    return tl::unexpected{last.error()};
  }
  const auto look = take_look(in);
  if (!look) {
    return tl::unexpected{look.error()};
  }
  const auto most =
      static_cast<std::size_t>(last->value_or(in.is_json() ? kShownMax : kShown));
  if (in.is_json()) {
    fmt::print("{}\n", runtime::trades_json(*look, most).text());
    return 0;
  }
  fmt::print("{}{}", look_head(*look), trades_text(*look, most));
  if (most < look->result.trade_list.size()) {
    fmt::print("{} of {}; --last N shows more, lanner why N explains one\n", most,
               look->result.trade_list.size());
  }
  return 0;
}

std::string profit_table(const SessionLook& look, std::string_view by, runtime::ProfitBy kind) {
  TextTable table{{std::string{by}, "trades", "wins", "net", "commissions", "mean R"}, 1};
  for (const runtime::ProfitRow& row : runtime::profit_by(look, kind)) {
    table.add({row.name, std::to_string(row.trades), std::to_string(row.wins),
               views::gain_text(row.net_pnl), views::money_text(row.commissions),
               views::score_text(Score{row.sum_r.value() / row.trades})});
  }
  return table.text("no closed trade");
}

Result<int> run_profit(const Invocation& in) {
  const auto look = take_look(in);
  if (!look) {
    return tl::unexpected{look.error()};
  }
  if (in.is_json()) {
    fmt::print("{}\n", runtime::profit_json(*look).text());
    return 0;
  }
  const views::RunResult& result = look->result;
  fmt::print("{}net {} ({}), gross {}, commissions {}, funding {}; {} trades, {} won, {} each\n",
             look_head(*look), views::gain_text(result.net_pnl),
             views::share_text(result.net_pnl, result.start_equity),
             views::gain_text(result.gross_pnl), views::gain_text(-result.commissions),
             views::gain_text(result.funding), result.trades, result.wins,
             views::r_text(result.expectancy_r));
  if (result.trades > 0) {
    fmt::print("\n{}\n{}\n{}\n{}", profit_table(*look, "day", runtime::ProfitBy::day),
               profit_table(*look, "instrument", runtime::ProfitBy::instrument),
               profit_table(*look, "template", runtime::ProfitBy::template_id),
               profit_table(*look, "exit", runtime::ProfitBy::exit_reason));
  }
  return 0;
}

}  // namespace

Verb trades_verb() noexcept {
  return Verb{.name = "trades",
              .alias = "show-trades",
              .purpose = "closed trades",
              .example = "lanner trades --last 10",
              .arguments = kTradesArguments,
              .flags = kTradesFlags,
              .run = run_trades,
              .verbs = {}};
}

Verb profit_verb() noexcept {
  return Verb{.name = "profit",
              .alias = {},
              .purpose = "what it came to, by day and coin",
              .example = "lanner profit",
              .arguments = kTradesArguments,
              .flags = {},
              .run = run_profit,
              .verbs = {}};
}

}  // namespace lanner::app
