// What learning decides must reach the orders: patterns that rise and fall, rules that come and go,
// through market data alone.

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/played_session.hpp"
#include "support/synthetic_session.hpp"

using namespace lanner;

namespace {

using model::AdaptationState;
using model::Gate;
using model::PatternState;
using Settings = std::vector<std::pair<std::string, std::string>>;

sim::SyntheticConfig market_with(double planted_r, std::size_t coins, std::int64_t days) {
  sim::SyntheticConfig config;
  config.seed = 5;
  config.instruments = coins;
  config.length = hours(24 * days);
  config.interval_s = 300;
  config.driftless = true;
  config.planted_r = planted_r;
  return config;
}

struct Told {
  std::vector<model::DecisionTrace> decisions;
  std::vector<model::PatternStateChanged> patterns;
  std::vector<Timestamp> patterns_at;
  std::vector<model::AdaptationChanged> adaptations;
  // Adaptations that act while each decision is made.
  std::vector<std::set<std::uint32_t>> acting;
  Digest128 digest;
};

Told told_of(const test::SyntheticSession& market, const Settings& settings) {
  runtime::SessionSpec spec = market.plan().spec;
  for (const auto& [id, value] : settings) {
    REQUIRE_MESSAGE(spec.engine.parameters.set(id, value).has_value(), id);
  }
  runtime::SimulatedSession session(spec, market.tape(), store::JournalWriter::in_memory());
  Told told;
  std::set<std::uint32_t> acting;
  while (session.next_time() != Timestamp::never()) {
    session.apply_next();
    for (const model::DecisionTrace& trace : session.sink().traces()) {
      told.decisions.push_back(trace);
      told.acting.push_back(acting);
    }
    for (const model::Notice& notice : session.sink().notices()) {
      if (const auto* pattern = std::get_if<model::PatternStateChanged>(&notice)) {
        told.patterns.push_back(*pattern);
        told.patterns_at.push_back(session.engine().now());
      } else if (const auto* change = std::get_if<model::AdaptationChanged>(&notice)) {
        told.adaptations.push_back(*change);
        const bool acts = change->after == AdaptationState::trial ||
                          change->after == AdaptationState::confirmed;
        if (acts) {
          acting.insert(change->adaptation_id);
        } else {
          acting.erase(change->adaptation_id);
        }
      }
    }
  }
  told.digest = session.recorder().digest();
  return told;
}

}  // namespace

TEST_CASE("an active pattern is held to a quantile, risks more, and spares the probe budget") {
  const test::SyntheticSession market(market_with(1.5, 20, 25));
  const Settings eager{{"pattern.active_alpha", "0.5"},
                       {"pattern.active_n_min", "0"},
                       {"evidence.loss_bound", "1"}};
  const Told told = told_of(market, eager);
  std::size_t active = 0;
  while (active < told.patterns.size() && told.patterns[active].after != PatternState::active) {
    ++active;
  }
  REQUIRE(active < told.patterns.size());
  const model::PatternStateChanged& change = told.patterns[active];
  CHECK(change.reason == model::PatternReason::claim_confirmed);
  std::size_t traded = 0;
  for (const model::DecisionTrace& trace : told.decisions) {
    const bool is_it = trace.candidate.template_id == change.template_id &&
                       trace.candidate.side == change.side;
    const bool is_active = trace.pattern_state == PatternState::active;
    if (is_it && trace.candidate.triggered_at < told.patterns_at[active]) {
      CHECK_FALSE(is_active);
    }
    CHECK(trace.size.risk_fraction == (is_active ? Score{0.005} : Score{0.001}));
    for (const model::GateResult& gate : trace.gates) {
      if (gate.gate == Gate::probe_budget && is_active) {
        CHECK(gate.value == Score{});
      }
    }
    traded += is_active && trace.is_traded ? 1 : 0;
  }
  CHECK(traded >= 5);
  CHECK(told_of(market, eager).digest == told.digest);
}

TEST_CASE("a pattern without standing is labelled and not traded, until it has some") {
  const test::SyntheticSession market(market_with(1.5, 10, 15));
  const Told told = told_of(market, {{"pattern.starts_as_probe", "0"}});
  std::size_t refused = 0;
  std::size_t traded = 0;
  for (const model::DecisionTrace& trace : told.decisions) {
    const bool has_standing = trace.pattern_state == PatternState::probe ||
                              trace.pattern_state == PatternState::active;
    CHECK((trace.refused_by == Gate::pattern) == !has_standing);
    refused += has_standing ? 0 : 1;
    traded += trace.is_traded ? 1 : 0;
    CHECK((has_standing || !trace.is_traded));
  }
  CHECK(refused >= 30);
  CHECK(traded >= 5);
  REQUIRE(told.patterns.size() >= 1);
  CHECK(told.patterns.front().reason == model::PatternReason::evidence_suffices);
}

TEST_CASE("rules from slices block and resize, and stop when their adaptation does") {
  sim::SyntheticConfig config = market_with(1.5, 20, 40);
  // One coin loses what the others win; a coin that CoinScorer blocks would not be traded anyway.
  const Timestamp end = config.from + config.length;
  config.phases.push_back({"SOLUSDT-PERP.SYNTHETIC", config.from, end, -2.0});
  const test::SyntheticSession market(config);
  const Told told = told_of(market, {{"reflection.alpha", "1"},
                                     {"reflection.n_min", "5"},
                                     {"coin.block_p", "0"},
                                     {"coin.reduce_p", "0"}});
  REQUIRE(told.adaptations.size() >= 2);
  std::size_t blocked = 0;
  std::size_t resized = 0;
  for (std::size_t i = 0; i < told.decisions.size(); ++i) {
    const model::DecisionTrace& trace = told.decisions[i];
    const bool is_blocked = trace.refused_by == Gate::adaptation;
    const bool is_resized = trace.size.adaptation_multiplier != Score{1.0};
    CHECK((trace.adaptation_id != 0) == (is_resized || is_blocked ||
                                         (trace.adaptation_id != 0 &&
                                          trace.refused_by == Gate::pattern)));
    if (trace.adaptation_id != 0) {
      CHECK(told.acting[i].count(trace.adaptation_id) == 1);
    }
    blocked += is_blocked ? 1 : 0;
    resized += is_resized ? 1 : 0;
  }
  MESSAGE(told.adaptations.size() << " changes, " << blocked << " entries blocked, " << resized
                                  << " resized");
  CHECK(blocked >= 5);
  CHECK(resized >= 5);
  bool has_ended = false;
  for (const model::AdaptationChanged& change : told.adaptations) {
    has_ended = has_ended || change.after == AdaptationState::rolled_back ||
                change.after == AdaptationState::expired ||
                change.after == AdaptationState::shadow;
  }
  CHECK(has_ended);
}
