// tc1 from anywhere: whatever a text holds, reading and judging it ends; each refusal has one code
// and a place; and what is accepted never takes more than the caps leave.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "risk/risk_governor.hpp"
#include "store/import/tc1_file.hpp"
#include "strategy/vetting/condition_rules.hpp"
#include "support/feature_table.hpp"
#include "support/strategy_market.hpp"

namespace lanner {
namespace {

using model::ConditionRule;
using store::Tc1File;

constexpr Timestamp kNow{kNsPerDay * 20'000};

std::size_t below(RandomStream& dice, std::size_t n) {
  return static_cast<std::size_t>(dice.below(n));
}
template <typename T, std::size_t N>
const T& one_of(RandomStream& dice, const std::array<T, N>& values) {
  return values[below(dice, N)];
}
std::string number_text(double value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

constexpr std::array kWords{
    "rsi14", "ema9",  "ema50",  "price", "er20",  "bb_pos",   "atr_pct", "p_up",
    "const", "gt",    "le",     "1m",    "15m",   "1h",       "limit",   "market",
    "stop",  "long",  "short",  "any",   "range", "high_vol", "P02",     "NEW",
    "none",  "tc1",   "BTCUSDT", "C1USDT", "DOGEUSDT", "", "cross_up", "cross_down"};
constexpr std::array kKeys{
    "coin",      "direction",     "when_all",      "when_any", "stop_atr",   "stop_tf",
    "take_profit_r", "time_stop_min", "expiry_s",  "entry",    "size_scale", "mode",
    "offset_atr", "lhs",          "rhs",           "op",       "tf",         "value",
    "regimes",   "confidence",    "rationale",     "limits",   "conditions", "schema_version"};
constexpr std::array kNumbers{
    "1e308", "-1e308",   "1e999",     "-0",    "0.0",  "5e-324", "NaN",  "Infinity",
    "01",    "-Infinity", "999999999999999999999999", "-1", "1.7976931348623157e308",
    "0x10",  "1_000",    ".5",        "1.",    "+1",   "1e",     "true", "null",
    "\"1\"", "0.3",      "6",         "6.0000000001",  "0.5",    "10",   "5",
    "1440",  "60",       "1800"};
constexpr std::array kPieces{
    "\xEF\xBB\xBF", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\\ud800", "\\u0000",
    "\\u202e", "\xE2\x80\xAE", "\x1b[31m", "\x01", "\xF0\x9F\x92\xA3", "\\", "\"", "{", "}", "[",
    "]", ",", ":", "//", "/*", "\n", "\r", "\t", "\x7f", "\xff"};

std::string predicate_text(RandomStream& dice, double price) {
  constexpr std::array kFeatures{"rsi14", "er20", "atr_pct", "bb_pos", "vol_z", "ret_bps"};
  constexpr std::array kOps{"gt", "ge", "lt", "le", "cross_up", "cross_down"};
  constexpr std::array kFrames{"1m", "5m", "15m", "30m", "1h"};
  const bool is_level = below(dice, 4) == 0;
  const double value = is_level ? price * (0.7 + 0.6 * dice.uniform()) : dice.uniform();
  return std::string{R"({"lhs": ")"} + (is_level ? "price" : one_of(dice, kFeatures)) +
         R"(", "tf": ")" + one_of(dice, kFrames) + R"(", "op": ")" + one_of(dice, kOps) +
         R"(", "rhs": "const", "value": )" + number_text(value) + "}";
}

// A condition within the bounds of tc1; what the market says of it is another matter.
std::string condition_text(RandomStream& dice, double price) {
  const bool is_long = below(dice, 2) == 0;
  const bool is_limit = below(dice, 3) == 0;
  const double offset = is_limit ? (is_long ? -1.0 : 1.0) * dice.uniform() : 0.0;
  std::string text = std::string{R"({"coin": ")"} + (below(dice, 2) == 0 ? "BTCUSDT" : "C1USDT") +
                     R"(", "direction": ")" + (is_long ? "long" : "short") + R"(", "when_all": [)";
  for (std::size_t i = 0, n = 1 + below(dice, 3); i < n; ++i) {
    text += (i > 0 ? ", " : "") + predicate_text(dice, price);
  }
  text += R"(], "entry": {"mode": ")" + std::string{is_limit ? "limit" : "market"} +
          R"(", "offset_atr": )" + number_text(offset) + R"(}, "stop_atr": )" +
          number_text(0.3 + 5.7 * dice.uniform()) + R"(, "stop_tf": "1h", "take_profit_r": )" +
          number_text(0.5 + 9.5 * dice.uniform()) + R"(, "time_stop_min": )" +
          std::to_string(5 + below(dice, 1436)) + R"(, "expiry_s": )" +
          std::to_string(60 + below(dice, 1741)) + R"(, "size_scale": )" +
          number_text(dice.uniform()) + R"(, "confidence": )" + std::to_string(below(dice, 101)) +
          R"(, "rationale": "why not", "regimes": ["any"]})";
  return text;
}
std::string file_text(RandomStream& dice, std::size_t conditions, double price) {
  std::string text = R"({"schema_version": "tc1", "conditions": [)";
  for (std::size_t i = 0; i < conditions; ++i) {
    text += (i > 0 ? ", " : "") + condition_text(dice, price);
  }
  return text + "]}";
}

