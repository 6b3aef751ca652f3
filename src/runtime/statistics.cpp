#include "runtime/statistics.hpp"

#include <algorithm>
#include <limits>

#include "base/fixed.hpp"

namespace lanner::runtime {
namespace {

// value x to / from, half-even; prices are positive.
Money scaled(Money value, Price to, Price from) {
  const Int128 raw =
      lanner::detail::divide_half_even(Int128{value.raw()} * to.raw(), Int128{from.raw()});
  return Money::from_raw(static_cast<std::int64_t>(raw));
}

Score percent(Score fraction) { return fraction * Score{100.0}; }

const model::GateResult* refusing_gate(const model::DecisionTrace& trace) {
  for (const model::GateResult& gate : trace.gates) {
    if (gate.gate == trace.refused_by && gate.verdict == model::Verdict::refuse) {
      return &gate;
    }
  }
  return nullptr;
}

}  // namespace

Statistics::Statistics(const core::Engine& engine)
    : engine_(engine),
      holdings_(engine.config().instruments.size()),
      trades_by_coin_(engine.config().instruments.size()),
      net_by_coin_(engine.config().instruments.size()) {}

void Statistics::note_caused(const model::CommandSink& sink) {
  commands_ += sink.commands().size();
  if (!sink.traces().empty()) {
    note_decisions(sink);
  }
  if (!sink.notices().empty()) {
    note_notices(sink);
  }
}

void Statistics::note_decisions(const model::CommandSink& sink) {
  for (const model::DecisionTrace& trace : sink.traces()) {
    ++refusals_[static_cast<std::size_t>(trace.refused_by)];
    views::DecisionLine line;
    line.at = trace.candidate.triggered_at;
    line.instrument = engine_.config().instruments[trace.candidate.instrument_id.index()].name;
    line.side = trace.candidate.side;
    line.template_id = trace.candidate.template_id;
    line.is_traded = trace.is_traded;
    line.refused_by = trace.refused_by;
    line.cost_r = trace.candidate.cost_r;
    line.quantity = trace.quantity;
    if (const model::GateResult* gate = refusing_gate(trace)) {
      line.value = gate->value;
      line.threshold = gate->threshold;
    }
    decisions_.push_front(std::move(line));
    if (decisions_.size() > kDecisionLines) {
      decisions_.pop_back();
    }
  }
}

void Statistics::note_notices(const model::CommandSink& sink) {
  for (const model::Notice& notice : sink.notices()) {
    if (const auto* trade = std::get_if<model::TradeClosed>(&notice)) {
      trades_.push_back(*trade);
      ++trades_by_coin_[trade->instrument_id.index()];
      net_by_coin_[trade->instrument_id.index()] += trade->net_pnl;
    } else if (const auto* change = std::get_if<model::CoinStatusChanged>(&notice)) {
      status_changes_.push_back(*change);
    } else if (std::holds_alternative<model::TradingStateChanged>(notice)) {
      state_since_ = last_at_;
    } else if (const auto* judged = std::get_if<model::ConditionJudged>(&notice)) {
      const bool is_never_true = judged->verdict == model::ConditionVerdict::flagged &&
                                 judged->rule == model::ConditionRule::v10;
      conditions_never_true_ += is_never_true ? 1 : 0;
    }
  }
}

void Statistics::sample_equity(Timestamp now) {
  if (equity_.empty()) {
    first_at_ = now;
  }
  equity_.push_back({now, engine_.portfolio().equity(), buy_and_hold_value()});
  next_sample_ = now.floor_to(sample_every_) + sample_every_;
  if (equity_.size() < kEquityPointsMax) {
    return;
  }
  // Bounded: every second point goes and the rest of the session is sampled half as often.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < equity_.size(); i += 2) {
    equity_[kept++] = equity_[i];
  }
  equity_.resize(kept);
  sample_every_ = sample_every_ * 2;
}

Money Statistics::buy_and_hold_value() const {
  const auto& active = engine_.config().is_active;
  const auto count = std::count(active.begin(), active.end(), std::uint8_t{1});
  const Money start = engine_.portfolio().start_equity();
  if (count == 0) {
    return start;
  }
  const Money part = Money::from_raw(start.raw() / count);
  Money value = start - part * count;
  for (std::size_t i = 0; i < holdings_.size(); ++i) {
    if (active[i] != 0) {
      const Holding& holding = holdings_[i];
      value += holding.first.is_zero() ? part : scaled(part, holding.last, holding.first);
    }
  }
  return value;
}

std::vector<std::string> Statistics::instrument_names() const {
  std::vector<std::string> names;
  for (const model::Instrument& instrument : engine_.config().instruments) {
    names.push_back(instrument.name);
  }
  return names;
}

