// The verbs that keep a profile: db, audit, logs, doctor --fix; each with what it is given wrong.

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/process.hpp"
#include "support/scratch_dir.hpp"

using lanner::test::Finished;
using lanner::test::run_lanner;
using lanner::test::ScratchDir;

namespace fs = std::filesystem;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// A profile with a session of one day, and its rows.
struct Profile {
  explicit Profile(const char* name) : scratch(name), path(scratch.path() / "profile") {
    const Finished run = lanner({"run", "--from", "2025-01-01", "--to", "2025-01-02", "--speed",
                                 "max", "--instruments", "ARBUSDT-PERP.SYNTHETIC", "--json"});
    REQUIRE_MESSAGE(run.code == 0, run.err);
  }
  [[nodiscard]] Finished lanner(std::vector<std::string> words) const {
    words.insert(words.end(), {"--profile", path.string()});
    return run_lanner(words);
  }
  [[nodiscard]] std::string file(const char* name) const { return (path / name).string(); }
  ScratchDir scratch;
  fs::path path;
};

void check_refused(const Finished& finished, int code, std::string_view sentence) {
  CHECK_MESSAGE(finished.code == code, finished.out << finished.err);
  CHECK_MESSAGE(has(finished.err, sentence), finished.err);
  CHECK(finished.out.empty());
}

void write(const fs::path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary} << bytes;
}

void put_at(const fs::path& file, std::uintmax_t offset, char byte) {
  std::fstream bytes{file, std::ios::binary | std::ios::in | std::ios::out};
  bytes.seekp(static_cast<std::streamoff>(offset));
  bytes.put(byte);
}

// SQLite keeps user_version, big end first, at byte 60 of the file.
void set_version(const fs::path& database, char version) { put_at(database, 63, version); }

void flip_byte(const fs::path& file, std::uintmax_t offset) {
  std::ifstream bytes{file, std::ios::binary};
  bytes.seekg(static_cast<std::streamoff>(offset));
  const int old = bytes.get();
  put_at(file, offset, static_cast<char>(old ^ 1));
}

}  // namespace

TEST_CASE("db backup and restore: the copy is the database, and the one before is kept") {
  const Profile profile{"backup"};
  const std::string copy = (profile.scratch.path() / "copy.db").string();
  const Finished made = profile.lanner({"db", "backup", copy, "--json"});
  CHECK_MESSAGE(made.code == 0, made.err);
  CHECK(has(made.out, "{\"schema\":\"db-backup/1\",\"path\":\"" + copy + "\""));
  check_refused(profile.lanner({"db", "backup", copy}), 2, "there already");
  check_refused(profile.lanner({"db", "backup"}), 2, "needs FILE");
  // No folder can be made there.
  check_refused(profile.lanner({"db", "backup", copy + "/a.db"}), 1, copy + "/a.db");
  write(profile.path / "lanner.db", std::string(8192, 'x'));
  const Finished restored = profile.lanner({"db", "restore", copy, "--json"});
  CHECK_MESSAGE(restored.code == 0, restored.err);
  CHECK(has(restored.out, "\"kept\":\"" + profile.file("lanner.db.previous") + "\""));
  CHECK(profile.lanner({"db", "verify", "--deep"}).code == 0);
}

TEST_CASE("db restore refuses what is no sound database of this version, and touches nothing") {
  const Profile profile{"restore"};
  const fs::path copy = profile.scratch.path() / "copy.db";
  check_refused(profile.lanner({"db", "restore", copy.string()}), 4, "no database");
  write(copy, "not a database at all, but long enough to be looked at as if it were one");
  check_refused(profile.lanner({"db", "restore", copy.string()}), 4, copy.string());
  fs::remove(copy);
  REQUIRE(profile.lanner({"db", "backup", copy.string()}).code == 0);
  fs::resize_file(copy, fs::file_size(copy) / 2);
  check_refused(profile.lanner({"db", "restore", copy.string()}), 4, copy.string());
  fs::remove(copy);
  REQUIRE(profile.lanner({"db", "backup", copy.string()}).code == 0);
  set_version(copy, 99);
  check_refused(profile.lanner({"db", "restore", copy.string()}), 4, "version");
  CHECK(profile.lanner({"db", "verify", "--deep"}).code == 0);
}

TEST_CASE("db verify, audit and the look verbs say what is wrong with a database") {
  const Profile profile{"verify"};
  const fs::path database = profile.path / "lanner.db";
  const Finished good = profile.lanner({"db", "verify", "--deep", "--json"});
  CHECK_MESSAGE(good.code == 0, good.err);
  CHECK(has(good.out, "\"equal\":true"));
  CHECK(has(good.out, "\"first\":null"));
  CHECK(profile.lanner({"audit", "--json"}).code == 0);
  set_version(database, 99);
  for (const char* verb : {"verify", "audit"}) {
    const Finished later = verb == std::string{"audit"} ? profile.lanner({"audit"})
                                                        : profile.lanner({"db", "verify"});
    check_refused(later, 4, "version");
  }
  write(database, std::string(8192, 'x'));
  check_refused(profile.lanner({"db", "verify"}), 4, database.string());
  check_refused(profile.lanner({"db", "verify", "--deep"}), 4, database.string());
  check_refused(profile.lanner({"audit"}), 4, database.string());
  fs::remove(database);
  check_refused(profile.lanner({"db", "verify"}), 4, "lanner db rebuild");
  check_refused(profile.lanner({"audit"}), 4, "lanner db rebuild");
  check_refused(profile.lanner({"audit", "--db", "/nowhere.db"}), 4, "/nowhere.db");
}

