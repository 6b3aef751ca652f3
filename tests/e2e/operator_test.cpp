// What an operator asks of a session while it runs: parameters set, pinned and rolled back, an
// adaptation that learning made taken back. The journal alone then tells the same session again.

#include <doctest/doctest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "model/codec.hpp"
#include "store/journal_reader.hpp"
#include "support/journal_tail.hpp"
#include "support/process.hpp"
#include "support/recorded_market.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using test::Finished;
using test::run_lanner;
namespace fs = std::filesystem;

namespace {

constexpr const char* kCutAt = "2025-06-06T00:00:00Z";  // learning has two trials by then
constexpr int kPatienceMs = 30'000;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// The recorded month, as a process leaves it that was killed on 2025-06-06.
void play_until_killed(const fs::path& session, const fs::path& profile) {
  const auto plan = test::plan_recorded(test::recorded_may());
  const Finished played =
      run_lanner({"backtest", "--catalog", plan.catalog.dir().string(), "--from", "2025-05-04",
                  "--to", "2025-06-09", "--out", session.string(), "--profile", profile.string()});
  REQUIRE_MESSAGE(played.code == 0, played.err);
  const Timestamp cut{test::must(parse_instant(kCutAt))};
  std::uint64_t offset = 0;
  {
    auto reader = test::must(store::JournalReader::open(session));
    model::TradeCondition condition;
    while (const auto record = reader.next()) {
      model::Event event;
      std::size_t used = 0;
      if (record->kind == store::RecordKind::event &&
          model::decode(record->payload, event, condition, used) && event.ts_init >= cut) {
        break;
      }
      offset = reader.end_offset();
    }
    REQUIRE(reader.end_segment() == 1);
  }
  fs::resize_file(session / store::segment_name(1), offset);
  test::unmark_closed(session);
}

// A session that goes on in a process of its own, ten minutes of the market a second.
class Running {
 public:
  // Complete before its body, so that a check which fails in there ends the child too.
  Running(const fs::path& session, const fs::path& profile) : Running() {
    session_ = session;
    child_ = test::start_lanner({"run", "--session", session.string(), "--speed", "600", "--json",
                                 "--profile", profile.string()});
    REQUIRE(child_ > 0);
    // It takes requests once the recorded events are behind it.
    for (int ms = 0; ms < kPatienceMs && !fs::exists(session_ / "requests"); ms += 10) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    REQUIRE(fs::exists(session_ / "requests"));
  }
  ~Running() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  [[nodiscard]] int interrupt() {
    ::kill(child_, SIGINT);
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  Running() = default;

  fs::path session_;
  pid_t child_ = 0;
};

}  // namespace

TEST_CASE("an operator sets, pins and rolls back in a running session; its journal tells it") {
  SKIP_WITHOUT_DATA();
  const test::ScratchDir scratch{"operator"};
  const fs::path profile = scratch.path() / "profile";
  const fs::path session = profile / "sessions/000001";
  play_until_killed(session, profile);
  const auto ask = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--json", "--profile", profile.string()});
    return run_lanner(words);
  };
  {
    Running running{session, profile};
    const Finished set = ask({"params", "set", "risk.probe_pct", "0.05", "--why", "less"});
    CHECK_MESSAGE(set.code == 0, set.err);
    CHECK_MESSAGE(has(set.out, "\"answer\":\"taken\""), set.out);
    CHECK(has(set.out, "\"session\":\"" + session.string() + "\""));
    CHECK(has(ask({"params", "pin", "fee.cost_r_cap"}).out, "\"answer\":\"taken\""));
    const Finished pinned = ask({"params", "set", "fee.cost_r_cap", "0.1"});
    CHECK(pinned.code == 1);
    CHECK(has(pinned.err, "fee.cost_r_cap is pinned"));
    const Finished back = ask({"params", "rollback", "risk.probe_pct"});
    CHECK_MESSAGE(has(back.out, "\"value\":\"\",\"before\":\"0.05\""), back.out << back.err);
    const Finished taken = ask({"learn", "rollback", "1"});
    CHECK_MESSAGE(taken.code == 0, taken.err);
    CHECK(has(taken.out, "\"answer\":\"taken\""));
    // It is done with the next whole minute of event time, a tenth of a second on.
    Finished twice = ask({"learn", "rollback", "1"});
    for (int tries = 0; tries < 40 && !has(twice.err, "has ended already"); ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(250));
      twice = ask({"learn", "rollback", "1"});
    }
    CHECK(twice.code == 1);
    CHECK_MESSAGE(has(twice.err, "has ended already"), twice.err);
    const Finished unknown = ask({"learn", "rollback", "99"});
    CHECK(unknown.code == 1);
    CHECK(has(unknown.err, "no such adaptation"));
    CHECK(ask({"learn", "rollback", "first"}).code == 2);
    CHECK(running.interrupt() == 130);
  }
  const Finished replayed = ask({"replay", session.string(), "--verify"});
  CHECK_MESSAGE(replayed.code == 0, replayed.out);
  CHECK(has(replayed.out, "\"equal\":true,\"closed\":true"));
  const Finished adaptations = ask({"learn", "adaptations", session.string()});
  CHECK_MESSAGE(has(adaptations.out, "\"id\":1,\"kind\":\"reduce\",\"subject\":\"long\","
                                     "\"state\":\"rolled_back\",\"reason\":\"withdrawn\""),
                adaptations.out);
  const Finished log = ask({"params", "log", session.string()});
  for (const char* change :
       {"\"id\":\"risk.probe_pct\",\"op\":\"set\",\"from\":\"\",\"to\":\"0.05\"",
        "\"id\":\"fee.cost_r_cap\",\"op\":\"pin\",\"from\":\"\",\"to\":\"\"",
        "\"id\":\"risk.probe_pct\",\"op\":\"set\",\"from\":\"\",\"to\":\"0.1\"",
        "\"id\":\"adaptation 1\",\"op\":\"rollback\",\"from\":\"\",\"to\":\"\""}) {
    const std::string recorded =
        std::string{change} + ",\"by\":\"operator\",\"why\":\"\",\"where\":\"000001\"";
    CHECK_MESSAGE(has(log.out, recorded), change);
  }
  const Finished late = ask({"learn", "rollback", "1"});
  CHECK(late.code == 1);
  CHECK(has(late.err, "nothing is running"));
}
