// The projection of a session: the same rows however often it was written, equal to what a replay
// of the journal gives, and without any influence on the session.

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "runtime/check/repairs.hpp"
#include "runtime/projection/deep_check.hpp"
#include "runtime/projection/keep_database.hpp"
#include "runtime/projection/project.hpp"
#include "runtime/projection/projection_feed.hpp"
#include "runtime/session_dir.hpp"
#include "store/atomic_file.hpp"
#include "support/played_session.hpp"
#include "support/synthetic_session.hpp"

using namespace lanner;
using namespace lanner::runtime;
using store::sqlite::Access;
using store::sqlite::Connection;

namespace {

namespace fs = std::filesystem;

sim::SyntheticConfig small_market() {
  sim::SyntheticConfig config;
  config.seed = 3;
  config.instruments = 6;
  config.length = hours(24 * 5);
  config.interval_s = 300;
  return config;
}

enum class Written { at_the_end, often };

// A session in a profile of its own, journalled and projected while it plays.
struct Kept {
  explicit Kept(Written written) : market(small_market()), dir("projection") {
    profile = dir.path() / "profile";
    path = profile / "sessions/000001";
    database = projection_path(profile);
    auto journal = store::JournalWriter::create(path);
    REQUIRE(journal.has_value());
    SimulatedSession session(market.plan().spec, market.tape(), std::move(*journal));
    const auto lock = store::sqlite::WriterLock::take(database);
    auto file = store::sqlite::ProjectionFile::open(database, *lock);
    REQUIRE(file.has_value());
    SessionFold fold(market.plan().spec, name_session(path, profile), session.engine());
    std::uint64_t events = 0;
    while (session.next_time() != Timestamp::never()) {
      const model::Event& event = session.apply_next();
      fold.on_event(event, session.sink());
      if (written == Written::often && ++events % 500 == 0) {
        REQUIRE(file->write(
            fold.take({session.recorder().digest(), session.recorder().commands(), false})));
      }
    }
    REQUIRE(session.close(judge_session(session)));
    REQUIRE(file->write(
        fold.take({session.recorder().digest(), session.recorder().commands(), true})));
    REQUIRE(file->checkpoint());
    digest = session.recorder().digest();
    learned = learned_digest(session.engine());
  }
  [[nodiscard]] std::int64_t number(const std::string& sql) const {
    auto connection = Connection::open(database, Access::read_only);
    return *connection->number(sql);
  }
  test::SyntheticSession market;
  test::ScratchDir dir;
  fs::path profile;
  fs::path path;
  fs::path database;
  Digest128 digest;
  Digest128 learned;
};

}  // namespace

TEST_CASE("rows written on the way equal those made again from the journal, table by table") {
  for (const Written written : {Written::often, Written::at_the_end}) {
    const Kept kept{written};
    CHECK(kept.number("SELECT count(*) FROM candidates") > 20);
    CHECK(kept.number("SELECT count(*) FROM closed_trades") > 0);
    CHECK(kept.number("SELECT count(*) FROM learning_cycles") > 100);
    const auto rebuilt =
        rebuild_projection({kept.database, kept.profile, {kept.path}}, Progress{});
    REQUIRE_MESSAGE(rebuilt.has_value(), (rebuilt ? "" : rebuilt.error().message));
    CHECK(rebuilt->sessions.front().problem == "");
    std::uint64_t rows = 0;
    for (const store::sqlite::TableDifference& table : rebuilt->tables) {
      CHECK_MESSAGE(table.differing == 0, table.table);
      CHECK_MESSAGE(table.before == table.after, table.table);
      rows += table.after;
    }
    CHECK(rows > 1000);
  }
}

TEST_CASE("every decision joins with its context, every label with its decision") {
  const Kept kept{Written::at_the_end};
  const std::int64_t candidates = kept.number("SELECT candidates FROM runtime_state");
  CHECK(candidates == kept.number("SELECT count(*) FROM candidates"));
  CHECK(candidates == kept.number("SELECT count(*) FROM candidates JOIN decisions USING "
                                  "(session_id, candidate_id)"));
  CHECK(kept.number("SELECT labelled FROM runtime_state") ==
        kept.number("SELECT count(*) FROM candidates JOIN learnings USING "
                    "(session_id, candidate_id)"));
  CHECK(candidates == kept.number("SELECT labelled + pending FROM runtime_state"));
  CHECK(kept.number("SELECT count(*) FROM fills JOIN orders USING (session_id, client_order_id)")
        == kept.number("SELECT count(*) FROM fills WHERE client_order_id IS NOT NULL"));
}

TEST_CASE("a session is the same with and without its projection") {
  const test::SyntheticSession market(small_market());
  const auto without = test::play(market.plan().spec, market.tape());
  const Kept kept{Written::often};
  CHECK(without.figures.digest == kept.digest);
}

