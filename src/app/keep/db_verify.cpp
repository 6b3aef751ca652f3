#include "app/keep/db_verify.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "app/look/text_table.hpp"
#include "app/progress_bar.hpp"
#include "runtime/json_out.hpp"
#include "runtime/projection/deep_check.hpp"
#include "runtime/projection/project.hpp"

namespace lanner::app {
namespace {

constexpr int kRowsDiffer = 8;
constexpr int kAJournalIsDamaged = 4;

struct Verified {
  std::filesystem::path database;
  std::vector<runtime::SessionCount> counts;
  std::vector<runtime::DeepSession> deep;  // empty without --deep
  bool is_deep = false;
  [[nodiscard]] bool has_equal_counts() const {
    return std::all_of(counts.begin(), counts.end(),
                       [](const runtime::SessionCount& count) { return count.is_equal(); });
  }
  [[nodiscard]] bool has_equal_rows() const {
    return std::all_of(deep.begin(), deep.end(),
                       [](const runtime::DeepSession& session) { return session.is_good(); });
  }
};

Result<Verified> verified(const Invocation& in) {
  using store::sqlite::Access;
  using store::sqlite::Connection;
  Verified out{database_path(in), {}, {}, in.has("--deep")};
  auto connection = Connection::open(out.database, Access::read_only);
  if (!connection) {
    return tl::unexpected{connection.error()};
  }
  if (const auto sound = store::sqlite::check_integrity(*connection); !sound) {
    return tl::unexpected{sound.error()};
  }
  auto counts = runtime::count_against_journals(*connection, in.profile());
  if (!counts) {
    return tl::unexpected{counts.error()};
  }
  out.counts = std::move(*counts);
  if (!out.is_deep) {
    return out;
  }
  ProgressBar bar{"verify"};
  auto deep = runtime::compare_with_journals(
      out.database, in.profile(), [&](double done, Timestamp now, std::uint64_t events) {
        bar.show(done, now, events);
        return true;
      });
  if (!deep) {
    return tl::unexpected{deep.error()};
  }
  out.deep = std::move(*deep);
  return out;
}

runtime::JsonArray deep_json(const std::vector<runtime::DeepSession>& sessions) {
  runtime::JsonArray lines;
  for (const runtime::DeepSession& session : sessions) {
    runtime::JsonObject item;
    item.set("session", session.name)
        .set("records", session.records)
        .set("rows", session.rows)
        .set("differing", session.differing)
        .set("problem", session.problem)
        .set("damaged", session.is_damaged)
        .set("in_hand", session.is_in_hand);
    if (session.first) {
      runtime::JsonObject first;
      first.set("table", session.first->table)
          .set("key", session.first->key)
          .set("column", session.first->column)
          .set("journal", session.first->journal)
          .set("database", session.first->database);
      item.set("first", first);
    } else {
      item.set_null("first");
    }
    lines.add(item);
  }
  return lines;
}

void print_verified_json(const Verified& found) {
  runtime::JsonArray rows;
  for (const runtime::SessionCount& count : found.counts) {
    runtime::JsonObject item;
    item.set("session", count.session)
        .set("what", count.what)
        .set("journal", count.journal)
        .set("database", count.projection)
        .set("equal", count.is_equal());
    rows.add(item);
  }
  runtime::JsonObject out{"db-verify/1"};
  out.set("path", found.database.string())
      .set("schema_version", store::sqlite::schema_version())
      .set("sound", true)
      .set("equal", found.has_equal_counts() && found.has_equal_rows())
      .set("counts", rows);
  if (found.is_deep) {
    out.set("deep", deep_json(found.deep));
  }
  fmt::print("{}\n", out.text());
}

void print_deep(const runtime::DeepSession& session) {
  if (session.is_in_hand || !session.problem.empty()) {
    fmt::print("{}: {}: {}\n", session.name, session.is_in_hand ? "left out" : "NOT GOOD",
               session.problem);
  }
  if (session.rows == 0 && session.differing == 0) {
    return;
  }
  fmt::print("{}: {} records are as they were written; of {} rows {}\n", session.name,
             session.records, session.rows,
             session.differing == 0 ? "every one is the same"
                                    : fmt::format("{} DIFFER", session.differing));
  if (!session.first) {
    return;
  }
  const runtime::RowDifference& first = *session.first;
  fmt::print("  the first: {} {}{}: the journal makes {}, the database has {}\n", first.table,
             first.key, first.column.empty() ? "" : ", " + first.column,
             first.journal.empty() ? "nothing" : first.journal,
             first.database.empty() ? "nothing" : first.database);
}

void print_verified(const Verified& found) {
  TextTable table{{"session", "what", "journal", "database"}, 2};
  for (const runtime::SessionCount& count : found.counts) {
    if (!count.is_equal()) {
      table.add({count.session, count.what, count.journal, count.projection});
    }
  }
  fmt::print("{}: sound, version {}, {} figures compared with the journals\n",
             found.database.string(), store::sqlite::schema_version(), found.counts.size());
  fmt::print("{}", table.text("all are equal"));
  for (const runtime::DeepSession& session : found.deep) {
    print_deep(session);
  }
  if (!found.has_equal_counts() || !found.has_equal_rows()) {
    fmt::print("`lanner db rebuild` makes the rows again from the journals\n");
  }
}

}  // namespace

Result<int> run_db_verify(const Invocation& in) {
  const auto found = verified(in);
  if (!found) {
    return tl::unexpected{found.error()};
  }
  if (in.is_json()) {
    print_verified_json(*found);
  } else {
    print_verified(*found);
  }
  const bool is_damaged =
      std::any_of(found->deep.begin(), found->deep.end(),
                  [](const runtime::DeepSession& session) { return session.is_damaged; });
  return is_damaged                                              ? kAJournalIsDamaged
         : found->has_equal_counts() && found->has_equal_rows() ? 0
                                                                 : kRowsDiffer;
}

}  // namespace lanner::app