// Begin and length of a piece of JSON picked by chance: a word in quotes, or a number.
std::pair<std::size_t, std::size_t> some_value(RandomStream& dice, const std::string& text) {
  const std::size_t from = below(dice, text.size());
  std::size_t at = text.find_first_of("\"0123456789-", from);
  if (at == std::string::npos) {
    return {from, 0};
  }
  if (text[at] == '"') {
    const std::size_t end = text.find('"', at + 1);
    return {at, end == std::string::npos ? 1 : end - at + 1};
  }
  const std::size_t end = text.find_first_not_of("0123456789.eE+-", at);
  return {at, (end == std::string::npos ? text.size() : end) - at};
}

void damage(RandomStream& dice, std::string& text) {
  if (text.empty()) {
    return;
  }
  const std::size_t at = below(dice, text.size());
  const auto [value, length] = some_value(dice, text);
  switch (below(dice, 11)) {
    case 0: text[at] = static_cast<char>(text[at] ^ (1 << below(dice, 8))); return;
    case 1: text.resize(at); return;
    case 2: text.erase(at, 1 + below(dice, 20)); return;
    case 3: text.insert(at, one_of(dice, kPieces)); return;
    case 4: {  // the same again: a key twice, a list twice
      const std::string copy = text.substr(at, 1 + below(dice, 120));
      text.insert(at, copy);
      return;
    }
    case 5: {
      const std::size_t depth = 1 + below(dice, 2'000);
      text.insert(at, std::string(depth, below(dice, 2) == 0 ? '[' : '{') +
                          (below(dice, 2) == 0 ? std::string(depth, ']') : std::string{}));
      return;
    }
    case 6:
    case 7: text.replace(value, length, one_of(dice, kNumbers)); return;
    case 8:
      text.replace(value, length, "\"" + std::string{one_of(dice, kWords)} + "\"");
      return;
    case 9: text.replace(value, length, "\"" + std::string{one_of(dice, kKeys)} + "\""); return;
    default:
      text.insert(value, "\"" + std::string{one_of(dice, kKeys)} + "\": " +
                             one_of(dice, kNumbers) + ", ");
      return;
  }
}

// One of V1..V20 as `reason` begins with it.
bool is_code(const std::string& text) {
  for (std::size_t rule = 1; rule < model::kConditionRuleCount; ++rule) {
    if (text == model::name_of(static_cast<ConditionRule>(rule))) {
      return true;
    }
  }
  return false;
}
// The code of "NAME: [PLACE: ]V7: REASON"; empty where there is none.
std::string code_of(const std::string& sentence) {
  for (std::size_t at = sentence.find(": "); at != std::string::npos;
       at = sentence.find(": ", at + 2)) {
    const std::string word = sentence.substr(at + 2, sentence.find(": ", at + 2) - at - 2);
    if (is_code(word)) {
      return word;
    }
  }
  return "";
}
// What a terminal would take as a command, or as a change of direction.
bool is_plain(const std::string& text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }) &&
         text.find("\xE2\x80\xAE") == std::string::npos;
}