TEST_CASE("counts are held against the journal; a lost row is a difference") {
  const Kept kept{Written::at_the_end};
  const auto counts = [&] {
    auto connection = Connection::open(kept.database, Access::read_only);
    return *count_against_journals(*connection, kept.profile);
  };
  for (const SessionCount& count : counts()) {
    CHECK_MESSAGE(count.is_equal(), count.what);
  }
  {
    auto writer = Connection::open(kept.database, Access::read_write);
    REQUIRE(writer->execute("DELETE FROM learnings WHERE candidate_id = 3"));
  }
  std::string differs;
  for (const SessionCount& count : counts()) {
    differs += count.is_equal() ? "" : count.what;
  }
  CHECK(differs == "labelled");
  // A journal without rows is told, too.
  fs::copy(kept.path, kept.profile / "sessions/000002", fs::copy_options::recursive);
  CHECK(counts().back().session == "sessions/000002");
}

TEST_CASE("a backup is proven, restored, and the one before is kept") {
  const Kept kept{Written::at_the_end};
  const auto to = kept.dir.path() / "copy.db";
  const auto copy = backup_database(kept.database, to);
  REQUIRE_MESSAGE(copy.has_value(), (copy ? "" : copy.error().message));
  CHECK(copy->rows > 1000);
  CHECK_FALSE(backup_database(kept.database, to).has_value());
  {
    auto writer = Connection::open(kept.database, Access::read_write);
    REQUIRE(writer->execute("DELETE FROM candidates"));
  }
  const auto restored = restore_database(to, kept.database);
  REQUIRE_MESSAGE(restored.has_value(), (restored ? "" : restored.error().message));
  CHECK(fs::exists(restored->kept));
  CHECK(kept.number("SELECT count(*) FROM candidates") > 20);
  // Cut short, a copy is refused and nothing is touched.
  fs::resize_file(to, fs::file_size(to) / 2);
  const auto refused = restore_database(to, kept.database);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == ErrorKind::data);
  CHECK(kept.number("SELECT count(*) FROM candidates") > 20);
}

TEST_CASE("a database that is no database is moved aside and made again") {
  const Kept kept{Written::at_the_end};
  {
    std::ofstream bytes{kept.database, std::ios::binary};
    bytes << std::string(8192, 'x');
  }
  const auto rebuilt = rebuild_projection({kept.database, kept.profile, {kept.path}}, Progress{});
  REQUIRE_MESSAGE(rebuilt.has_value(), (rebuilt ? "" : rebuilt.error().message));
  CHECK(fs::exists(rebuilt->moved_aside));
  CHECK(kept.number("SELECT count(*) FROM candidates") > 20);
}

TEST_CASE("what the closing record says was learned is what a replay learns") {
  const Kept kept{Written::at_the_end};
  const auto projected = project_session(kept.path, kept.profile, Progress{});
  REQUIRE(projected.has_value());
  REQUIRE(projected->recorded_learned.has_value());
  CHECK(projected->learned == kept.learned);
  CHECK(*projected->recorded_learned == kept.learned);
}

TEST_CASE("the feed never waits for a database that another process holds") {
  const test::SyntheticSession market(small_market());
  const test::ScratchDir dir{"held"};
  const auto profile = dir.path() / "profile";
  const auto path = profile / "sessions/000001";
  auto journal = store::JournalWriter::create(path);
  REQUIRE(journal.has_value());
  SimulatedSession session(market.plan().spec, market.tape(), std::move(*journal));
  const auto database = projection_path(profile);
  std::optional<store::sqlite::WriterLock> held = *store::sqlite::WriterLock::take(database);
  ProjectionFeed feed({database, profile, path}, market.plan().spec, session.engine());
  while (session.next_time() != Timestamp::never()) {
    const model::Event& event = session.apply_next();
    feed.on_event(event, session);
  }
  REQUIRE(session.close(judge_session(session)));
  held.reset();
  CHECK(feed.finish(session.recorder()).empty());
  auto connection = Connection::open(database, Access::read_only);
  CHECK(*connection->number("SELECT count(*) FROM candidates") > 20);
}

TEST_CASE("the deep check names the first row that its journal would make otherwise") {
  const Kept kept{Written::at_the_end};
  const auto check = [&] {
    const auto lines = compare_with_journals(kept.database, kept.profile, Progress{});
    REQUIRE_MESSAGE(lines.has_value(), (lines ? "" : lines.error().message));
    REQUIRE(lines->size() == 1);
    CHECK_FALSE(fs::exists(kept.database.string() + ".deep"));
    return lines->front();
  };
  const DeepSession good = check();
  CHECK(good.is_good());
  CHECK(good.rows > 1000);
  CHECK(good.records > good.rows);
  const auto change = [&](const char* sql) {
    REQUIRE(Connection::open(kept.database, Access::read_write)->execute(sql));
  };
  // Counts stay as they are: only the rows tell.
  change("UPDATE fills SET price = '1.5' WHERE sequence = (SELECT min(sequence) FROM fills)");
  const DeepSession changed = check();
  CHECK(changed.differing == 1);
  REQUIRE(changed.first.has_value());
  CHECK(changed.first->table == "fills");
  CHECK(changed.first->column == "price");
  CHECK(changed.first->database == "1.5");
  change("DELETE FROM candidates WHERE candidate_id = 7");
  change("UPDATE patterns SET source = source || 'x'");
  const DeepSession lost = check();
  CHECK(lost.differing > 2);
  CHECK(lost.first->table == "fills");
  change("DELETE FROM fills");
  CHECK(check().first->database == "none");
  REQUIRE(rebuild_projection({kept.database, kept.profile, {kept.path}}, Progress{}));
  CHECK(check().is_good());
}

