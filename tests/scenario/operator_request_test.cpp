// What an operator asks of a session while it runs: checked, recorded, done at the next minute,
// told again by the journal alone and by a session that is continued.

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "runtime/control/request_desk.hpp"
#include "runtime/proposers/recorded_proposals.hpp"
#include "runtime/replay.hpp"
#include "runtime/session_dir.hpp"
#include "runtime/simulated_session.hpp"
#include "store/journal_writer.hpp"
#include "support/recorded_market.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using model::RequestVerdict;

namespace {

constexpr std::uint64_t kAskAt = 20'000;
constexpr std::uint64_t kEnd = 60'000;

runtime::SessionPlan two_weeks() {
  auto options = test::recorded_may();
  options.pinned = {"risk.heat_pct"};
  return test::plan_recorded(options);
}

model::OperatorRequested request(const std::string& text) {
  return test::must(runtime::parse_request(text));
}

struct Outcome {
  std::vector<model::OperatorAnswered> answers;
  std::vector<Timestamp> answered_at;
  std::string digest;
};

// Plays up to kEnd events; the requests come one by one from event kAskAt on.
Outcome play(const runtime::SessionPlan& plan, store::JournalWriter journal,
             const std::vector<std::string>& texts) {
  runtime::SimulatedSession session(plan.spec, test::must(runtime::open_tape(plan)),
                                    std::move(journal));
  Outcome outcome;
  std::size_t asked = 0;
  bool is_waiting = false;  // a request that has not been applied yet
  while (session.recorder().sequence() < kEnd && session.next_time() != Timestamp::never()) {
    if (session.recorder().sequence() >= kAskAt && asked < texts.size() && !is_waiting) {
      session.put_outside(request(texts[asked++]));
      is_waiting = true;
      static_cast<void>(session.next_time());
    }
    static_cast<void>(session.apply_next());
    is_waiting = is_waiting && !session.was_outside();
    for (const model::Notice& notice : session.sink().notices()) {
      if (const auto* answer = std::get_if<model::OperatorAnswered>(&notice)) {
        outcome.answers.push_back(*answer);
        outcome.answered_at.push_back(session.now());
      }
    }
  }
  outcome.digest = session.recorder().digest().hex();
  test::must(session.journal().flush());
  return outcome;
}

}  // namespace

TEST_CASE("a request is answered at once and done at the next whole minute") {
  SKIP_WITHOUT_DATA();
  const auto plan = two_weeks();
  const auto outcome = play(plan, store::JournalWriter::in_memory(),
                            {"set risk.probe_pct 0.05", "set risk.heat_pct 3",
                             "set coin.tau_r 0.3", "set risk.probe_pct 0.1", "rollback 7",
                             "unpin risk.heat_pct", "pin risk.probe_pct"});
  std::vector<RequestVerdict> at_once;
  std::vector<model::OperatorAnswered> done;
  for (std::size_t i = 0; i < outcome.answers.size(); ++i) {
    const auto& answer = outcome.answers[i];
    if (answer.verdict == RequestVerdict::done) {
      CHECK(outcome.answered_at[i] >= answer.applies_at.floor_to(minutes(1)));
      done.push_back(answer);
    } else {
      at_once.push_back(answer.verdict);
    }
  }
  REQUIRE(at_once.size() >= 7);
  CHECK(at_once[0] == RequestVerdict::taken);
  CHECK(at_once[1] == RequestVerdict::pinned);
  CHECK(at_once[2] == RequestVerdict::next_session);
  // The first has not been done yet, so its old value stands still.
  CHECK(at_once[3] == RequestVerdict::unchanged);
  CHECK(at_once[4] == RequestVerdict::unknown_adaptation);
  CHECK(at_once[5] == RequestVerdict::taken);
  CHECK(at_once[6] == RequestVerdict::taken);
  REQUIRE(done.size() == 3);
  CHECK(done[0].before == *parse_fixed<Rate>("0.1"));
  CHECK(done[0].version == 2);
}

TEST_CASE("a request changes decisions, and the journal alone tells the same session again") {
  SKIP_WITHOUT_DATA();
  const test::ScratchDir dir("operator");
  const auto plan = two_weeks();
  const auto untouched = play(plan, store::JournalWriter::in_memory(), {});
  const auto path = dir.path() / "session";
  const auto asked =
      play(plan,
           test::must(store::JournalWriter::create(path, runtime::identity_of(plan.spec), {})),
           {"set risk.probe_pct 0.05", "pin fee.cost_r_cap"});
  CHECK(asked.digest != untouched.digest);
  const auto replayed = test::must(runtime::replay_session({path, "", {}, nullptr}, {}));
  CHECK(replayed.equal);
  CHECK(replayed.digest == asked.digest);
  // A session that is continued reads them from its journal.
  const auto recorded = runtime::recorded_proposals(path);
  REQUIRE(recorded.size() == 2);
  CHECK(std::get<model::OperatorRequested>(recorded[0].event) ==
        request("set risk.probe_pct 0.05"));
  CHECK(std::get<model::OperatorRequested>(recorded[1].event) == request("pin fee.cost_r_cap"));
}

TEST_CASE("requests in words are checked before they are handed over") {
  CHECK(runtime::request_text(request("set risk.probe_pct 0.05")) == "set risk.probe_pct 0.05");
  CHECK(runtime::request_text(request("rollback 17")) == "rollback 17");
  for (const char* text : {"", "set", "set risk.probe_pct", "set risk.probe_pct 5",
                           "set risk.probe_pct 0.1 0.2", "set risk.prob_pct 0.1", "rollback -1",
                           "rollback 1 2", "burn risk.probe_pct", "pin risk.probe_pct 1"}) {
    CHECK_MESSAGE(!runtime::parse_request(text).has_value(), text);
  }
  CHECK(runtime::parse_request("pin risk.prob_pct").error().message.find(
            "did you mean 'risk.probe_pct'") != std::string::npos);
}

TEST_CASE("a request reaches the desk of whoever has the session in hand, and nobody else") {
  const test::ScratchDir dir("desk");
  const auto session = dir.path() / "session";
  const auto wanted = request("set risk.probe_pct 0.05");
  const auto nobody = runtime::ask_session(session, wanted, 100);
  REQUIRE_FALSE(nobody.has_value());
  CHECK(nobody.error().message.find("nothing is running") == 0);

  const auto lock = runtime::SessionLock::take(session);
  REQUIRE(lock.has_value());
  runtime::RequestDesk desk(session);
  // Not taken in time: it is withdrawn, so it cannot come later.
  CHECK_FALSE(runtime::ask_session(session, wanted, 50).has_value());
  desk.poll();
  CHECK_FALSE(desk.has_next());

  Result<runtime::RequestAnswer> answer = fail(ErrorKind::failure, "not asked");
  std::thread operator_side([&] { answer = runtime::ask_session(session, wanted, 10'000); });
  while (!desk.has_next()) {
    desk.poll();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  model::CommandSink sink;
  sink.notify(model::OperatorAnswered{desk.take_next(), RequestVerdict::taken,
                                      *parse_fixed<Rate>("0.1"), 1, Timestamp{60}});
  desk.on_applied(sink);
  operator_side.join();
  REQUIRE(answer.has_value());
  CHECK(answer->verdict == RequestVerdict::taken);
  CHECK(answer->before == *parse_fixed<Rate>("0.1"));
  CHECK(answer->applies_at == Timestamp{60});
}
