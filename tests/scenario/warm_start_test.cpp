// A session begins with what the days before it taught, at a share of the weight: nothing of what
// follows is in it, the journal alone tells it again, and without it all is as it was.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/isotime.hpp"
#include "runtime/backtest.hpp"
#include "runtime/replay.hpp"
#include "support/played_session.hpp"
#include "support/recorded_market.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;

namespace {

Timestamp day(int of_may) {
  return Timestamp{*parse_instant("2025-05-" + std::string(of_may < 10 ? "0" : "") +
                              std::to_string(of_may))};
}

runtime::RunOptions from_mid_may(int to = 23) {
  runtime::RunOptions options = test::recorded_may();
  options.from = day(20);
  options.to = day(to);
  return options;
}

runtime::RunOptions with(runtime::RunOptions options, const std::string& id,
                         const std::string& value) {
  options.sets.emplace_back(id, value);
  return options;
}

bool same_labels(const std::vector<learn::PastLabel>& a, const std::vector<learn::PastLabel>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.key == y.key && x.instrument_id == y.instrument_id && x.tier == y.tier &&
           x.block_id == y.block_id && x.labelled_at == y.labelled_at && x.weight == y.weight &&
           x.gross_r == y.gross_r && x.net_r == y.net_r;
  });
}

}  // namespace

TEST_CASE("the warm start knows the days before and nothing of what follows") {
  SKIP_WITHOUT_DATA();
  const auto plan = test::plan_recorded(from_mid_may());
  const auto& past = plan.spec.engine.past;
  REQUIRE(past.size() > 100);
  CHECK(std::all_of(past.begin(), past.end(), [&plan](const learn::PastLabel& label) {
    return label.labelled_at < plan.spec.from;
  }));
  CHECK(std::is_sorted(past.begin(), past.end(), [](const auto& a, const auto& b) {
    return a.labelled_at < b.labelled_at;
  }));
  // The same history, however long the session after it is.
  CHECK(same_labels(test::plan_recorded(from_mid_may(30)).spec.engine.past, past));
  // And of fewer days fewer labels, the last of them.
  const auto week = test::plan_recorded(with(from_mid_may(), "warm_start.days", "7"));
  CHECK(week.spec.engine.past.size() < past.size());
  CHECK(week.spec.engine.past.front().labelled_at >= day(13));
}

TEST_CASE("warm_start.weight 0 is a session without a past, and 0.3 decides otherwise") {
  SKIP_WITHOUT_DATA();
  const auto digest_of = [](const runtime::SessionPlan& plan) {
    return test::play(plan.spec, test::must(runtime::open_tape(plan))).figures.digest.hex();
  };
  // Set to its own prior: a change of parameters shows in each decision's trace.
  auto without = with(from_mid_may(), "warm_start.weight", "0.3");
  without.with_past = false;
  const auto cold = test::plan_recorded(with(from_mid_may(), "warm_start.weight", "0"));
  CHECK(cold.spec.engine.past.empty());
  CHECK(digest_of(cold) == digest_of(test::plan_recorded(without)));
  CHECK(digest_of(cold) != digest_of(test::plan_recorded(from_mid_may())));
}

TEST_CASE("a warm-started session is told again by its journal alone") {
  SKIP_WITHOUT_DATA();
  const test::ScratchDir dir("warm-start");
  auto options = from_mid_may();
  options.out = dir.path() / "session";
  const auto result = test::must(runtime::run_backtest(options, {}));
  const auto replayed = test::must(runtime::replay_session({options.out, "", {}, nullptr}, {}));
  CHECK(replayed.equal);
  CHECK(replayed.digest == result.digest);
  CHECK(std::any_of(result.notes.begin(), result.notes.end(), [](const std::string& note) {
    return note.find("warm start: the posteriors begin with") == 0;
  }));
}
