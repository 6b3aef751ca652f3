#include "learn/pattern_library.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "fixture.hpp"
#include "learn/knowledge.hpp"

namespace lanner::learn {
namespace {

using model::PatternReason;
using model::PatternState;

constexpr PatternKey kKey{model::TemplateId::p02, model::PositionSide::long_side,
                          model::ConditionSource::strategist};
constexpr std::int64_t kFirst = 121'000;

// A library beside the posterior that it asks, fed block by block with labels and block values.
struct Ladder {
  explicit Ladder(const model::ParameterSet& set = {}, model::ComponentMask mask = {})
      : library(set, mask), posterior(set), book(1, 2.0), changes(PatternKey::kCount) {}

  void block(const PatternKey& key, double label_r, double value_r, int labels = 1) {
    for (int i = 0; i < labels; ++i) {
      model::CandidateLabel label = fixture::label(0, key.side, label_r, at);
      label.template_id = key.template_id;
      label.condition_source = key.source;
      label.source = model::LabelSource::fills;
      posterior.on_label(label, block_start(at + 1));
      library.on_label(label);
      const double unit = book.admit(key.index());
      book.add(key.index(), unit * value_r);
      book.leave(key.index(), unit);
    }
    book.close_block();
    ++at;
    library.on_block(book);
    const double threshold = e_bh_threshold(library.e_values(), library.claims(), 0.1);
    changes.clear();
    library.judge(threshold, posterior, block_start(at), changes);
    for (const auto& change : changes) {
      seen.push_back(change);
    }
  }

