#include "strategy/vetting/condition_rules.hpp"

#include <doctest/doctest.h>

#include <string>

#include "store/import/tc1_file.hpp"
#include "strategy/condition_hash.hpp"
#include "strategy/vetting/trigger_replay.hpp"
#include "support/strategy_market.hpp"

namespace lanner::strategy {
namespace {

using model::ConditionRule;

// Accepted as it stands; each mutation below breaks exactly one rule.
const std::string kGood = R"({"rationale": "why not", "pattern_id": "NEW",
  "coin": "C1USDT", "direction": "long",
  "when_all": [{"lhs": "rsi14", "tf": "15m", "op": "cross_up", "rhs": "const", "value": 40},
               {"lhs": "er20", "tf": "1h", "op": "ge", "rhs": "const", "value": 0.2}],
  "when_any": [], "regimes": ["any"], "entry": {"mode": "market", "offset_atr": 0},
  "stop_atr": 1, "stop_tf": "15m", "take_profit_r": 3, "time_stop_min": 90, "expiry_s": 600,
  "size_scale": 1, "confidence": 70, "invalidate_any": []})";

std::string file_of(const std::string& conditions) {
  return R"({"schema_version": "tc1", "conditions": [)" + conditions + "]}";
}

// A market in which the stop of kGood is some 4 % wide.
struct Bench {
  Bench() : planner(market.instruments, market.parameters, {}, market.costs) {
    market.warm_up(20);
  }

  [[nodiscard]] Check on_market(const model::TradeCondition& condition) const {
    const InstrumentId id = condition.instrument_id;
    PlanInput input;
    input.condition = &condition;
    input.last_px = market.market[id].last_px;
    input.features = market.features.view(id);
    input.now = market.now;
    input.cushion = {equity, Money{}, Money{}, {}};
    const auto plan = planner.plan(input);
    if (!plan) {
      return Finding{ConditionRule::v8, {}, {}};
    }
    return check_market(condition, {*plan, market.instruments[id.index()], market.costs,
                                    market.parameters, input.cushion, true});
  }

  // The first rule that a text breaks on its way, none when it is accepted.
  [[nodiscard]] ConditionRule judge(const std::string& text) const {
    const auto file = store::parse_tc1(text, "t", market.instruments, market.now);
    if (!file) {
      const std::string& message = file.error().message;
      return message.find("V1:") != std::string::npos ? ConditionRule::v1 : ConditionRule::v2;
    }
    if (!file->rejected.empty()) {
      return file->rejected.front().rule;
    }
    for (const store::TaggedCondition& tagged : *file) {
      for (const Check& check : {check_bounds(tagged.condition, market.now),
                                 check_contradiction(tagged.condition),
                                 on_market(tagged.condition)}) {
        if (check) {
          return check->rule;
        }
      }
    }
    return ConditionRule::none;
  }

