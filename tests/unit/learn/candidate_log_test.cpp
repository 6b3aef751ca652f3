#include "learn/candidate_log.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/mathx.hpp"
#include "base/random.hpp"
#include "fixture.hpp"

namespace lanner::learn {
namespace {

using fixture::candidate;
using fixture::World;
using model::Barrier;
using model::LabelSource;
using model::PositionSide;

constexpr PositionSide kLong = PositionSide::long_side;
constexpr PositionSide kShort = PositionSide::short_side;

const model::CandidateLabel& only(const World& world) {
  REQUIRE(world.labels.size() == 1);
  return world.labels.items()[0];
}

model::ParameterSet priced() {
  return fixture::parameters({{"cost.half_spread_middle_bps", "10"},
                              {"cost.stop_k", "0"},
                              {"cost.impact_coefficient", "0"}});
}

TEST_CASE("stop comes first when one bar touches both barriers") {
  World world;
  world.open(candidate(kLong, 99, 102));
  world.bar(100, 100.5, 99.5, 100);
  CHECK(world.labels.is_empty());
  world.bar(100, 102.1, 98.9, 101);
  CHECK(only(world).gross_r.value() == doctest::Approx(-1.0).epsilon(1e-6));
  CHECK(only(world).net_r.value() == doctest::Approx(-1.0).epsilon(1e-6));
  CHECK(only(world).barrier == Barrier::stop);
  CHECK(only(world).weight.value() == 0.5);
  CHECK(only(world).source == LabelSource::path);
  CHECK(only(world).mfe_r.value() == doctest::Approx(0.5).epsilon(1e-6));
}

TEST_CASE("target, time stop and their excursions") {
  World world;
  world.open(candidate(kLong, 99, 102));
  world.bar(100, 100.2, 99.4, 100);
  world.bar(100, 102, 100, 101);
  CHECK(only(world).net_r.value() == doctest::Approx(2.0).epsilon(1e-6));
  CHECK(only(world).barrier == Barrier::target);
  CHECK(only(world).mae_r.value() == doctest::Approx(-0.6).epsilon(1e-6));
  world.labels.clear();

  world.open(candidate(kShort, 101, 98, minutes(3)));
  world.bar(100, 100.2, 99.8, 100);
  world.bar(100, 100.2, 99.8, 100);
  CHECK(world.labels.is_empty());
  world.bar(100, 100.2, 99.3, 99.5);
  CHECK(only(world).barrier == Barrier::time);
  CHECK(only(world).net_r.value() == doctest::Approx(0.5).epsilon(1e-6));
}

TEST_CASE("a gap over the stop fills at the print, one over the time stop at the open") {
  World world;
  world.open(candidate(kLong, 99, 102));
  world.bar(100, 100.2, 99.8, 100);
  world.bar(97, 97.5, 96, 97);
  CHECK(only(world).net_r.value() == doctest::Approx(-3.0).epsilon(1e-6));
  world.labels.clear();

  world.open(candidate(kLong, 99, 102, minutes(3)));
  world.bar(100, 100.2, 99.8, 100);
  world.now = world.now + minutes(284);
  world.bar(100.4, 103, 98, 100);
  CHECK(only(world).barrier == Barrier::time);
  CHECK(only(world).net_r.value() == doctest::Approx(0.4).epsilon(1e-6));
}

TEST_CASE("an entry at or beyond its stop never happens") {
  World world;
  world.open(candidate(kLong, 99, 102));
  world.bar(98.9, 103, 98, 101);
  CHECK_FALSE(only(world).is_filled);
  CHECK(only(world).weight.value() == 0.0);
  CHECK(world.log.pending() == 0);
}

TEST_CASE("entry is the next tradable price, never one printed before the decision") {
  World world;
  world.bar(100, 100, 100, 100);
  model::Candidate late = candidate(kLong, 99, 102);
  late.triggered_at = world.now + milliseconds(50);
  world.log.open(late);
  // The same bar once more, as when a caller opens before it reports the bar.
  world.log.on_bar({InstrumentId{0}, 60, fixture::px(90), fixture::px(110), fixture::px(90),
                    fixture::px(100), Quantity{}},
                   world.now, world.labels);
  CHECK(world.labels.is_empty());
  world.log.on_trade({InstrumentId{0}, model::Side::buy, fixture::px(90), Quantity{}},
                     world.now + milliseconds(40), world.labels);
  CHECK(world.labels.is_empty());
  CHECK(world.log.pending_candidates().at(0).reason == PendingReason::entry_open);
  world.trade(100);
  CHECK(world.log.pending_candidates().at(0).reason == PendingReason::barrier_open);
  world.trade(102.5);
  CHECK(only(world).net_r.value() == doctest::Approx(2.5).epsilon(1e-6));
}

TEST_CASE("bars that overlap what was seen tell nothing new") {
  World world;
  world.bar(100, 100, 100, 100);
  world.open(candidate(kLong, 99, 102));
  world.bar(100, 100.2, 99.9, 100);
  // Five minutes that hold the two above and prices from before the trigger.
  world.log.on_bar({InstrumentId{0}, 300, fixture::px(100), fixture::px(105), fixture::px(95),
                    fixture::px(100), Quantity{}},
                   world.now, world.labels);
  CHECK(world.labels.is_empty());
}

TEST_CASE("a limit needs a trade through it, else it is unfilled at its time stop") {
  World world;
  model::Candidate limit = candidate(kLong, 98, 101, minutes(3));
  limit.entry_mode = model::EntryMode::limit;
  limit.entry_px = fixture::px(99);
  world.open(limit);
  world.bar(100, 100.2, 99, 100);  // touched, not through
  world.bar(100, 100.2, 99.1, 100);
  world.bar(100, 100.2, 99.1, 100);
  CHECK_FALSE(only(world).is_filled);
  world.labels.clear();

  world.open(limit);
  world.bar(100, 103, 98.9, 100);  // the high may have come before the fill
  CHECK(world.labels.is_empty());
  world.bar(100, 101, 100, 101);
  CHECK(only(world).net_r.value() == doctest::Approx(2.0).epsilon(1e-6));
  world.labels.clear();

  world.open(limit);
  world.bar(100, 100, 97.5, 100);  // through limit and stop in one bar
  CHECK(only(world).net_r.value() == doctest::Approx(-1.0).epsilon(1e-6));
  world.labels.clear();

  world.open(limit);
  world.bar(98.5, 98.6, 98.4, 98.5);  // opens beyond the limit: the better price
  world.bar(98.5, 101, 98.4, 98.5);
  CHECK(only(world).net_r.value() == doctest::Approx(5.0).epsilon(1e-6));
}

TEST_CASE("costs: spread on entry, target and time, stop slippage, fees, funding") {
  World world(1, 16, priced(), Rate::from_raw(10'000'000));  // 10 bps taker
  world.open(candidate(kLong, 99, 102));
  world.bar(100, 100.2, 99.8, 100);
  world.log.on_funding({InstrumentId{0}, Rate::from_raw(10'000'000)}, world.now);
  world.bar(100, 102, 99.8, 101);
  const double entry = 100.0 + 0.1;
  const double exit = 102.0 - 0.102;
  const double risk = entry - 99.0;
  const double net = (exit - entry - 0.001 * (entry + exit) - 0.001 * 100.0) / risk;
  CHECK(only(world).net_r.value() == doctest::Approx(net).epsilon(1e-7));
  CHECK(only(world).gross_r.value() == doctest::Approx(2.0 / risk).epsilon(1e-7));
  world.labels.clear();

  world.open(candidate(kShort, 101, 98));
  world.bar(100, 100.2, 99.8, 100);
  world.bar(100, 101.5, 99.8, 101);
  const double sold = 100.0 - 0.1;
  const double bought = 101.0 + 0.101;
  const double loss = (sold - bought - 0.001 * (sold + bought)) / (101.0 - sold);
  CHECK(only(world).net_r.value() == doctest::Approx(loss).epsilon(1e-7));
}

TEST_CASE("a traded candidate is labelled by its fills; its path is kept beside") {
  World world;
  const CandidateId id = world.open(candidate(kLong, 99, 102));
  world.log.mark_traded(id);
  world.bar(100, 102, 99.9, 101);
  CHECK(world.labels.is_empty());  // the path ended, the position has not
  CHECK(world.log.pending_candidates().at(0).reason == PendingReason::position_open);

  model::TradeClosed trade;
  trade.candidate_id = id;
  trade.exit_reason = model::ExitReason::target;
  trade.net_r = Score{1.8};
  trade.cost_r = Score{0.15};
  world.log.on_trade_closed(trade, world.now, world.labels);
  CHECK(only(world).source == LabelSource::fills);
  CHECK(only(world).weight.value() == 1.0);
  CHECK(only(world).gross_r.value() == doctest::Approx(1.95));
  CHECK(world.log.pending() == 0);
  CHECK(world.log.fill_model_gap().n == 1);
  CHECK(world.log.fill_model_gap().mean_r.value() == doctest::Approx(-0.2).epsilon(1e-6));
  world.log.on_trade_closed(trade, world.now, world.labels);
  CHECK(world.labels.size() == 1);
  CHECK(world.log.orphan_trades() == 1);
}

TEST_CASE("fills may end before the path, which then is only compared") {
  World world;
  const CandidateId id = world.open(candidate(kLong, 99, 102));
  world.log.mark_traded(id);
  world.bar(100, 100.1, 99.9, 100);
  model::TradeClosed trade;
  trade.candidate_id = id;
  trade.exit_reason = model::ExitReason::stop;
  trade.net_r = Score{-1.1};
  world.log.on_trade_closed(trade, world.now, world.labels);
  CHECK(world.labels.size() == 1);
  CHECK(world.log.pending_candidates().empty());
  world.bar(100, 100.1, 98.9, 99);
  CHECK(world.labels.size() == 1);
  CHECK(world.log.fill_model_gap().mean_r.value() == doctest::Approx(-0.1).epsilon(1e-6));
}

TEST_CASE("a plan that ended unfilled goes back to its path") {
  World world;
  const CandidateId first = world.open(candidate(kLong, 99, 102));
  const CandidateId second = world.open(candidate(kLong, 99, 103));
  world.log.mark_traded(first);
  world.log.mark_traded(second);
  world.bar(100, 102, 99.9, 101);
  world.log.on_plan_ended_unfilled(first, world.now, world.labels);
  CHECK(only(world).candidate_id == first);
  CHECK(only(world).source == LabelSource::path);
  world.log.on_plan_ended_unfilled(second, world.now, world.labels);
  CHECK(world.labels.size() == 1);
  world.bar(101, 103, 100, 101);
  CHECK(world.labels.size() == 2);
  CHECK(world.log.decisions() == world.log.labelled());
}

TEST_CASE("at the bound a candidate is refused and counted, and room comes back") {
  World world(1, 2);
  CHECK(world.open(candidate(kLong, 99, 102)).is_valid());
  CHECK(world.open(candidate(kLong, 99, 102)).is_valid());
  CHECK_FALSE(world.open(candidate(kLong, 99, 102)).is_valid());
  CHECK(world.log.refused() == 1);
  CHECK(world.log.decisions() == 2);
  world.bar(100, 102, 100, 101);
  CHECK(world.labels.size() == 2);
  CHECK(world.open(candidate(kLong, 99, 102)).is_valid());
  CHECK(world.log.decisions() == world.log.labelled() + world.log.pending());
}

TEST_CASE("block and cluster ids") {
  World world;
  model::Candidate made = candidate(kLong, 99, 102);
  made.triggered_at = Timestamp{} + hours(9);
  world.log.open(made);
  CHECK(made.block_id == 2);
  model::Candidate twin = made;
  twin.instrument_id = InstrumentId{0};
  world.log.open(twin);
  CHECK(twin.cluster_id == made.cluster_id);
  CHECK(twin.id != made.id);
  twin.side = kShort;
  world.log.open(twin);
  CHECK(twin.cluster_id != made.cluster_id);
}

// Share of stops-or-targets that end at the target, for a walk of small steps with drift m per
// unit variance, in units of the stop distance.
double share_of_targets(double b, double drift, int paths) {
  World world;
  const double step = 0.05;  // of the stop distance 1
  // P(up) that gives a discrete walk the same exit probabilities as the diffusion.
  const double up = 1.0 / (1.0 + mathx::exp(-2.0 * drift * step));
  RandomStream chance(7, static_cast<std::uint64_t>(b * 100 + drift * 10'000));
  int wins = 0;
  for (int i = 0; i < paths; ++i) {
    world.labels.clear();
    world.open(candidate(kLong, 99, 100 + b, hours(1'000'000)));
    std::int64_t level = 0;
    while (world.labels.is_empty()) {
      world.trade(100.0 + step * static_cast<double>(level));
      level += chance.uniform() < up ? 1 : -1;
    }
    wins += only(world).barrier == Barrier::target ? 1 : 0;
  }
  return static_cast<double>(wins) / paths;
}

TEST_CASE("a driftless walk reaches +b before -1 with probability 1 / (1 + b)") {
  constexpr int kPaths = 4000;
  for (const double b : {0.5, 1.0, 2.0, 3.0}) {
    const double p = 1.0 / (1.0 + b);
    const double sd = std::sqrt(p * (1.0 - p) / kPaths);
    CHECK(std::fabs(share_of_targets(b, 0.0, kPaths) - p) < 4.0 * sd);
  }
}

TEST_CASE("with drift the share is that of the diffusion") {
  constexpr int kPaths = 4000;
  struct Case {
    double drift, b, p;
  };
  for (const Case& known : {Case{0.1, 1, 0.549834}, Case{0.1, 2, 0.401760},
                            Case{0.25, 1, 0.622459}, Case{0.25, 2, 0.506480}}) {
    const double sd = std::sqrt(known.p * (1.0 - known.p) / kPaths);
    CHECK(std::fabs(share_of_targets(known.b, known.drift, kPaths) - known.p) < 4.0 * sd);
  }
}

}  // namespace
}  // namespace lanner::learn
