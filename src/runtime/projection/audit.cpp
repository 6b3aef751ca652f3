#include "runtime/projection/audit.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "runtime/projection/project.hpp"
#include "runtime/session_dir.hpp"
#include "store/sqlite/schema.hpp"

namespace lanner::runtime {
namespace {

using store::sqlite::Cells;
using store::sqlite::cell_text;
using store::sqlite::Connection;

// Rows of the query are findings: session, and what was found there.
struct Question {
  std::string_view check;
  FindingLevel level;
  std::string_view sql;
  std::string_view todo;
};

constexpr std::string_view kRebuild = "lanner db rebuild";

// A table without rows for a session that gave it occasion: table, occasion.
struct Occasion {
  std::string_view table;
  std::string_view of;  // a condition on sessions s, journal_index j and runtime_state r
};
constexpr std::string_view kHours3 = "j.last_at - j.first_at > 10800000000000";

constexpr std::array kOccasions{
    Occasion{"journal_index", "1"},
    Occasion{"runtime_state", "1"},
    Occasion{"market_data", "j.events > 0"},
    Occasion{"account_state", "j.events > 0"},
    Occasion{"coin_scores", "j.events > 0"},
    Occasion{"parameters", "j.events > 0"},
    Occasion{"profit_snapshots", "j.events > 0"},
    Occasion{"equity_points", kHours3},
    Occasion{"learning_cycles", kHours3},
    Occasion{"candidates", "r.candidates > 0"},
    Occasion{"decisions", "r.candidates > 0"},
    Occasion{"decision_gates", "r.entries > 0"},
    Occasion{"activity_log", "r.candidates > 0"},
    Occasion{"learnings", "r.labelled > 0"},
    Occasion{"patterns", "r.labelled > 0"},
    // Slices start anew every 30 days.
    Occasion{"reflections",
             "EXISTS (SELECT 1 FROM learnings l WHERE l.session_id = s.session_id AND"
             " l.labelled_at >= j.last_at / 2592000000000000 * 2592000000000000)"},
    Occasion{"orders", "r.entries > 0"},
    Occasion{"open_trades", "r.open_positions > 0"},
    Occasion{"active_conditions", "r.conditions_armed > 0"},
    Occasion{"fills", "EXISTS (SELECT 1 FROM closed_trades t WHERE t.session_id = s.session_id)"},
    Occasion{"closed_trades",
             "EXISTS (SELECT 1 FROM profit_snapshots p WHERE p.session_id = s.session_id"
             " AND p.trades > 0)"},
    Occasion{"adaptation_changes",
             "EXISTS (SELECT 1 FROM adaptations a WHERE a.session_id = s.session_id)"},
};

constexpr std::array kQuestions{
    Question{"labels_missing", FindingLevel::failure,
             "SELECT s.name, r.candidates || ' decisions, but ' || r.labelled || ' labels and ' ||"
             " r.pending || ' pending' FROM sessions s JOIN runtime_state r USING (session_id)"
             " WHERE r.candidates <> r.labelled + r.pending",
             "look at the session: lanner replay SESSION --verify"},
    Question{"unjoined_decisions", FindingLevel::failure,
             "SELECT s.name, count(*) || ' decisions without their context' FROM decisions d"
             " JOIN sessions s USING (session_id) LEFT JOIN candidates c"
             " USING (session_id, candidate_id) WHERE c.candidate_id IS NULL GROUP BY s.name",
             kRebuild},
    // A label comes at the time stop at the latest; a day of grace for prices that did not come.
    Question{"labels_overdue", FindingLevel::failure,
             "SELECT s.name, count(*) || ' triggers should have their label, the oldest since ' ||"
             " strftime('%Y-%m-%dT%H:%MZ', min(c.triggered_at) / 1000000000, 'unixepoch')"
             " FROM candidates c JOIN sessions s USING (session_id) JOIN journal_index j"
             " USING (session_id) LEFT JOIN learnings l USING (session_id, candidate_id)"
             " WHERE l.candidate_id IS NULL"
             " AND c.triggered_at + (c.time_stop_s + 86400) * 1000000000 < j.last_at"
             " GROUP BY s.name",
             "did the instrument lose its prices? lanner knowledge data"},
    Question{"stale_learner", FindingLevel::failure,
             "SELECT s.name, 'no hour of learning since ' || strftime('%Y-%m-%dT%H:%MZ',"
             " max(c.at) / 1000000000, 'unixepoch') FROM learning_cycles c JOIN sessions s"
             " USING (session_id) JOIN journal_index j USING (session_id) GROUP BY s.name"
             " HAVING max(j.last_at) - max(c.at) > 3 * 3600000000000",
             "the hourly timer is lost: lanner replay SESSION --verify"},
    Question{"silent_learner", FindingLevel::warning,
             "SELECT s.name, 'triggers, but no label for 3 days' FROM sessions s JOIN journal_index"
             " j USING (session_id) JOIN runtime_state r USING (session_id) WHERE r.pending > 0"
             " AND j.last_at - j.first_at > 259200000000000 AND NOT EXISTS (SELECT 1 FROM"
             " learnings l WHERE l.session_id = s.session_id"
             " AND l.labelled_at > j.last_at - 259200000000000)",
             "lanner knowledge decisions tells what they wait for"},
    Question{"adaptation_overdue", FindingLevel::failure,
             "SELECT s.name, 'adaptation ' || a.adaptation_id || ' is ' || a.state ||"
             " ' beyond its time to live' FROM adaptations a JOIN sessions s USING (session_id)"
             " JOIN journal_index j USING (session_id)"
             " WHERE a.state IN ('proposed', 'shadow', 'trial')"
             " AND a.expires_at + 3600000000000 < j.last_at",
             "lanner knowledge adaptations"},
    Question{"orphan_trades", FindingLevel::failure,
             "SELECT s.name, r.orphan_trades || ' trades belong to no candidate' FROM sessions s"
             " JOIN runtime_state r USING (session_id) WHERE r.orphan_trades > 0",
             "lanner knowledge trades"},
    Question{"order_alarms", FindingLevel::failure,
             "SELECT s.name, (r.illegal_moves + r.overfills) || ' moves that no order may make'"
             " FROM sessions s JOIN runtime_state r USING (session_id)"
             " WHERE r.illegal_moves + r.overfills > 0",
             "lanner knowledge orders"},
    Question{"late_labels", FindingLevel::warning,
             "SELECT s.name, r.late_labels || ' labels came after their block was forgotten'"
             " FROM sessions s JOIN runtime_state r USING (session_id) WHERE r.late_labels > 0",
             "evidence of these is lost; time stops above 64 h are too long"},
    Question{"alerts", FindingLevel::warning,
             "SELECT s.name, count(*) || ' x ' || a.kind || ', the last: ' || max(a.text)"
             " FROM alerts a JOIN sessions s USING (session_id) GROUP BY s.name, a.kind",
             "lanner knowledge alerts"},
};

Status ask(Connection& connection, const Question& question, AuditResult& out) {
  const auto rows = connection.query(question.sql);
  if (!rows) {
    return tl::unexpected{rows.error()};
  }
  out.checks.emplace_back(question.check);
  for (const Cells& row : rows->rows) {
    out.findings.push_back({question.level, std::string{question.check}, cell_text(row[1]),
                            cell_text(row[0]), std::string{question.todo}});
  }
  return {};
}

Status find_unfed(Connection& connection, AuditResult& out) {
  out.checks.emplace_back("unfed_table");
  for (const Occasion& occasion : kOccasions) {
    const std::string table{occasion.table};
    const auto rows = connection.query(
        "SELECT s.name FROM sessions s LEFT JOIN journal_index j USING (session_id)"
        " LEFT JOIN runtime_state r USING (session_id) WHERE (" + std::string{occasion.of} +
        ") AND NOT EXISTS (SELECT 1 FROM " + table +
        " t WHERE t.session_id = s.session_id)");
    if (!rows) {
      return tl::unexpected{rows.error()};
    }
    for (const Cells& row : rows->rows) {
      out.findings.push_back({FindingLevel::failure, "unfed_table",
                              "the table " + table + " has no row, though there was occasion",
                              cell_text(row[0]), std::string{kRebuild}});
    }
  }
  return {};
}

// A table that the registry does not know has no reader.
Status find_unread(Connection& connection, AuditResult& out) {
  out.checks.emplace_back("unread_table");
  const auto rows = connection.query("SELECT name FROM sqlite_schema WHERE type = 'table'");
  if (!rows) {
    return tl::unexpected{rows.error()};
  }
  const auto known = store::sqlite::table_specs();
  for (const Cells& row : rows->rows) {
    const std::string name = cell_text(row[0]);
    if (std::none_of(known.begin(), known.end(),
                     [&](const auto& table) { return table.name == name; })) {
      out.findings.push_back({FindingLevel::failure, "unread_table",
                              "the table " + name + " is read by nobody", connection.file(),
                              "who made it? drop it, or begin anew: lanner db rebuild --db NEW"});
    }
  }
  return {};
}

Status find_gaps(Connection& connection, const std::filesystem::path& profile, AuditResult& out) {
  out.checks.emplace_back("projection_gap");
  const auto counts = count_against_journals(connection, profile);
  if (!counts) {
    return tl::unexpected{counts.error()};
  }
  for (const SessionCount& count : *counts) {
    if (!count.is_equal()) {
      // A session that runs is written a few seconds later than it is journalled.
      const bool is_running = is_session_locked(profile / count.session);
      out.findings.push_back({is_running ? FindingLevel::warning : FindingLevel::failure,
                              "projection_gap",
                              count.what + ": the journal says " + count.journal +
                                  ", the database " + count.projection,
                              count.session, std::string{kRebuild}});
    }
  }
  return {};
}

Status find_unclosed(Connection& connection, const std::filesystem::path& profile,
                     AuditResult& out) {
  out.checks.emplace_back("unclosed_session");
  const auto rows = connection.query(
      "SELECT s.name FROM sessions s JOIN journal_index j USING (session_id) WHERE j.closed = 0");
  if (!rows) {
    return tl::unexpected{rows.error()};
  }
  for (const Cells& row : rows->rows) {
    const std::string name = cell_text(row[0]);
    if (!is_session_locked(profile / name)) {
      out.findings.push_back({FindingLevel::warning, "unclosed_session",
                              "was never closed and nothing runs it", name,
                              "lanner run --session " + (profile / name).string() +
                                  " continues it"});
    }
  }
  return {};
}

}  // namespace

const char* name_of(FindingLevel level) noexcept {
  return level == FindingLevel::failure ? "failure" : "warning";
}

bool AuditResult::has_failure() const {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.level == FindingLevel::failure;
  });
}

Result<AuditResult> audit_profile(Connection& connection, const std::filesystem::path& profile) {
  AuditResult out;
  Status done = store::sqlite::check_integrity(connection);
  for (const Question& question : kQuestions) {
    done = done ? ask(connection, question, out) : done;
  }
  done = done ? find_unfed(connection, out) : done;
  done = done ? find_unread(connection, out) : done;
  done = done ? find_gaps(connection, profile, out) : done;
  done = done ? find_unclosed(connection, profile, out) : done;
  if (!done) {
    return tl::unexpected{done.error()};
  }
  return out;
}

}  // namespace lanner::runtime
