// A process may be killed at any instant: nothing that was decided is lost, done twice or changed,
// and the session ends as if nobody had killed it.

#include <doctest/doctest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/hash.hpp"
#include "runtime/simulated_session.hpp"
#include "store/journal_reader.hpp"
#include "store/mapped_file.hpp"
#include "support/journal_tail.hpp"
#include "support/process.hpp"
#include "support/recorded_market.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kKills = 20;
constexpr double kPacedSeconds = 60;
constexpr const char* kFrom = "2025-05-12T00:00:00Z";
constexpr const char* kTo = "2025-05-12T04:00:00Z";
constexpr const char* kWarm = "2025-05-12T01:30:00Z";

// Both sides of every coin each few minutes, so that there is always something in hand.
std::string busy_conditions(const runtime::SessionPlan& plan) {
  std::string text = R"({"schema_version": "tc1", "limits": "none", "conditions": [)";
  const char* comma = "";
  for (const model::Instrument& instrument : plan.spec.engine.instruments) {
    if (plan.spec.engine.is_active[instrument.id.index()] == 0) {
      continue;
    }
    for (const bool is_long : {true, false}) {
      text += std::string(comma) + R"({"coin": ")" + instrument.name + R"(", "direction": ")" +
              (is_long ? "long" : "short") +
              R"(", "when_all": [{"lhs": "rsi14", "tf": "1m", "op": ")" +
              (is_long ? "cross_up" : "cross_down") +
              R"(", "rhs": "const", "value": 50}], "stop_tf": "5m", "stop_atr": 1.5,)" +
              R"("take_profit_r": 1.5, "time_stop_min": 5, "expiry_s": 300})";
      comma = ",";
    }
  }
  return text + "]}";
}

class Runner {
 public:
  Runner(const runtime::SessionPlan& plan, const fs::path& conditions, const fs::path& profile)
      : flags_{"run", "--data", plan.catalog.dir().string(), "--from", kFrom, "--to", kTo,
               "--conditions", conditions.string(), "--profile", profile.string(), "--mask",
               "fee_gate,thompson_probe,coin_scorer", "--set", "risk.entries_per_hour=10000",
               "--set", "risk.entries_per_minute=1000", "--set", "risk.cooldown_min=0", "--set",
               "risk.probe_budget_pct=100", "--set", "risk.daily_loss_pct=100", "--set",
               "risk.drawdown_pct=100", "--json"} {}

  [[nodiscard]] std::vector<std::string> words(const fs::path& session,
                                               const std::string& speed) const {
    std::vector<std::string> all = flags_;
    all.insert(all.end(), {"--session", session.string(), "--speed", speed});
    return all;
  }

 private:
  std::vector<std::string> flags_;
};

pid_t start(const std::vector<std::string>& words) {
  const pid_t child = test::start_lanner(words);
  REQUIRE(child > 0);
  return child;
}

struct Sealed {
  std::uint64_t bytes = 0;
  std::uint64_t hash = 0;
  std::uint64_t last_sequence = 0;
};

std::uint64_t hash_of_front(const fs::path& session, std::uint64_t bytes) {
  const auto file = test::must(store::MappedFile::open(session / store::segment_name(1)));
  REQUIRE(file.bytes().size() >= bytes);
  // The header tells how much is published, so it alone changes.
  return hash64(file.bytes().first(bytes).subspan(store::kSegmentHeaderBytes));
}

