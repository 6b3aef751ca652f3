// What a session holds: status, positions, orders, balance.

#include <fmt/core.h>

#include <array>

#include "app/look/take_look.hpp"
#include "app/look/text_table.hpp"
#include "app/verb.hpp"
#include "views/format.hpp"

namespace lanner::app {
namespace {

using runtime::SessionLook;

constexpr std::array kLookArguments{
    Argument{"SESSION", Arity::optional, "a session's folder or name (the newest)"}};

struct LookAnswer {
  runtime::JsonObject (*json)(const SessionLook& look);
  std::string (*text)(const SessionLook& look);
};

Result<int> show_look(const Invocation& in, const LookAnswer& answer) {
  const auto look = take_look(in);
  if (!look) {
    return tl::unexpected{look.error()};
  }
  fmt::print("{}", in.is_json() ? answer.json(*look).text() + "\n"
                                : look_head(*look) + answer.text(*look));
  return 0;
}

std::string positions_text(const SessionLook& look) {
  TextTable table{{"instrument", "side", "opened", "quantity", "entry", "mark", "unrealised",
                   "stop", "target"},
                  3};
  for (const views::OpenPosition& open : look.result.open) {
    const model::Position& position = open.position;
    table.add({open.instrument, model::name_of(position.side),
               views::minute_text(position.opened_at), to_string(position.quantity),
               to_string(average_price(position.entry_notional, position.entry_qty)),
               to_string(position.mark_px), views::gain_text(open.unrealised),
               to_string(open.working_stop_px),
               open.target_qty.is_zero() ? "-" : to_string(open.target_px)});
  }
  return table.text("no open position");
}

std::string orders_text(const SessionLook& look) {
  TextTable table{{"instrument", "role", "status", "sent", "quantity", "filled", "price"}, 4};
  for (const runtime::OpenOrder& order : look.orders) {
    table.add({order.instrument, model::name_of(order.role), model::name_of(order.status),
               views::minute_text(order.sent_at),
               order.quantity.is_zero() ? "all" : to_string(order.quantity),
               to_string(order.filled),
               order.price.is_zero() ? "market" : to_string(order.price)});
  }
  return table.text("no order at the exchange");
}

std::string balance_text(const SessionLook& look) {
  TextTable table{{"venue", "cash", "free", "margin"}, 1};
  for (const runtime::VenueBalance& balance : look.balances) {
    table.add({balance.venue, views::money_text(balance.cash),
               views::money_text(balance.free_cash), views::money_text(balance.margin_used)});
  }
  return fmt::format("equity {}, started with {}, unrealised {}\n", views::money_text(look.equity),
                     views::money_text(look.result.start_equity),
                     views::gain_text(look.unrealised)) +
         table.text("no account");
}

std::string status_text(const SessionLook& look) {
  std::string out = fmt::format("{}\n\n", views::kNoEdge);
  out += fmt::format("trading      {}\n", model::name_of(look.trading_state));
  out += fmt::format("equity       {} ({} since the start, drawdown {})\n",
                     views::money_text(look.equity), views::gain_text(look.result.net_pnl),
                     views::pct_text(look.drawdown_pct));
  out += fmt::format("trades       {} closed, {} open, {} orders at the exchange\n",
                     look.result.trades, look.result.open.size(), look.orders.size());
  out += fmt::format("strategist   {} cycles, {} conditions standing\n",
                     views::count_text(look.result.cycles), look.conditions_armed);
  for (const runtime::AsleepTemplate& sleeping : look.asleep) {
    std::string inputs;
    for (const std::string& input : sleeping.missing) {
      inputs += (inputs.empty() ? "" : ", ") + input;
    }
    out += fmt::format("asleep       {}: no {}\n", model::name_of(sleeping.template_id), inputs);
  }
  const views::ConditionFigures& outside = look.result.conditions;
  if (outside.accepted + outside.refused > 0) {
    out += fmt::format("outside      {} conditions accepted, {} refused, {} withdrawn\n",
                       outside.accepted, outside.refused, outside.withdrawn);
  }
  out += fmt::format("learning     {} candidates, {} labelled, {} changes of coin status, {} "
                     "blocked\n",
                     views::count_text(look.result.candidates),
                     views::count_text(look.result.labelled), look.result.adaptations,
                     look.result.blocked.size());
  const std::string age =
      look.fed_at.is_set() ? views::duration_text(look.now - look.fed_at) + " old" : "none yet";
  out += fmt::format("last price   {}\n\n", age);
  return out + positions_text(look);
}

Result<int> run_status(const Invocation& in) {
  return show_look(in, {runtime::status_json, status_text});
}
Result<int> run_positions(const Invocation& in) {
  return show_look(in, {runtime::positions_json, positions_text});
}
Result<int> run_orders(const Invocation& in) {
  return show_look(in, {runtime::orders_json, orders_text});
}
Result<int> run_balance(const Invocation& in) {
  return show_look(in, {runtime::balance_json, balance_text});
}

Verb look_verb(std::string_view name, std::string_view purpose, std::string_view example,
               Result<int> (*run)(const Invocation&)) noexcept {
  return Verb{.name = name,
              .alias = {},
              .purpose = purpose,
              .example = example,
              .arguments = kLookArguments,
              .flags = {},
              .run = run,
              .verbs = {}};
}

}  // namespace

Verb status_verb() noexcept {
  return look_verb("status", "how a session stands", "lanner status", run_status);
}
Verb positions_verb() noexcept {
  return look_verb("positions", "what is held, and its stops", "lanner positions", run_positions);
}
Verb orders_verb() noexcept {
  return look_verb("orders", "what rests at the exchange", "lanner orders", run_orders);
}
Verb balance_verb() noexcept {
  return look_verb("balance", "cash, margin and equity", "lanner balance", run_balance);
}

}  // namespace lanner::app
