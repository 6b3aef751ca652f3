#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <string>

#include "store/sqlite/migrations.hpp"
#include "store/sqlite/projection_file.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using namespace lanner::store::sqlite;

namespace {

std::set<std::string> names_of(Connection& connection, const std::string& sql) {
  const auto rows = connection.query(sql);
  REQUIRE_MESSAGE(rows.has_value(), (rows ? "" : rows.error().message));
  std::set<std::string> names;
  for (const Cells& row : rows->rows) {
    names.insert(cell_text(row.front()));
  }
  return names;
}

Row session_row(std::int64_t id, const std::string& name) {
  return {Table::sessions,
          {id, name, std::string{"build"}, std::string{"recorded"}, std::string{}, std::string{},
           std::string{}, std::int64_t{1}, std::int64_t{2}, std::string{"1"}, std::int64_t{3}}};
}
Row account_row(std::int64_t id, const std::string& venue, const std::string& cash) {
  return {Table::account_state, {id, venue, cash, std::string{"0"}, std::string{"0"}}};
}

struct Opened {
  explicit Opened(const std::filesystem::path& path)
      : lock(*WriterLock::take(path)), file(*ProjectionFile::open(path, lock)) {}
  WriterLock lock;
  ProjectionFile file;
};

}  // namespace

TEST_CASE("the database holds the tables of the registry, no more and no fewer") {
  const test::ScratchDir scratch{"registry"};
  Opened db{scratch.path() / "a.db"};
  std::set<std::string> registered;
  for (const TableSpec& table : table_specs()) {
    registered.insert(std::string{table.name});
    CHECK_FALSE(table.writer.empty());
    CHECK_FALSE(table.reader.empty());
    CHECK_FALSE(table.purpose.empty());
    // The key of the registry is the key of the table.
    const std::string name{table.name};
    std::string keys;
    const auto key = db.file.connection().query("SELECT name FROM pragma_table_info('" + name +
                                                "') WHERE pk > 0 ORDER BY pk");
    REQUIRE(key.has_value());
    for (const Cells& row : key->rows) {
      keys += (keys.empty() ? "" : ",") + cell_text(row.front());
    }
    CHECK_MESSAGE(keys == table.key, name);
  }
  CHECK(registered.size() == kTableCount);
  CHECK(names_of(db.file.connection(), "SELECT name FROM sqlite_schema WHERE type = 'table'") ==
        registered);
}

TEST_CASE("an older database is brought forward and keeps its rows; a later one is refused") {
  const test::ScratchDir scratch{"migrations"};
  const auto path = scratch.path() / "old.db";
  {
    auto old = Connection::open(path, Access::read_write);
    REQUIRE(old.has_value());
    REQUIRE(old->execute(std::string{migrations().front()} +
                         "PRAGMA user_version = 1; PRAGMA application_id = " +
                         std::to_string(kApplicationId) +
                         "; INSERT INTO sessions VALUES(7,'s','b','f','','','',1,2,'1',3);"));
    CHECK(check_schema(*old).error().message.find("of version 1") != std::string::npos);
  }
  {
    Opened db{path};
    CHECK(*db.file.connection().number("PRAGMA user_version") == schema_version());
    CHECK(*db.file.connection().number("SELECT count(*) FROM sessions") == 1);
    CHECK(check_integrity(db.file.connection()).has_value());
    REQUIRE(db.file.connection().execute("PRAGMA user_version = 99"));
  }
  const auto lock = WriterLock::take(path);
  const auto later = ProjectionFile::open(path, *lock);
  REQUIRE_FALSE(later.has_value());
  CHECK(later.error().kind == ErrorKind::data);
  CHECK(later.error().message.find("later version (99") != std::string::npos);
}

