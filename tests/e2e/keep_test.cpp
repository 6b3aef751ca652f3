// config, doctor, completion.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/process.hpp"
#include "support/scratch_dir.hpp"

using lanner::test::Finished;
using lanner::test::run_lanner;
using lanner::test::run_program;
using lanner::test::ScratchDir;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a new settings file is good as it is, and with every comment taken away") {
  const ScratchDir scratch{"init"};
  const std::string file = (scratch.path() / "lanner.toml").string();
  REQUIRE(run_lanner({"config", "init", file}).code == 0);
  const Finished commented = run_lanner({"config", "check", "-c", file});
  CHECK_MESSAGE(commented.code == 0, commented.err);
  std::ifstream in{file};
  std::string open;
  for (std::string line; std::getline(in, line);) {
    const bool is_value = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    open += (is_value ? line.substr(1) : line) + "\n";
  }
  const auto opened = scratch.write("open.toml", open);
  const Finished all = run_lanner({"config", "check", "-c", opened.string(), "--json"});
  CHECK_MESSAGE(all.code == 0, all.err);
  CHECK(has(all.out, "\"ok\":true"));
  const Finished again = run_lanner({"config", "init", file});
  CHECK(again.code == 2);
  CHECK(has(again.err, "there already"));
}

TEST_CASE("the fee and the fee gate may stand in one file") {
  const ScratchDir scratch{"fee"};
  const auto file = scratch.write("a.toml", "[fee]\nrate = 0.0004\ncost_r_cap = 0.3\n");
  const Finished shown = run_lanner({"config", "show", "-c", file.string()});
  CHECK_MESSAGE(shown.code == 0, shown.err);
  CHECK(has(shown.out, "0.0004"));
  CHECK(has(shown.out, "0.3"));
  const auto plain = scratch.write("b.toml", "fee = 0.0004\n");
  CHECK(run_lanner({"config", "check", "-c", plain.string()}).code == 0);
}

TEST_CASE("config check tells every mistake with line, column and caret") {
  const ScratchDir scratch{"check"};
  const auto file = scratch.write("a.toml", "balanc = 5\n[risk]\nheat_pct = 4000\n");
  const Finished finished = run_lanner({"config", "check", "-c", file.string()});
  CHECK(finished.code == 3);
  CHECK(has(finished.err, "a.toml:1:1: unknown key 'balanc'; did you mean 'balance'?"));
  CHECK(has(finished.err, "\n  balanc = 5\n  ^\n"));
  CHECK(has(finished.err, "a.toml:3:1: risk.heat_pct = 4000"));
}

TEST_CASE("config show says where each value comes from") {
  const ScratchDir scratch{"show"};
  const auto file = scratch.write("a.toml", "seed = 7\n");
  const Finished finished =
      run_lanner({"config", "show", "--origin", "-c", file.string(), "--set", "fee=0.001"},
                 {"LANNER__RISK__HEAT_PCT=3"});
  CHECK(finished.code == 0);
  CHECK(has(finished.out, "a.toml:1:1"));
  CHECK(has(finished.out, "LANNER__RISK__HEAT_PCT"));
  CHECK(has(finished.out, "--set"));
  CHECK(!has(finished.out, "risk.drawdown_pct"));
  const Finished json = run_lanner({"config", "show", "--json"});
  CHECK(has(json.out, "{\"key\":\"risk.drawdown_pct\",\"value\":\"15\",\"origin\":\"prior\"}"));
  CHECK(has(run_lanner({"show-config", "--all"}).out, "risk.drawdown_pct"));
}

TEST_CASE("config schema and explain come from the same table") {
  const Finished schema = run_lanner({"config", "schema"});
  CHECK(schema.code == 0);
  CHECK(has(schema.out, "\"heat_pct\":{\"type\":\"number\",\"minimum\":0,\"maximum\":100"));
  CHECK(has(schema.out, "\"market\":{\"type\":\"string\",\"enum\":[\"perp\",\"spot\"]"));
  const Finished explained = run_lanner({"config", "explain", "risk.heat_pct"});
  CHECK(explained.code == 0);
  CHECK(has(explained.out, "LANNER__RISK__HEAT_PCT=VALUE"));
  CHECK(has(explained.out, "0 .. 100"));
  const Finished wrong = run_lanner({"config", "explain", "risk.heat_pc"});
  CHECK(wrong.code == 2);
  CHECK(has(wrong.err, "did you mean 'risk.heat_pct'?"));
  CHECK(run_lanner({"config", "explain"}).code == 2);
}

TEST_CASE("doctor finds what is wrong and names the remedy") {
  const ScratchDir scratch{"doctor"};
  const std::string profile = (scratch.path() / "profile").string();
  const Finished good = run_lanner({"doctor", "--json", "--profile", profile});
  CHECK_MESSAGE(good.code == 0, good.out);
  CHECK(has(good.out, "{\"schema\":\"doctor/1\",\"ok\":true"));
  for (const char* id : {"profile_writable", "disk_space", "clock", "open_files", "packages"}) {
    CHECK_MESSAGE(has(good.out, id), id);
  }
  const Finished bad =
      run_lanner({"doctor", "--profile", profile, "--catalog", "/nowhere"});
  CHECK(bad.code == 8);
  CHECK(has(bad.out, "BAD  catalog"));
  CHECK(has(bad.out, "lanner data import"));
}

TEST_CASE("doctor shows what a trade costs: the shorter the timeframe, the more of R") {
  const ScratchDir scratch{"costs"};
  const std::string profile = (scratch.path() / "profile").string();
  REQUIRE(run_lanner({"backtest", "--from", "2025-01-01", "--to", "2025-01-02", "--profile",
                      profile, "--json"}).code == 0);
  std::string catalog;
  for (const auto& entry : std::filesystem::directory_iterator(profile + "/catalogs")) {
    catalog = entry.path().string();
  }
  const Finished finished =
      run_lanner({"doctor", "--catalog", catalog, "--profile", profile, "--json"});
  CHECK(finished.code == 0);
  const std::size_t at = finished.out.find("\"cost_r\":{\"1m\":");
  REQUIRE(at != std::string::npos);
  const std::string row = finished.out.substr(at);
  const auto cost = [&row](const std::string& tf) {
    return std::stod(row.substr(row.find("\"" + tf + "\":") + tf.size() + 3));
  };
  CHECK(cost("1m") > cost("5m"));
  CHECK(cost("5m") > cost("15m"));
  CHECK(cost("15m") > cost("1h"));
}

TEST_CASE("completion offers verbs, flags and keys") {
  const ScratchDir scratch{"completion"};
  const Finished bash = run_lanner({"completion", "bash"});
  REQUIRE(bash.code == 0);
  const auto script = scratch.write(
      "try.sh", bash.out +
                    "try() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _lanner; "
                    "echo \"${COMPREPLY[*]}\"; }\n"
                    "try lanner sta\ntry lanner data li\ntry lanner run --spe\n"
                    "try lanner run --set risk.heat\n");
  const Finished tried = run_program("/bin/bash", {script.string()});
  CHECK_MESSAGE(tried.out == "status\nlist\n--speed\nrisk.heat_pct=\n", tried.out << tried.err);
  CHECK(has(run_lanner({"completion", "zsh"}).out, "bashcompinit"));
  CHECK(has(run_lanner({"completion", "fish"}).out, "complete -c lanner"));
  const Finished wrong = run_lanner({"completion", "bahs"});
  CHECK(wrong.code == 2);
  CHECK(has(wrong.err, "did you mean 'bash'?"));
}