  test::StrategyMarket market{2};
  Planner planner;
  Money equity = Money::from_int(100'000);
};

std::string changed(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const std::size_t at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

struct Mutation {
  const char* from;
  const char* to;
  ConditionRule rule;
};

constexpr const char* kRsi = R"("op": "cross_up", "rhs": "const", "value": 40)";

const Mutation kMutations[] = {
    {"{\"rationale\"", "{\"coin\": \"C1USDT\", \"rationale\"", ConditionRule::v1},
    {"\"confidence\": 70", "\"confidence\": 70, \"confidence\": 70", ConditionRule::v1},
    {"\"stop_atr\": 1,", "\"stop_atr\": NaN,", ConditionRule::v1},
    {"\"stop_atr\": 1,", "\"stop_atr\": 1e999,", ConditionRule::v1},
    {"\"stop_atr\": 1,", "\"stop_atr\": 1 1,", ConditionRule::v1},
    {"why not", "why \xff not", ConditionRule::v1},
    {"\"when_any\": []", "\"when_any\": [[[[[[[[[[[[1]]]]]]]]]]]]", ConditionRule::v1},
    {"\"stop_atr\": 1,", "\"stop_atr\": \"1\",", ConditionRule::v2},
    {"\"stop_atr\": 1,", "", ConditionRule::v2},
    {"\"stop_atr\": 1,", "\"stop_atr\": null,", ConditionRule::v2},
    {"\"stop_atr\": 1,", "\"stop_atr\": true,", ConditionRule::v2},
    {"\"stop_atr\": 1,", "\"stop\": 1,", ConditionRule::v2},
    {"\"long\"", "\"up\"", ConditionRule::v2},
    {"\"NEW\"", "\"P99\"", ConditionRule::v2},
    {"\"15m\"", "\"2h\"", ConditionRule::v2},
    {"\"cross_up\"", "\"==\"", ConditionRule::v2},
    {"\"rsi14\"", "\"rsi\"", ConditionRule::v2},
    {"\"mode\": \"market\"", "\"mode\": \"iceberg\"", ConditionRule::v2},
    {"\"time_stop_min\": 90", "\"time_stop_min\": 90.5", ConditionRule::v2},
    {"[\"any\"]", "\"any\"", ConditionRule::v2},
    {"\"why not\"", "5", ConditionRule::v2},
    {"\"C1USDT\"", "\"DOGEUSDT\"", ConditionRule::v4},
    {"\"C1USDT\"", "\"\"", ConditionRule::v4},
    {"\"stop_atr\": 1,", "\"stop_atr\": 0.29,", ConditionRule::v5},
    {"\"stop_atr\": 1,", "\"stop_atr\": 6.01,", ConditionRule::v5},
    {"\"stop_atr\": 1,", "\"stop_atr\": -1,", ConditionRule::v5},
    {"\"take_profit_r\": 3", "\"take_profit_r\": 0.49", ConditionRule::v5},
    {"\"take_profit_r\": 3", "\"take_profit_r\": 10.1", ConditionRule::v5},
    {"\"size_scale\": 1", "\"size_scale\": 1.01", ConditionRule::v5},
    {"\"size_scale\": 1", "\"size_scale\": -0.1", ConditionRule::v5},
    {"\"confidence\": 70", "\"confidence\": 101", ConditionRule::v5},
    {R"("market", "offset_atr": 0)", R"("limit", "offset_atr": 0.5)", ConditionRule::v5},
    {R"("market", "offset_atr": 0)", R"("limit", "offset_atr": -3.1)", ConditionRule::v5},
    {R"("market", "offset_atr": 0)", R"("market", "offset_atr": 1)", ConditionRule::v5},
    {"\"stop_atr\": 1,", "\"stop_atr\": 6,", ConditionRule::v6},
    {"\"take_profit_r\": 3", "\"take_profit_r\": 0.9", ConditionRule::v7},
    {"\"take_profit_r\": 3", "\"take_profit_r\": 1", ConditionRule::v7},
    {kRsi, R"("op": "cross_up", "rhs": "const", "value": 101)", ConditionRule::v9},
    {kRsi, R"("op": "cross_up", "rhs": "const", "value": -1)", ConditionRule::v9},
    {kRsi, R"("op": "cross_up", "rhs": "ema9", "value": 0)", ConditionRule::v9},
    {"\"er20\"", "\"bb_pos\"", ConditionRule::none},
    {R"("ge", "rhs": "const", "value": 0.2)", R"("ge", "rhs": "const", "value": 1.2)",
     ConditionRule::v9},
    {R"("lhs": "er20", "tf": "1h", "op": "ge", "rhs": "const", "value": 0.2)",
     R"("lhs": "price", "tf": "1h", "op": "ge", "rhs": "const", "value": -5)", ConditionRule::v9},
    {R"("lhs": "er20", "tf": "1h", "op": "ge", "rhs": "const", "value": 0.2)",
     R"("lhs": "price", "tf": "1h", "op": "ge", "rhs": "const", "value": 500)", ConditionRule::v9},
    {R"("lhs": "er20", "tf": "1h", "op": "ge", "rhs": "const", "value": 0.2)",
     R"("lhs": "price", "tf": "1h", "op": "le", "rhs": "const", "value": 1500)",
     ConditionRule::v9},
    {R"("lhs": "er20", "tf": "1h", "op": "ge", "rhs": "const", "value": 0.2)",
     R"("lhs": "ema9", "tf": "1h", "op": "ge", "rhs": "ema9", "value": 0)", ConditionRule::v9},
    {R"("lhs": "er20", "tf": "1h", "op": "ge", "rhs": "const", "value": 0.2)",
     R"("lhs": "rsi14", "tf": "15m", "op": "lt", "rhs": "const", "value": 30)",
     ConditionRule::v10},
    {R"("lhs": "er20", "tf": "1h", "op": "ge", "rhs": "const", "value": 0.2)",
     R"("lhs": "rsi14", "tf": "15m", "op": "cross_down", "rhs": "const", "value": 60)",
     ConditionRule::v10},
    {kRsi, R"("op": "ge", "rhs": "const", "value": 0)", ConditionRule::none},
    {"\"invalidate_any\": []",
     R"("invalidate_any": [{"lhs":"rsi14","tf":"15m","op":"gt","rhs":"const","value":35}])",
     ConditionRule::v10},
    {"\"when_any\": []",
     R"("when_any": [{"lhs":"rsi14","tf":"15m","op":"lt","rhs":"const","value":39}])",
     ConditionRule::v10},
    {"\"when_any\": []",
     R"("when_any": [{"lhs":"rsi14","tf":"15m","op":"lt","rhs":"const","value":60}])",
     ConditionRule::none},
    {"\"time_stop_min\": 90", "\"time_stop_min\": 4", ConditionRule::v13},
    {"\"time_stop_min\": 90", "\"time_stop_min\": 1441", ConditionRule::v13},
    {"\"expiry_s\": 600", "\"expiry_s\": 59", ConditionRule::v13},
    {"\"expiry_s\": 600", "\"expiry_s\": 1801", ConditionRule::v13},
    {"\"size_scale\": 1", "\"size_scale\": 0", ConditionRule::v16},
    {"\"size_scale\": 1", "\"size_scale\": 0.00001", ConditionRule::v16},
};

}  // namespace

TEST_CASE("each mutation of a good condition breaks the rule that it should") {
  const Bench bench;
  REQUIRE(bench.judge(file_of(kGood)) == ConditionRule::none);
  for (const Mutation& mutation : kMutations) {
    CAPTURE(mutation.from);
    CAPTURE(mutation.to);
    CHECK_MESSAGE(bench.judge(file_of(changed(mutation.from, mutation.to))) == mutation.rule,
                  model::name_of(mutation.rule));
  }
}

TEST_CASE("rules of the whole text: size, characters of a rationale, number, twins") {
  const Bench bench;
  CHECK(bench.judge(file_of(kGood) + std::string(256 * 1024, ' ')) == ConditionRule::v1);
  CHECK(bench.judge(file_of(kGood) + "x") == ConditionRule::v1);
  CHECK(bench.judge("") == ConditionRule::v1);
  CHECK(bench.judge("[]") == ConditionRule::v2);
  CHECK(bench.judge(R"({"schema_version": "tc2", "conditions": []})") == ConditionRule::v2);
  CHECK(bench.judge(file_of(changed("why not", std::string(401, 'x')))) == ConditionRule::v17);
  // What no reader sees is not counted: 400 letters and 300 zero-width spaces.
  std::string padded(400, 'x');
  for (int i = 0; i < 300; ++i) {
    padded += "\xe2\x80\x8b";
  }
  CHECK(bench.judge(file_of(changed("why not", padded))) == ConditionRule::none);
  CHECK(bench.judge(file_of(kGood + "," + kGood + "," + kGood)) == ConditionRule::v14);
  CHECK(bench.judge(R"({"schema_version": "tc1", "conditions": []})") == ConditionRule::none);
}

// A stop and a target that are given as 4:1 but leave less than 1:1 after what the trade costs.
TEST_CASE("reward over risk is worked out from our own prices, not from what is claimed") {
  Bench bench;
  for (model::Instrument& instrument : bench.market.instruments) {
    instrument.taker_fee = Rate::from_raw(Rate::kScale / 1000 * 3);  // 0.3 % a side
  }
  CHECK(bench.judge(file_of(changed("\"take_profit_r\": 3", "\"take_profit_r\": 1.2"))) ==
        ConditionRule::v7);
  CHECK(bench.judge(file_of(kGood)) == ConditionRule::none);
}

TEST_CASE("a stop within the noise, without room before liquidation, or of no size is refused") {
  Bench bench;
  const auto file = store::parse_tc1(file_of(kGood), "t", bench.market.instruments,
                                     bench.market.now);
  model::TradeCondition condition = file->conditions.front().condition;
  CHECK(!bench.on_market(condition));
  for (model::Instrument& instrument : bench.market.instruments) {
    instrument.tick = Price::from_int(50);
  }
  CHECK(bench.on_market(condition)->rule == ConditionRule::v6);
}

TEST_CASE("an accepted condition is within every bound, whatever its numbers are") {
  const Bench bench;
  const auto file = store::parse_tc1(file_of(kGood), "t", bench.market.instruments,
                                     bench.market.now);
  std::uint64_t state = 7;
  const auto next = [&state] {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return state >> 33U;
  };
  const double odd[] = {0.0, -1.0, 1e300, -1e300, 0.3, 6.0, 1.0, 10.0, 0.5,
                        std::numeric_limits<double>::quiet_NaN(),
                        std::numeric_limits<double>::infinity()};
  const auto number = [&] { return odd[next() % std::size(odd)]; };
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    model::TradeCondition condition = file->conditions.front().condition;
    condition.stop_atr = Score{next() % 2 == 0 ? 1.0 : number()};
    condition.take_profit_r = Score{next() % 2 == 0 ? 3.0 : number()};
    condition.size_scale = Score{next() % 2 == 0 ? 1.0 : number()};
    condition.when_all[0].value = Score{next() % 2 == 0 ? 40.0 : number()};
    condition.entry_offset_atr = Score{next() % 4 == 0 ? number() : 0.0};
    condition.when_all[1].lhs = static_cast<model::FeatureId>(next() % 64);
    condition.time_stop = minutes(static_cast<std::int64_t>(next() % 3000));
    if (check_bounds(condition, bench.market.now) || check_contradiction(condition) ||
        bench.on_market(condition)) {
      continue;
    }
    ++accepted;
    CHECK(condition.stop_atr >= Score{0.3});
    CHECK(condition.stop_atr <= Score{6.0});
    CHECK(condition.take_profit_r >= Score{0.5});
    CHECK(condition.take_profit_r <= Score{10.0});
    CHECK(condition.size_scale <= Score{1.0});
    CHECK(condition.time_stop >= minutes(5));
    CHECK(condition.time_stop <= minutes(1440));
    CHECK(condition.when_all[1].lhs != model::FeatureId::none);
    CHECK(condition.when_all[1].lhs < model::FeatureId::count_);
  }
  CHECK(accepted > 20);
}

