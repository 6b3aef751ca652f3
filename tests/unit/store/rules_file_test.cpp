#include "store/rules_file.hpp"

#include <doctest/doctest.h>

#include <string>

#include "store/import/source_name.hpp"

using namespace lanner;
using namespace lanner::store;

namespace {

model::Instrument some_rule(const char* name) {
  auto rule = instrument_of(name);
  REQUIRE(rule);
  rule->tick = Price::from_raw(100'000'000);
  rule->step = Quantity::from_raw(100'000);
  rule->quantity_min = rule->step;
  return *rule;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string refusal(const std::string& text) {
  const auto rules = parse_rules(text, "rules.toml");
  REQUIRE(!rules);
  CHECK(rules.error().kind == ErrorKind::config);
  return rules.error().message;
}

}  // namespace

TEST_CASE("rules: what is written is read back, sorted, with dense ids") {
  RulesFile rules;
  put_rule(rules, some_rule("ETHUSDT-PERP.BYBIT"));
  put_rule(rules, some_rule("BTCUSDT-PERP.BINANCE"));
  auto tiered = some_rule("BTCUSDT.BINANCE");
  tiered.tiers = {{Money::from_int(1'000), 5, Rate{}}, {Money::max(), 2, Rate::from_raw(500)}};
  put_rule(rules, tiered);
  const auto read = parse_rules(render_rules(rules), "rules.toml");
  REQUIRE(read);
  CHECK(render_rules(*read) == render_rules(rules));
  const auto table = instrument_table(*read);
  REQUIRE(table.size() == 3);
  CHECK(table[0].name == "BTCUSDT-PERP.BINANCE");
  CHECK(table[1].name == "BTCUSDT.BINANCE");
  CHECK(table[2].id == InstrumentId{2});
  CHECK(table[0].venue_id == VenueId{0});
  CHECK(table[2].venue_id == VenueId{1});
  CHECK(table[1].tiers.size() == 2);
  CHECK(print_of(table[1]) == print_of(tiered));
}

TEST_CASE("rules: an edited table keeps its lines and comments when another is added") {
  RulesFile rules;
  put_rule(rules, some_rule("BTCUSDT-PERP.BINANCE"));
  const std::string edited =
      replaced(render_rules(rules), "tick = \"0.1\"", "tick = \"0.5\"   # told by support");
  auto read = parse_rules(edited, "rules.toml");
  REQUIRE(read);
  CHECK(to_string(read->entries[0].instrument.tick) == "0.5");
  CHECK(print_of(read->entries[0].instrument) != print_of(some_rule("BTCUSDT-PERP.BINANCE")));
  put_rule(*read, some_rule("ADAUSDT.BINANCE"));
  const std::string text = render_rules(*read);
  CHECK(text.find("# told by support") != std::string::npos);
  CHECK(text.find("ADAUSDT") < text.find("BTCUSDT"));
  CHECK(parse_rules(text, "rules.toml"));
}

TEST_CASE("rules: every mistake is named with file and line") {
  RulesFile rules;
  put_rule(rules, some_rule("BTCUSDT-PERP.BINANCE"));
  const std::string good = render_rules(rules);
  CHECK(refusal(replaced(good, "tick =", "tik =")).find("did you mean 'tick'?") !=
        std::string::npos);
  CHECK(refusal(replaced(good, "\"0.1\"", "\"ten\"")).find("rules.toml:12: tick: not a decimal") !=
        std::string::npos);
  CHECK(refusal(replaced(good, "\"0.1\"", "0.1")).find("not a string") != std::string::npos);
  CHECK(refusal(replaced(good, "\"0.1\"", "\"0\"")).find("tick must be greater") !=
        std::string::npos);
  CHECK(refusal(replaced(good, "\"inferred\"", "\"guessed\"")).find("documented, inferred") !=
        std::string::npos);
  CHECK(refusal(replaced(good, "perpetual", "swap")).find("spot or perpetual") !=
        std::string::npos);
  CHECK(refusal(replaced(good, "leverage_max = 20", "leverage_max = 0")).find("1 to 200") !=
        std::string::npos);
  CHECK(refusal(replaced(good, "0.025", "2.5")).find("0.025 is 2.5 %") != std::string::npos);
  CHECK(refusal(replaced(good, "tiers = [{", "tiers = [3, {")).find("a tier is a table") !=
        std::string::npos);
  CHECK(refusal(replaced(good, "taker_fee = \"0.0005\"", "taker_fee = \"5\"")).find("5 bps") !=
        std::string::npos);
  CHECK(refusal(replaced(good, "name = \"BTCUSDT-PERP.BINANCE\"", "name = \"../x.BINANCE\""))
            .find("name must be") != std::string::npos);
  CHECK(refusal(good + good.substr(good.find("[["))).find("stands here twice") !=
        std::string::npos);
  CHECK(refusal(good + "tick = \n").find("rules.toml:") != std::string::npos);
  CHECK(refusal("instruments = 3\n").find("did you mean 'instrument'?") != std::string::npos);
}

TEST_CASE("rules: another layout of the same tables is read and rewritten in ours") {
  RulesFile rules;
  put_rule(rules, some_rule("BTCUSDT.BINANCE"));
  const std::string spaced = replaced(render_rules(rules), "[[instrument]]", "[[ instrument ]]");
  const auto read = parse_rules(spaced, "rules.toml");
  REQUIRE(read);
  CHECK(read->entries[0].text == rules.entries[0].text);
  CHECK(parse_rules("", "rules.toml"));
}
