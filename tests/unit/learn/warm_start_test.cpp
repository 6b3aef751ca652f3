// What the history before a session teaches: the same posterior, at a share of the weight.

#include <doctest/doctest.h>

#include <vector>

#include "fixture.hpp"
#include "learn/knowledge.hpp"

namespace lanner::learn {
namespace {

using model::PositionSide;

constexpr PositionSide kLong = PositionSide::long_side;
constexpr std::int64_t kBlock = 120'000;
const PatternKey kKey{model::TemplateId::p02, kLong, model::ConditionSource::strategist};

PastLabel past(double r, std::int64_t block) {
  return {kKey, InstrumentId{0}, Tier::middle, block, block_start(block), Score{1.0}, Score{r},
          Score{r}};
}

std::vector<PastLabel> three_blocks() {
  return {past(1.0, kBlock), past(-1.0, kBlock + 1), past(2.0, kBlock + 2)};
}

std::vector<std::byte> bytes_of(const KnowledgeBrain& brain) {
  std::vector<std::byte> bytes;
  ByteWriter writer(bytes);
  brain.encode(writer);
  return bytes;
}

}  // namespace

TEST_CASE("three blocks of the past at 0.3 give the known posterior") {
  PatternPosterior patterns(fixture::parameters({{"coin.half_life_days", "3650"}}));
  for (const PastLabel& label : three_blocks()) {
    patterns.on_past(label, 0.3);
  }
  // Prior weight 64 and 3 x 0.3; mean 0.3 x (1 - 1 + 2) / 64.9; alpha 2 + 0.9 / 2.
  const NigPosterior known = patterns.posterior(kKey);
  CHECK(known.kappa == doctest::Approx(64.9).epsilon(1e-4));
  CHECK(known.mean == doctest::Approx(0.6 / 64.9).epsilon(1e-4));
  CHECK(known.alpha == doctest::Approx(2.45).epsilon(1e-4));
  CHECK(patterns.view(kKey).labels.value() == doctest::Approx(0.9).epsilon(1e-3));
}

TEST_CASE("a label of the past at full weight says what the session's own would say") {
  const model::ParameterSet set;
  PatternPosterior before(set);
  PatternPosterior own(set);
  before.on_past(past(1.5, kBlock), 1.0);
  own.on_label(fixture::label(0, kLong, 1.5, kBlock), block_start(kBlock));
  CHECK(before.posterior(kKey).mean == own.posterior(kKey).mean);
  CHECK(before.posterior(kKey).kappa == own.posterior(kKey).kappa);
}

TEST_CASE("the past fills posteriors and nothing else, and at weight 0 nothing at all") {
  const auto instruments = fixture::instruments(1);
  const model::ParameterSet set;
  KnowledgeBrain brain(instruments, set, {});
  const auto untouched = bytes_of(brain);
  const auto claims = brain.library().e_values();
  brain.learn_from_past(three_blocks(), Score{0.0});
  CHECK(bytes_of(brain) == untouched);
  brain.learn_from_past(three_blocks(), Score{0.3});
  CHECK(bytes_of(brain) != untouched);
  CHECK(brain.patterns().view(kKey).mean_r > Score{});
  CHECK(brain.coins().node(InstrumentId{0}, kLong).n > Score{});
  CHECK(brain.coins().status(InstrumentId{0}, kLong) == model::CoinStatus::normal);
  CHECK(brain.library().e_values() == claims);
  CHECK(brain.library().row(kKey).labels == 0);
}

TEST_CASE("a coin that only ever lost in the past is held back with the session's first label") {
  const auto instruments = fixture::instruments(1);
  const model::ParameterSet set;
  KnowledgeBrain brain(instruments, set, {});
  StatusBuffer changes(16);
  std::vector<PastLabel> losses;
  for (std::int64_t i = 0; i < 400; ++i) {
    losses.push_back(past(-1.0, kBlock + i / 4));
  }
  brain.learn_from_past(losses, Score{1.0});
  CHECK(brain.coins().status(InstrumentId{0}, kLong) == model::CoinStatus::normal);
  brain.on_label(fixture::label(0, kLong, -1.0, kBlock + 100), Tier::middle,
                 block_start(kBlock + 101), changes);
  CHECK(brain.coins().status(InstrumentId{0}, kLong) == model::CoinStatus::blocked);
}

}  // namespace lanner::learn