TEST_CASE("the same condition has one hash, however its predicates are ordered") {
  const Bench bench;
  const auto file = store::parse_tc1(file_of(kGood), "t", bench.market.instruments,
                                     bench.market.now);
  model::TradeCondition condition = file->conditions.front().condition;
  model::TradeCondition turned = condition;
  std::swap(turned.when_all[0], turned.when_all[1]);
  CHECK(canonical_hash(turned) == canonical_hash(condition));
  turned.proposer = 1;
  CHECK(canonical_hash(turned) != canonical_hash(condition));
  turned = condition;
  turned.stop_atr = Score{1.01};
  CHECK(canonical_hash(turned) != canonical_hash(condition));
}

namespace {

struct Past {
  Past() : history(active, BarHistory::kWeekOfMinutes), replay(market.instruments, history) {}

  void minute(std::int64_t price) {
    market.now = market.now + minutes(1);
    const Price px = Price::from_int(price);
    history.on_bar({InstrumentId{0}, 60, px, px, px, px, Quantity::from_int(10)}, market.now);
  }
  [[nodiscard]] model::TradeCondition above(std::int64_t level) const {
    model::TradeCondition condition;
    condition.instrument_id = InstrumentId{0};
    (void)condition.when_all.push_back({model::FeatureId::price, model::Timeframe::m1,
                                        model::PredicateOp::gt, model::FeatureId::none,
                                        Score{static_cast<double>(level)}});
    return condition;
  }

