#include "runtime/projection/deep_check.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/ensure.hpp"
#include "runtime/check/session_checks.hpp"
#include "runtime/projection/project.hpp"
#include "runtime/projection/session_fold.hpp"
#include "runtime/retention/retention.hpp"
#include "runtime/session_dir.hpp"

namespace lanner::runtime {

namespace fs = std::filesystem;

namespace {

using store::sqlite::Access;
using store::sqlite::cell_text;
using store::sqlite::Cells;
using store::sqlite::Connection;
using store::sqlite::ProjectionFile;
using store::sqlite::Rows;
using store::sqlite::TableSpec;
using store::sqlite::WriterLock;


// The scratch folder, for as long as the check takes.
class ScratchFolder {
 public:
  explicit ScratchFolder(fs::path path) : path_(std::move(path)) {}
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

 private:
  fs::path path_;
};

// What an earlier check left behind when it was killed is made anew.
Result<ProjectionFile> scratch_file(const fs::path& place, const WriterLock& lock) {
  std::error_code ignored;
  for (const char* part : {"", "-wal", "-shm"}) {
    fs::remove(place.string() + part, ignored);
  }
  return ProjectionFile::open(place, lock);
}

// Where the key's columns are, session_id left out: both sides are of one session.
std::vector<std::size_t> key_columns(const TableSpec& table, const Rows& rows) {
  std::vector<std::size_t> found;
  const std::string keys = "," + std::string{table.key} + ",";
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    if (rows.columns[i] != "session_id" &&
        keys.find("," + rows.columns[i] + ",") != std::string::npos) {
      found.push_back(i);
    }
  }
  return found;
}

struct TableSides {
  const TableSpec& table;
  const Rows& journal;
  const Rows& database;
  std::vector<std::size_t> key;