Sealed seal(const fs::path& session) {
  auto reader = test::must(store::JournalReader::open(session));
  Sealed sealed;
  while (const auto record = reader.next()) {
    sealed.last_sequence = record->sequence;
  }
  REQUIRE_MESSAGE(!reader.damage().has_value(), reader.damage()->what);
  REQUIRE(reader.end_segment() == 1);
  sealed.bytes = reader.end_offset();
  sealed.hash = hash_of_front(session, sealed.bytes);
  return sealed;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string number_after(const std::string& text, const std::string& key) {
  const std::size_t at = text.rfind("\"" + key + "\":");
  if (at == std::string::npos) {
    return "";
  }
  const std::size_t from = at + key.size() + 3;
  return text.substr(from, text.find_first_of(",}", from) - from);
}

struct Killed {
  std::size_t kills = 0;
  std::size_t with_position = 0;
  std::size_t between = 0;
  double seconds = 0;
  std::vector<Sealed> sealed;
};

// What the next kill waits for.
enum class Wish { anything, position, unanswered };

// Runs the session until the wish is on disk, or for at most `patience` seconds, and kills it.
void run_and_kill(const Runner& runner, const fs::path& session, Wish wish, Killed& killed) {
  const double patience = wish == Wish::unanswered ? 12 : 2;
  const auto from = Clock::now();
  const pid_t child = start(runner.words(session, wish == Wish::unanswered ? "30" : "120"));
  test::JournalTail tail(session);
  tail.poll();
  const Timestamp replayed_to = tail.now();
  while (seconds_since(from) < patience) {
    tail.poll();
    // Only what this process added counts: the tail is as it was until it has caught up.
    const bool is_ahead = tail.now() > replayed_to;
    const bool is_granted = wish == Wish::unanswered ? tail.has_unanswered()
                            : wish == Wish::position ? tail.has_position()
                                                     : true;
    const bool is_soon = wish != Wish::unanswered && seconds_since(from) < 1;
    if (is_ahead && is_granted && !is_soon) {
      break;
    }
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  ::kill(child, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE_MESSAGE(WIFSIGNALED(status), "the session ended before it was killed");
  killed.seconds += seconds_since(from);
  ++killed.kills;
  tail.poll();
  killed.with_position += tail.has_position() ? 1U : 0U;
  killed.between += tail.has_unanswered() ? 1U : 0U;
  killed.sealed.push_back(seal(session));
}

// As fast as it goes to where features are warm and trades happen. Not counted.
void warm_up(const Runner& runner, const fs::path& session) {
  const pid_t child = start(runner.words(session, "3000"));
  test::JournalTail tail(session);
  const Timestamp warm{*parse_instant(kWarm)};
  for (const auto from = Clock::now(); tail.now() < warm && seconds_since(from) < 60;) {
    tail.poll();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ::kill(child, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(tail.now() >= warm);
}

std::set<ClientOrderId> journalled_ids(const fs::path& session, std::size_t& submits) {
  auto reader = test::must(store::JournalReader::open(session));
  std::set<ClientOrderId> ids;
  while (const auto record = reader.next()) {
    if (record->kind != store::RecordKind::caused) {
      continue;
    }
    for (const model::Command& command : test::commands_of(record->payload)) {
      if (const auto* submit = std::get_if<model::SubmitOrder>(&command)) {
        ++submits;
        ids.insert(submit->order.client_order_id);
      }
    }
  }
  CHECK(reader.is_closed());
  return ids;
}

// The exchange model is a fold too: with the session's specification and tape it plays again, and
// the equal digest says that it is the exchange of the killed session.
void check_order_log(const fs::path& session, const std::string& digest) {
  auto reader = test::must(store::JournalReader::open(session));
  const auto opened = reader.next();
  REQUIRE(opened.has_value());
  const auto spec = test::must(runtime::decode_spec(opened->payload));
  const runtime::SessionPlan plan{spec, test::must(store::Catalog::open(spec.catalog)), {}};
  runtime::SimulatedSession again(spec, test::must(runtime::open_tape(plan)),
                                  store::JournalWriter::in_memory());
  while (again.next_time() != Timestamp::never()) {
    again.apply_next();
  }
  CHECK(again.recorder().digest().hex() == digest);
  std::set<ClientOrderId> arrived;
  std::size_t arrivals = 0;
  for (const sim::LogRecord& record : again.exchange().order_log().records()) {
    if (record.kind == sim::LogKind::arrived) {
      ++arrivals;
      arrived.insert(record.client_order_id);
    }
  }
  CHECK(arrivals == arrived.size());
  CHECK(arrivals > 100);
}

}  // namespace

TEST_CASE("twenty kills in one paced session leave the session that nobody killed") {
  SKIP_WITHOUT_DATA();
  if (!fs::exists(LANNER_BINARY)) {
    SKIP_BECAUSE("the binary of this preset is not built");
  }
  const auto plan = test::plan_recorded(test::recorded_may());
  const test::ScratchDir scratch("kill");
  const fs::path conditions = scratch.write("conditions.json", busy_conditions(plan));
  const Runner runner(plan, conditions, scratch.path());
  const fs::path session = scratch.path() / "killed";

  warm_up(runner, session);
  Killed killed;
  while (killed.kills < kKills) {
    const Wish wish = killed.between < 4 && killed.kills < 14 ? Wish::unanswered
                      : killed.with_position < 6              ? Wish::position
                                                              : Wish::anything;
    run_and_kill(runner, session, wish, killed);
  }
  // Some more of it at a walking pace, then to the end.
  while (killed.seconds < kPacedSeconds) {
    run_and_kill(runner, session, Wish::anything, killed);
  }
  MESSAGE(killed.kills << " kills in " << killed.seconds << " s, " << killed.with_position
                       << " with an open position, " << killed.between
                       << " between an order and its answer");
  CHECK(killed.with_position >= 5);
  CHECK(killed.between >= 3);

  const test::Finished last = test::run_lanner(runner.words(session, "max"));
  REQUIRE_MESSAGE(last.code == 0, last.err);
  CHECK(number_after(last.out, "resumed_from") ==
        std::to_string(killed.sealed.back().last_sequence));
  // The state of the snapshot and the events behind it make up all that was recorded.
  const std::string snapshot_at = number_after(last.out, "snapshot_at");
  REQUIRE(snapshot_at != "null");
  CHECK(number_after(last.out, "snapshots_refused") == "0");
  CHECK(std::stoull(snapshot_at) + std::stoull(number_after(last.out, "events_replayed")) ==
        killed.sealed.back().last_sequence);
  CHECK(std::stoull(snapshot_at) > 0);
  for (const Sealed& sealed : killed.sealed) {
    CHECK(hash_of_front(session, sealed.bytes) == sealed.hash);
  }
  std::size_t submits = 0;
  const auto ids = journalled_ids(session, submits);
  CHECK(submits > 100);
  CHECK(ids.size() == submits);

  const test::Finished whole =
      test::run_lanner(runner.words(scratch.path() / "whole", "max"));
  REQUIRE_MESSAGE(whole.code == 0, whole.err);
  const std::string digest = number_after(last.out, "digest");
  CHECK(!digest.empty());
  CHECK(digest == number_after(whole.out, "digest"));
  CHECK(number_after(last.out, "trades") == number_after(whole.out, "trades"));
  check_order_log(session, digest.substr(1, digest.size() - 2));
}
