#include <doctest/doctest.h>

#include "app/keep/setting_fields.hpp"
#include "app/settings.hpp"
#include "model/parameters.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;

namespace {

Result<app::Settings> load(std::vector<std::string> files, std::vector<std::string> environment,
                           std::vector<std::string> sets) {
  std::vector<char*> pointers;
  for (std::string& entry : environment) {
    pointers.push_back(entry.data());
  }
  return app::load_settings({std::move(files), pointers, std::move(sets)});
}

}  // namespace

TEST_CASE("an argument wins over the environment, that over later files, those over earlier") {
  const test::ScratchDir scratch{"layers"};
  const auto first = scratch.write("a.toml", "seed = 1\nbalance = 100\n[risk]\nheat_pct = 1\n"
                                             "probe_pct = 0.1\n");
  const auto second = scratch.write("b.toml", "balance = 200\n[risk]\nheat_pct = 2\n");
  const auto settings = load({first.string(), second.string()},
                             {"LANNER__RISK__HEAT_PCT=3", "LANNER__SEED=7", "HOME=/x"},
                             {"risk.heat_pct=4"});
  REQUIRE(settings);
  CHECK(settings->find("risk.heat_pct") == "4");
  CHECK(settings->source_of("risk.heat_pct") == "--set");
  CHECK(settings->find("seed") == "7");
  CHECK(settings->source_of("seed") == "LANNER__SEED");
  CHECK(settings->find("balance") == "200");
  CHECK(settings->find("risk.probe_pct") == "0.1");
  CHECK(settings->find("market") == std::nullopt);
  CHECK(settings->parameters() ==
        std::vector<std::pair<std::string, std::string>>{{"risk.heat_pct", "4"},
                                                         {"risk.probe_pct", "0.1"}});
}

TEST_CASE("numbers are taken as they were typed") {
  const test::ScratchDir scratch{"numbers"};
  const auto file = scratch.write(
      "a.toml", "fee = 0.0001234567\nbalance = 10_000.25\nmask = [\"coin_scorer\", \"bracket\"]\n"
                "[p03]\nbb_level = -2.5 # a comment\n");
  const auto settings = load({file.string()}, {}, {});
  REQUIRE_MESSAGE(settings, settings.error().message);
  CHECK(settings->find("fee") == "0.0001234567");
  CHECK(settings->find("balance") == "10000.25");
  CHECK(settings->find("mask") == "coin_scorer,bracket");
  CHECK(settings->find("p03.bb_level") == "-2.5");
}

TEST_CASE("a value of the wrong kind is told with its place") {
  const test::ScratchDir scratch{"kinds"};
  const auto file = scratch.write("a.toml", "seed = true\nbalance = inf\n");
  const auto settings = load({file.string()}, {}, {});
  REQUIRE(!settings);
  CHECK(settings.error().kind == ErrorKind::config);
  CHECK(settings.error().message.find("a.toml:1:1: seed is a number or a text") !=
        std::string::npos);
  CHECK(settings.error().message.find("a.toml:2:1: balance is an amount") != std::string::npos);
}

TEST_CASE("own features are read in the order of their names, and a later layer replaces one") {
  const test::ScratchDir scratch{"features"};
  const auto file = scratch.write(
      "a.toml", "[features]\nslow = \"ema21@1h\"\nmy_z = \"zscore(close, 200)\"\n");
  const auto settings = load({file.string()}, {}, {"features.slow=ema50@1h"});
  REQUIRE_MESSAGE(settings, settings.error().message);
  CHECK(settings->features() ==
        std::vector<std::pair<std::string, std::string>>{{"my_z", "zscore(close, 200)"},
                                                         {"slow", "ema50@1h"}});
}

TEST_CASE("a fault in an own feature is told with line, column and a caret below it") {
  const test::ScratchDir scratch{"faults"};
  const auto file = scratch.write("a.toml",
                                  "seed = 1\n[features]\nok = \"close - open\"\n"
                                  "my_z = \"zscore(close - emaa(close, 50), 200)\"\n");
  const auto settings = load({file.string()}, {}, {});
  REQUIRE(!settings);
  CHECK(settings.error().kind == ErrorKind::config);
  const std::string& said = settings.error().message;
  CHECK_MESSAGE(said.find("a.toml:4:24: features.my_z: ") != std::string::npos, said);
  CHECK_MESSAGE(said.find("did you mean 'ema'?") != std::string::npos, said);
  CHECK_MESSAGE(said.find("\n  my_z = \"zscore(close - emaa(close, 50), 200)\"\n  " +
                          std::string(23, ' ') + "^") != std::string::npos,
                said);
  const auto named = scratch.write("b.toml", "[features]\nema9 = \"close\"\n");
  const auto refused = load({named.string()}, {}, {});
  REQUIRE(!refused);
  CHECK_MESSAGE(refused.error().message.find("b.toml:2:") != std::string::npos,
                refused.error().message);
}

TEST_CASE("every key that a file may hold stands in the field table, and no other") {
  std::vector<std::string> fields;
  for (const app::SettingField& field : app::setting_fields()) {
    fields.emplace_back(field.key);
    if (!field.prior.empty()) {
      CHECK_MESSAGE(app::problem_of(field.key, field.prior).empty(), field.key);
    }
  }
  std::vector<std::string> keys(app::run_keys().begin(), app::run_keys().end());
  for (const model::ParameterSpec& spec : model::parameter_specs()) {
    keys.emplace_back(spec.id);
  }
  CHECK(fields == keys);
}
