#pragma once

// The projection's tables. The journal is the truth; these rows are what questions over sessions
// are asked of, and they can be dropped and made again at any time. Every table has a writer, a
// reader and a purpose: `lanner audit` and a test hold the database against this registry.

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "store/sqlite/connection.hpp"

namespace lanner::store::sqlite {

// Order of writing: what others refer to comes first.
enum class Table : std::uint8_t {
  sessions,
  journal_index,
  runtime_state,
  market_data,
  account_state,
  open_trades,
  closed_trades,
  orders,
  fills,
  candidates,
  decisions,
  decision_gates,
  learnings,
  active_conditions,
  cooldowns,
  coin_scores,
  coin_adaptations,
  patterns,
  pattern_changes,
  regime_rules,
  parameters,
  adaptations,
  adaptation_changes,
  reflections,
  learning_cycles,
  profit_snapshots,
  equity_points,
  activity_log,
  alerts,
  count_,
};
inline constexpr std::size_t kTableCount = static_cast<std::size_t>(Table::count_);

// A fact is written once, when it happens; a state is replaced as a whole.
enum class TableKind : std::uint8_t { fact, state };

struct TableSpec {
  Table table;
  std::string_view name;
  TableKind kind;
  std::string_view key;     // columns that name a row, by comma
  std::string_view writer;  // the source that fills it
  std::string_view reader;  // the verb that shows or uses it
  std::string_view purpose;
};

// In the order of Table.
[[nodiscard]] std::span<const TableSpec, kTableCount> table_specs() noexcept;
[[nodiscard]] const TableSpec& spec_of(Table table) noexcept;

inline constexpr std::int64_t kApplicationId = 0x4C4E5244;  // "LNRD"
// Number of migrations; user_version of a database that has them all.
[[nodiscard]] std::int64_t schema_version() noexcept;
// Forward only: applies what is missing, each step in a transaction of its own. A database of a
// later version, or of another program, is refused.
[[nodiscard]] Status migrate(Connection& connection);
// Refuses what migrate() refuses, and a database that lacks a migration.
[[nodiscard]] Status check_schema(Connection& connection);

}  // namespace lanner::store::sqlite
