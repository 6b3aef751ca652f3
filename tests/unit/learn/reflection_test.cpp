#include "learn/reflection.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "base/random.hpp"
#include "fixture.hpp"
#include "learn/knowledge.hpp"

namespace lanner::learn {
namespace {

using model::AdaptationKind;

constexpr std::int64_t kFirstBlock = 122'400;  // at the start of a window
constexpr std::uint32_t kCoins = 8;

// A market of labels: one per coin and block, of which some lose.
template <typename Mean>
std::vector<model::AdaptationProposal> proposals_of(Mean mean, int blocks, std::uint64_t seed) {
  const model::ParameterSet parameters;
  Reflection reflection(kCoins, parameters);
  RandomStream chance(seed, 41);
  std::vector<model::AdaptationProposal> found;
  for (std::int64_t block = kFirstBlock; block < kFirstBlock + blocks; ++block) {
    const double common = chance.normal();
    for (std::uint32_t coin = 0; coin < kCoins; ++coin) {
      const auto side = chance.uniform() < 0.5 ? model::PositionSide::long_side
                                               : model::PositionSide::short_side;
      model::CandidateLabel label = fixture::label(coin, side, 0.0, block);
      label.triggered_at = block_start(block) +
                           minutes(static_cast<std::int64_t>(chance.below(240)));
      const double noise = 0.8 * common + 0.6 * chance.normal();
      label.net_r = Score{mean(label) + 0.6 * noise};
      reflection.on_label(label);
    }
    reflection.on_block();
    for (const auto& proposal : reflection.reflect(parameters, block_start(block + 1))) {
      found.push_back(proposal);
    }
  }
  return found;
}

TEST_CASE("a coin that loses is found, and only that") {
  const auto mean = [](const model::CandidateLabel& label) {
    return label.instrument_id == InstrumentId{3} ? -1.0 : 0.0;
  };
  const auto found = proposals_of(mean, 170, 1);
  REQUIRE(found.size() >= 1);
  CHECK(found.front().kind == AdaptationKind::block);
  CHECK(found.front().scope.instrument_id == InstrumentId{3});
  CHECK(found.front().predicted_r > Score{0.3});
  CHECK(found.front().mean_r < Score{-0.5});
  CHECK(found.front().n >= 20);
  CHECK(found.front().n_eff.value() <= static_cast<double>(found.front().n));
  CHECK(found.front().risk_share.value() == doctest::Approx(1.0 / kCoins).epsilon(0.2));
  for (const auto& proposal : found) {
    CHECK(proposal.scope.instrument_id == InstrumentId{3});
  }
}

TEST_CASE("hours that lose become a range") {
  const auto mean = [](const model::CandidateLabel& label) {
    const std::int64_t hour = label.triggered_at.ns() / kNsPerHour % 24;
    return hour >= 4 && hour < 8 ? -1.6 : 0.1;
  };
  const auto found = proposals_of(mean, 170, 2);
  REQUIRE(found.size() >= 1);
  bool has_hours = false;
  for (const auto& proposal : found) {
    has_hours = has_hours || (proposal.scope.hour_first >= 4 && proposal.scope.hour_end <= 8 &&
                              proposal.scope.hour_end > proposal.scope.hour_first);
  }
  CHECK(has_hours);
}

TEST_CASE("what wins is favoured") {
  const auto mean = [](const model::CandidateLabel& label) {
    return label.instrument_id == InstrumentId{5} ? 1.0 : 0.0;
  };
  const auto found = proposals_of(mean, 170, 3);
  REQUIRE(found.size() >= 1);
  CHECK(found.front().kind == AdaptationKind::favour);
  CHECK(found.front().scope.instrument_id == InstrumentId{5});
}

TEST_CASE("a market without slices proposes nothing in most months") {
  int months = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto none = [](const model::CandidateLabel&) { return 0.0; };
    months += proposals_of(none, 170, 100 + seed).empty() ? 0 : 1;
  }
  CHECK(months <= 4);
}

TEST_CASE("costly entries that lose ask for a lower cap, one step down") {
  const model::ParameterSet parameters;
  Reflection reflection(kCoins, parameters);
  Reflection::Proposals found;
  for (std::int64_t block = kFirstBlock; block < kFirstBlock + 170 && found.size() == 0;
       ++block) {
    for (std::uint32_t coin = 0; coin < kCoins; ++coin) {
      model::CandidateLabel label =
          fixture::label(coin, model::PositionSide::long_side, coin == 0 ? -1.0 : 0.2, block);
      label.cost_r = Score{coin == 0 ? 0.3 : 0.1};
      // Spread over coins, sides and hours, so that nothing else tells them apart.
      label.instrument_id = InstrumentId{static_cast<std::uint32_t>(
          (static_cast<std::int64_t>(coin) + block) % kCoins)};
      label.side = (block + coin) % 3 == 0 ? model::PositionSide::short_side
                                           : model::PositionSide::long_side;
      reflection.on_label(label);
    }
    reflection.on_block();
    found = reflection.reflect(parameters, block_start(block + 1));
  }
  REQUIRE(found.size() >= 1);
  CHECK(found[0].kind == AdaptationKind::set_parameter);
  CHECK(found[0].parameter == model::Param::fee_cost_r_cap);
  AdaptationEngine engine(parameters);
  AdaptationBuffer changes(8);
  CHECK(engine.propose(found[0], block_start(kFirstBlock), changes).has_value());
}

TEST_CASE("the brain takes slices from labels to a rule that blocks, on evidence from after") {
  const model::ParameterSet parameters;
  fixture::World world(kCoins);
  KnowledgeBrain brain(world.table, parameters, {});
  StatusBuffer statuses(64);
  LadderChanges changes;
  std::vector<model::AdaptationChanged> seen;
  RandomStream chance(7, 42);
  for (std::int64_t block = kFirstBlock; block < kFirstBlock + 170; ++block) {
    for (std::uint32_t coin = 0; coin < kCoins; ++coin) {
      statuses.clear();
      const double r = (coin == 3 ? -1.2 : 0.05) + 0.4 * chance.normal();
      brain.on_label(fixture::label(coin, model::PositionSide::long_side, r, block),
                     Tier::middle, block_start(block + 1), statuses);
    }
    changes.clear();
    brain.on_hour(world.log, world.log.book(), block_start(block + 1), changes);
    for (const auto& change : changes.adaptations) {
      seen.push_back(change);
    }
  }
  REQUIRE(seen.size() >= 1);
  CHECK(seen.front().proposal.scope.instrument_id == InstrumentId{3});
  CHECK(seen.front().after == model::AdaptationState::trial);
  CHECK(seen.front().e_for == Score{1.0});  // what found it is no evidence
}

}  // namespace
}  // namespace lanner::learn