TEST_CASE("the deep check reads every byte of the journals") {
  const Kept kept{Written::at_the_end};
  const fs::path segment = kept.path / store::segment_name(1);
  {
    std::fstream file{segment, std::ios::binary | std::ios::in | std::ios::out};
    file.seekp(static_cast<std::streamoff>(fs::file_size(segment) / 2));
    const int old = file.peek();
    file.put(static_cast<char>(old ^ 1));
  }
  const auto lines = compare_with_journals(kept.database, kept.profile, Progress{});
  REQUIRE(lines.has_value());
  CHECK(lines->front().is_damaged);
  CHECK_FALSE(lines->front().is_good());
  CHECK(lines->front().problem.find("damaged at byte") != std::string::npos);
}

TEST_CASE("what is put right once needs no second time, and nothing else is touched") {
  const Kept kept{Written::at_the_end};
  const RepairPlaces places{kept.profile, kept.database, {kept.profile / "catalogs/c"}};
  const auto kinds = [&] {
    std::string out;
    for (const Repair& repair : find_repairs(places)) {
      out += std::string{name_of(repair.kind)} + " ";
    }
    return out;
  };
  const auto fix = [&] {
    for (const Repair& repair : find_repairs(places)) {
      const auto done = make_repair(places, repair, Progress{});
      CHECK_MESSAGE(done.has_value(), (done ? "" : done.error().message));
    }
    CHECK(kinds().empty());
  };
  CHECK(kinds().empty());
  const auto put = [&](const char* name) {
    fs::create_directories((kept.profile / name).parent_path());
    std::ofstream{kept.profile / name} << "x";
  };
  for (const char* name : {"catalogs/c/A/bars-1m.bin.new", "catalogs/c/index.txt.new",
                           "catalogs/c/notes.new", "lanner.db.before",
                           "sessions/000001/requests/1.request",
                           "sessions/000001/snapshot-00000000000000000001.lns"}) {
    put(name);
  }
  CHECK(kinds() == "left_over left_over left_over request snapshots ");
  {
    const auto held = SessionLock::take(kept.path);
    CHECK(kinds() == "left_over left_over left_over ");
  }
  fix();
  CHECK(fs::exists(kept.profile / "catalogs/c/notes.new"));
  REQUIRE(Connection::open(kept.database, Access::read_write)
              ->execute("DELETE FROM learnings WHERE candidate_id = 3"));
  CHECK(kinds() == "rows ");
  fix();
  const std::int64_t rows = kept.number("SELECT count(*) FROM learnings");
  std::ofstream{kept.database, std::ios::binary} << std::string(8192, 'x');
  CHECK(kinds() == "database ");
  fix();
  CHECK(kept.number("SELECT count(*) FROM learnings") == rows);
  CHECK(fs::exists(kept.database.string() + ".damaged-1"));
  fs::remove(kept.database);
  CHECK(kinds() == "database ");
  fix();
  // Rows whose journal is damaged or gone cannot be made again: they stay.
  {
    const fs::path segment = kept.path / store::segment_name(1);
    std::fstream file{segment, std::ios::binary | std::ios::in | std::ios::out};
    const auto middle = static_cast<std::streamoff>(fs::file_size(segment) / 2);
    file.seekg(middle);
    const int byte = file.get();
    file.seekp(middle);
    file.put(static_cast<char>(byte ^ 0x10));
  }
  CHECK(kinds() == "journal ");
  const auto refused = make_repair(places, find_repairs(places).front(), Progress{});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == ErrorKind::data);
  CHECK(kept.number("SELECT count(*) FROM learnings") == rows);
  fs::remove_all(kept.path);
  CHECK(kinds().empty());
  CHECK(kept.number("SELECT count(*) FROM learnings") == rows);
}

TEST_CASE("a draft that a living writer has in hand is left alone") {
  const Kept kept{Written::at_the_end};
  const fs::path catalog = kept.profile / "catalogs/c";
  const RepairPlaces places{kept.profile, kept.database, {catalog}};
  fs::create_directories(catalog);
  std::ofstream{catalog / "index.txt.new"} << "x";
  const auto held = store::DirectoryLock::acquire(catalog);
  const auto found = find_repairs(places);
  REQUIRE(found.size() == 1);
  const auto done = make_repair(places, found.front(), Progress{});
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().kind == ErrorKind::running);
  CHECK(fs::exists(catalog / "index.txt.new"));
}
