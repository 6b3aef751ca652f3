// Beyond universe.size_max by the turnover of the days before, nothing is entered and everything
// is labelled.

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "support/played_session.hpp"
#include "support/recorded_market.hpp"

using namespace lanner;

namespace {

std::uint32_t rank_of(const core::EngineConfig& config, InstrumentId id, Timestamp at) {
  std::uint32_t rank = 0;
  for (const core::UniverseRank& entry : config.universe) {
    if (entry.instrument_id == id && entry.at <= at) {
      rank = entry.rank;
    }
  }
  return rank;
}

}  // namespace

TEST_CASE("the universe as of each day holds entries, not candidates") {
  SKIP_WITHOUT_DATA();
  auto options = test::recorded_may();
  options.sets.emplace_back("universe.size_max", "4");
  const auto few = test::plan_recorded(options);
  REQUIRE(few.spec.universe == "as-of");
  const auto played = test::play(few.spec, test::must(runtime::open_tape(few)));
  std::size_t refused = 0;
  std::set<InstrumentId> entered;
  for (const model::DecisionTrace& trace : played.decisions) {
    const auto rank = rank_of(few.spec.engine, trace.candidate.instrument_id,
                              trace.candidate.triggered_at);
    CHECK((trace.refused_by == model::Gate::universe) == (rank > 4 || rank == 0));
    refused += trace.refused_by == model::Gate::universe ? 1U : 0U;
    if (trace.is_traded) {
      entered.insert(trace.candidate.instrument_id);
    }
  }
  CHECK(refused > 100);
  CHECK(!entered.empty());
  // Wide enough for all, it is the session of a fixed universe but for the first guess of how
  // many candidates a block brings, which knows of fewer instruments.
  auto all = test::recorded_may();
  auto fixed = test::recorded_may();
  fixed.has_fixed_universe = true;
  const auto wide = test::plan_recorded(all);
  const auto open = test::plan_recorded(fixed);
  CHECK(wide.spec.engine.listed < 11);
  CHECK(test::play(wide.spec, test::must(runtime::open_tape(wide))).decisions.size() ==
        test::play(open.spec, test::must(runtime::open_tape(open))).decisions.size());
}
