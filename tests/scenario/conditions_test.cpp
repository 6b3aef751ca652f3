// Conditions from outside, as the engine meets them: which stand, which are refused by which rule,
// and that one proposer cannot touch what another has standing.

#include <doctest/doctest.h>

#include <vector>

#include "core/engine.hpp"
#include "support/strategy_market.hpp"

namespace lanner {
namespace {

using model::ConditionRule;
using model::ConditionVerdict;

class Desk {
 public:
  Desk() : engine_(config()) {}

  void bars(int count) {
    for (int i = 0; i < count; ++i) {
      now_ = now_ + minutes(15);
      const std::int64_t mid = 1000 + (played_ % 7) * 5;
      for (std::uint32_t id = 0; id < 2; ++id) {
        apply(model::Bar{InstrumentId{id}, 900, Price::from_int(mid), Price::from_int(mid + 20),
                         Price::from_int(mid - 20), Price::from_int(mid + 10),
                         Quantity::from_int(1'000'000 + played_ * 10)});
      }
      ++played_;
    }
  }
  void cycle() { apply(model::TimerFired{model::TimerKind::strategist_cycle, 0}); }

  [[nodiscard]] model::TradeCondition pullback(std::uint8_t proposer, std::uint32_t coin = 1,
                                               double level = 40.0) const {
    model::TradeCondition condition;
    condition.proposer = proposer;
    condition.instrument_id = InstrumentId{coin};
    REQUIRE(condition.when_all.push_back({model::FeatureId::rsi14, model::Timeframe::m15,
                                          model::PredicateOp::cross_up, model::FeatureId::none,
                                          Score{level}}));
    condition.stop_atr = Score{1.0};
    condition.stop_tf = model::Timeframe::m15;
    condition.take_profit_r = Score{3.0};
    condition.time_stop = minutes(90);
    condition.expires_at = now_ + seconds(600);
    return condition;
  }
  // What was said first.
  model::ConditionJudged propose(const model::TradeCondition& condition) {
    apply(model::ConditionProposed{&condition});
    REQUIRE(!judged_.empty());
    return judged_.front();
  }
  template <typename Payload>
  void apply(const Payload& payload) {
    model::Event event;
    event.sequence = ++sequence_;
    event.ts_event = now_;
    event.ts_init = now_;
    event.payload = payload;
    sink_.clear();
    judged_.clear();
    engine_.apply(event, sink_);
    for (const model::Notice& notice : sink_.notices()) {
      if (const auto* said = std::get_if<model::ConditionJudged>(&notice)) {
        judged_.push_back(*said);
      }
    }
  }
  [[nodiscard]] const core::Engine& engine() const { return engine_; }
  [[nodiscard]] const std::vector<model::ConditionJudged>& judged() const { return judged_; }
  void pass(Duration time) { now_ = now_ + time; }

 private:
  static core::EngineConfig config() {
    core::EngineConfig config;
    config.instruments = test::strategy_instruments(2);
    config.is_active.assign(2, 1);
    config.balance_by_venue = {Money::from_int(100'000)};
    config.limits.history_bars = 1000;
    config.mask = *model::ComponentMask::parse("template.P01,template.P02,template.P03");
    return config;
  }

  core::Engine engine_;
  model::CommandSink sink_;
  std::vector<model::ConditionJudged> judged_;
  Timestamp now_{kNsPerDay * 20'000};
  std::uint64_t sequence_ = 0;
  std::int64_t played_ = 0;
};

model::ProposerChanged joined(std::uint8_t proposer) {
  model::ProposerChanged change;
  change.proposer = proposer;
  REQUIRE(change.name.push_back(static_cast<char>('a' + proposer)));
  return change;
}

}  // namespace

TEST_CASE("a program's condition needs a market; a file's waits for one") {
  Desk desk;
  desk.bars(1);
  desk.apply(joined(1));
  CHECK(desk.propose(desk.pullback(1)).rule == ConditionRule::v4);
  CHECK(desk.propose(desk.pullback(0)).verdict == ConditionVerdict::accepted);
  desk.cycle();
  CHECK(desk.engine().sniper().size() == 0);  // it waits for an ATR
  desk.bars(120);
  desk.cycle();
  CHECK(desk.engine().sniper().size() == 1);
  CHECK(desk.propose(desk.pullback(1)).verdict == ConditionVerdict::accepted);
  desk.pass(seconds(300));
  CHECK(desk.propose(desk.pullback(1)).verdict == ConditionVerdict::refreshed);
  CHECK(desk.engine().counters().conditions_accepted == 2);
}

TEST_CASE("number, twins and opposites are counted for each proposer alone") {
  Desk desk;
  desk.bars(120);
  desk.apply(joined(1));
  desk.apply(joined(2));
  CHECK(desk.propose(desk.pullback(0)).verdict == ConditionVerdict::accepted);
  CHECK(desk.propose(desk.pullback(0)).rule == ConditionRule::v12);
  CHECK(desk.propose(desk.pullback(1)).verdict == ConditionVerdict::accepted);
  CHECK(desk.propose(desk.pullback(1, 1, 41.0)).verdict == ConditionVerdict::accepted);
  CHECK(desk.propose(desk.pullback(1, 1, 42.0)).rule == ConditionRule::v14);
  CHECK(desk.propose(desk.pullback(2, 1, 42.0)).verdict == ConditionVerdict::accepted);
  model::TradeCondition opposite = desk.pullback(2);
  opposite.side = model::PositionSide::short_side;
  CHECK(desk.propose(opposite).rule == ConditionRule::v11);
  model::TradeCondition unknown = desk.pullback(2);
  unknown.instrument_id = InstrumentId{7};
  CHECK(desk.propose(unknown).rule == ConditionRule::v4);
  CHECK(desk.engine().counters().refused_by_rule[14] == 1);
}

TEST_CASE("who is silenced loses what it has standing, and nobody else does") {
  Desk desk;
  desk.bars(120);
  desk.apply(joined(1));
  desk.apply(joined(2));
  CHECK(desk.propose(desk.pullback(1)).verdict == ConditionVerdict::accepted);
  CHECK(desk.propose(desk.pullback(2)).verdict == ConditionVerdict::accepted);
  desk.apply(model::ProposerChanged{1, model::ProposerState::silenced,
                                    model::ProposerReason::flood, {}});
  CHECK(desk.propose(desk.pullback(1)).rule == ConditionRule::v4);
  desk.pass(seconds(60));
  desk.cycle();
  CHECK(desk.engine().sniper().size() == 1);
  CHECK(desk.engine().proposers().row(1).silenced == 1);
  CHECK(desk.engine().proposers().row(2).accepted == 1);
  // It is forgotten when it expires.
  desk.pass(seconds(600));
  desk.cycle();
  CHECK(desk.engine().sniper().size() == 0);
}

TEST_CASE("text that never became a condition is counted by its rule") {
  Desk desk;
  desk.apply(joined(3));
  desk.apply(model::ProposalRefused{3, ConditionRule::v1});
  CHECK(desk.engine().counters().refused_by_rule[1] == 1);
  CHECK(desk.engine().proposers().row(3).refused == 1);
}

TEST_CASE("what a proposer taught is believed of it alone") {
  learn::PatternKey proposed;
  proposed.source = model::ConditionSource::file;
  proposed.proposer = 3;
  for (std::size_t i = 0; i < learn::PatternKey::kCount; ++i) {
    CHECK(learn::PatternKey::of_index(i).index() == i);
  }
  CHECK(learn::PatternKey::of_index(proposed.index()) == proposed);
}

}  // namespace lanner
