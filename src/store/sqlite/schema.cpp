#include "store/sqlite/schema.hpp"

#include <array>
#include <string>

#include "store/sqlite/migrations.hpp"

namespace lanner::store::sqlite {
namespace {

using enum TableKind;

constexpr std::string_view kFacts = "runtime/projection/session_facts.cpp";
constexpr std::string_view kStates = "runtime/projection/session_state.cpp";

constexpr std::array<TableSpec, kTableCount> kTables{{
    {Table::sessions, "sessions", fact, "session_id", kStates, "knowledge sessions",
     "what each session was: build, data, settings"},
    {Table::journal_index, "journal_index", state, "session_id", kStates, "db verify",
     "how far the journal was read: counts, digest, hash of what was learned"},
    {Table::runtime_state, "runtime_state", state, "session_id", kStates, "knowledge sessions",
     "how the engine stood at its last event: counters, alarms"},
    {Table::market_data, "market_data", state, "session_id,instrument", kStates, "knowledge data",
     "which prices were seen; the prices themselves are the catalog's"},
    {Table::account_state, "account_state", state, "session_id,venue", kStates,
     "knowledge account", "cash and margin of each venue"},
    {Table::open_trades, "open_trades", state, "session_id,instrument", kStates,
     "knowledge trades", "what is held, its stop and its risk"},
    {Table::closed_trades, "closed_trades", fact, "session_id,trade_number", kFacts,
     "knowledge trades", "positions back to flat: money, R, how they ended"},
    {Table::orders, "orders", fact, "session_id,client_order_id", kFacts, "knowledge orders",
     "what was asked of the venue and what became of it"},
    {Table::fills, "fills", fact, "session_id,sequence", kFacts, "knowledge orders",
     "what was executed, at which price and commission"},
    {Table::candidates, "candidates", fact, "session_id,candidate_id", kFacts,
     "knowledge decisions", "every trigger, traded or not: the context of a decision"},
    {Table::decisions, "decisions", fact, "session_id,candidate_id", kFacts,
     "knowledge decisions", "what was decided on a trigger, and which gate refused"},
    {Table::decision_gates, "decision_gates", fact, "session_id,candidate_id,position", kFacts,
     "knowledge decisions", "what each gate saw and where its line was"},
    {Table::learnings, "learnings", fact, "session_id,candidate_id", kFacts,
     "knowledge decisions", "the one label of each trigger: the outcome of a decision"},
    {Table::active_conditions, "active_conditions", state, "session_id,slot", kStates,
     "knowledge conditions", "conditions that stand armed"},
    {Table::cooldowns, "cooldowns", state, "session_id,instrument", kStates, "knowledge coins",
     "instruments that pause after a losing exit"},
    {Table::coin_scores, "coin_scores", state, "session_id,instrument,side", kStates,
     "knowledge coins", "posterior and status of each coin and side"},
    {Table::coin_adaptations, "coin_adaptations", fact, "session_id,sequence,position", kFacts,
     "knowledge coins", "every change of a coin's status and what it rested on"},
    {Table::patterns, "patterns", state, "session_id,template,side,source", kStates,
     "knowledge patterns", "standing and evidence of each pattern"},
    {Table::pattern_changes, "pattern_changes", fact, "session_id,sequence,position", kFacts,
     "knowledge patterns", "every step of a pattern on its ladder"},
    {Table::regime_rules, "regime_rules", state, "session_id,adaptation_id", kStates,
     "knowledge rules", "rules of entries in force: scope and size"},
    {Table::parameters, "parameters", state, "session_id,parameter", kStates, "knowledge rules",
     "thresholds in force and who set them"},
    {Table::adaptations, "adaptations", state, "session_id,adaptation_id", kStates,
     "knowledge adaptations", "changes that learning made: state, effect, evidence"},
    {Table::adaptation_changes, "adaptation_changes", fact, "session_id,sequence,position",
     kFacts, "knowledge adaptations", "every step in an adaptation's life"},
    {Table::reflections, "reflections", state, "session_id,family,member", kStates,
     "knowledge reflections", "slices of all labels that do better or worse"},
    {Table::learning_cycles, "learning_cycles", fact, "session_id,sequence", kFacts,
     "knowledge alerts", "one row an hour of what learning had seen and changed"},
    {Table::profit_snapshots, "profit_snapshots", fact, "session_id,day", kFacts,
     "knowledge profit", "equity and trades by UTC day"},
    {Table::equity_points, "equity_points", fact, "session_id,at", kFacts, "knowledge profit",
     "equity and drawdown each hour"},
    {Table::activity_log, "activity_log", fact, "session_id,sequence,position", kFacts,
     "knowledge activity",
     "what was decided and done, in words"},
    {Table::alerts, "alerts", fact, "session_id,sequence,position", kFacts,
     "knowledge alerts", "what ought not to happen: refused stops, unknown orders, latches"},
}};

// A registry whose rows are not in the order of Table would write rows into the wrong tables.
constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kTableCount; ++i) {
    if (static_cast<std::size_t>(kTables[i].table) != i) {
      return false;
    }
  }
  return true;
}
static_assert(is_in_order());

Status refuse_foreign(Connection& connection, std::int64_t version) {
  const auto application = connection.number("PRAGMA application_id");
  if (!application) {
    return tl::unexpected{application.error()};
  }
  if (version > 0 && *application != kApplicationId) {
    return fail(ErrorKind::data, connection.file() +
                                     " belongs to another program; give another place with --db");
  }
  if (version > schema_version()) {
    return fail(ErrorKind::data,
                connection.file() + " is of a later version (" + std::to_string(version) +
                    ", this build knows " + std::to_string(schema_version()) +
                    "); use the build that wrote it, or `lanner db rebuild` into another --db");
  }
  return {};
}

}  // namespace

std::span<const TableSpec, kTableCount> table_specs() noexcept { return kTables; }

const TableSpec& spec_of(Table table) noexcept {
  return kTables[static_cast<std::size_t>(table)];
}

std::int64_t schema_version() noexcept { return static_cast<std::int64_t>(migrations().size()); }

Status migrate(Connection& connection) {
  auto version = connection.number("PRAGMA user_version");
  if (!version) {
    return tl::unexpected{version.error()};
  }
  if (const auto known = refuse_foreign(connection, *version); !known) {
    return known;
  }
  const auto tables = connection.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) {
    return tl::unexpected{tables.error()};
  }
  if (*version == 0 && *tables > 0) {
    return fail(ErrorKind::data, connection.file() +
                                     " holds tables of another program; give another place with "
                                     "--db");
  }
  for (std::int64_t step = *version; step < schema_version(); ++step) {
    const std::string sql =
        "BEGIN IMMEDIATE;" + std::string{migrations()[static_cast<std::size_t>(step)]} +
        "PRAGMA application_id = " + std::to_string(kApplicationId) +
        "; PRAGMA user_version = " + std::to_string(step + 1) + "; COMMIT;";
    if (const auto done = connection.execute(sql); !done) {
      static_cast<void>(connection.execute("ROLLBACK"));
      return done;
    }
  }
  return {};
}

Status check_schema(Connection& connection) {
  const auto version = connection.number("PRAGMA user_version");
  if (!version) {
    return tl::unexpected{version.error()};
  }
  if (const auto known = refuse_foreign(connection, *version); !known) {
    return known;
  }
  if (*version < schema_version()) {
    return fail(ErrorKind::data, connection.file() + " is of version " + std::to_string(*version) +
                                     ", this build writes " + std::to_string(schema_version()) +
                                     "; `lanner db rebuild` brings it up to date");
  }
  return {};
}

}  // namespace lanner::store::sqlite
