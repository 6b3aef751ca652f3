// A feature that a user wrote: a condition on it fires where its formula says, and the session
// replays equal from its own first record.

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "runtime/backtest.hpp"
#include "runtime/replay.hpp"
#include "runtime/session_plan.hpp"
#include "runtime/synthetic_catalog.hpp"
#include "support/played_session.hpp"
#include "support/recorded_market.hpp"
#include "support/scratch_dir.hpp"

namespace lanner {
namespace {

constexpr const char* kText = "zscore(close - ema(close, 50), 200)";
constexpr const char* kConditions = R"({"schema_version": "tc1", "conditions": [
  {"coin": "BTCUSDT", "direction": "long", "stop_tf": "1h", "stop_atr": 1.0,
   "take_profit_r": 2.0, "time_stop_min": 30, "expiry_s": 1800,
   "when_all": [{"lhs": "my_z", "tf": "1m", "op": "lt", "rhs": "const", "value": -2}]}]})";

runtime::RunOptions options_in(const test::ScratchDir& scratch) {
  sim::SyntheticConfig config;
  config.seed = 5;
  config.instruments = 2;
  config.length = hours(48);
  static_cast<void>(
      test::must(runtime::make_synthetic_catalog(config, scratch.path() / "catalog")));
  runtime::RunOptions options;
  options.data = scratch.path() / "catalog";
  options.profile = scratch.path();
  options.with_bad_day = false;
  options.features = {{"my_z", kText}};
  options.conditions = scratch.write("my.tc1.json", kConditions);
  return options;
}

// The text's formula over all bars of the series, each value from the whole past.
std::vector<double> naive_z(std::span<const store::BarRecord> bars) {
  std::vector<double> away;  // close less its exponential mean, from the 50th bar on
  std::vector<double> out;
  double mean = 0.0;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double close = to_score(Price::from_raw(bars[i].close)).value();
    mean = i < 50 ? mean + close / 50.0 : close * 2.0 / 51.0 + mean * 49.0 / 51.0;
    out.push_back(std::nan(""));
    if (i < 49) {
      continue;
    }
    away.push_back(close - mean);
    if (away.size() < 200) {
      continue;
    }
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t k = away.size() - 200; k < away.size(); ++k) {
      sum += away[k] / 200.0;
    }
    for (std::size_t k = away.size() - 200; k < away.size(); ++k) {
      squares += (away[k] - sum) * (away[k] - sum) / 200.0;
    }
    out.back() = (away.back() - sum) / std::sqrt(squares);
  }
  return out;
}

}  // namespace

TEST_CASE("own features: a condition on one fires where the formula says, and nowhere else") {
  const test::ScratchDir scratch("own-features");
  const auto plan = test::must(runtime::plan_session(options_in(scratch)));
  REQUIRE(plan.spec.conditions.size() == 1);
  const InstrumentId btc = plan.spec.conditions[0].condition.instrument_id;
  const auto series = test::must(plan.catalog.bars(btc, 60));
  const auto bars = series->rows();
  const std::vector<double> z = naive_z(bars);

  std::size_t fired = 0;
  for (const model::DecisionTrace& trace :
       test::play(plan.spec, test::must(runtime::open_tape(plan))).decisions) {
    if (trace.candidate.source != model::ConditionSource::file) {
      continue;
    }
    ++fired;
    CHECK(trace.candidate.instrument_id == btc);
    const auto bar = static_cast<std::size_t>(
        (trace.candidate.triggered_at.ns() - bars[0].open_time) / minutes(1).ns() - 1);
    REQUIRE(bar < z.size());
    REQUIRE(trace.inputs.size() == 1);
    CHECK(trace.inputs[0].value() == doctest::Approx(z[bar]).epsilon(1e-9));
    CHECK(z[bar] < -2.0);
  }
  CHECK(fired > 3);
}

TEST_CASE("own features: a session with one replays equal and tells its digest twice") {
  const test::ScratchDir scratch("own-features-replay");
  runtime::RunOptions options = options_in(scratch);
  options.out = scratch.path() / "session";
  const views::RunResult result = test::must(runtime::run_backtest(options, {}));
  runtime::ReplayOptions asked;
  asked.session = options.out;
  const auto again = test::must(runtime::replay_session(asked, {}));
  CHECK(again.equal);
  CHECK(again.closed);

  // Without the formula, or with another one, it would have been another session.
  options.out.clear();
  CHECK(test::must(runtime::run_backtest(options, {})).digest == result.digest);
  options.features = {{"my_z", "zscore(close - ema(close, 20), 200)"}};
  CHECK(test::must(runtime::run_backtest(options, {})).digest != result.digest);
  options.features.clear();
  const auto refused = runtime::run_backtest(options, {});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("my_z") != std::string::npos);
}

}  // namespace lanner