void check_bounds_hold(const model::TradeCondition& condition) {
  const auto is_within = [](double value, double low, double high) {
    return value >= low && value <= high;
  };
  const bool is_good = is_within(condition.stop_atr.value(), 0.3, 6.0) &&
                       is_within(condition.take_profit_r.value(), 0.5, 10.0) &&
                       is_within(condition.size_scale.value(), 0.0, 1.0) &&
                       condition.time_stop >= minutes(5) && condition.time_stop <= minutes(1440) &&
                       condition.expires_at >= kNow + seconds(60) &&
                       condition.expires_at <= kNow + seconds(1800) &&
                       !condition.when_all.is_empty() && condition.instrument_id.index() < 2;
  CHECK(is_good);
}

}  // namespace

TEST_CASE("damaged tc1 ends in a condition within its bounds or in one code with its place") {
  const model::InstrumentTable instruments = test::strategy_instruments(2);
  constexpr int kTexts = 60'000;
  std::array<std::size_t, model::kConditionRuleCount> refused{};
  std::size_t files = 0;
  std::size_t accepted = 0;
  for (int i = 0; i < kTexts; ++i) {
    RandomStream dice(static_cast<std::uint64_t>(i), 31);
    std::string text = file_text(dice, 1 + below(dice, 3), 1'000.0);
    for (std::size_t n = 1 + below(dice, 4); n > 0; --n) {
      damage(dice, text);
    }
    CAPTURE(i);
    const auto file = store::parse_tc1(text, "t.json", instruments, kNow);
    if (!file) {
      ++files;
      const std::string code = code_of(file.error().message);
      REQUIRE_MESSAGE((code == "V1" || code == "V2"), file.error().message);
      REQUIRE(file.error().message.rfind("t.json: ", 0) == 0);
      REQUIRE(is_plain(file.error().message));
      continue;
    }
    for (const store::RejectedCondition& bad : file->rejected) {
      REQUIRE(bad.rule > ConditionRule::none);
      REQUIRE(bad.rule < ConditionRule::count_);
      REQUIRE(!bad.reason.empty());
      const std::string sentence = store::describe("t.json", bad);
      REQUIRE(sentence.rfind("t.json: condition " + std::to_string(bad.index) + ": ", 0) == 0);
      REQUIRE_MESSAGE(code_of(sentence) == model::name_of(bad.rule), sentence);
      REQUIRE_MESSAGE(is_plain(sentence), sentence);
      ++refused[static_cast<std::size_t>(bad.rule)];
    }
    for (const store::TaggedCondition& tagged : *file) {
      check_bounds_hold(tagged.condition);
      // Asked again by the engine's own rules; neither may fall over what the reader let through.
      const strategy::Check bounds = strategy::check_bounds(tagged.condition, kNow);
      const strategy::Check logic = strategy::check_contradiction(tagged.condition);
      for (const strategy::Check& check : {bounds, logic}) {
        REQUIRE((!check || (check->rule > ConditionRule::none &&
                            check->rule < ConditionRule::count_)));
        refused[check ? static_cast<std::size_t>(check->rule) : 0] += 1;
      }
      ++accepted;
    }
  }
  std::printf("tc1 damaged: %d texts, %zu refused whole, %zu conditions read;", kTexts, files,
              accepted);
  std::size_t codes = 0;
  for (std::size_t rule = 1; rule < refused.size(); ++rule) {
    codes += refused[rule] > 0 ? 1U : 0U;
    if (refused[rule] > 0) {
      std::printf(" V%zu %zu", rule, refused[rule]);
    }
  }
  std::printf("\n");
  CHECK(files > 10'000);
  CHECK(accepted > 5'000);
  CHECK(codes >= 7);
}

namespace {

// A market and an account as chance will have them.
struct Scene {
  explicit Scene(RandomStream& dice)
      : price(to_score(Price::from_raw((100 + static_cast<std::int64_t>(below(dice, 999'900))) *
                                       (Price::kScale / 10))).value()),
        last(Price::from_raw(static_cast<std::int64_t>(price * 10.0 + 0.5) *
                             (Price::kScale / 10))),
        equity(Money::from_int(static_cast<std::int64_t>(below(dice, 400'000)))) {
    table.set(model::FeatureId::atr14, model::Timeframe::h1,
              price * 0.04 * dice.uniform() * dice.uniform());
    // Often near a cap, so that it has something to do.
    const auto share = [&](double most) {
      return Money::from_raw(static_cast<std::int64_t>(
          to_score(equity).value() * most * dice.uniform() * static_cast<double>(Money::kScale)));
    };
    open_risk = share(0.05);
    here = share(0.6);
    total = here + share(3.0);
    probe_loss = share(0.012);
    is_probe = below(dice, 2) == 0;
    positions = below(dice, 8);
    slots = 3 + below(dice, 100);
  }

  double price;
  Price last;
  Money equity;
  Money open_risk, here, total, probe_loss;
  bool is_probe = true;
  std::size_t positions = 0;
  std::size_t slots = 0;
  test::FeatureTable table;
};

struct Counts {
  std::size_t texts = 0, vetted = 0, approved = 0, scaled = 0;
  std::array<std::size_t, 32> refused_by{};
};

bool is_at_most(double value, double cap) { return value <= cap * (1.0 + 1e-9) + 1e-7; }

class Caps {
 public:
  explicit Caps(const char* leverage)
      : planner_(market_.instruments, market_.parameters, {}, market_.costs) {
    REQUIRE(market_.parameters.set("risk.leverage_max", leverage));
    planner_.adopt(market_.parameters);
  }
  Caps(const Caps&) = delete;

  void judge(const model::TradeCondition& condition, const Scene& scene, RandomStream& dice,
             Counts& counts) {
    const model::Instrument& instrument = market_.instruments[condition.instrument_id.index()];
    strategy::PlanInput input;
    input.condition = &condition;
    input.last_px = scene.last;
    input.features = scene.table.view();
    input.now = kNow;
    input.cushion = {scene.equity, scene.open_risk, scene.total, {}};
    input.coin.status = static_cast<model::CoinStatus>(below(dice, 4));
    input.expected_r = Score{dice.uniform() * 2.0};
    input.pattern_state = scene.is_probe ? model::PatternState::probe
                                         : model::PatternState::active;
    const auto plan = planner_.plan(input);
    if (!plan) {
      return;
    }
    const strategy::Check bad = strategy::check_market(
        condition, {*plan, instrument, market_.costs, market_.parameters, input.cushion, true});
    if (bad) {
      CHECK(bad->rule > ConditionRule::none);
      return;
    }
    ++counts.vetted;
    risk::RiskGovernor governor{market_.instruments, market_.parameters, {}};
    static_cast<void>(governor.on_day_start(scene.equity, kNow));
    risk::RiskContext context;
    context.now = kNow;
    context.is_fresh = true;
    context.instrument = &instrument;
    context.equity = scene.equity;
    context.open_risk = scene.open_risk;
    context.instrument_exposure = scene.here;
    context.total_exposure = scene.total;
    context.open_positions = scene.positions;
    context.is_probe = scene.is_probe;
    context.probe_loss_today = scene.probe_loss;
    context.free_protective_slots = scene.slots;
    model::DecisionTrace trace;
    const auto approved = governor.review(plan->intent, context, trace);
    if (!approved) {
      ++counts.refused_by[static_cast<std::size_t>(trace.refused_by)];
      return;
    }
    ++counts.approved;
    counts.scaled += approved->get().quantity < plan->intent.quantity ? 1U : 0U;
    check(condition, *plan, approved->get(), context);
    CHECK(approved->permit().quantity == approved->get().quantity);
  }

 private:
  void check(const model::TradeCondition& condition, const strategy::Plan& plan,
             const model::OrderIntent& intent, const risk::RiskContext& context) const {
    const model::Instrument& instrument = *context.instrument;
    const auto pct = [this](model::Param id) {
      return market_.parameters.score(id).value() / 100.0;
    };
    const int sign = model::sign_of(condition.side);
    const double equity = to_score(context.equity).value();
    const double quantity = to_score(intent.quantity).value();
    const double entry = to_score(intent.entry_px).value();
    const double distance = to_score((intent.entry_px - intent.stop_px).abs()).value();
    // Size and grid.
    CHECK(intent.quantity.is_positive());
    CHECK(intent.quantity <= plan.intent.quantity);
    CHECK(intent.quantity.raw() % instrument.step.raw() == 0);
    for (const Price level : {intent.stop_px, intent.target_px, intent.disaster_stop_px}) {
      CHECK(level.raw() % instrument.tick.raw() == 0);
      CHECK(level.is_positive());
    }
    // Sides, and how far the stop is.
    CHECK(((intent.entry_px - intent.stop_px) * sign).is_positive());
    CHECK(((intent.stop_px - intent.disaster_stop_px) * sign).is_positive());
    CHECK(((intent.target_px - intent.entry_px) * sign).is_positive());
    CHECK(is_at_most(distance, pct(model::Param::condition_stop_max_pct) * entry));
    CHECK(distance >= condition.stop_atr.value() * plan.atr.value() * (1.0 - 1e-9));
    // Money.
    const double most = pct(context.is_probe ? model::Param::risk_probe_pct
                                             : model::Param::risk_active_pct);
    constexpr double kFavoured = 1.25;
    CHECK(is_at_most(distance * quantity,
                     most * kFavoured * condition.size_scale.value() * equity));
    CHECK(is_at_most(to_score(context.open_risk).value() + distance * quantity,
                     pct(model::Param::risk_heat_pct) * equity));
    const double notional = entry * quantity;
    CHECK(is_at_most(to_score(context.instrument_exposure).value() + notional,
                     pct(model::Param::risk_exposure_instrument_pct) * equity));
    CHECK(is_at_most(to_score(context.total_exposure).value() + notional,
                     pct(model::Param::risk_exposure_total_pct) * equity));
    CHECK(is_at_most(to_score(context.total_exposure).value() + notional,
                     market_.parameters.score(model::Param::risk_leverage_max).value() * equity));
    if (context.is_probe) {
      CHECK(is_at_most(to_score(context.probe_loss_today).value() + distance * quantity,
                       pct(model::Param::risk_probe_budget_pct) * equity));
    }
  }

  test::StrategyMarket market_{2};
  strategy::Planner planner_;
};

}  // namespace

TEST_CASE("an accepted condition never takes more than the caps leave, whatever the market is") {
  constexpr int kTexts = 40'000;
  // Three times equity is what all exposures may be, too; twice, leverage is the cap that binds.
  std::array<Caps, 2> caps{Caps{"3"}, Caps{"2"}};
  Counts counts;
  const model::InstrumentTable instruments = test::strategy_instruments(2);
  for (int i = 0; i < kTexts; ++i) {
    RandomStream dice(static_cast<std::uint64_t>(i), 32);
    const Scene scene{dice};
    const auto file = store::parse_tc1(file_text(dice, 1, scene.price), "t", instruments, kNow);
    REQUIRE_MESSAGE(file, file.error().message);
    CAPTURE(i);
    for (const store::TaggedCondition& tagged : *file) {
      ++counts.texts;
      if (!strategy::check_bounds(tagged.condition, kNow) &&
          !strategy::check_contradiction(tagged.condition)) {
        caps[static_cast<std::size_t>(i) % 2].judge(tagged.condition, scene, dice, counts);
      }
    }
  }
  std::printf("tc1 under caps: %zu conditions, %zu accepted, %zu approved, %zu of them scaled;",
              counts.texts, counts.vetted, counts.approved, counts.scaled);
  for (std::size_t gate = 0; gate < counts.refused_by.size(); ++gate) {
    if (counts.refused_by[gate] > 0) {
      std::printf(" %s %zu", model::name_of(static_cast<model::Gate>(gate)),
                  counts.refused_by[gate]);
    }
  }
  std::printf("\n");
  CHECK(counts.approved > 1'000);
  CHECK(counts.scaled > 100);
  for (const model::Gate gate : {model::Gate::heat, model::Gate::exposure,
                                 model::Gate::leverage_margin, model::Gate::probe_budget}) {
    CHECK_MESSAGE(counts.refused_by[static_cast<std::size_t>(gate)] > 0,
                  std::string{model::name_of(gate)});
  }
}

}  // namespace lanner
