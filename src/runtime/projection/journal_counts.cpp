// What a journal says of itself, without refolding it, against the rows that were made of it.

#include <map>

#include "runtime/event_recorder.hpp"
#include "runtime/projection/project.hpp"
#include "runtime/projection/session_fold.hpp"
#include "runtime/retention/retention.hpp"
#include "runtime/session_dir.hpp"
#include "store/journal_reader.hpp"

namespace lanner::runtime {
namespace {

using store::sqlite::Cells;
using store::sqlite::Connection;

struct JournalCount {
  std::uint64_t events = 0;
  std::optional<SessionClosed> closed;
};

Result<JournalCount> count_journal(const std::filesystem::path& session) {
  auto reader = store::JournalReader::open(session);
  if (!reader) {
    return tl::unexpected{reader.error()};
  }
  JournalCount count;
  while (const auto record = reader->next()) {
    count.events += record->kind == store::RecordKind::event ? 1 : 0;
    if (record->kind == store::RecordKind::session_closed) {
      auto closed = decode_closed(record->payload);
      if (!closed) {
        return tl::unexpected{closed.error()};
      }
      count.closed = std::move(*closed);
    }
  }
  return count;
}

struct Held {
  std::string name;
  std::map<std::string, std::string> counts;
};

// By session: its own figures, and how many rows the fact tables hold for them.
constexpr const char* kHeldSql =
    "SELECT s.session_id, s.name, j.events, j.commands, j.digest, j.closed, r.candidates,"
    " r.labelled, r.pending,"
    " (SELECT count(*) FROM candidates c WHERE c.session_id = s.session_id) AS candidate_rows,"
    " (SELECT count(*) FROM learnings l WHERE l.session_id = s.session_id) AS learning_rows,"
    " (SELECT count(*) FROM candidates c JOIN decisions d USING (session_id, candidate_id)"
    "  WHERE c.session_id = s.session_id) AS joined_rows"
    " FROM sessions s LEFT JOIN journal_index j USING (session_id)"
    " LEFT JOIN runtime_state r USING (session_id) ORDER BY s.name";

std::vector<Held> held_of(const store::sqlite::Rows& rows) {
  std::vector<Held> out;
  for (const Cells& row : rows.rows) {
    Held held{store::sqlite::cell_text(row[1]), {}};
    for (std::size_t i = 2; i < row.size(); ++i) {
      held.counts[rows.columns[i]] = store::sqlite::cell_text(row[i]);
    }
    out.push_back(std::move(held));
  }
  return out;
}

void compare_session(const Held& held, const JournalCount& journal,
                     std::vector<SessionCount>& out) {
  const auto at = [&](const char* key) { return held.counts.at(key); };
  out.push_back({held.name, "events", std::to_string(journal.events), at("events")});
  out.push_back({held.name, "closed", journal.closed ? "1" : "0", at("closed")});
  if (journal.closed) {
    out.push_back({held.name, "commands", std::to_string(journal.closed->commands),
                   at("commands")});
    out.push_back({held.name, "digest", journal.closed->digest.hex(), at("digest")});
  }
  out.push_back({held.name, "candidates", at("candidates"), at("candidate_rows")});
  out.push_back({held.name, "labelled", at("labelled"), at("learning_rows")});
  out.push_back({held.name, "decisions", at("candidates"), at("joined_rows")});
}

}  // namespace

Result<std::vector<SessionCount>> count_against_journals(Connection& connection,
                                                         const std::filesystem::path& profile) {
  const auto rows = connection.query(kHeldSql);
  if (!rows) {
    return tl::unexpected{rows.error()};
  }
  std::vector<SessionCount> out;
  std::map<std::string, bool> has_rows;
  for (const Held& held : held_of(*rows)) {
    has_rows[held.name] = true;
    const std::filesystem::path named{held.name};
    const auto session = named.is_absolute() ? named : profile / named;
    if (is_deleted_session(session, profile)) {
      continue;  // as its user asked: nothing is left to compare its rows with
    }
    const auto journal = count_journal(session);
    if (!journal) {
      out.push_back({held.name, "journal", "unreadable: " + journal.error().message, "rows"});
      continue;
    }
    compare_session(held, *journal, out);
  }
  for (const std::filesystem::path& session : sessions_of(profile)) {
    const SessionName name = name_session(session, profile);
    if (!has_rows[name.name] && store::JournalReader::open(session)) {
      out.push_back({name.name, "rows", "a journal", "none"});
    }
  }
  return out;
}

}  // namespace lanner::runtime
