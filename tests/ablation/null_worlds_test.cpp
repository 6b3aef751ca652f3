// Worlds without an edge, a thousand libraries each: false confirmations stay within what chance
// allows. What the specification wants on real paths is played on the recorded minutes of May 2025.

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "research/block_paths.hpp"
#include "research/learning_worlds.hpp"
#include "support/recorded_market.hpp"

using namespace lanner;
using research::LearningOptions;
using research::LearningResult;
using research::World;

namespace {

constexpr std::uint32_t kRuns = 1'000;

research::RecordedPaths paths_of_may() {
  const auto plan = test::plan_recorded(test::recorded_may());
  std::vector<InstrumentId> ids;
  for (const model::Instrument& instrument : plan.spec.engine.instruments) {
    if (plan.spec.engine.is_active[instrument.id.index()] != 0) {
      ids.push_back(instrument.id);
    }
  }
  return test::must(
      research::recorded_paths(plan.catalog, ids, plan.spec.from, plan.spec.to));
}

// Each world in its turn, two at a time.
std::vector<LearningResult> play(const std::vector<LearningOptions>& worlds) {
  std::vector<LearningResult> results(worlds.size());
  std::vector<std::thread> threads;
  for (std::size_t first = 0; first < 2; ++first) {
    threads.emplace_back([&, first] {
      for (std::size_t i = first; i < worlds.size(); i += 2) {
        results[i] = research::verify_learning(worlds[i], {});
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  return results;
}

void check(const std::vector<LearningOptions>& worlds) {
  const std::vector<LearningResult> results = play(worlds);
  for (std::size_t i = 0; i < worlds.size(); ++i) {
    std::string name = research::name_of(worlds[i].world);
    name += worlds[i].paths.empty() ? "" : " on recorded paths";
    MESSAGE(name << ": " << results[i].false_promotions << " of " << results[i].runs
                 << " runs confirmed something, at most " << results[i].false_limit
                 << "; worst loss of a claim while trusted " << results[i].worst_loss_r << " R");
    CHECK(results[i].runs == kRuns);
    CHECK_MESSAGE(results[i].is_within_limit(), name);
  }
}

}  // namespace

TEST_CASE("a thousand libraries in each made world without an edge confirm no more than chance") {
  std::vector<LearningOptions> worlds;
  for (const World world : {World::null_independent, World::null_factor, World::null_garch,
                            World::tail_seller}) {
    worlds.emplace_back();
    worlds.back().world = world;
    worlds.back().runs = kRuns;
  }
  check(worlds);
}

TEST_CASE("recorded paths of May 2025 with signs or days shuffled confirm no more than chance") {
  SKIP_WITHOUT_DATA();
  const research::RecordedPaths paths = paths_of_may();
  MESSAGE(paths.returns.size() << " blocks of " << paths.instruments.size() << " coins, "
                               << paths.left_out.size() << " left out");
  REQUIRE(paths.returns.size() >= 200);
  REQUIRE(paths.instruments.size() >= 5);
  double squares = 0.0;
  for (const auto& row : paths.returns) {
    squares += row.front() * row.front() / static_cast<double>(paths.returns.size());
  }
  // A block moves a coin by about one stop: neither nothing nor something beyond all brackets.
  CHECK(squares > 0.2);
  CHECK(squares < 5.0);
  std::vector<LearningOptions> worlds;
  for (const World world : {World::null_signflip, World::null_permuted}) {
    worlds.emplace_back();
    worlds.back().world = world;
    worlds.back().runs = kRuns;
    worlds.back().paths = paths.returns;
  }
  check(worlds);
}
