#include "runtime/check/repairs.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "runtime/projection/deep_check.hpp"
#include "runtime/projection/project.hpp"
#include "runtime/projection/session_fold.hpp"
#include "runtime/retention/retention.hpp"
#include "runtime/session_dir.hpp"
#include "store/atomic_file.hpp"
#include "store/journal_reader.hpp"
#include "store/packed/packed_segment.hpp"
#include "store/snapshot/snapshot_file.hpp"

namespace lanner::runtime {

namespace fs = std::filesystem;

namespace {

using store::sqlite::Access;
using store::sqlite::Connection;

// Endings that only this program gives, beside the database, while it writes. A copy that restore
// has not put in its place yet (.restored) is one only while there is a database in that place.
constexpr std::array<const char*, 3> kDatabaseDrafts{".deep", ".before", ".restored"};

bool has_journal(const fs::path& session) {
  return store::JournalReader::open(session).has_value();
}

// A reader at the end of what can be read.
Result<store::JournalReader> read_whole(const fs::path& session) {
  auto reader = store::JournalReader::open(session);
  while (reader && reader->next()) {
  }
  return reader;
}

std::optional<store::JournalDamage> damage_of(const fs::path& session) {
  const auto reader = read_whole(session);
  return reader ? reader->damage() : std::nullopt;
}

void find_drafts(const RepairPlaces& places, std::vector<Repair>& out) {
  std::error_code ignored;
  for (const char* ending : kDatabaseDrafts) {
    const fs::path draft = places.database.string() + ending;
    if (fs::exists(draft, ignored) && fs::exists(places.database, ignored)) {
      out.push_back({RepairKind::left_over, draft, "a check or copy of the database was cut off"});
    }
  }
  const fs::path deletions = deletions_of(places.profile);
  if (fs::exists(deletions, ignored) && !fs::is_empty(deletions, ignored)) {
    out.push_back({RepairKind::left_over, deletions, "a deletion of sessions was cut off"});
  }
  for (const fs::path& catalog : places.catalogs) {
    std::vector<Repair> found;
    fs::recursive_directory_iterator entry{
        catalog, fs::directory_options::skip_permission_denied, ignored};
    for (; entry != fs::recursive_directory_iterator{}; entry.increment(ignored)) {
      const std::string name = entry->path().filename().string();
      if (name.ends_with(".bin.new") || name.ends_with(".toml.new") || name == "index.txt.new") {
        found.push_back({RepairKind::left_over, entry->path(), "an import was cut off"});
      }
    }
    std::sort(found.begin(), found.end(),
              [](const Repair& a, const Repair& b) { return a.where < b.where; });
    out.insert(out.end(), found.begin(), found.end());
  }
}

bool is_closed(const fs::path& session) {
  const auto reader = read_whole(session);
  return reader && reader->is_closed() && !reader->damage();
}

void find_in_sessions(const RepairPlaces& places, std::vector<Repair>& out) {
  for (const fs::path& session : sessions_of(places.profile)) {
    if (is_session_locked(session)) {
      continue;
    }
    std::error_code ignored;
    const fs::path requests = session / "requests";
    if (fs::exists(requests, ignored)) {
      out.push_back({RepairKind::request, requests, "nobody will take these requests"});
    }
    for (const fs::path& draft : store::packing_drafts(session)) {
      out.push_back({RepairKind::left_over, draft, "a compression of the session was cut off"});
    }
    if (!store::snapshots_of(session).empty() && is_closed(session)) {
      out.push_back({RepairKind::snapshots, session, "a closed session needs no snapshots"});
    }
  }
}

// Only what a journal can make again: rows of a session whose journal is gone stay, and so do those
// of one whose journal is damaged, because they may tell more than it still does.
void find_rows(const RepairPlaces& places, Connection& connection, std::vector<Repair>& out) {
  const auto counts = count_against_journals(connection, places.profile);
  std::set<std::string> seen;
  for (const SessionCount& count : counts ? *counts : std::vector<SessionCount>{}) {
    const fs::path named{count.session};
    const fs::path session = named.is_absolute() ? named : places.profile / named;
    if (count.is_equal() || is_session_locked(session) || !has_journal(session) ||
        !seen.insert(count.session).second) {
      continue;
    }
    if (const auto damage = damage_of(session)) {
      out.push_back({RepairKind::journal, session,
                     damage->file + " is damaged at byte " + std::to_string(damage->offset) +
                         " (" + damage->what + "); its rows are kept as they are"});
      continue;
    }
    out.push_back({RepairKind::rows, session,
                   count.what + ": the journal says " + count.journal + ", the rows " +
                       count.projection});
  }
}

void find_in_database(const RepairPlaces& places, std::vector<Repair>& out) {
  std::error_code ignored;
  const auto sessions = sessions_of(places.profile);
  if (!fs::exists(places.database, ignored)) {
    if (std::any_of(sessions.begin(), sessions.end(), has_journal)) {
      out.push_back({RepairKind::database, places.database, "missing, though there are journals"});
    }
    return;
  }
  auto connection = Connection::open(places.database, Access::read_only);
  const Status sound = connection ? check_integrity(*connection)
                                  : Status{tl::unexpected{connection.error()}};
  if (sound) {
    find_rows(places, *connection, out);
  } else if (sound.error().kind == ErrorKind::data) {
    out.push_back({RepairKind::database, places.database, sound.error().message});
  }
}

Result<std::string> rebuilt(const RepairPlaces& places, const Repair& repair,
                            const Progress& progress) {
  const auto result = rebuild_projection(
      {places.database, places.profile,
       repair.kind == RepairKind::rows ? std::vector{repair.where} : sessions_of(places.profile)},
      progress);
  if (!result) {
    return tl::unexpected{result.error()};
  }
  std::string problems;
  std::size_t good = 0;
  for (const ProjectedSession& session : result->sessions) {
    good += session.problem.empty() ? 1 : 0;
    problems += session.problem.empty() ? "" : session.name + ": " + session.problem + "; ";
  }
  if (!problems.empty()) {
    return fail(ErrorKind::difference, problems + "the other rows are good");
  }
  return "rows of " + std::to_string(good) + (good == 1 ? " session" : " sessions") +
         " made again" +
         (result->moved_aside.empty() ? "" : "; the damaged one is kept as " + result->moved_aside);
}

// The folder of a catalog whose file this is, by its lock: a writer that lives holds it.
const fs::path* catalog_of(const RepairPlaces& places, const fs::path& file) {
  for (const fs::path& catalog : places.catalogs) {
    const fs::path below = file.lexically_relative(catalog);
    if (!below.empty() && *below.begin() != "..") {
      return &catalog;
    }
  }
  return nullptr;
}

Result<std::string> deleted(const fs::path& place) {
  std::error_code error;
  fs::remove_all(place, error);
  if (error) {
    return fail(ErrorKind::failure,
                "cannot delete " + place.string() + " (" + error.message() + ")");
  }
  return "deleted";
}

Result<std::string> left_over_deleted(const RepairPlaces& places, const Repair& repair) {
  if (const fs::path* catalog = catalog_of(places, repair.where)) {
    const auto lock = store::DirectoryLock::acquire(*catalog);
    return lock ? deleted(repair.where) : Result<std::string>{tl::unexpected{lock.error()}};
  }
  if (const fs::path session = repair.where.parent_path();
      session.parent_path() == places.profile / "sessions") {
    const auto lock = SessionLock::take(session);
    return lock ? deleted(repair.where) : Result<std::string>{tl::unexpected{lock.error()}};
  }
  // A check writes rows of its own, and holds the lock of those.
  const bool is_check = repair.where == deep_check_folder(places.database);
  const auto lock = store::sqlite::WriterLock::take(
      is_check ? deep_check_rows(places.database) : places.database);
  if (!lock) {
    return tl::unexpected{lock.error()};
  }
  for (const char* part : {"-wal", "-shm", "-journal"}) {
    if (const auto done = deleted(repair.where.string() + part); !done) {
      return done;
    }
  }
  return deleted(repair.where);
}

Result<std::string> session_cleared(const Repair& repair) {
  const bool is_request = repair.kind == RepairKind::request;
  const auto lock = SessionLock::take(is_request ? repair.where.parent_path() : repair.where);
  if (!lock) {
    return tl::unexpected{lock.error()};
  }
  if (is_request) {
    return deleted(repair.where);
  }
  store::remove_snapshots(repair.where);
  return "deleted";
}

}  // namespace

const char* name_of(RepairKind kind) noexcept {
  constexpr std::array kNames{"database", "rows",    "left_over",
                              "snapshots", "request", "journal"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<Repair> find_repairs(const RepairPlaces& places) {
  std::vector<Repair> found;
  find_drafts(places, found);
  find_in_sessions(places, found);
  find_in_database(places, found);
  return found;
}

Result<std::string> make_repair(const RepairPlaces& places, const Repair& repair,
                                const Progress& progress) {
  switch (repair.kind) {
    case RepairKind::database:
    case RepairKind::rows:
      return rebuilt(places, repair, progress);
    case RepairKind::left_over:
      return left_over_deleted(places, repair);
    case RepairKind::snapshots:
    case RepairKind::request:
      return session_cleared(repair);
    case RepairKind::journal:
      break;
  }
  return fail(ErrorKind::data, "nothing can make a journal again: put a copy of it in its place");
}

}  // namespace lanner::runtime
