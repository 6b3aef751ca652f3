#include "support/made_result.hpp"

#include "base/isotime.hpp"

namespace lanner::test {
namespace {

using model::PositionSide;

Timestamp at(std::string_view text) { return Timestamp{*parse_instant(text)}; }
Money money(std::string_view text) { return *parse_fixed<Money>(text); }
Price price(std::string_view text) { return *parse_fixed<Price>(text); }
Quantity quantity(std::string_view text) { return *parse_fixed<Quantity>(text); }

model::TradeClosed trade(std::uint32_t number, std::uint32_t instrument, PositionSide side,
                         model::TemplateId made_by, model::ExitReason reason) {
  model::TradeClosed closed;
  closed.trade_number = number;
  closed.candidate_id = CandidateId{number * 10};
  closed.instrument_id = InstrumentId{instrument};
  closed.side = side;
  closed.template_id = made_by;
  closed.exit_reason = reason;
  closed.risk = money("10");
  closed.opened_at = at("2025-05-04T16:00:00Z") + hours(number);
  closed.closed_at = closed.opened_at + minutes(90);
  return closed;
}

void set_pnl(model::TradeClosed& closed, std::string_view gross, std::string_view commissions) {
  closed.gross_pnl = money(gross);
  closed.commissions = money(commissions);
  closed.net_pnl = closed.gross_pnl - closed.commissions;
  closed.net_r = *ratio(closed.net_pnl, closed.risk);
  closed.gross_r = *ratio(closed.gross_pnl, closed.risk);
  closed.mfe_r = Score{1.5};
  closed.mae_r = Score{-0.5};
}

std::vector<model::TradeClosed> made_trades() {
  using enum model::TemplateId;
  auto won = trade(1, 0, PositionSide::long_side, p01, model::ExitReason::target);
  set_pnl(won, "20", "0.75");
  won.quantity = quantity("0.01");
  won.entry_px = price("95000");
  won.exit_px = price("97000");
  auto lost = trade(2, 1, PositionSide::short_side, p02, model::ExitReason::stop);
  set_pnl(lost, "-10.5", "0.5");
  lost.quantity = quantity("5");
  lost.entry_px = price("150");
  lost.exit_px = price("152.1");
  auto timed = trade(3, 1, PositionSide::long_side, p03, model::ExitReason::time_stop);
  set_pnl(timed, "-1.25", "0.25");
  timed.quantity = quantity("2.5");
  timed.entry_px = price("151");
  timed.exit_px = price("150.5");
  return {won, lost, timed};
}

views::OpenPosition made_open() {
  views::OpenPosition open;
  open.instrument = "BTCUSDT-PERP.BINANCE";
  open.position.instrument_id = InstrumentId{0};
  open.position.side = PositionSide::long_side;
  open.position.quantity = quantity("0.02");
  open.position.entry_qty = open.position.quantity;
  open.position.entry_notional = money("1920");
  open.position.cost = open.position.entry_notional;
  open.position.mark_px = price("96250.5");
  open.position.opened_at = at("2025-05-05T10:00:00Z");
  open.unrealised = money("5.01");
  open.working_stop_qty = open.position.quantity;
  open.working_stop_px = price("95200");
  open.target_qty = open.position.quantity;
  open.target_px = price("97600");
  open.has_disaster_stop = true;
  return open;
}

std::vector<views::CoinRow> made_coins() {
  views::CoinRow btc;
  btc.instrument = "BTCUSDT-PERP.BINANCE";
  btc.n = Score{12.5};
  btc.mean_r = Score{0.12};
  btc.sd_r = Score{0.3};
  btc.probability_positive = Score{0.66};
  btc.trades = 1;
  btc.net_pnl = money("19.25");
  views::CoinRow sol = btc;
  sol.instrument = "SOLUSDT-PERP.BINANCE";
  sol.short_status = model::CoinStatus::blocked;
  sol.mean_r = Score{-0.4};
  sol.probability_positive = Score{0.08};
  sol.trades = 2;
  sol.net_pnl = money("-12.5");
  return {btc, sol};
}

std::vector<views::EquityPoint> made_equity() {
  std::vector<views::EquityPoint> points;
  for (int i = 0; i <= 24; ++i) {
    const Money wave = Money::from_int(i % 7) * (i < 12 ? 3 : -1);
    points.push_back({at("2025-05-04T15:33:00Z") + hours(i), money("10000") + wave,
                      money("10000") + Money::from_int(2 * i)});
  }
  points.push_back({at("2025-05-05T15:33:00Z"), money("10011.76"), money("10048")});
  return points;
}

void set_figures(views::RunResult& result) {
  result.trades = 3;
  result.entries = 4;
  result.wins = 1;
  result.losses = 2;
  result.triggers = 60;
  result.candidates = 42;
  result.labelled = 40;
  result.pending = 2;
  result.commands = 31;
  result.events = 2'881;
  result.cycles = 1'440;
  result.start_equity = money("10000");
  result.gross_pnl = money("13.26");
  result.commissions = money("1.5");
  result.net_pnl = money("11.76");
  result.end_equity = money("10011.76");
  result.slippage = money("0.4");
  result.buy_and_hold = money("48");
  result.has_bad_day = true;
  result.bad_day_net_pnl = money("-3.5");
  result.max_drawdown_pct = Score{0.15};
  result.exposure_pct = Score{18.75};
  result.profit_factor = Score{1.54};
  result.expectancy_r = Score{0.225};
  result.open_positions = 1;
  result.adaptations = 1;
  result.wall_s = Score{0.5};
  result.events_per_s = Score{5762};
}

}  // namespace

views::RunResult made_result() {
  views::RunResult result;
  result.feed = "synthetic";
  result.feed_note = "seed 1 <made>";
  result.universe = "fixed (survivorship-biased)";
  result.digest = "00112233445566778899aabbccddeeff";
  result.session = "sessions/000001";
  result.from = at("2025-05-04T15:33:00Z");
  result.to = at("2025-05-05T15:33:00Z");
  result.instruments = {"BTCUSDT-PERP.BINANCE", "SOLUSDT-PERP.BINANCE"};
  result.instrument_names = result.instruments;
  set_figures(result);
  result.blocked = {"SOLUSDT-PERP.BINANCE short"};
  result.model = {"feed 50 ms, order 50 ms, response 50 ms", "BINANCE 2/5 bps maker/taker",
                  "bars as four prints", "cross, tiers assumed", "the last price",
                  {"An assumption & its consequence."}};
  result.trade_list = made_trades();
  model::CoinStatusChanged change;
  change.instrument_id = InstrumentId{1};
  change.side = PositionSide::short_side;
  change.before = model::CoinStatus::reduced;
  change.after = model::CoinStatus::blocked;
  change.probability = Score{0.08};
  change.mean_r = Score{-0.4};
  change.n = Score{31};
  result.status_changes = {change};
  result.equity = made_equity();
  result.open = {made_open()};
  result.pending_list = {{41, "BTCUSDT-PERP.BINANCE", at("2025-05-05T15:00:00Z"), "open"}};
  result.coins = made_coins();
  result.refusals[static_cast<std::size_t>(model::Gate::cost_cap)] = 30;
  result.refusals[static_cast<std::size_t>(model::Gate::edge)] = 8;
  return result;
}

views::LiveView made_live_view() {
  views::LiveView view;
  view.mode = "paper";
  view.feed = "synthetic";
  view.feed_note = "seed 1";
  view.now = at("2025-05-05T12:00:00Z");
  view.start_equity = money("10000");
  view.equity = money("10011.76");
  view.unrealised = money("5.01");
  view.drawdown_pct = Score{0.02};
  view.trades = 3;
  view.wins = 1;
  view.candidates = 42;
  view.events = 2'881;
  view.progress = Score{0.85};
  view.events_per_s = Score{5762};
  view.positions = {made_open()};
  views::DecisionLine entry;
  entry.at = at("2025-05-05T10:00:00Z");
  entry.instrument = "BTCUSDT-PERP.BINANCE";
  entry.template_id = model::TemplateId::p01;
  entry.is_traded = true;
  entry.cost_r = Score{0.07};
  entry.quantity = quantity("0.02");
  views::DecisionLine refusal = entry;
  refusal.at = at("2025-05-05T11:45:00Z");
  refusal.instrument = "SOLUSDT-PERP.BINANCE";
  refusal.side = PositionSide::short_side;
  refusal.template_id = model::TemplateId::p02;
  refusal.is_traded = false;
  refusal.refused_by = model::Gate::cost_cap;
  refusal.value = Score{0.41};
  refusal.threshold = Score{0.35};
  view.decisions = {refusal, entry};
  const auto trades = made_trades();
  view.last_trades.assign(trades.rbegin(), trades.rend());
  view.coins = made_coins();
  view.instrument_names = {"BTCUSDT-PERP.BINANCE", "SOLUSDT-PERP.BINANCE"};
  return view;
}

}  // namespace lanner::test
