// What is kept of a profile's sessions, by age and by number.

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "runtime/retention/retention.hpp"
#include "runtime/session_dir.hpp"
#include "store/journal_reader.hpp"
#include "store/journal_writer.hpp"
#include "store/packed/packed_segment.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using namespace lanner::runtime;
namespace fs = std::filesystem;

namespace {

const auto kNow = fs::file_time_type::clock::now();

struct Sessions {
  explicit Sessions(const char* name) : scratch(name), profile(scratch.path()) {}

  // Last written so many days ago.
  fs::path add(const std::string& name, int days, bool is_closed = true) const {
    const fs::path session = profile / "sessions" / name;
    auto writer = store::JournalWriter::create(session, {}, {});
    REQUIRE(writer.has_value());
    for (std::uint64_t i = 0; i <= 50; ++i) {
      const bool is_first = i == 0;
      const bool is_last = i == 50 && is_closed;
      REQUIRE(writer->reserve(32).size() >= 32);
      writer->commit(is_first  ? store::RecordKind::session_opened
                     : is_last ? store::RecordKind::session_closed
                               : store::RecordKind::event,
                     i, 32);
    }
    REQUIRE(writer->close().has_value());
    fs::last_write_time(session / store::segment_name(1),
                        kNow - std::chrono::hours{24 * days + 1});
    return session;
  }
  std::vector<std::string> keep(const JournalSettings& settings) const {
    return keep_within_bounds(profile, settings, kNow);
  }
  [[nodiscard]] std::string names() const {
    std::string out;
    for (const fs::path& session : sessions_of(profile)) {
      out += session.filename().string() + " ";
    }
    return out;
  }
  test::ScratchDir scratch;
  fs::path profile;
};

}  // namespace

TEST_CASE("nothing is compressed or deleted where nothing is set") {
  const Sessions kept{"retention-off"};
  const fs::path session = kept.add("000001", 5000);
  CHECK(kept.keep({}).empty());
  CHECK(kept.names() == "000001 ");
  CHECK(store::has_plain_segment(session));
}

TEST_CASE("closed sessions beyond the number are deleted, the oldest first") {
  const Sessions kept{"retention-number"};
  kept.add("000001", 9, false);
  kept.add("000002", 8);
  kept.add("000003", 7);
  kept.add("000004", 6);
  kept.add("000005", 5);
  const auto held = SessionLock::take(kept.profile / "sessions/000002");
  const auto lines = kept.keep({.keep_sessions = 1});
  // One is open and one is in hand: neither counts, and neither goes.
  CHECK(kept.names() == "000001 000002 000005 ");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].starts_with("deleted the session " + (kept.profile / "sessions/000003").string() +
                             " (journal.keep_sessions = 1)"));
  CHECK(kept.keep({.keep_sessions = 1}).empty());
  CHECK(is_deleted_session(kept.profile / "sessions/000003", kept.profile));
  CHECK_FALSE(is_deleted_session(kept.profile / "sessions/000002", kept.profile));
  CHECK_FALSE(is_deleted_session(kept.profile / "sessions/000009", kept.profile));
}

TEST_CASE("a number is not given again when its session was deleted for its age") {
  const Sessions kept{"retention-age"};
  kept.add("000001", 30);
  kept.add("000002", 31);
  CHECK(kept.keep({.keep_days = 32}).empty());
  CHECK(kept.keep({.keep_days = 31}).size() == 1);
  CHECK(kept.names() == "000001 ");
  CHECK(kept.keep({.keep_days = 1}).size() == 1);
  CHECK(kept.names().empty());
  CHECK(next_session(kept.profile).filename() == "000003");
  CHECK_FALSE(fs::exists(deletions_of(kept.profile) / "000001"));
}

TEST_CASE("old closed sessions are compressed once, and keep their age") {
  const Sessions kept{"retention-packed"};
  const fs::path open = kept.add("000001", 40, false);
  const fs::path old = kept.add("000002", 20);
  const fs::path fresh = kept.add("000003", 2);
  const auto lines = kept.keep({.compress_days = 10});
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("compressed the session " + old.string()));
  CHECK(store::has_plain_segment(open));
  CHECK_FALSE(store::has_plain_segment(old));
  CHECK(store::has_plain_segment(fresh));
  CHECK(kept.keep({.compress_days = 10}).empty());
  auto reader = store::JournalReader::open(old);
  REQUIRE(reader.has_value());
  while (reader->next()) {
  }
  CHECK(reader->is_closed());
  // It is known as closed: nobody continues it, or begins another one in its place.
  const auto found = find_unfinished(old);
  REQUIRE_FALSE(found.has_value());
  CHECK(kept.keep({.keep_days = 20}).size() == 1);
  CHECK(kept.names() == "000001 000003 ");
}

TEST_CASE("what a killed process was about to remove is removed by the next run") {
  const Sessions kept{"retention-killed"};
  kept.add("000001", 1);
  fs::create_directories(deletions_of(kept.profile));
  fs::rename(kept.profile / "sessions/000001", deletions_of(kept.profile) / "000001");
  CHECK(kept.keep({}).empty());
  CHECK_FALSE(fs::exists(deletions_of(kept.profile)));
}

TEST_CASE("a damaged session is not compressed, and stands in nobody's way") {
  const Sessions kept{"retention-damaged"};
  const fs::path bad = kept.add("000001", 20);
  const fs::path good = kept.add("000002", 19);
  const fs::path file = bad / store::segment_name(1);
  const auto written = fs::last_write_time(file);
  {
    std::fstream io(file, std::ios::binary | std::ios::in | std::ios::out);
    io.seekp(600);
    io.put('x');
  }
  fs::last_write_time(file, written);
  const auto lines = kept.keep({.compress_days = 10});
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find("not compressed: ") == 0);
  CHECK(lines[0].find(file.string()) != std::string::npos);
  CHECK(store::has_plain_segment(bad));
  CHECK_FALSE(store::has_plain_segment(good));
}
