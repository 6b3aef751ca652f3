#include "learn/pattern_posterior.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "fixture.hpp"

namespace lanner::learn {
namespace {

using fixture::label;
using model::PositionSide;

constexpr PositionSide kLong = PositionSide::long_side;
constexpr std::int64_t kBlock = 120'000;
const PatternKey kKey{model::TemplateId::p02, kLong, model::ConditionSource::strategist};

TEST_CASE("three blocks give the known posterior") {
  // A half-life of ten years leaves three blocks whole.
  PatternPosterior patterns(fixture::parameters({{"coin.half_life_days", "3650"}}));
  std::int64_t block = kBlock;
  for (const double r : {1.0, -1.0, 2.0}) {
    patterns.on_label(label(0, kLong, r, block++), block_start(kBlock));
  }
  const NigPosterior known = patterns.posterior(kKey);
  CHECK(known.mean == doctest::Approx(0.0298507).epsilon(1e-4));
  CHECK(known.kappa == doctest::Approx(67).epsilon(1e-4));
  CHECK(known.alpha == doctest::Approx(3.5).epsilon(1e-4));
  CHECK(known.beta == doctest::Approx(4.4101493).epsilon(1e-3));
}

TEST_CASE("labels of one block are one observation, their mean") {
  const model::ParameterSet set;
  PatternPosterior many(set);
  PatternPosterior one(set);
  for (const double r : {1.0, -1.0, 3.0}) {
    many.on_label(label(0, kLong, r, kBlock), block_start(kBlock + 1));
  }
  one.on_label(label(0, kLong, 1.0, kBlock), block_start(kBlock + 1));
  CHECK(many.posterior(kKey).mean == doctest::Approx(one.posterior(kKey).mean).epsilon(1e-12));
  CHECK(many.posterior(kKey).kappa == doctest::Approx(one.posterior(kKey).kappa).epsilon(1e-12));
  CHECK(many.view(kKey).labels.value() == doctest::Approx(3 * one.view(kKey).labels.value()));
}

TEST_CASE("evidence halves in a half-life, also beyond the range of doubles") {
  PatternPosterior patterns(fixture::parameters({{"coin.half_life_days", "1"}}));
  patterns.on_label(label(0, kLong, 1.0, kBlock), block_start(kBlock));
  const double fresh = patterns.view(kKey).n_eff.value();
  CHECK(fresh == doctest::Approx(1.0));
  patterns.on_time(block_start(kBlock + 6));
  CHECK(patterns.view(kKey).n_eff.value() == doctest::Approx(0.5));
  patterns.on_time(block_start(kBlock + 6 * 5000));
  CHECK(patterns.view(kKey).n_eff.value() < 1e-300);
  patterns.on_label(label(0, kLong, 1.0, kBlock + 6 * 5000), block_start(kBlock + 6 * 5000));
  CHECK(patterns.view(kKey).n_eff.value() == doctest::Approx(1.0));
}

TEST_CASE("a file's conditions keep their own evidence; unfilled labels keep none") {
  PatternPosterior patterns{model::ParameterSet{}};
  model::CandidateLabel made = label(0, kLong, 1.0, kBlock);
  made.condition_source = model::ConditionSource::file;
  patterns.on_label(made, block_start(kBlock));
  CHECK(patterns.view(kKey).n_eff.value() == 0.0);
  CHECK(patterns.view({kKey.template_id, kLong, model::ConditionSource::file}).n_eff.value() > 0);
  made = label(0, kLong, 1.0, kBlock);
  made.is_filled = false;
  patterns.on_label(made, block_start(kBlock));
  CHECK(patterns.view(kKey).n_eff.value() == 0.0);
}

TEST_CASE("a label of a forgotten block is refused and counted") {
  PatternPosterior patterns{model::ParameterSet{}};
  patterns.on_label(label(0, kLong, 1.0, kBlock + 16), block_start(kBlock + 17));
  const double before = patterns.view(kKey).n_eff.value();
  patterns.on_label(label(0, kLong, 1.0, kBlock), block_start(kBlock + 17));
  CHECK(patterns.view(kKey).n_eff.value() == before);
  CHECK(patterns.late() == 1);
}

TEST_CASE("draws follow the posterior and depend on seed, key and counter alone") {
  PatternPosterior patterns{model::ParameterSet{}};
  for (int i = 0; i < 40; ++i) {
    patterns.on_label(label(0, kLong, i % 3 == 0 ? 2.0 : -0.5, kBlock + i),
                      block_start(kBlock + i + 1));
  }
  constexpr int kDraws = 20'000;
  const double p = patterns.view(kKey).probability_positive.value();
  int positive = 0;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double drawn = patterns.draw(kKey, 42, static_cast<std::uint64_t>(i)).value();
    positive += drawn > 0 ? 1 : 0;
    sum += drawn;
    squares += drawn * drawn;
  }
  const double mean = sum / kDraws;
  const double sd = std::sqrt(squares / kDraws - mean * mean);
  CHECK(std::fabs(positive / double{kDraws} - p) < 4 * std::sqrt(p * (1 - p) / kDraws));
  CHECK(std::fabs(mean - patterns.view(kKey).mean_r.value()) < 4 * sd / std::sqrt(kDraws));
  CHECK(sd == doctest::Approx(patterns.view(kKey).sd_r.value()).epsilon(0.03));
  CHECK(patterns.draw(kKey, 42, 5) == patterns.draw(kKey, 42, 5));
  CHECK(patterns.draw(kKey, 42, 5) != patterns.draw(kKey, 43, 5));
  const PatternKey mirrored{kKey.template_id, PositionSide::short_side, kKey.source};
  CHECK(PatternPosterior{model::ParameterSet{}}.draw(kKey, 1, 1) !=
        PatternPosterior{model::ParameterSet{}}.draw(mirrored, 1, 1));
  CHECK(patterns.quantile(kKey, Score{0.2}).value() < patterns.view(kKey).mean_r.value());
}

}  // namespace
}  // namespace lanner::learn