  PatternLibrary library;
  PatternPosterior posterior;
  ClaimBook book;
  PatternBuffer changes;
  std::int64_t at = kFirst;
  std::vector<model::PatternStateChanged> seen;
};

TEST_CASE("a masked ladder takes evidence and moves nobody, whatever its patterns begin as") {
  model::ComponentMask mask;
  mask.mask(model::Component::pattern_library);
  model::ParameterSet set;
  REQUIRE(set.set("pattern.starts_as_probe", "0"));
  Ladder ladder{set, mask};
  Ladder free;
  RandomStream chance(1, 1);
  for (int i = 0; i < 600; ++i) {
    const double r = 0.5 + 0.5 * chance.normal();
    ladder.block(kKey, r, r);
    free.block(kKey, r, r);
  }
  CHECK(free.library.state(kKey) == PatternState::active);
  CHECK(ladder.library.state(kKey) == PatternState::probe);
  CHECK(ladder.seen.empty());
  CHECK(ladder.library.e_values()[kKey.index()] > 140.0);
}

TEST_CASE("the whole ladder: probe, active, its edge dies, retired, and back") {
  Ladder ladder;
  RandomStream chance(1, 1);
  CHECK(ladder.library.state(kKey) == PatternState::probe);
  int blocks = 0;
  while (ladder.library.state(kKey) == PatternState::probe && blocks < 1500) {
    const double r = 0.5 + 0.5 * chance.normal();
    ladder.block(kKey, r, r);
    ++blocks;
  }
  REQUIRE(ladder.library.state(kKey) == PatternState::active);
  CHECK(ladder.seen.back().reason == PatternReason::claim_confirmed);
  CHECK(ladder.seen.back().e_for.value() >= 140.0);  // 14 claims at one in ten
  MESSAGE("active after " << blocks << " blocks");

  blocks = 0;
  while (ladder.library.state(kKey) == PatternState::active && blocks < 1000) {
    const double r = -0.1 + 0.5 * chance.normal();
    ladder.block(kKey, r, r);
    ++blocks;
  }
  CHECK(ladder.library.state(kKey) == PatternState::probe);
  CHECK(ladder.seen.back().reason == PatternReason::edge_died);
  CHECK(blocks <= 220);
  MESSAGE("its death was seen after " << blocks << " blocks");
  CHECK(ladder.library.row(kKey).e_for == 1.0);  // a new claim, on new evidence

  blocks = 0;
  while (ladder.library.state(kKey) != PatternState::retired && blocks < 1000) {
    const double r = -0.4 + 0.5 * chance.normal();
    ladder.block(kKey, r, r);
    ++blocks;
  }
  REQUIRE(ladder.library.state(kKey) == PatternState::retired);

  while (ladder.library.state(kKey) == PatternState::retired && blocks < 3000) {
    const double r = 0.6 + 0.5 * chance.normal();
    ladder.block(kKey, r, r);
    ++blocks;
  }
  CHECK(ladder.library.state(kKey) == PatternState::candidate);
  CHECK(ladder.seen.back().reason == PatternReason::evidence_turned);
  for (int i = 0; i < 29; ++i) {
    ladder.block(kKey, 0.5, 0.5);
  }
  CHECK(ladder.library.state(kKey) == PatternState::candidate);
  ladder.block(kKey, 0.5, 0.5);
  CHECK(ladder.library.state(kKey) == PatternState::probe);
  CHECK(ladder.seen.back().reason == PatternReason::evidence_suffices);
}

TEST_CASE("no promotion without own trades, whatever the evidence") {
  Ladder ladder(fixture::parameters({{"pattern.active_n_min", "10000"}}));
  for (int i = 0; i < 400; ++i) {
    ladder.block(kKey, 1.0, 1.0);
  }
  CHECK(ladder.library.row(kKey).e_for > 1e6);
  CHECK(ladder.library.state(kKey) == PatternState::probe);
}

TEST_CASE("what an operator wrote is measured, and stays his") {
  const PatternKey own{model::TemplateId::custom, model::PositionSide::long_side,
                       model::ConditionSource::file};
  Ladder ladder;
  for (int i = 0; i < 400; ++i) {
    ladder.block(own, -1.0, -1.0);
  }
  CHECK(ladder.library.state(own) == PatternState::probe);
  CHECK(ladder.library.row(own).e_against > 1e3);
  CHECK(ladder.library.row(own).record.worst.front() < 0.0);
  CHECK(ladder.library.claims() == PatternLibrary::kBuiltInClaims + 1);
}

TEST_CASE("shadow first when the configuration says so") {
  Ladder ladder(fixture::parameters({{"pattern.starts_as_probe", "0"}}));
  CHECK(ladder.library.state(kKey) == PatternState::candidate);
  for (int i = 0; i < 40; ++i) {
    ladder.block(kKey, 0.5, 0.5);
  }
  CHECK(ladder.library.state(kKey) == PatternState::probe);
}

TEST_CASE("a library without an edge promotes none in 95 of 100 years") {
  int years_with_promotion = 0;
  constexpr int kYears = 200;
  for (std::uint64_t year = 0; year < kYears; ++year) {
    RandomStream chance(year, 21);
    std::array<EProcess, 14> claims{
        EProcess{4}, EProcess{4}, EProcess{4}, EProcess{4}, EProcess{4}, EProcess{4}, EProcess{4},
        EProcess{4}, EProcess{4}, EProcess{4}, EProcess{4}, EProcess{4}, EProcess{4}, EProcess{4}};
    bool is_promoted = false;
    for (int block = 0; block < 2190; ++block) {
      const double common = chance.normal();  // all coins and templates share most of a block
      std::array<double, 14> values{};
      for (std::size_t i = 0; i < claims.size(); ++i) {
        claims[i].on_block(0.25 * (0.8 * common + 0.6 * chance.normal()));
        values[i] = claims[i].for_claim();
      }
      is_promoted = is_promoted || std::isfinite(e_bh_threshold(values, 14, 0.1));
    }
    years_with_promotion += is_promoted ? 1 : 0;
  }
  MESSAGE(years_with_promotion << " of " << kYears << " years promoted something");
  CHECK(years_with_promotion <= kYears / 20);
}

TEST_CASE("rows show intervals beside the verdict, and equal histories encode equally") {
  Ladder one;
  Ladder two;
  for (Ladder* ladder : {&one, &two}) {
    RandomStream chance(3, 3);
    for (int i = 0; i < 50; ++i) {
      const double r = chance.normal();
      ladder->block(kKey, r, r);
    }
  }
  const PatternRow row = one.library.row(kKey);
  CHECK(row.mean.low < row.record.mean());
  CHECK(row.mean_at_least > row.mean.low);
  CHECK(row.wins.low < 0.5);
  CHECK(row.wins.high > 0.5);
  std::vector<std::byte> first;
  std::vector<std::byte> second;
  ByteWriter first_out(first);
  ByteWriter second_out(second);
  one.library.encode(first_out);
  two.library.encode(second_out);
  CHECK(first == second);
}

}  // namespace
}  // namespace lanner::learn
