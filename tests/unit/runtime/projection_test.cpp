// The projection of a session: the same rows however often it was written, equal to what a replay
// of the journal gives, and without any influence on the session.

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "runtime/projection/keep_database.hpp"
#include "runtime/projection/project.hpp"
#include "runtime/projection/projection_feed.hpp"
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
