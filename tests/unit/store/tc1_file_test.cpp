#include "store/import/tc1_file.hpp"

#include <doctest/doctest.h>

#include <string>

namespace lanner::store {
namespace {

constexpr Timestamp kNow{1'700'000'000 * kNsPerSecond};

model::InstrumentTable instruments() {
  model::InstrumentTable table;
  for (const char* name : {"BTCUSDT-PERP.BINANCE", "BTCUSDT.BINANCE", "ETHUSDT-PERP.BINANCE"}) {
    model::Instrument instrument;
    instrument.id = InstrumentId{static_cast<std::uint32_t>(table.size())};
    instrument.name = name;
    instrument.symbol = std::string(name).substr(0, 7);
    table.push_back(instrument);
  }
  return table;
}

const std::string kGood = R"({"rationale": "why not", "pattern_id": "NEW",
  "coin": "ETHUSDT", "direction": "short",
  "when_all": [{"lhs": "rsi14", "tf": "15m", "op": "cross_down", "rhs": "const", "value": 60},
               {"lhs": "price", "tf": "1h", "op": "lt", "rhs": "ema50", "value": -1.5}],
  "when_any": [], "regimes": ["any"], "entry": {"mode": "limit", "offset_atr": 0.25},
  "stop_atr": 1.5, "take_profit_r": 2, "time_stop_min": 90, "expiry_s": 600,
  "size_scale": 0.5, "confidence": 70, "invalidate_any": []})";

std::string file_of(const std::string& conditions, const std::string& extra = "") {
  return R"({"schema_version": "tc1", )" + extra + R"("conditions": [)" + conditions + "]}";
}

Result<Tc1File> parse(const std::string& text) {
  return parse_tc1(text, "my.json", instruments(), kNow);
}

std::string changed(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a condition is read whole, and its words are mapped") {
  const auto file = parse(file_of(kGood));
  REQUIRE(file);
  CHECK(file->rejected.empty());
  REQUIRE(file->conditions.size() == 1);
  const model::TradeCondition& condition = file->conditions[0].condition;
  CHECK(condition.instrument_id == InstrumentId{2});
  CHECK(condition.side == model::PositionSide::short_side);
  CHECK(condition.template_id == model::TemplateId::custom);
  CHECK(condition.source == model::ConditionSource::file);
  REQUIRE(condition.when_all.size() == 2);
  CHECK(condition.when_all[0] ==
        model::Predicate{model::FeatureId::rsi14, model::Timeframe::m15,
                         model::PredicateOp::cross_down, model::FeatureId::none, Score{60.0}});
  CHECK(condition.when_all[1] ==
        model::Predicate{model::FeatureId::price, model::Timeframe::h1, model::PredicateOp::lt,
                         model::FeatureId::ema50, Score{-1.5}});
  CHECK(condition.entry_mode == model::EntryMode::limit);
  CHECK(condition.entry_offset_atr == Score{0.25});
  CHECK(condition.stop_atr == Score{1.5});
  CHECK(condition.stop_tf == model::Timeframe::m15);  // of the first predicate
  CHECK(condition.take_profit_r == Score{2.0});
  CHECK(condition.time_stop == minutes(90));
  CHECK(condition.expires_at == kNow + seconds(600));
  CHECK(condition.size_scale == Score{0.5});
  CHECK(condition.confidence == 70);
  CHECK_FALSE(condition.pattern_id.is_valid());  // whoever arms it makes it
}

TEST_CASE("a symbol stands for every instrument that has it, a name for one") {
  CHECK(parse(file_of(changed("ETHUSDT", "BTCUSDT")))->conditions.size() == 2);
  const auto one = parse(file_of(changed("ETHUSDT", "BTCUSDT.BINANCE")));
  REQUIRE(one->conditions.size() == 1);
  CHECK(one->conditions[0].condition.instrument_id == InstrumentId{1});
}

TEST_CASE("what may be left out has its default") {
  const auto file = parse(file_of(R"({"coin": "ETHUSDT", "direction": "long", "when_all":
    [{"lhs": "macd_hist", "tf": "5m", "op": "gt", "rhs": "const", "value": 0}], "stop_tf": "1h",
    "stop_atr": 2, "take_profit_r": 1, "time_stop_min": 5, "expiry_s": 60})"));
  REQUIRE(file);
  REQUIRE(file->conditions.size() == 1);
  CHECK(file->conditions[0].condition.size_scale == Score{1.0});
  CHECK(file->conditions[0].condition.stop_tf == model::Timeframe::h1);
  CHECK(file->conditions[0].condition.entry_mode == model::EntryMode::market);
}

TEST_CASE("each rule that is broken costs one condition and names its place") {
  struct Mutation {
    const char* from;
    const char* to;
    Tc1Rule rule;
    const char* key;
    const char* says;
  };
  const Mutation mutations[] = {
      {"\"size_scale\": 0.5,", "\"size_scale\": 0.5, \"size_scale\": 1,", Tc1Rule::v1,
       "size_scale", "twice"},
      {"\"direction\": \"short\"", "\"direction\": \"down\"", Tc1Rule::v2, "direction", "long"},
      {"\"direction\"", "\"directon\"", Tc1Rule::v2, "directon", "did you mean 'direction'"},
      {"\"stop_atr\": 1.5,", "", Tc1Rule::v2, "stop_atr", "missing"},
      {"\"stop_atr\": 1.5", "\"stop_atr\": \"1.5\"", Tc1Rule::v2, "stop_atr", "number"},
      {"\"rsi14\"", "\"rsi\"", Tc1Rule::v2, "when_all[0].lhs", "did you mean 'rsi14'"},
      {"\"tf\": \"15m\"", "\"tf\": \"2h\"", Tc1Rule::v2, "when_all[0].tf", "1h"},
      {"\"op\": \"lt\"", "\"op\": \"eq\"", Tc1Rule::v2, "when_all[1].op", "not known"},
      {"\"value\": 60", "\"value\": true", Tc1Rule::v2, "when_all[0].value", "number"},
      {"\"time_stop_min\": 90", "\"time_stop_min\": 90.5", Tc1Rule::v2, "time_stop_min", "whole"},
      {"\"coin\": \"ETHUSDT\"", "\"coin\": \"ETHUSD\"", Tc1Rule::v4, "coin", "did you mean"},
      {"\"stop_atr\": 1.5", "\"stop_atr\": 9", Tc1Rule::v5, "stop_atr", "0.3 .. 6"},
      {"\"take_profit_r\": 2", "\"take_profit_r\": 0.1", Tc1Rule::v5, "take_profit_r", "0.5"},
      {"\"size_scale\": 0.5", "\"size_scale\": 1.5", Tc1Rule::v5, "size_scale", "0 .. 1"},
      {"\"offset_atr\": 0.25", "\"offset_atr\": -0.25", Tc1Rule::v5, "entry.offset_atr", "better"},
      {"\"mode\": \"limit\"", "\"mode\": \"stop\"", Tc1Rule::v5, "entry.offset_atr", "predicate"},
      {"\"confidence\": 70", "\"confidence\": 101", Tc1Rule::v5, "confidence", "100"},
      {"\"value\": 60", "\"value\": 160", Tc1Rule::v9, "when_all[0].value", "rsi14"},
      {"\"rhs\": \"const\", \"value\": 60", "\"rhs\": \"ema9\", \"value\": 60", Tc1Rule::v9,
       "when_all[0].rhs", "const"},
      {"\"rhs\": \"ema50\"", "\"rhs\": \"const\"", Tc1Rule::v9, "when_all[1].value", "above 0"},
      {"\"rsi14\"", "\"p_up\"", Tc1Rule::v9, "when_all[0].lhs", "asleep"},
      {"\"rsi14\"", "\"obi5\"", Tc1Rule::v9, "when_all[0].value", "-1 .. 1"},
      {"[\"any\"]", "[\"rang\"]", Tc1Rule::v2, "regimes", "did you mean 'range'"},
      {"[\"any\"]", "[]", Tc1Rule::v2, "regimes", "at least one"},
      {"\"time_stop_min\": 90", "\"time_stop_min\": 4", Tc1Rule::v13, "time_stop_min", "5"},
      {"\"expiry_s\": 600", "\"expiry_s\": 6000", Tc1Rule::v13, "expiry_s", "1800"},
  };
  for (const Mutation& mutation : mutations) {
    CAPTURE(mutation.to);
    const auto file = parse(file_of(kGood + "," + changed(mutation.from, mutation.to)));
    REQUIRE(file);
    CHECK(file->conditions.size() == 1);
    REQUIRE(file->rejected.size() == 1);
    CHECK(file->rejected[0].index == 1);
    CHECK(file->rejected[0].rule == mutation.rule);
    CHECK(file->rejected[0].key == mutation.key);
    CHECK(file->rejected[0].reason.find(mutation.says) != std::string::npos);
  }
}

TEST_CASE("regimes are kept as a set") {
  const auto file = parse(file_of(changed("[\"any\"]", "[\"trend_up\", \"high_vol\"]")));
  REQUIRE(file);
  REQUIRE(file->conditions.size() == 1);
  CHECK(file->conditions[0].condition.regimes ==
        (bit_of(model::Regime::trend_up) | bit_of(model::Regime::high_vol)));
}

TEST_CASE("the sentence names file, condition, key and rule") {
  const auto file = parse(file_of(changed("\"stop_atr\": 1.5", "\"stop_atr\": 9")));
  REQUIRE(file);
  REQUIRE(file->rejected.size() == 1);
  CHECK(describe("my.json", file->rejected[0]) ==
        "my.json: condition 0: stop_atr: V5: 9 is outside 0.3 .. 6");
}

TEST_CASE("a file holds eight conditions and two per coin, unless its limits are none") {
  std::string three = kGood + "," + kGood + "," + kGood;
  auto file = parse(file_of(three));
  REQUIRE(file);
  CHECK(file->conditions.size() == 2);
  REQUIRE(file->rejected.size() == 1);
  CHECK(file->rejected[0].rule == Tc1Rule::v14);
  file = parse(file_of(three, R"("limits": "none", )"));
  CHECK(file->conditions.size() == 3);
  CHECK(file->rejected.empty());
}

TEST_CASE("an empty list is no error") {
  const auto file = parse(file_of(""));
  REQUIRE(file);
  CHECK(file->conditions.empty());
}

TEST_CASE("a file that says nothing is refused with its name") {
  for (const std::string& text :
       {std::string(""), std::string("[]"), file_of(kGood) + "x", std::string("{\"a\": NaN}"),
        std::string(R"({"schema_version": "tc2", "conditions": []})"),
        std::string(R"({"schema_version": "tc1"})"),
        std::string(R"({"schema_version": "tc1", "conditions": {}})"),
        file_of("", R"("limits": "some", )"), file_of("", R"("conditons": [], )"),
        file_of(std::string(20, '[') + std::string(20, ']')),
        file_of("\"\xff\xfe\""), file_of(std::string(300 * 1024, ' '))}) {
    CAPTURE(text.substr(0, 60));
    const auto file = parse(text);
    REQUIRE_FALSE(file);
    CHECK(file.error().kind == ErrorKind::data);
    CHECK(file.error().message.rfind("my.json: ", 0) == 0);
  }
  CHECK_FALSE(read_tc1_file("no/such/file.json", instruments(), kNow));
}

}  // namespace lanner::store
