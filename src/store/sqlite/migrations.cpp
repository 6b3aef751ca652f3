#include "store/sqlite/migrations.hpp"

#include <array>

namespace lanner::store::sqlite {
namespace {

// Times are nanoseconds since the epoch (columns that end in "at"); money, prices and quantities
// are decimal text, because they are exact; R, posteriors and evidence are REAL.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE sessions (
  session_id INTEGER NOT NULL, name TEXT NOT NULL, build_id TEXT NOT NULL, feed TEXT NOT NULL,
  feed_note TEXT NOT NULL, universe TEXT NOT NULL, catalog TEXT NOT NULL, from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL, seed TEXT NOT NULL, instruments INTEGER NOT NULL,
  PRIMARY KEY (session_id)) STRICT;
CREATE TABLE journal_index (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, events INTEGER NOT NULL,
  commands INTEGER NOT NULL, first_at INTEGER, last_at INTEGER, digest TEXT NOT NULL,
  learned TEXT NOT NULL, closed INTEGER NOT NULL,
  PRIMARY KEY (session_id)) STRICT, WITHOUT ROWID;
CREATE TABLE runtime_state (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, at INTEGER,
  trading_state TEXT NOT NULL, conditions_armed INTEGER NOT NULL, open_positions INTEGER NOT NULL,
  cycles INTEGER NOT NULL, triggers INTEGER NOT NULL, entries INTEGER NOT NULL,
  refusals INTEGER NOT NULL, candidates INTEGER NOT NULL, labelled INTEGER NOT NULL,
  pending INTEGER NOT NULL, late_labels INTEGER NOT NULL, orphan_trades INTEGER NOT NULL,
  illegal_moves INTEGER NOT NULL, foreign_events INTEGER NOT NULL, overfills INTEGER NOT NULL,
  twins INTEGER NOT NULL, protection_closes INTEGER NOT NULL,
  PRIMARY KEY (session_id)) STRICT, WITHOUT ROWID;
CREATE TABLE market_data (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, instrument TEXT NOT NULL,
  venue TEXT NOT NULL, kind TEXT NOT NULL, quote TEXT NOT NULL, bars INTEGER NOT NULL,
  trades INTEGER NOT NULL, others INTEGER NOT NULL, first_at INTEGER, last_at INTEGER,
  last_px TEXT NOT NULL,
  PRIMARY KEY (session_id, instrument)) STRICT, WITHOUT ROWID;
CREATE TABLE account_state (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, venue TEXT NOT NULL,
  cash TEXT NOT NULL, free_cash TEXT NOT NULL, margin_used TEXT NOT NULL,
  PRIMARY KEY (session_id, venue)) STRICT, WITHOUT ROWID;
CREATE TABLE open_trades (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, instrument TEXT NOT NULL,
  candidate_id INTEGER, side TEXT NOT NULL, quantity TEXT NOT NULL, entry_notional TEXT NOT NULL,
  commissions TEXT NOT NULL, funding TEXT NOT NULL, risk TEXT NOT NULL, stop_px TEXT NOT NULL,
  mark_px TEXT NOT NULL, unrealised TEXT NOT NULL, opened_at INTEGER,
  PRIMARY KEY (session_id, instrument)) STRICT, WITHOUT ROWID;
CREATE TABLE closed_trades (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, trade_number INTEGER NOT NULL,
  candidate_id INTEGER, instrument TEXT NOT NULL, side TEXT NOT NULL, template TEXT NOT NULL,
  exit_reason TEXT NOT NULL, quantity TEXT NOT NULL, entry_px TEXT NOT NULL, exit_px TEXT NOT NULL,
  gross_pnl TEXT NOT NULL, commissions TEXT NOT NULL, funding TEXT NOT NULL, net_pnl TEXT NOT NULL,
  slippage TEXT NOT NULL, risk TEXT NOT NULL, net_r REAL, gross_r REAL, mfe_r REAL, mae_r REAL,
  opened_at INTEGER, closed_at INTEGER,
  PRIMARY KEY (session_id, trade_number)) STRICT, WITHOUT ROWID;
CREATE TABLE orders (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
  client_order_id TEXT NOT NULL, sequence INTEGER NOT NULL, candidate_id INTEGER,
  instrument TEXT NOT NULL, role TEXT NOT NULL, side TEXT NOT NULL, type TEXT NOT NULL,
  quantity TEXT NOT NULL, price TEXT NOT NULL, trigger_price TEXT NOT NULL, sent_at INTEGER,
  status TEXT NOT NULL, reason TEXT NOT NULL, filled TEXT NOT NULL, last_sequence INTEGER NOT NULL,
  PRIMARY KEY (session_id, client_order_id)) STRICT, WITHOUT ROWID;
CREATE TABLE fills (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, sequence INTEGER NOT NULL,
  client_order_id TEXT, instrument TEXT NOT NULL, side TEXT NOT NULL, liquidity TEXT NOT NULL,
  quantity TEXT NOT NULL, price TEXT NOT NULL, commission TEXT NOT NULL, at INTEGER,
  PRIMARY KEY (session_id, sequence)) STRICT, WITHOUT ROWID;
CREATE TABLE candidates (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, candidate_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL, instrument TEXT NOT NULL, side TEXT NOT NULL, template TEXT NOT NULL,
  source TEXT NOT NULL, shadow_only INTEGER NOT NULL, entry_mode TEXT NOT NULL,
  pattern_id TEXT NOT NULL, triggered_at INTEGER, decision_px TEXT NOT NULL,
  entry_px TEXT NOT NULL, stop_px TEXT NOT NULL, target_px TEXT NOT NULL, quantity TEXT NOT NULL,
  time_stop_s INTEGER NOT NULL, cost_r REAL, volatility TEXT NOT NULL, block_id INTEGER NOT NULL,
  cluster_id TEXT NOT NULL,
  PRIMARY KEY (session_id, candidate_id)) STRICT, WITHOUT ROWID;
CREATE TABLE decisions (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, candidate_id INTEGER NOT NULL,
  traded INTEGER NOT NULL, refused_by TEXT NOT NULL, coin_status TEXT NOT NULL, expected_r REAL,
  coin_offset_r REAL, atr REAL, risk_fraction REAL, coin_multiplier REAL, btc_lead_multiplier REAL,
  size_scale REAL, adaptation_multiplier REAL, quantity TEXT NOT NULL,
  parameter_version INTEGER NOT NULL, pattern_state TEXT NOT NULL, adaptation_id INTEGER NOT NULL,
  PRIMARY KEY (session_id, candidate_id)) STRICT, WITHOUT ROWID;
CREATE TABLE decision_gates (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, candidate_id INTEGER NOT NULL,
  position INTEGER NOT NULL, gate TEXT NOT NULL, verdict TEXT NOT NULL, value REAL, threshold REAL,
  PRIMARY KEY (session_id, candidate_id, position)) STRICT, WITHOUT ROWID;
CREATE TABLE learnings (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, candidate_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL, source TEXT NOT NULL, barrier TEXT NOT NULL, filled INTEGER NOT NULL,
  net_r REAL, gross_r REAL, weight REAL, mfe_r REAL, mae_r REAL, labelled_at INTEGER,
  PRIMARY KEY (session_id, candidate_id)) STRICT, WITHOUT ROWID;
)sql";

