#include <fmt/core.h>

#include <array>

#include "app/keep/database_path.hpp"
#include "app/keep/db_verify.hpp"
#include "app/look/text_table.hpp"
#include "app/progress_bar.hpp"
#include "app/session_path.hpp"
#include "app/verb.hpp"
#include "runtime/json_out.hpp"
#include "runtime/projection/keep_database.hpp"
#include "runtime/projection/project.hpp"
#include "runtime/session_dir.hpp"

namespace lanner::app {
namespace {

using store::sqlite::Access;
using store::sqlite::Connection;

constexpr int kDiffers = 8;

constexpr std::array kDatabaseFlags{kDatabaseFlag};
constexpr std::array kRebuildArguments{Argument{
    "SESSION", Arity::any, "folders or names in the profile (all of the profile's)"}};
constexpr std::array kBackupArguments{
    Argument{"FILE", Arity::one, "where the copy goes; must not be there yet"}};
constexpr std::array kRestoreArguments{Argument{"FILE", Arity::one, "a copy that backup made"}};

Result<std::vector<std::filesystem::path>> sessions_asked(const Invocation& in) {
  if (in.arguments().empty()) {
    return runtime::sessions_of(in.profile());
  }
  std::vector<std::filesystem::path> sessions;
  for (std::size_t i = 0; i < in.arguments().size(); ++i) {
    auto session = session_path(in, i);
    if (!session) {
      return tl::unexpected{session.error()};
    }
    sessions.push_back(std::move(*session));
  }
  return sessions;
}

Result<runtime::RebuildResult> rebuild_with_bar(const runtime::RebuildOptions& options) {
  ProgressBar bar{"rebuild"};
  return runtime::rebuild_projection(options,
                                     [&](double done, Timestamp now, std::uint64_t events) {
                                       bar.show(done, now, events);
                                       return true;
                                     });
}

void print_rebuild_json(const std::filesystem::path& database,
                        const runtime::RebuildResult& result) {
  runtime::JsonArray sessions;
  for (const runtime::ProjectedSession& line : result.sessions) {
    runtime::JsonObject item;
    item.set("session", line.name).set("events", line.events).set("problem", line.problem);
    sessions.add(item);
  }
  runtime::JsonArray tables;
  std::uint64_t differing = 0;
  for (const store::sqlite::TableDifference& table : result.tables) {
    runtime::JsonObject item;
    item.set("table", table.table)
        .set("rows_before", table.before)
        .set("rows", table.after)
        .set("differing", table.differing);
    tables.add(item);
    differing += table.differing;
  }
  runtime::JsonObject out{"db-rebuild/1"};
  out.set("path", database.string())
      .set("sessions", sessions)
      .set("tables", tables)
      .set("differing", differing)
      .set("moved_aside", result.moved_aside);
  fmt::print("{}\n", out.text());
}

void print_rebuild(const std::filesystem::path& database, const runtime::RebuildResult& result) {
  if (!result.moved_aside.empty()) {
    fmt::print("the database was damaged or of another version; it is now {}\n",
               result.moved_aside);
  }
  for (const runtime::ProjectedSession& line : result.sessions) {
    fmt::print("{}: {}\n", line.name,
               line.problem.empty() ? fmt::format("{} events", line.events) : line.problem);
  }
  TextTable table{{"table", "rows before", "rows now", "differing"}, 1};
  std::uint64_t differing = 0;
  for (const store::sqlite::TableDifference& row : result.tables) {
    table.add({row.table, std::to_string(row.before), std::to_string(row.after),
               std::to_string(row.differing)});
    differing += row.differing;
  }
  fmt::print("{}{}: {}\n", table.text(""), database.string(),
             differing == 0 ? "every table holds the same rows as before"
                            : fmt::format("{} rows differ from before", differing));
}

Result<int> run_rebuild(const Invocation& in) {
  auto sessions = sessions_asked(in);
  if (!sessions) {
    return tl::unexpected{sessions.error()};
  }
  const runtime::RebuildOptions options{database_path(in), in.profile(), std::move(*sessions)};
  const auto result = rebuild_with_bar(options);
  if (!result) {
    return tl::unexpected{result.error()};
  }
  if (in.is_json()) {
    print_rebuild_json(options.database, *result);
  } else {
    print_rebuild(options.database, *result);
  }
  for (const runtime::ProjectedSession& line : result->sessions) {
    if (!line.problem.empty()) {
      return kDiffers;
    }
  }
  return 0;
}

Result<int> tell_copy(const Invocation& in, const char* schema,
                      const Result<runtime::DatabaseCopy>& copy) {
  if (!copy) {
    return tl::unexpected{copy.error()};
  }
  if (in.is_json()) {
    runtime::JsonObject out{schema};
    out.set("path", copy->path)
        .set("rows", copy->rows)
        .set("bytes", copy->bytes)
        .set("kept", copy->kept);
    fmt::print("{}\n", out.text());
    return 0;
  }
  fmt::print("{}: {} rows, {} bytes, read back and sound\n", copy->path, copy->rows, copy->bytes);
  if (!copy->kept.empty()) {
    fmt::print("what was there before is {}\n", copy->kept);
  }
  return 0;
}

Result<int> run_backup(const Invocation& in) {
  return tell_copy(in, "db-backup/1",
                   runtime::backup_database(database_path(in), in.arguments().front()));
}

Result<int> run_restore(const Invocation& in) {
  return tell_copy(in, "db-restore/1",
                   runtime::restore_database(in.arguments().front(), database_path(in)));
}

constexpr std::array kDbVerbs{
    Verb{"rebuild", "", "drop the rows of sessions and make them again from their journals",
         "lanner db rebuild", kRebuildArguments, kDatabaseFlags, run_rebuild, {}},
    Verb{"backup", "", "copy the database while it is in use, and prove the copy",
         "lanner db backup lanner-2025-06-09.db", kBackupArguments, kDatabaseFlags, run_backup,
         {}},
    Verb{"restore", "", "put a copy in place; the present one is kept beside it",
         "lanner db restore lanner-2025-06-09.db", kRestoreArguments, kDatabaseFlags, run_restore,
         {}},
    Verb{"verify", "", "pages, keys, version, and every count against the journals",
         "lanner db verify --deep", {}, kDbVerifyFlags, run_db_verify, {}}};

}  // namespace

std::filesystem::path database_path(const Invocation& in) {
  return in.has("--db") ? std::filesystem::path{in.text("--db")}
                       : runtime::projection_path(in.profile());
}

Verb db_verb() noexcept {
  return {"db", "", "what all sessions left behind, as SQLite: rebuild, backup, restore, verify",
          "lanner db verify", {}, {}, nullptr, kDbVerbs};
}

}  // namespace lanner::app