TEST_CASE("another program's database is refused and left alone") {
  const test::ScratchDir scratch{"foreign"};
  const auto path = scratch.path() / "foreign.db";
  {
    auto foreign = Connection::open(path, Access::read_write);
    REQUIRE(foreign->execute("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)"));
  }
  const auto lock = WriterLock::take(path);
  const auto opened = ProjectionFile::open(path, *lock);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().message.find("another program") != std::string::npos);
  auto foreign = Connection::open(path, Access::read_only);
  CHECK(*foreign->number("SELECT count(*) FROM theirs") == 1);
}

TEST_CASE("states are replaced as a whole, facts stay, a session's end takes all its rows") {
  const test::ScratchDir scratch{"rows"};
  Opened db{scratch.path() / "a.db"};
  REQUIRE(db.file.write({1, true, {session_row(1, "one"), account_row(1, "A", "10"),
                                   account_row(1, "B", "20")}}));
  REQUIRE(db.file.write({2, true, {session_row(2, "two"), account_row(2, "A", "5")}}));
  // Writing a session's own row again must not take what refers to it away.
  REQUIRE(db.file.write({1, true, {session_row(1, "one"), account_row(1, "A", "11")}}));
  CHECK(names_of(db.file.connection(), "SELECT cash FROM account_state WHERE session_id = 1") ==
        std::set<std::string>{"11"});
  CHECK(*db.file.connection().number("SELECT count(*) FROM account_state") == 2);
  REQUIRE(db.file.remove_session(1));
  CHECK(*db.file.connection().number("SELECT count(*) FROM account_state") == 1);
  // All or nothing: the second row has no session.
  const auto half = db.file.write({3, false, {session_row(3, "three"), account_row(9, "A", "1")}});
  CHECK_FALSE(half.has_value());
  CHECK(*db.file.connection().number("SELECT count(*) FROM sessions") == 1);
  const auto wrong = db.file.write({2, false, {{Table::sessions, {std::int64_t{4}}}}});
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().message.find("sessions has 1 cells") != std::string::npos);
}

TEST_CASE("one writer at a time; readers go on") {
  const test::ScratchDir scratch{"writer"};
  const auto path = scratch.path() / "a.db";
  Opened db{path};
  const auto second = WriterLock::take(path);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().kind == ErrorKind::running);
  REQUIRE(db.file.write({1, true, {session_row(1, "one")}}));
  auto reader = Connection::open(path, Access::read_only);
  REQUIRE(reader.has_value());
  CHECK(*reader->number("SELECT count(*) FROM sessions") == 1);
  CHECK_FALSE(reader->execute("DELETE FROM sessions").has_value());
}

TEST_CASE("a changed page is seen, a dump tells which rows differ") {
  const test::ScratchDir scratch{"damage"};
  const auto path = scratch.path() / "a.db";
  const auto copy = scratch.path() / "b.db";
  {
    Opened db{path};
    std::vector<Row> rows{session_row(1, "one")};
    for (int i = 0; i < 500; ++i) {
      rows.push_back(account_row(1, "venue" + std::to_string(i), "1"));
    }
    REQUIRE(db.file.write({1, true, rows}));
    REQUIRE(db.file.checkpoint());
    REQUIRE(db.file.connection().copy_to(copy));
    rows[3] = account_row(1, "venue2", "2");
    REQUIRE(db.file.write({1, true, rows}));
  }
  const auto differences = compare_files(copy, path);
  REQUIRE(differences.has_value());
  for (const TableDifference& table : *differences) {
    CHECK(table.differing == (table.table == "account_state" ? 2U : 0U));
  }
  std::fstream bytes{copy, std::ios::in | std::ios::out | std::ios::binary};
  bytes.seekp(static_cast<std::streamoff>(std::filesystem::file_size(copy)) - 6000);
  bytes << std::string(3000, '\xff');
  bytes.close();
  auto damaged = Connection::open(copy, Access::read_only);
  REQUIRE(damaged.has_value());
  const auto sound = check_integrity(*damaged);
  REQUIRE_FALSE(sound.has_value());
  CHECK(sound.error().kind == ErrorKind::data);
}
