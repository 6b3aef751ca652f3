#include "app/look/knowledge_topics.hpp"

#include <array>

namespace lanner::app {
namespace {

constexpr std::array kSessions{
    KnowledgeList{"sessions", "sessions:",
                  "SELECT s.name AS session, s.feed, s.build_id, j.events, j.closed, j.first_at,"
                  " j.last_at, r.trading_state, r.candidates, r.labelled, r.entries,"
                  " r.open_positions, s.universe FROM sessions s"
                  " LEFT JOIN journal_index j USING (session_id)"
                  " LEFT JOIN runtime_state r USING (session_id)"
                  " WHERE ?1 IS NULL OR s.session_id = ?1 ORDER BY s.name DESC LIMIT ?2"}};
constexpr std::array kTrades{
    KnowledgeList{"open", "held:",
                  "SELECT s.name AS session, o.instrument, o.side, o.quantity, o.entry_notional,"
                  " o.stop_px, o.mark_px, o.unrealised, o.risk, o.opened_at FROM open_trades o"
                  " JOIN sessions s USING (session_id) WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY o.opened_at DESC LIMIT ?2"},
    KnowledgeList{"closed", "closed:",
                  "SELECT s.name AS session, t.trade_number, t.instrument, t.side, t.template,"
                  " t.exit_reason, t.net_r, t.net_pnl, t.commissions, t.funding, t.opened_at,"
                  " t.closed_at FROM closed_trades t JOIN sessions s USING (session_id)"
                  " WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY t.closed_at DESC, t.trade_number DESC LIMIT ?2"}};
constexpr std::array kOrders{
    KnowledgeList{"orders", "orders:",
                  "SELECT s.name AS session, o.client_order_id, o.instrument, o.role, o.side,"
                  " o.type, o.quantity, o.price, o.trigger_price, o.status, o.reason, o.filled,"
                  " o.sent_at FROM orders o JOIN sessions s USING (session_id)"
                  " WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY o.sent_at DESC, o.client_order_id DESC LIMIT ?2"},
    KnowledgeList{"fills", "fills:",
                  "SELECT s.name AS session, f.sequence, f.client_order_id, f.instrument, f.side,"
                  " f.liquidity, f.quantity, f.price, f.commission, f.at FROM fills f"
                  " JOIN sessions s USING (session_id) WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY f.at DESC, f.sequence DESC LIMIT ?2"}};
// Decision, context and outcome in one row. Left joins: a decision without one of them is shown
// with a hole, never left out.
constexpr std::array kDecisions{
    KnowledgeList{"decisions", "decisions, with what became of them:",
                  "SELECT s.name AS session, c.candidate_id, c.triggered_at, c.instrument, c.side,"
                  " c.template, d.traded, d.refused_by, g.value, g.threshold, c.cost_r,"
                  " c.volatility, d.pattern_state, d.coin_status, l.source AS label, l.barrier,"
                  " l.net_r, l.weight FROM candidates c JOIN sessions s USING (session_id)"
                  " LEFT JOIN decisions d USING (session_id, candidate_id)"
                  " LEFT JOIN decision_gates g ON g.session_id = c.session_id"
                  " AND g.candidate_id = c.candidate_id AND g.verdict = 'refuse'"
                  " LEFT JOIN learnings l ON l.session_id = c.session_id"
                  " AND l.candidate_id = c.candidate_id"
                  " WHERE ?1 IS NULL OR c.session_id = ?1"
                  " ORDER BY c.triggered_at DESC, c.candidate_id DESC LIMIT ?2"}};
constexpr std::array kConditions{
    KnowledgeList{"conditions", "conditions that stand:",
                  "SELECT s.name AS session, a.instrument, a.side, a.template, a.source, a.armed,"
                  " a.shadow_only, a.trigger, a.expires_at FROM active_conditions a"
                  " JOIN sessions s USING (session_id) WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY s.name DESC, a.instrument, a.slot LIMIT ?2"}};
constexpr std::array kCoins{
    KnowledgeList{"coins", "coins:",
                  "SELECT s.name AS session, c.instrument, c.side, c.status, c.n, c.n_eff,"
                  " c.mean_r, c.sd_r, c.probability_positive, c.win_rate, c.offset_r"
                  " FROM coin_scores c JOIN sessions s USING (session_id)"
                  " WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY s.name DESC, c.instrument, c.side LIMIT ?2"},
    KnowledgeList{"changes", "changes of status:",
                  "SELECT s.name AS session, a.at, a.instrument, a.side, a.before, a.after,"
                  " a.reason, a.probability, a.mean_r, a.n FROM coin_adaptations a"
                  " JOIN sessions s USING (session_id) WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY a.at DESC, a.sequence DESC, a.position DESC LIMIT ?2"},
    KnowledgeList{"cooldowns", "paused after a loss:",
                  "SELECT s.name AS session, c.instrument, c.until_at FROM cooldowns c"
                  " JOIN sessions s USING (session_id) WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY c.until_at DESC LIMIT ?2"}};
constexpr std::array kPatterns{
    KnowledgeList{"patterns", "patterns:",
                  "SELECT s.name AS session, p.template, p.side, p.source, p.state, p.since_at,"
                  " p.labels, p.own_trades, p.n_eff, p.mean_r, p.probability_positive, p.e_for,"
                  " p.e_against, p.blocks, p.sum_blocks, p.worst_block FROM patterns p"
                  " JOIN sessions s USING (session_id) WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY s.name DESC, p.template, p.side LIMIT ?2"},
    KnowledgeList{"changes", "steps on the ladder:",
                  "SELECT s.name AS session, c.at, c.template, c.side, c.before, c.after,"
                  " c.reason, c.e_for, c.e_against FROM pattern_changes c"
                  " JOIN sessions s USING (session_id) WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY c.at DESC, c.sequence DESC, c.position DESC LIMIT ?2"}};
constexpr std::array kRules{
    KnowledgeList{"rules", "rules of entries in force:",
                  "SELECT s.name AS session, r.adaptation_id, r.scope, r.multiplier"
                  " FROM regime_rules r JOIN sessions s USING (session_id)"
                  " WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY s.name DESC, r.adaptation_id LIMIT ?2"},
    KnowledgeList{"parameters", "thresholds that somebody set:",
                  "SELECT s.name AS session, p.parameter, p.value, p.configured_prior AS prior,"
                  " p.unit, p.version, p.changed_by, p.changed_at FROM parameters p"
                  " JOIN sessions s USING (session_id) WHERE (?1 IS NULL OR session_id = ?1)"
                  " AND (p.value <> p.configured_prior OR p.version > 1)"
                  " ORDER BY s.name DESC, p.parameter LIMIT ?2"}};
constexpr std::array kAdaptations{
    KnowledgeList{"adaptations", "adaptations:",
                  "SELECT s.name AS session, a.adaptation_id, a.kind, a.scope, a.parameter,"
                  " a.value, a.state, a.reason, a.acting, a.proposed_at, a.expires_at, a.affected,"
                  " a.mean_r_before, a.predicted_r, a.effect_r, a.e_for, a.e_against"
                  " FROM adaptations a JOIN sessions s USING (session_id)"
                  " WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY a.proposed_at DESC, a.adaptation_id DESC LIMIT ?2"},
    KnowledgeList{"changes", "steps in their lives:",
                  "SELECT s.name AS session, c.at, c.adaptation_id, c.before, c.after, c.reason,"
                  " c.e_for, c.e_against, c.effect_r FROM adaptation_changes c"
                  " JOIN sessions s USING (session_id) WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY c.at DESC, c.sequence DESC, c.position DESC LIMIT ?2"}};
constexpr std::array kReflections{
    KnowledgeList{"slices", "slices of all labels:",
                  "SELECT s.name AS session, r.family, r.member, r.n, r.n_eff, r.mean_r,"
                  " r.shrunk_r, r.e_better, r.e_worse FROM reflections r"
                  " JOIN sessions s USING (session_id) WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY max(r.e_better, r.e_worse) DESC, r.family, r.member LIMIT ?2"}};
constexpr std::array kProfit{
    KnowledgeList{"days", "by day:",
                  "SELECT s.name AS session, p.day, p.equity, p.net_pnl, p.commissions, p.funding,"
                  " p.trades, p.wins FROM profit_snapshots p JOIN sessions s USING (session_id)"
                  " WHERE ?1 IS NULL OR session_id = ?1 ORDER BY p.day DESC, s.name LIMIT ?2"},
    KnowledgeList{"equity", "equity by hour:",
                  "SELECT s.name AS session, e.at, e.equity, e.drawdown_pct, e.open_positions"
                  " FROM equity_points e JOIN sessions s USING (session_id)"
                  " WHERE ?1 IS NULL OR session_id = ?1 ORDER BY e.at DESC, s.name LIMIT ?2"}};
constexpr std::array kAccount{
    KnowledgeList{"venues", "accounts:",
                  "SELECT s.name AS session, a.venue, a.cash, a.free_cash, a.margin_used"
                  " FROM account_state a JOIN sessions s USING (session_id)"
                  " WHERE ?1 IS NULL OR session_id = ?1 ORDER BY s.name DESC, a.venue LIMIT ?2"}};
constexpr std::array kData{
    KnowledgeList{"data", "prices that were seen; they lie in the catalog:",
                  "SELECT s.name AS session, m.instrument, m.kind, m.quote, m.bars, m.trades,"
                  " m.others, m.first_at, m.last_at, m.last_px, s.catalog FROM market_data m"
                  " JOIN sessions s USING (session_id) WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY s.name DESC, m.instrument LIMIT ?2"}};
constexpr std::array kAlerts{
    KnowledgeList{"alerts", "what ought not to happen:",
                  "SELECT s.name AS session, a.at, a.kind, a.text FROM alerts a"
                  " JOIN sessions s USING (session_id) WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY a.at DESC, a.sequence DESC, a.position DESC LIMIT ?2"},
    KnowledgeList{"cycles", "hours of learning:",
                  "SELECT s.name AS session, c.at, c.candidates, c.labelled, c.claims,"
                  " c.adaptations_open, c.changes FROM learning_cycles c"
                  " JOIN sessions s USING (session_id) WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY c.at DESC LIMIT ?2"}};

constexpr std::array kActivity{
    KnowledgeList{"activity", "decided and done:",
                  "SELECT s.name AS session, a.at, a.component, a.level, a.text FROM activity_log a"
                  " JOIN sessions s USING (session_id) WHERE ?1 IS NULL OR session_id = ?1"
                  " ORDER BY a.at DESC, a.sequence DESC, a.position DESC LIMIT ?2"}};

constexpr std::array<KnowledgeTopic, kKnowledgeTopics> kTopics{{
    {"sessions", "sessions: what they were, how far they came", "lanner knowledge sessions",
     kSessions},
    {"trades", "trades, held and closed", "lanner knowledge trades --last 20", kTrades},
    {"orders", "orders and fills", "lanner knowledge orders", kOrders},
    {"decisions", "decisions with their context and their outcome",
     "lanner knowledge decisions --last 20", kDecisions},
    {"conditions", "conditions that stand armed", "lanner knowledge conditions", kConditions},
    {"coins", "coins: posterior, status, every change of it", "lanner knowledge coins", kCoins},
    {"patterns", "patterns: standing and evidence", "lanner knowledge patterns", kPatterns},
    {"rules", "rules and thresholds in force", "lanner knowledge rules", kRules},
    {"adaptations", "what learning changed, and what came of it", "lanner knowledge adaptations",
     kAdaptations},
    {"reflections", "slices of all labels that do better or worse",
     "lanner knowledge reflections", kReflections},
    {"profit", "equity by day and by hour", "lanner knowledge profit", kProfit},
    {"account", "cash and margin by venue", "lanner knowledge account", kAccount},
    {"data", "which prices were seen", "lanner knowledge data", kData},
    {"activity", "what was decided and done, in words", "lanner knowledge activity", kActivity},
    {"alerts", "alerts, and what learning did each hour", "lanner knowledge alerts", kAlerts},
}};

}  // namespace

std::span<const KnowledgeTopic, kKnowledgeTopics> knowledge_topics() noexcept { return kTopics; }

}  // namespace lanner::app