TEST_CASE("db rebuild makes a damaged database again; a damaged journal is told") {
  const Profile profile{"rebuild"};
  const fs::path database = profile.path / "lanner.db";
  write(database, std::string(8192, 'x'));
  const Finished rebuilt = profile.lanner({"db", "rebuild", "--json"});
  CHECK_MESSAGE(rebuilt.code == 0, rebuilt.err);
  CHECK(has(rebuilt.out, "\"moved_aside\":\"" + database.string() + ".damaged-1\""));
  CHECK(profile.lanner({"db", "verify", "--deep"}).code == 0);
  check_refused(profile.lanner({"db", "rebuild", "nosession"}), 4, "no session 'nosession'");
  const fs::path segment = profile.path / "sessions/000001/journal-000001.lnj";
  flip_byte(segment, fs::file_size(segment) / 2);
  const Finished damaged = profile.lanner({"db", "rebuild"});
  CHECK(damaged.code == 8);
  CHECK(has(damaged.out, "damaged at byte"));
  const Finished deep = profile.lanner({"db", "verify", "--deep"});
  CHECK(deep.code == 4);
  CHECK(has(deep.out, "NOT GOOD"));
  check_refused(profile.lanner({"verify", "journal", "nosession"}), 4, "nosession");
}

TEST_CASE("doctor --fix puts right what it can, says so, and finds nothing the second time") {
  const Profile profile{"fix"};
  CHECK(profile.lanner({"doctor"}).code == 0);
  write(profile.path / "lanner.db", std::string(8192, 'x'));
  write(profile.path / "lanner.db.before", "half");
  const Finished sick = profile.lanner({"doctor"});
  CHECK(sick.code == 8);
  CHECK(has(sick.out, "BAD  database"));
  CHECK(has(sick.out, "BAD  left_over"));
  CHECK(has(sick.out, "lanner doctor --fix"));
  const Finished fixed = profile.lanner({"doctor", "--fix", "--json"});
  CHECK_MESSAGE(fixed.code == 0, fixed.out);
  CHECK(has(fixed.out, "{\"id\":\"left_over\",\"where\":\"" +
                           profile.file("lanner.db.before") + "\""));
  CHECK(has(fixed.out, "the damaged one is kept as"));
  CHECK(!fs::exists(profile.path / "lanner.db.before"));
  const Finished again = profile.lanner({"doctor", "--fix", "--json"});
  CHECK(again.code == 0);
  CHECK(has(again.out, "\"repairs\":[]"));
  CHECK(profile.lanner({"db", "verify", "--deep"}).code == 0);
}

TEST_CASE("logs tells what was decided, and what it is asked wrong") {
  const Profile profile{"logs"};
  const Finished all = profile.lanner({"logs", "--last", "5", "--json"});
  CHECK_MESSAGE(all.code == 0, all.err);
  CHECK(has(all.out, "\"component\""));
  check_refused(profile.lanner({"logs", "--level", "loud"}), 2, "loud");
  check_refused(profile.lanner({"logs", "--last", "many"}), 2, "many");
  check_refused(profile.lanner({"logs", "--since", "yesterday"}), 2, "yesterday");
  check_refused(profile.lanner({"logs", "nosession"}), 4, "nosession");
  // The program's own lines are still told when there is no database.
  write(profile.path / "lanner.db", std::string(8192, 'x'));
  check_refused(profile.lanner({"logs"}), 4, "lanner.db");
  fs::remove(profile.path / "lanner.db");
  const Finished lines = profile.lanner({"logs", "--component", "run"});
  CHECK(lines.code == 0);
  CHECK(has(lines.out, "run"));
}

TEST_CASE("retention: a compressed session answers as before; one beyond the bounds is deleted") {
  const Profile profile{"retention"};
  const fs::path first = profile.path / "sessions/000001";
  const fs::path plain = first / "journal-000001.lnj";
  const Finished before = profile.lanner({"replay", first.string(), "--json"});
  REQUIRE_MESSAGE(before.code == 0, before.err);
  fs::last_write_time(plain, fs::last_write_time(plain) - std::chrono::hours{24 * 40});
  const auto run = [&](const char* setting) {
    const Finished made =
        profile.lanner({"run", "--new", "--from", "2025-01-01", "--to", "2025-01-02", "--speed",
                        "max", "--instruments", "ARBUSDT-PERP.SYNTHETIC", "--json", "--set",
                        setting});
    REQUIRE_MESSAGE(made.code == 0, made.err);
    return made.err + made.out;
  };
  CHECK(has(run("journal.compress_days=30"), "compressed the session " + first.string()));
  CHECK_FALSE(fs::exists(plain));
  REQUIRE(fs::exists(plain.string() + ".zst"));
  CHECK(profile.lanner({"replay", first.string(), "--json"}).out == before.out);
  const Finished deep = profile.lanner({"db", "verify", "--deep", "--json"});
  CHECK_MESSAGE(deep.code == 0, deep.out << deep.err);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"audit", "--json"}, {"report", first.string(), "--json"},
        {"doctor", "--fix", "--json"}, {"db", "rebuild", "--json"}}) {
    const Finished finished = profile.lanner(words);
    CHECK_MESSAGE(finished.code == 0, words.front() << finished.out << finished.err);
  }
  check_refused(profile.lanner({"run", "--session", first.string()}), 2, "is closed");

  CHECK(has(run("journal.keep_sessions=1"), "deleted the session " + first.string()));
  CHECK_FALSE(fs::exists(first));
  CHECK(fs::exists(profile.path / "sessions/000002/journal-000001.lnj"));
  CHECK(fs::exists(profile.path / "sessions/000003/journal-000001.lnj"));
  const Finished after = profile.lanner({"db", "verify", "--deep", "--json"});
  CHECK_MESSAGE(after.code == 0, after.out << after.err);
  CHECK(profile.lanner({"audit", "--json"}).code == 0);
}
