#include "learn/adaptations.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/random.hpp"
#include "fixture.hpp"

namespace lanner::learn {
namespace {

using model::AdaptationKind;
using model::AdaptationProposal;
using model::AdaptationReason;
using model::AdaptationState;
using model::Param;

constexpr Timestamp kNow{1'746'000'000 * kNsPerSecond};

AdaptationProposal about_coin(std::uint32_t coin, AdaptationKind kind, double risk_share = 0.1) {
  AdaptationProposal proposal;
  proposal.kind = kind;
  proposal.scope.instrument_id = InstrumentId{coin};
  proposal.risk_share = Score{risk_share};
  proposal.open_expected = Score{1.0};
  return proposal;
}

AdaptationProposal lower_cap() {
  AdaptationProposal proposal;
  proposal.kind = AdaptationKind::set_parameter;
  proposal.parameter = Param::fee_cost_r_cap;
  proposal.value = Rate::from_raw(Rate::kScale * 30 / 100);
  proposal.scope.cost_r_above = Score{0.3};
  proposal.risk_share = Score{0.05};
  return proposal;
}

std::vector<std::byte> bytes_of(model::ParameterSet set) {
  std::vector<std::byte> bytes;
  ByteWriter out(bytes);
  set.visit([&out](auto value) {
    if constexpr (std::is_same_v<decltype(value), Rate>) {
      out.put_i64(value.raw());
    } else {
      out.put_u32(value);
    }
  });
  return bytes;
}

// An engine beside a book, in which each block holds one candidate of coin 0.
struct Trial {
  explicit Trial(const model::ParameterSet& set = {})
      : engine(set), book(4, 2.0), changes(64) {}

  std::optional<std::uint32_t> propose(const AdaptationProposal& proposal) {
    const auto id = engine.propose(proposal, now, changes);
    while (const auto started = engine.take_started()) {
      book.start_scope(started->scope, started->expected);
    }
    return id;
  }
  // A block in which coin 0's candidate makes r.
  void block(double r) {
    const auto effects = engine.on_trigger({InstrumentId{0}, model::PositionSide::long_side,
                                            model::TemplateId::p02, model::Volatility::unknown,
                                            Score{0.32}, now});
    for (std::size_t i = 0; i < effects.size(); ++i) {
      if (effects[i] != 0.0) {
        const double units = effects[i] < 0 ? -effects[i] : effects[i];
        book.join(ClaimBook::scope_claim(i), units);
        book.add(ClaimBook::scope_claim(i), effects[i] * r);
        book.leave(ClaimBook::scope_claim(i), units);
      }
    }
    book.close_block();
    now = now + kBlockLength;
    engine.on_block(book);
    engine.judge(20.0, now, changes);
  }
  [[nodiscard]] AdaptationRow row(std::uint32_t id) const {
    for (const AdaptationRow& each : engine.rows()) {
      if (each.id == id) {
        return each;
      }
    }
    return {};
  }
  [[nodiscard]] Ruling ask(std::uint32_t coin) const {
    return engine.ask({InstrumentId{coin}, model::PositionSide::long_side,
                       model::TemplateId::p02, model::Volatility::unknown, Score{}, now});
  }

  AdaptationEngine engine;
  ClaimBook book;
  AdaptationBuffer changes;
  Timestamp now = kNow;
};

TEST_CASE("applying and rolling back restores every byte of the parameters") {
  Trial trial;
  const std::vector<std::byte> before = bytes_of(trial.engine.parameters().values());
  const auto id = trial.propose(lower_cap());
  REQUIRE(id.has_value());
  CHECK(bytes_of(trial.engine.parameters().values()) != before);
  const ParameterRow changed = trial.engine.parameters().row(Param::fee_cost_r_cap);
  CHECK(changed.value == Rate::from_raw(Rate::kScale * 30 / 100));
  CHECK(changed.origin.changed_by == *id);
  CHECK(changed.origin.version == 2);
  CHECK(changed.origin.changed_at == kNow);
  const std::uint32_t revision = trial.engine.parameters().revision();
  REQUIRE(trial.engine.withdraw(*id, trial.now, trial.changes));
  CHECK(bytes_of(trial.engine.parameters().values()) == before);
  CHECK(trial.engine.parameters().values() == model::ParameterSet{});
  CHECK(trial.engine.parameters().origin(Param::fee_cost_r_cap) == ParameterOrigin{});
  CHECK(trial.engine.parameters().revision() == revision + 1);  // never twice the same
  CHECK_FALSE(trial.engine.withdraw(*id, trial.now, trial.changes));
}

TEST_CASE("rules come and go without touching the others, in any order") {
  Trial trial;
  std::vector<std::uint32_t> ids;
  for (std::uint32_t coin = 0; coin < 3; ++coin) {
    ids.push_back(*trial.propose(about_coin(coin, AdaptationKind::block, 0.05)));
  }
  CHECK(trial.ask(1).is_blocked());
  CHECK(trial.ask(1).adaptation_id == ids[1]);
  trial.engine.withdraw(ids[1], trial.now, trial.changes);
  CHECK_FALSE(trial.ask(1).is_blocked());
  CHECK(trial.ask(0).is_blocked());
  CHECK(trial.ask(2).is_blocked());
}

TEST_CASE("risk is reduced at once, by thirty percent together at most, and for three days") {
  Trial trial;
  const auto first = trial.propose(about_coin(1, AdaptationKind::block, 0.2));
  const auto second = trial.propose(about_coin(2, AdaptationKind::reduce, 0.18));
  const auto third = trial.propose(about_coin(3, AdaptationKind::block, 0.05));
  CHECK(trial.row(*first).state == AdaptationState::trial);
  CHECK(trial.row(*first).reason == AdaptationReason::reduces_risk);
  CHECK(trial.row(*second).is_acting);  // .2 + .09
  CHECK(trial.row(*third).state == AdaptationState::shadow);
  CHECK(trial.ask(2).multiplier == Score{0.5});
  for (int block = 0; block < 17; ++block) {
    trial.block(0.0);
  }
  CHECK(trial.row(*first).is_acting);
  trial.block(0.0);
  CHECK(trial.row(*first).state == AdaptationState::shadow);
  CHECK(trial.row(*first).reason == AdaptationReason::ttl_expired);
  CHECK_FALSE(trial.ask(1).is_blocked());
  for (int block = 0; block < 11 * 6; ++block) {
    trial.block(0.0);
  }
  CHECK(trial.row(*first).state == AdaptationState::expired);
  CHECK(trial.engine.open_count() == 0);
  // What ended lately is not tried again, but stays a claim of its quarter.
  CHECK_FALSE(trial.propose(about_coin(1, AdaptationKind::block)).has_value());
  CHECK(trial.engine.claims(trial.now) == 3);
}

TEST_CASE("a favour acts only after evidence") {
  Trial trial;
  const auto id = trial.propose(about_coin(0, AdaptationKind::favour));
  CHECK(trial.row(*id).state == AdaptationState::shadow);
  CHECK(trial.ask(0).multiplier == Score{1.0});
  RandomStream chance(5, 6);
  int blocks = 0;
  while (trial.row(*id).state == AdaptationState::shadow && blocks++ < 84) {
    trial.block(0.5 + 0.5 * chance.normal());
  }
  CHECK(trial.row(*id).state == AdaptationState::trial);
  CHECK(trial.row(*id).affected >= 10);
  CHECK(trial.ask(0).multiplier == Score{1.25});
}

struct Outcome {
  int confirmed = 0;
  int rolled_back = 0;
  std::vector<int> blocks;
};

// Coin 0 is blocked and would have made `mean` bounds a block; a bound is 2 R here.
Outcome outcome_of(double mean, int runs) {
  Outcome outcome;
  for (int run = 0; run < runs; ++run) {
    Trial trial(fixture::parameters(
        {{"adaptation.ttl_days", "365"}, {"adaptation.cost_max_r", "1000"}}));
    const auto id = trial.propose(about_coin(0, AdaptationKind::block));
    RandomStream chance(static_cast<std::uint64_t>(run), 31);
    int blocks = 0;
    const auto is_open = [&] {
      const AdaptationState state = trial.row(*id).state;
      return state == AdaptationState::trial || state == AdaptationState::shadow;
    };
    while (is_open() && blocks < 1000) {
      trial.changes.clear();
      trial.block(2.0 * (mean + 0.25 * chance.normal()));
      ++blocks;
    }
    const AdaptationState state = trial.row(*id).state;
    outcome.confirmed += state == AdaptationState::confirmed ? 1 : 0;
    outcome.rolled_back += state == AdaptationState::rolled_back ? 1 : 0;
    outcome.blocks.push_back(blocks);
  }
  std::nth_element(outcome.blocks.begin(), outcome.blocks.begin() + runs / 2,
                   outcome.blocks.end());
  return outcome;
}

TEST_CASE("injected effects: what helps is confirmed, what hurts is undone, what does nothing is "
          "rarely confirmed") {
  const Outcome helps = outcome_of(-0.1, 100);
  CHECK(helps.confirmed >= 95);
  const Outcome hurts = outcome_of(0.1, 100);
  CHECK(hurts.rolled_back >= 97);
  const Outcome nothing = outcome_of(0.0, 200);
  CHECK(nothing.confirmed <= 10);
  MESSAGE("median blocks to confirm " << helps.blocks[50] << ", to undo " << hurts.blocks[50]
                                      << "; of 200 without effect " << nothing.confirmed
                                      << " were confirmed");
}

TEST_CASE("a change that costs more than two R is undone, and a confirmed one when it dies") {
  Trial trial;
  const auto costly = trial.propose(about_coin(0, AdaptationKind::block));
  int blocks = 0;
  while (trial.row(*costly).is_acting && blocks++ < 20) {
    trial.block(0.7);  // winners missed
  }
  CHECK(trial.row(*costly).state == AdaptationState::rolled_back);
  CHECK(trial.row(*costly).reason == AdaptationReason::cost_too_much);

  Trial dying(fixture::parameters({{"adaptation.cost_max_r", "1000"}}));
  const auto id = dying.propose(about_coin(0, AdaptationKind::block));
  blocks = 0;
  while (dying.row(*id).state != AdaptationState::confirmed && blocks++ < 84) {
    dying.block(-1.0);
  }
  REQUIRE(dying.row(*id).state == AdaptationState::confirmed);
  blocks = 0;
  while (dying.row(*id).state == AdaptationState::confirmed && blocks++ < 500) {
    dying.changes.clear();
    dying.block(0.3);
  }
  CHECK(dying.row(*id).state == AdaptationState::rolled_back);
}

TEST_CASE("bounds: ten at once, one per parameter, forty a quarter, a closed grammar") {
  Trial trial;
  CHECK_FALSE(trial.propose(AdaptationProposal{}).has_value());  // about nothing
  AdaptationProposal wide = lower_cap();
  wide.value = Rate::from_raw(Rate::kScale / 10);  // further than one step
  CHECK_FALSE(trial.propose(wide).has_value());
  wide.value = Rate::from_raw(Rate::kScale * 40 / 100);  // more risk
  CHECK_FALSE(trial.propose(wide).has_value());
  wide.parameter = Param::risk_heat_pct;  // its effect is not seen on candidates
  CHECK_FALSE(trial.propose(wide).has_value());
  CHECK(trial.propose(lower_cap()).has_value());
  CHECK_FALSE(trial.propose(lower_cap()).has_value());
  for (std::uint32_t coin = 0; coin < 9; ++coin) {
    CHECK(trial.propose(about_coin(coin, AdaptationKind::reduce)).has_value());
  }
  CHECK_FALSE(trial.propose(about_coin(9, AdaptationKind::reduce)).has_value());

  Trial busy;
  std::uint32_t opened = 0;
  for (std::uint32_t coin = 0; coin < 60; ++coin) {
    busy.changes.clear();
    if (const auto id = busy.propose(about_coin(coin, AdaptationKind::reduce))) {
      ++opened;
      busy.engine.withdraw(*id, busy.now, busy.changes);
    }
  }
  CHECK(opened == AdaptationEngine::kQuarterlyMax);
  busy.now = busy.now + hours(24 * 92);
  CHECK(busy.propose(about_coin(99, AdaptationKind::reduce)).has_value());
}

TEST_CASE("overlapping adaptations share what they do together") {
  Trial trial;
  trial.propose(about_coin(0, AdaptationKind::block));
  AdaptationProposal side = about_coin(0, AdaptationKind::reduce);
  side.scope = {};
  side.scope.side = model::PositionSide::long_side;
  trial.propose(side);
  const auto effects = trial.engine.on_trigger({InstrumentId{0}, model::PositionSide::long_side,
                                                model::TemplateId::p01,
                                                model::Volatility::unknown, Score{}, trial.now});
  // Together nothing is left of it: the airport game of a half and a whole runway.
  CHECK(effects[0] == doctest::Approx(-0.75));
  CHECK(effects[1] == doctest::Approx(-0.25));
}

}  // namespace
}  // namespace lanner::learn