constexpr std::string_view kSecond = R"sql(
CREATE TABLE active_conditions (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, slot INTEGER NOT NULL,
  instrument TEXT NOT NULL, side TEXT NOT NULL, template TEXT NOT NULL, source TEXT NOT NULL,
  armed INTEGER NOT NULL, shadow_only INTEGER NOT NULL, trigger TEXT NOT NULL, stop_atr REAL,
  take_profit_r REAL, expires_at INTEGER,
  PRIMARY KEY (session_id, slot)) STRICT, WITHOUT ROWID;
CREATE TABLE cooldowns (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, instrument TEXT NOT NULL,
  until_at INTEGER,
  PRIMARY KEY (session_id, instrument)) STRICT, WITHOUT ROWID;
CREATE TABLE coin_scores (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, instrument TEXT NOT NULL,
  side TEXT NOT NULL, status TEXT NOT NULL, n REAL, n_eff REAL, mean_r REAL, sd_r REAL,
  probability_positive REAL, wins REAL, win_rate REAL, offset_r REAL,
  PRIMARY KEY (session_id, instrument, side)) STRICT, WITHOUT ROWID;
CREATE TABLE coin_adaptations (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, sequence INTEGER NOT NULL,
  position INTEGER NOT NULL, at INTEGER, instrument TEXT NOT NULL, side TEXT NOT NULL,
  before TEXT NOT NULL, after TEXT NOT NULL, reason TEXT NOT NULL, probability REAL, mean_r REAL,
  n REAL,
  PRIMARY KEY (session_id, sequence, position)) STRICT, WITHOUT ROWID;