  [[nodiscard]] std::string name_of(const Cells& row) const {
    std::string out;
    for (const std::size_t at : key) {
      out += (out.empty() ? "" : " ") + journal.columns[at] + "=" + cell_text(row[at]);
    }
    return out.empty() ? "the session's row" : out;
  }
  // The order of SQLite: numbers before text, text by its bytes.
  [[nodiscard]] int compare_keys(const Cells& a, const Cells& b) const {
    for (const std::size_t at : key) {
      if (a[at] != b[at]) {
        return a[at] < b[at] ? -1 : 1;
      }
    }
    return 0;
  }
};

void note_difference(DeepSession& session, RowDifference difference) {
  if (session.differing++ == 0) {
    session.first = std::move(difference);
  }
}

void compare_rows(const TableSides& sides, const Cells& made, const Cells& held,
                  DeepSession& session) {
  ENSURE(made.size() == held.size());
  const auto [a, b] = std::mismatch(made.begin(), made.end(), held.begin(), held.end());
  if (a == made.end() && b == held.end()) {
    return;
  }
  const auto column = static_cast<std::size_t>(a - made.begin());
  note_difference(session,
                  {std::string{sides.table.name}, sides.name_of(made),
                   sides.journal.columns[column], cell_text(*a),
                   b == held.end() ? std::string{} : cell_text(*b)});
}

// Both in the order of the key: a merge that meets each row once.
void compare_table(const TableSides& sides, DeepSession& session) {
  const auto only = [&](const Cells& row, const char* journal, const char* database) {
    note_difference(session, {std::string{sides.table.name}, sides.name_of(row), {}, journal,
                              database});
  };
  auto made = sides.journal.rows.begin();
  auto held = sides.database.rows.begin();
  while (made != sides.journal.rows.end() || held != sides.database.rows.end()) {
    const int order = made == sides.journal.rows.end()    ? 1
                      : held == sides.database.rows.end() ? -1
                                                          : sides.compare_keys(*made, *held);
    if (order < 0) {
      only(*made++, "a row", "none");
    } else if (order > 0) {
      only(*held++, "none", "a row");
    } else {
      compare_rows(sides, *made++, *held++, session);
    }
  }
  session.rows += sides.journal.rows.size();
}

Result<Rows> rows_of_session(Connection& connection, const TableSpec& table, std::int64_t id) {
  const store::sqlite::Cell cell{id};
  return connection.query("SELECT * FROM " + std::string{table.name} +
                              " WHERE session_id = ? ORDER BY " + std::string{table.key},
                          {&cell, 1});
}

Status compare_tables(Connection& made, Connection& held, std::int64_t id, DeepSession& session) {
  for (const TableSpec& table : store::sqlite::table_specs()) {
    const auto journal = rows_of_session(made, table, id);
    const auto database = rows_of_session(held, table, id);
    if (!journal || !database) {
      return tl::unexpected{!journal ? journal.error() : database.error()};
    }
    compare_table({table, *journal, *database, key_columns(table, *journal)}, session);
  }
  return {};
}

// By name, so that the answer is the same each time: what has a journal, and what has rows.
Result<std::map<std::string, fs::path>> sessions_to_compare(Connection& database,
                                                            const fs::path& profile) {
  std::map<std::string, fs::path> sessions;
  for (const fs::path& session : sessions_of(profile)) {
    sessions[name_session(session, profile).name] = session;
  }
  const auto held = database.query("SELECT name FROM sessions");
  if (!held) {
    return tl::unexpected{held.error()};
  }
  for (const Cells& row : held->rows) {
    const fs::path named{cell_text(row.front())};
    const fs::path session = named.is_absolute() ? named : profile / named;
    if (!is_deleted_session(session, profile)) {
      sessions[named.string()] = session;
    }
  }
  return sessions;
}

// False when its rows need not be compared: the line says why.
bool check_its_journal(const fs::path& path, DeepSession& session) {
  session.is_in_hand = is_session_locked(path);
  if (session.is_in_hand) {
    session.problem = "a process is writing it";
    return false;
  }
  const auto journal = check_journal(path);
  if (!journal) {
    session.problem = journal.error().message;
    return false;
  }
  session.records = journal->records;
  session.is_damaged = journal->damage.has_value();
  if (session.is_damaged) {
    session.problem = "damaged at byte " + std::to_string(journal->damage->offset) + " of " +
                      journal->damage->file + " (" + journal->damage->what + ")";
  }
  return true;
}

Status compare_session(const fs::path& path, const fs::path& profile, ProjectionFile& scratch,
                       Connection& database, const Progress& progress, DeepSession& session) {
  const auto projected = project_session(path, profile, progress);
  if (!projected) {
    session.problem += (session.problem.empty() ? "" : "; ") + projected.error().message;
    return {};
  }
  const std::int64_t id = projected->batch.session_id;
  if (const auto written = scratch.write(projected->batch); !written) {
    return written;
  }
  if (const auto compared = compare_tables(scratch.connection(), database, id, session);
      !compared) {
    return compared;
  }
  return scratch.remove_session(id);
}

}  // namespace

fs::path deep_check_folder(const fs::path& database) { return database.string() + ".deep"; }

fs::path deep_check_rows(const fs::path& database) {
  return deep_check_folder(database) / "rows.db";
}

Result<std::vector<DeepSession>> compare_with_journals(const fs::path& database,
                                                       const fs::path& profile,
                                                       const Progress& progress) {
  auto held = Connection::open(database, Access::read_only);
  if (!held) {
    return tl::unexpected{held.error()};
  }
  if (const auto sound = check_integrity(*held); !sound) {
    return tl::unexpected{sound.error()};
  }
  const auto sessions = sessions_to_compare(*held, profile);
  if (!sessions) {
    return tl::unexpected{sessions.error()};
  }
  const fs::path folder = deep_check_folder(database);
  const fs::path rows = deep_check_rows(database);
  const auto lock = WriterLock::take(rows);
  if (!lock) {
    return tl::unexpected{lock.error()};
  }
  const ScratchFolder removed_at_the_end{folder};
  auto scratch = scratch_file(rows, *lock);
  if (!scratch) {
    return tl::unexpected{scratch.error()};
  }
  std::vector<DeepSession> lines;
  for (const auto& [name, path] : *sessions) {
    DeepSession line;
    line.name = name;
    if (check_its_journal(path, line)) {
      if (const auto done =
              compare_session(path, profile, *scratch, *held, progress, line);
          !done) {
        return tl::unexpected{done.error()};
      }
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace lanner::runtime
