#pragma once

// What a session came to: plain figures for the command line, the terminal and the report. Every
// figure is computed once, in runtime, from the engine's events; readers only format.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/fixed.hpp"
#include "base/score.hpp"
#include "base/time.hpp"
#include "model/condition_rule.hpp"
#include "model/decision.hpp"
#include "model/position.hpp"

namespace lanner::views {

struct EquityPoint {
  Timestamp at;
  Money equity;
  Money buy_and_hold;  // same start, equal parts in every instrument at its first price
};

struct CoinRow {
  std::string instrument;
  model::CoinStatus long_status = model::CoinStatus::normal;
  model::CoinStatus short_status = model::CoinStatus::normal;
  Score n;
  Score mean_r;
  Score sd_r;
  Score probability_positive;
  std::uint32_t trades = 0;
  Money net_pnl;
};

struct OpenPosition {
  std::string instrument;
  model::Position position;
  Money unrealised;
  Quantity working_stop_qty;   // resting now
  Price working_stop_px;
  Quantity target_qty;
  Price target_px;
  bool has_disaster_stop = false;
};

struct PendingCandidate {
  std::uint32_t candidate_id = 0;
  std::string instrument;
  Timestamp triggered_at;
  std::string reason;
};

// The assumptions under which fills were simulated; printed in each report.
struct FillModel {
  std::string latency;
  std::string fees;
  std::string fill;
  std::string margin;  // mode, tiers and who confirmed them, liquidation
  std::string mark;    // what stands for the mark price
  std::vector<std::string> assumptions;  // one sentence each
};

// What every report prints of the model, in one order: the key in JSON, its label, its text.
struct ModelRow {
  const char* key;
  const char* label;
  const std::string& text;
};
[[nodiscard]] inline std::array<ModelRow, 5> model_rows(const FillModel& model) {
  return {{{"latency", "latency", model.latency},
           {"fees", "fees", model.fees},
           {"fill", "fills", model.fill},
           {"margin", "margin", model.margin},
           {"mark", "mark price", model.mark}}};
}

// What became of conditions from outside; by rule: those refused and those withdrawn later.
struct ConditionFigures {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  std::uint64_t withdrawn = 0;
  std::uint64_t never_true = 0;  // accepted, but not once true in the last week
  std::array<std::uint64_t, model::kConditionRuleCount> by_rule{};
};

struct RunResult {
  std::string feed;          // "recorded", "synthetic"
  std::string feed_note;
  std::string universe;
  std::vector<std::string> notes;  // instruments left out and why
  std::string digest;
  std::string session;       // path of the journal, empty when none was kept
  std::uint64_t commands = 0;
  std::uint64_t events = 0;
  std::uint64_t cycles = 0;
  Score wall_s;
  Score events_per_s;
  Timestamp from;            // of the data that was played
  Timestamp to;
  std::vector<std::string> instruments;          // by InstrumentId of those that took part
  std::vector<std::string> instrument_names;     // index = InstrumentId, of all in the table

  std::uint32_t trades = 0;
  std::uint32_t entries = 0;  // positions opened
  std::uint32_t wins = 0;
  std::uint32_t losses = 0;
  std::uint32_t flats = 0;
  std::uint64_t triggers = 0;
  std::uint64_t candidates = 0;
  std::uint64_t labelled = 0;
  std::uint64_t pending = 0;
  Money start_equity;
  Money end_equity;
  Money net_pnl;
  Money gross_pnl;
  Money commissions;
  Money funding;
  Money slippage;
  Money buy_and_hold;        // profit of holding the instruments in equal parts
  Money bad_day_net_pnl;
  bool has_bad_day = false;
  Score max_drawdown_pct;
  Score exposure_pct;
  Score profit_factor;       // not finite when nothing was lost
  Score expectancy_r;
  std::uint32_t open_positions = 0;
  std::int64_t unprotected_ns_max = 0;
  std::uint32_t protection_breaches = 0;
  Money conservation_error;
  model::TradingState trading_state = model::TradingState::active;  // at the end
  Timestamp trading_state_since;           // unset: since the start
  std::uint64_t adaptations = 0;           // changes of coin status
  std::vector<std::string> blocked;        // "SOLUSDT-PERP.BINANCE short"
  FillModel model;

  std::vector<model::TradeClosed> trade_list;
  std::vector<model::CoinStatusChanged> status_changes;
  std::vector<EquityPoint> equity;
  std::vector<OpenPosition> open;
  std::vector<PendingCandidate> pending_list;
  std::vector<CoinRow> coins;
  std::array<std::uint64_t, static_cast<std::size_t>(model::Gate::count_)> refusals{};
  ConditionFigures conditions;
};

// One line of "what was just decided", for the terminal view.
struct DecisionLine {
  Timestamp at;
  std::string instrument;
  model::PositionSide side = model::PositionSide::long_side;
  model::TemplateId template_id = model::TemplateId::custom;
  bool is_traded = false;
  model::Gate refused_by = model::Gate::none;
  Score value;
  Score threshold;
  Score cost_r;
  Quantity quantity;
};

// A look at a running session.
struct LiveView {
  std::string mode;          // "paper"
  std::string feed;
  std::string feed_note;
  Timestamp now;
  model::TradingState trading_state = model::TradingState::active;
  Money equity;
  Money start_equity;
  Money unrealised;
  Score drawdown_pct;
  std::uint32_t trades = 0;
  std::uint32_t wins = 0;
  std::uint64_t candidates = 0;
  std::uint64_t events = 0;
  Score progress;            // 0 .. 1 of the tape
  Score events_per_s;
  std::vector<OpenPosition> positions;
  std::vector<DecisionLine> decisions;   // latest first
  std::vector<model::TradeClosed> last_trades;  // latest first
  std::vector<CoinRow> coins;
  std::vector<std::string> instrument_names;
};

}  // namespace lanner::views