CREATE TABLE patterns (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, template TEXT NOT NULL,
  side TEXT NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL, since_at INTEGER,
  labels INTEGER NOT NULL, own_trades INTEGER NOT NULL, n_eff REAL, mean_r REAL, sd_r REAL,
  probability_positive REAL, e_for REAL, e_against REAL, detector REAL, blocks INTEGER NOT NULL,
  sum_blocks REAL, worst_block REAL,
  PRIMARY KEY (session_id, template, side, source)) STRICT, WITHOUT ROWID;
CREATE TABLE pattern_changes (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, sequence INTEGER NOT NULL,
  position INTEGER NOT NULL, at INTEGER, template TEXT NOT NULL, side TEXT NOT NULL,
  source TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, reason TEXT NOT NULL,
  e_for REAL, e_against REAL, probability REAL,
  PRIMARY KEY (session_id, sequence, position)) STRICT, WITHOUT ROWID;
CREATE TABLE regime_rules (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
  adaptation_id INTEGER NOT NULL, scope TEXT NOT NULL, multiplier REAL,
  PRIMARY KEY (session_id, adaptation_id)) STRICT, WITHOUT ROWID;
CREATE TABLE parameters (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, parameter TEXT NOT NULL,
  value TEXT NOT NULL, configured_prior TEXT NOT NULL, unit TEXT NOT NULL,
  version INTEGER NOT NULL, changed_by INTEGER NOT NULL, changed_at INTEGER,
  PRIMARY KEY (session_id, parameter)) STRICT, WITHOUT ROWID;
CREATE TABLE adaptations (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
  adaptation_id INTEGER NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL, scope TEXT NOT NULL,
  parameter TEXT NOT NULL, value TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
  acting INTEGER NOT NULL, proposed_at INTEGER, changed_at INTEGER, expires_at INTEGER,
  n INTEGER NOT NULL, n_eff REAL, mean_r_before REAL, predicted_r REAL, affected INTEGER NOT NULL,
  effect_r REAL, e_for REAL, e_against REAL,
  PRIMARY KEY (session_id, adaptation_id)) STRICT, WITHOUT ROWID;
CREATE TABLE adaptation_changes (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, sequence INTEGER NOT NULL,
  position INTEGER NOT NULL, at INTEGER, adaptation_id INTEGER NOT NULL, before TEXT NOT NULL,
  after TEXT NOT NULL, reason TEXT NOT NULL, e_for REAL, e_against REAL, effect_r REAL,
  PRIMARY KEY (session_id, sequence, position)) STRICT, WITHOUT ROWID;
CREATE TABLE reflections (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, family TEXT NOT NULL,
  member INTEGER NOT NULL, n INTEGER NOT NULL, n_eff REAL, mean_r REAL, shrunk_r REAL,
  e_better REAL, e_worse REAL,
  PRIMARY KEY (session_id, family, member)) STRICT, WITHOUT ROWID;
CREATE TABLE learning_cycles (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, sequence INTEGER NOT NULL,
  at INTEGER, candidates INTEGER NOT NULL, labelled INTEGER NOT NULL, claims INTEGER NOT NULL,
  adaptations_open INTEGER NOT NULL, changes INTEGER NOT NULL,
  PRIMARY KEY (session_id, sequence)) STRICT, WITHOUT ROWID;
CREATE TABLE profit_snapshots (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, day TEXT NOT NULL,
  equity TEXT NOT NULL, net_pnl TEXT NOT NULL, commissions TEXT NOT NULL, funding TEXT NOT NULL,
  trades INTEGER NOT NULL, wins INTEGER NOT NULL,
  PRIMARY KEY (session_id, day)) STRICT, WITHOUT ROWID;
CREATE TABLE equity_points (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, at INTEGER NOT NULL,
  equity TEXT NOT NULL, drawdown_pct REAL, open_positions INTEGER NOT NULL,
  PRIMARY KEY (session_id, at)) STRICT, WITHOUT ROWID;
CREATE TABLE activity_log (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, sequence INTEGER NOT NULL,
  position INTEGER NOT NULL, at INTEGER, component TEXT NOT NULL, level TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (session_id, sequence, position)) STRICT, WITHOUT ROWID;
CREATE TABLE alerts (
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, sequence INTEGER NOT NULL,
  position INTEGER NOT NULL, at INTEGER, kind TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (session_id, sequence, position)) STRICT, WITHOUT ROWID;
CREATE INDEX closed_trades_by_time ON closed_trades (closed_at);
CREATE INDEX candidates_by_time ON candidates (triggered_at);
CREATE INDEX activity_by_time ON activity_log (at);
)sql";

constexpr std::array kMigrations{kFirst, kSecond};

}  // namespace

std::span<const std::string_view> migrations() noexcept { return kMigrations; }

}  // namespace lanner::store::sqlite