std::vector<views::OpenPosition> Statistics::open_positions() const {
  std::vector<views::OpenPosition> rows;
  for (const InstrumentId id : engine_.portfolio().open_ids()) {
    views::OpenPosition row;
    row.instrument = engine_.config().instruments[id.index()].name;
    row.position = engine_.portfolio().position(id);
    row.unrealised = engine_.portfolio().unrealised(id);
    for (const exec::Leg& leg : engine_.orders().orders(id)) {
      const bool rests = leg.status == model::OrderStatus::accepted ||
                         leg.status == model::OrderStatus::partially_filled;
      if (!rests) {
        continue;
      }
      if (leg.role == model::OrderRole::working_stop) {
        row.working_stop_qty += leg.quantity - leg.filled;
        row.working_stop_px = leg.px;
      } else if (leg.role == model::OrderRole::target) {
        row.target_qty += leg.quantity - leg.filled;
        row.target_px = leg.px;
      } else if (leg.role == model::OrderRole::disaster_stop) {
        row.has_disaster_stop = true;
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<views::CoinRow> Statistics::coin_rows() const {
  std::vector<views::CoinRow> rows;
  for (const model::Instrument& instrument : engine_.config().instruments) {
    if (engine_.config().is_active[instrument.id.index()] == 0) {
      continue;
    }
    const learn::CoinRow known = engine_.knowledge().coin_row(instrument.id);
    rows.push_back({.instrument = instrument.name,
                    .long_status = known.long_status,
                    .short_status = known.short_status,
                    .n = known.coin.n,
                    .mean_r = known.coin.mean_r,
                    .sd_r = known.coin.sd_r,
                    .probability_positive = known.coin.probability_positive,
                    .trades = trades_by_coin_[instrument.id.index()],
                    .net_pnl = net_by_coin_[instrument.id.index()]});
  }
  return rows;
}

void Statistics::fill_trades(views::RunResult& result) const {
  const portfolio::Totals& totals = engine_.portfolio().totals();
  result.trades = totals.trades;
  result.wins = totals.wins;
  result.losses = totals.losses;
  result.flats = totals.flats;
  result.open_positions = static_cast<std::uint32_t>(engine_.portfolio().open_positions());
  result.entries = totals.trades + result.open_positions;
  Money won;
  Money lost;
  Score sum_r;
  for (const model::TradeClosed& trade : trades_) {
    (trade.net_pnl.is_negative() ? lost : won) += trade.net_pnl;
    sum_r += trade.net_r;
  }
  const auto factor = ratio(won, -lost);
  result.profit_factor =
      factor ? *factor : Score{won.is_positive() ? std::numeric_limits<double>::infinity() : 0.0};
  if (!trades_.empty()) {
    result.expectancy_r = sum_r / Score{static_cast<double>(trades_.size())};
  }
  result.trade_list = trades_;
}

void Statistics::fill_account(views::RunResult& result) const {
  const portfolio::Portfolio& account = engine_.portfolio();
  result.start_equity = account.start_equity();
  result.end_equity = account.equity();
  result.net_pnl = account.net_pnl();
  result.gross_pnl = account.gross_pnl();
  result.commissions = account.totals().commissions;
  result.funding = account.totals().funding;
  result.slippage = account.totals().slippage;
  result.buy_and_hold = buy_and_hold_value() - account.start_equity();
  result.max_drawdown_pct = percent(account.max_drawdown());
  const Duration span = last_at_ - first_at_;
  if (span > Duration{}) {
    result.exposure_pct =
        percent(Score{static_cast<double>(account.exposed_for(last_at_).ns()) /
                      static_cast<double>(span.ns())});
  }
  result.equity = equity_;
  result.equity.push_back({last_at_, account.equity(), buy_and_hold_value()});
}

views::RunResult Statistics::result() const {
  views::RunResult result;
  result.events = events_;
  result.commands = commands_;
  result.cycles = engine_.counters().cycles;
  result.triggers = engine_.counters().triggers;
  result.from = first_at_;
  result.to = last_at_;
  result.instrument_names = instrument_names();
  const auto& active = engine_.config().is_active;
  for (std::size_t i = 0; i < holdings_.size(); ++i) {
    if (!holdings_[i].first.is_zero() && active[i] != 0) {
      result.instruments.push_back(result.instrument_names[i]);
    }
  }
  fill_trades(result);
  fill_account(result);
  result.candidates = engine_.candidates().decisions();
  result.labelled = engine_.candidates().labelled();
  result.pending = engine_.candidates().pending();
  for (const learn::PendingCandidate& pending : engine_.candidates().pending_candidates()) {
    result.pending_list.push_back({pending.candidate_id.value(),
                                   result.instrument_names[pending.instrument_id.index()],
                                   pending.triggered_at, learn::name_of(pending.reason)});
  }
  result.trading_state = engine_.risk().trading_state();
  result.trading_state_since = state_since_;
  result.adaptations = status_changes_.size();
  result.status_changes = status_changes_;
  result.coins = coin_rows();
  for (const views::CoinRow& row : result.coins) {
    if (row.long_status == model::CoinStatus::blocked) {
      result.blocked.push_back(row.instrument + " long");
    }
    if (row.short_status == model::CoinStatus::blocked) {
      result.blocked.push_back(row.instrument + " short");
    }
  }
  result.open = open_positions();
  result.refusals = refusals_;
  const core::EngineCounters& counters = engine_.counters();
  result.conditions = {counters.conditions_accepted, counters.conditions_refused,
                       counters.conditions_withdrawn, conditions_never_true_,
                       counters.refused_by_rule};
  return result;
}

views::LiveView Statistics::live_view() const {
  const portfolio::Portfolio& account = engine_.portfolio();
  views::LiveView view;
  view.now = last_at_;
  view.trading_state = engine_.risk().trading_state();
  view.equity = account.equity();
  view.start_equity = account.start_equity();
  view.unrealised = account.unrealised();
  view.drawdown_pct = percent(account.drawdown());
  view.trades = account.totals().trades;
  view.wins = account.totals().wins;
  view.candidates = engine_.candidates().decisions();
  view.events = events_;
  view.positions = open_positions();
  view.decisions.assign(decisions_.begin(), decisions_.end());
  const std::size_t shown = std::min(trades_.size(), kLastTrades);
  view.last_trades.assign(trades_.rbegin(), trades_.rbegin() + static_cast<std::ptrdiff_t>(shown));
  view.coins = coin_rows();
  view.instrument_names = instrument_names();
  return view;
}

}  // namespace lanner::runtime
