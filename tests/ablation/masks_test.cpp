// Every component matters: without it, the market is traded otherwise. On the recorded market of
// May 2025 where its inputs are there, and all of them on a market made to hold every input.

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "model/component.hpp"
#include "runtime/jobs/ablate.hpp"
#include "runtime/jobs/masked_book.hpp"
#include "sim/synthetic/config.hpp"
#include "support/recorded_market.hpp"
#include "support/synthetic_session.hpp"

using namespace lanner;
using research::AblationVerdict;

namespace {

runtime::Ablation ablation_of(const runtime::SessionPlan& plan) {
  const runtime::Ablation ablation = test::must(runtime::ablate(plan, {}, {}));
  for (const runtime::AblationRow& row : ablation.components) {
    MESSAGE(row.id << ": " << std::string{research::name_of(row.judgement.verdict)} << " "
                   << row.judgement.reason << "; entries " << row.changes.entries_pct
                   << " %, exits " << row.changes.exits_pct << " %, sizes "
                   << row.changes.sizes_pct << " %, MDE " << row.effect.mde);
  }
  CHECK(ablation.components.size() == static_cast<std::size_t>(model::Component::count_));
  return ablation;
}

// An edge to be confirmed, and hours to be found and blocked; the market of the third table of
// docs/reference/ablation.md.
sim::SyntheticConfig market_with_all_inputs() {
  sim::SyntheticConfig config;
  config.seed = 5;
  config.instruments = 20;
  config.length = hours(24 * 60);
  config.interval_s = 300;
  config.all_inputs = true;
  config.daily_edge_r = 2.5;
  return config;
}

}  // namespace

TEST_CASE("each component changes what is traded, and masking nothing changes nothing") {
  SKIP_WITHOUT_DATA();
  const auto plan = test::plan_recorded(test::recorded_may());
  const runtime::Ablation ablation = ablation_of(plan);
  REQUIRE(ablation.base.entries.size() >= 50);
  std::size_t awake = 0;
  std::size_t made_up_for = 0;  // components that other learners answer to when they are missing
  for (const runtime::AblationRow& row : ablation.components) {
    // What acts on evidence has little of it in five weeks, and six coins with a spot market beside
    // them seldom show P05 its basis: the made market below is the judge of both.
    if (row.id == "pattern_library" || row.id == "reflection" || row.id == "regime_rules" ||
        row.id == "adaptations" || row.id == "template.P05") {
      continue;
    }
    CHECK_MESSAGE(row.judgement.verdict != AblationVerdict::decorative, row.id);
    if (row.judgement.verdict != AblationVerdict::asleep) {
      ++awake;
      made_up_for += row.frozen_digest != row.digest ? 1U : 0U;
      CHECK_MESSAGE(row.digest != ablation.base.digest, row.id);
    }
  }
  CHECK(awake >= 9);
  CHECK(made_up_for >= 5);
  // The planted one: a mask without a component in it.
  const auto same = test::must(runtime::play_book(plan, {}, {}));
  CHECK(same.book.digest == ablation.base.digest);
  // Knowing what the base knows is knowing what one has learned oneself, when nothing is masked.
  const auto frozen = test::must(runtime::play_frozen_book(plan, {}, {}));
  CHECK(frozen.book.digest == ablation.base.digest);
}

TEST_CASE("on a market with all inputs no component sleeps and none is decorative") {
  test::SyntheticSession session(market_with_all_inputs());
  // A place can only be kept free where places are few.
  REQUIRE(session.spec().engine.parameters.set("risk.open_positions_max", "4").has_value());
  const runtime::Ablation ablation = ablation_of(session.plan());
  REQUIRE(ablation.base.entries.size() >= 50);
  for (const runtime::AblationRow& row : ablation.components) {
    // A model is trained on what a session recorded; until one is there, none can be asked.
    if (row.id == "template.P06") {
      CHECK(row.judgement.reason == "without a model's p_up");
      continue;
    }
    CHECK_MESSAGE(row.judgement.verdict != AblationVerdict::asleep, row.id);
    CHECK_MESSAGE(row.judgement.verdict != AblationVerdict::decorative, row.id);
    CHECK_MESSAGE(row.digest != ablation.base.digest, row.id);
  }
}

TEST_CASE("every input that a component names is one that can be asked for") {
  const std::set<std::string_view> kKnown{
      "bars", "trades", "fees", "labels", "event time", "bars of BTC on the same venue",
      "triggers of a promoted or retired pattern", "triggers under a learned change",
      "triggers under a change by hour, weekday or volatility", "liquidations", "depth", "funding",
      "bars of the spot beside it", "a model's p_up", "bars of five instruments",
      "a bound on open positions"};
  for (const model::ComponentInfo& info : model::component_infos()) {
    for (const std::string_view input : info.inputs) {
      CHECK_MESSAGE(
          (info.kind == model::ComponentKind::guard || kKnown.contains(input)),
          info.id << " reads '" << input << "', which ablate cannot look for");
    }
  }
}
