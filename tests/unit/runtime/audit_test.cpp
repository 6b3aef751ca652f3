// The audit must find each fault that is planted, and nothing in a session that is as it should be.

#include <doctest/doctest.h>

#include <string>

#include "runtime/check/session_checks.hpp"
#include "runtime/logs/log_file.hpp"
#include "runtime/projection/audit.hpp"
#include "runtime/projection/project.hpp"
#include "runtime/session_result.hpp"
#include "runtime/simulated_session.hpp"
#include "support/synthetic_session.hpp"

using namespace lanner;
using namespace lanner::runtime;
using store::sqlite::Access;
using store::sqlite::Connection;

namespace {

namespace fs = std::filesystem;

sim::SyntheticConfig audited_market() {
  sim::SyntheticConfig config;
  config.seed = 3;
  config.instruments = 6;
  config.length = hours(24 * 5);
  config.interval_s = 300;
  return config;
}

// A closed session in a profile, projected from its journal.
struct Audited {
  Audited() : market(audited_market()), dir("audit") {
    profile = dir.path() / "profile";
    session = profile / "sessions/000001";
    database = projection_path(profile);
    SessionSpec spec = market.plan().spec;
    auto journal = store::JournalWriter::create(session);
    REQUIRE(journal.has_value());
    SimulatedSession played(spec, market.tape(), std::move(*journal));
    while (played.next_time() != Timestamp::never()) {
      played.apply_next();
    }
    REQUIRE(played.close(judge_session(played)));
    REQUIRE(rebuild_projection({database, profile, {session}}, Progress{}));
  }
  void plant(const std::string& sql) const {
    auto writer = Connection::open(database, Access::read_write);
    const auto done = writer->execute(sql);
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
  }
  [[nodiscard]] AuditResult audit() const {
    auto reader = Connection::open(database, Access::read_only);
    const auto found = audit_profile(*reader, profile);
    REQUIRE_MESSAGE(found.has_value(), (found ? "" : found.error().message));
    return *found;
  }
  [[nodiscard]] bool finds(const std::string& check) const {
    for (const Finding& finding : audit().findings) {
      if (finding.check == check) {
        CHECK_FALSE(finding.what.empty());
        CHECK_FALSE(finding.where.empty());
        CHECK_FALSE(finding.todo.empty());
        return true;
      }
    }
    return false;
  }
  test::SyntheticSession market;
  test::ScratchDir dir;
  fs::path profile;
  fs::path session;
  fs::path database;
};

}  // namespace

TEST_CASE("a session as it should be has no failure; every planted fault is found") {
  const Audited kept;
  const AuditResult sound = kept.audit();
  CHECK_FALSE(sound.has_failure());
  CHECK(sound.checks.size() >= 13);
  struct Planted {
    const char* check;
    const char* sql;
  };
  constexpr Planted kFaults[] = {
      {"projection_gap", "UPDATE journal_index SET events = events - 1"},
      {"labels_missing", "UPDATE runtime_state SET pending = pending + 1"},
      {"labels_overdue",
       "DELETE FROM learnings WHERE candidate_id = (SELECT min(candidate_id) FROM learnings)"},
      {"unjoined_decisions", "DELETE FROM candidates WHERE candidate_id = 2"},
      {"stale_learner",
       "DELETE FROM learning_cycles WHERE at > (SELECT min(at) + 7200000000000 FROM "
       "learning_cycles)"},
      {"orphan_trades", "UPDATE runtime_state SET orphan_trades = 1"},
      {"order_alarms", "UPDATE runtime_state SET overfills = 2"},
      {"unfed_table", "DELETE FROM equity_points"},
      {"unread_table", "CREATE TABLE decoration (a INTEGER)"},
      {"adaptation_overdue",
       "INSERT INTO adaptations SELECT session_id, 9, 'block', 'reflection', 'everything', '', '',"
       " 'trial', 'likely_helps', 1, 1, 1, 2, 1, 1.0, 0.0, 0.0, 0, 0.0, 1.0, 1.0 FROM sessions"},
  };
  for (const Planted& fault : kFaults) {
    CHECK_MESSAGE(!kept.finds(fault.check), std::string{fault.check});
    kept.plant(fault.sql);
    CHECK_MESSAGE(kept.finds(fault.check), std::string{fault.check});
    CHECK(kept.audit().has_failure());
  }
  CHECK(kept.finds("unclosed_session") == false);
  kept.plant("UPDATE journal_index SET closed = 0");
  CHECK(kept.finds("unclosed_session"));
}

TEST_CASE("a journal is checked record by record; a flipped byte has its place") {
  const Audited kept;
  const auto sound = check_journal(kept.session);
  REQUIRE(sound.has_value());
  CHECK(sound->is_closed);
  CHECK_FALSE(sound->damage.has_value());
  CHECK(sound->records == sound->events + sound->caused + 2);
  CHECK(sound->last_sequence == sound->events);
}

TEST_CASE("a session played again is the same one, protected, and knew nothing of the future") {
  const Audited kept;
  const auto protection = check_protection(kept.session, Progress{});
  REQUIRE_MESSAGE(protection.has_value(), (protection ? "" : protection.error().message));
  CHECK(protection->is_same_session);
  CHECK(protection->breaches == 0);
  CHECK(protection->conservation_error.is_zero());
  const auto lookahead = check_lookahead(kept.session, 3, 7, Progress{});
  REQUIRE_MESSAGE(lookahead.has_value(), (lookahead ? "" : lookahead.error().message));
  CHECK(lookahead->cuts.size() == 3);
  std::uint64_t decisions = 0;
  for (const LookaheadCut& cut : lookahead->cuts) {
    CHECK(cut.is_equal);
    decisions += cut.decisions;
  }
  CHECK(decisions > 0);
}

TEST_CASE("the log is read as it was written, rotates, and passes over what is no line") {
  const test::ScratchDir scratch{"log"};
  const fs::path dir = scratch.path() / "log";
  LogFile log{dir, 2'000};
  log.set_session("s \"1\"");
  for (int i = 0; i < 100; ++i) {
    CHECK(log.write(i % 2 == 0 ? "info" : "warn", "run", "line " + std::to_string(i) + "\n\\x"));
  }
  std::uintmax_t bytes = 0;
  int files = 0;
  for (const auto& entry : fs::directory_iterator(dir)) {
    bytes += entry.file_size();
    files += entry.path().filename().string().starts_with("lanner.ndjson") ? 1 : 0;
  }
  CHECK(files == LogFile::kFilesMax);
  CHECK(bytes < 4 * 2'400);
  const LogRead read = read_log(dir);
  CHECK(read.unreadable == 0);
  REQUIRE(read.lines.size() > 20);
  CHECK(read.lines.back().text == "line 99\n\\x");
  CHECK(read.lines.back().level == "warn");
  CHECK(read.lines.back().session == "s \"1\"");
  scratch.write("log/lanner.ndjson", "garbage\n{\"at\":\"2025-01-01T00:00:00Z\"\n");
  CHECK(read_log(dir).unreadable == 2);
}