  std::vector<std::uint8_t> active{1};
  test::StrategyMarket market{1};
  BarHistory history;
  TriggerReplay replay;
};

}  // namespace

TEST_CASE("a trigger is played over the bars that were: always on, too often, never") {
  Past past;
  // 36 h; from 900 to 1100 and back, twelve times an hour.
  for (int i = 0; i < 36 * 60; ++i) {
    past.minute(i % 5 == 0 ? 1100 : 900);
  }
  const auto often = past.replay.play(past.above(1000));
  CHECK(often.triggers_day == 24 * 12);
  CHECK(often.bars == 500);
  CHECK(often.true_bars == 100);
  const auto verdict = judge_replay(often, past.market.parameters);
  REQUIRE(verdict.refused);
  CHECK(verdict.refused->rule == ConditionRule::v18);
  CHECK(verdict.refused->value == Score{12.0});

  const auto always = judge_replay(past.replay.play(past.above(800)), past.market.parameters);
  REQUIRE(always.refused);
  CHECK(always.refused->rule == ConditionRule::v10);
  CHECK(always.refused->value == Score{100.0});

  const auto never = judge_replay(past.replay.play(past.above(1200)), past.market.parameters);
  CHECK(!never.refused);
  CHECK(never.is_complete);
  CHECK(!never.is_never_true);  // a day and a half is not a week
  for (int i = 0; i < 6 * 24 * 60; ++i) {
    past.minute(900);
  }
  CHECK(judge_replay(past.replay.play(past.above(1200)), past.market.parameters).is_never_true);
}

TEST_CASE("what was found is remembered by hash for the hour") {
  Past past;
  for (int i = 0; i < 600; ++i) {
    past.minute(900);
  }
  const Timestamp hour = past.market.now.floor_to(hours(1));
  static_cast<void>(past.replay.ask(past.above(1000), 1, hour));
  static_cast<void>(past.replay.ask(past.above(1000), 1, hour + minutes(59)));
  CHECK(past.replay.plays() == 1);
  static_cast<void>(past.replay.ask(past.above(1000), 1, hour + minutes(60)));
  CHECK(past.replay.plays() == 2);
  static_cast<void>(past.replay.ask(past.above(1001), 2, hour));
  CHECK(past.replay.plays() == 3);
}

}  // namespace lanner::strategy
