#include <doctest/doctest.h>

#include "support/process.hpp"
#include "support/scratch_dir.hpp"

using lanner::test::Finished;
using lanner::test::run_lanner;
using lanner::test::ScratchDir;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// A wrong call says on stderr what is wrong and what to do, and puts nothing on stdout.
void check_refused(const Finished& finished, int code, std::string_view sentence) {
  CHECK(finished.code == code);
  CHECK_MESSAGE(has(finished.err, sentence), finished.err);
  CHECK(finished.out.empty());
}

}  // namespace

TEST_CASE("a mistyped verb names the right one") {
  check_refused(run_lanner({"bakctest"}), 2, "did you mean 'backtest'?");
  check_refused(run_lanner({"data", "lst"}), 2, "did you mean 'list'?");
  check_refused(run_lanner({"backtestng"}), 2, "did you mean 'backtest");
}

TEST_CASE("no verb at all shows the help and exits 2") {
  check_refused(run_lanner({}), 2, "Verbs:");
  check_refused(run_lanner({"data"}), 2, "Verbs:");
}

TEST_CASE("help and version exit 0 on stdout") {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--help"}, {"run", "--help"}, {"data", "--help"},
        {"data", "list", "-h"}, {"--version"}, {"version"}, {"components"}}) {
    const Finished finished = run_lanner(words);
    CHECK(finished.code == 0);
    CHECK(!finished.out.empty());
    CHECK(finished.err.empty());
  }
}

TEST_CASE("aliases of other bots are the same verbs") {
  CHECK(has(run_lanner({"trade", "--help"}).out, "usage: lanner run"));
  CHECK(has(run_lanner({"backtesting", "--help"}).out, "usage: lanner backtest"));
  CHECK(has(run_lanner({"list-data", "--help"}).out, "usage: lanner data list"));
}

TEST_CASE("a mistyped flag names the right one") {
  check_refused(run_lanner({"backtest", "--catlog", "x"}), 2, "did you mean '--catalog'?");
  check_refused(run_lanner({"run", "--sped=60"}), 2, "did you mean '--speed'?");
  check_refused(run_lanner({"version", "--jso"}), 2, "did you mean '--json'?");
  check_refused(run_lanner({"version", "now"}), 2, "takes no argument");
  check_refused(run_lanner({"backtest", "--seed"}), 2, "--seed");
  check_refused(run_lanner({"--json", "backtest"}), 2, "before the verb");
  check_refused(run_lanner({"params", "set"}), 2, "needs KEY");
  check_refused(run_lanner({"params", "set", "fee.cost_r_cap=0.2"}), 2, "needs VALUE");
}

TEST_CASE("wrong values say what is taken") {
  check_refused(run_lanner({"backtest", "--from", "yesterday"}), 2, "--from yesterday");
  check_refused(run_lanner({"backtest", "--from", "2025-13-01"}), 2, "2025-05-04T15:33:00Z");
  check_refused(run_lanner({"backtest", "--seed", "-3"}), 2, "whole number");
  check_refused(run_lanner({"backtest", "--balance", "0"}), 2, "above 0");
  check_refused(run_lanner({"backtest", "--balance", "1e400"}), 2, "--balance");
  check_refused(run_lanner({"backtest", "--fee", "5"}), 2, "fraction");
  check_refused(run_lanner({"backtest", "--market", "futures"}), 2, "perp or spot");
  check_refused(run_lanner({"run", "--speed", "fast"}), 2, "--speed takes");
  check_refused(run_lanner({"run", "--speed", "nan"}), 2, "--speed takes");
}

TEST_CASE("an empty range is refused before anything is read") {
  check_refused(run_lanner({"backtest", "--from", "2025-05-05", "--to", "2025-05-05"}), 2,
                "is empty");
  check_refused(run_lanner({"run", "--from", "2025-05-06", "--to", "2025-05-05"}), 2, "is empty");
}

TEST_CASE("a mask takes components only") {
  check_refused(run_lanner({"backtest", "--mask", "coin_scorr"}), 2, "did you mean 'coin_scorer'?");
  check_refused(run_lanner({"backtest", "--mask", "drawdown"}), 2, "lanner components");
}

TEST_CASE("modes that this build lacks are refused") {
  check_refused(run_lanner({"run", "--mode", "live"}), 6, "not available");
  check_refused(run_lanner({"run", "--mode", "demo"}), 6, "not available");
  check_refused(run_lanner({"run", "--mode", "observe"}), 2, "not available");
  check_refused(run_lanner({"run", "--mode", "papr"}), 2, "unknown");
}

TEST_CASE("what is not there is missing data") {
  check_refused(run_lanner({"backtest", "--catalog", "/nowhere"}), 4, "/nowhere");
  check_refused(run_lanner({"run", "--data", "/nowhere"}), 4, "/nowhere");
  check_refused(run_lanner({"replay", "nosession", "--verify"}), 4, "no session 'nosession'");
  check_refused(run_lanner({"report"}), 4, "lanner run");
  check_refused(run_lanner({"backtest", "--conditions", "/nowhere.toml"}), 2, "no such file");
}

TEST_CASE("a session is never written over") {
  const ScratchDir scratch{"out"};
  scratch.write("session/journal-000001.lnj", "x");
  check_refused(run_lanner({"backtest", "--out", (scratch.path() / "session").string()}), 2,
                "name a new folder");
}

TEST_CASE("every mistake of the settings is told in one pass, with its place") {
  const ScratchDir scratch{"settings"};
  const auto file = scratch.write("lanner.toml",
                                  "balance = \"1000\"\nsede = 3\n[risk]\nheat_pct = 400\n"
                                  "heat_pc = 4\n");
  const Finished finished =
      run_lanner({"version", "-c", file.string(), "--set", "fee.cost_r_capp=1"},
                 {"LANNER__P01__RSI_LEVL=3"});
  check_refused(finished, 3, "lanner.toml:2:1: unknown key 'sede'; did you mean 'seed'?");
  CHECK(has(finished.err, "\n  sede = 3\n  ^\n"));
  CHECK(has(finished.err, "lanner.toml:4:1: risk.heat_pct = 400 is outside its bounds"));
  CHECK(has(finished.err, "lanner.toml:5:1: unknown key 'risk.heat_pc'"));
  CHECK(has(finished.err, "LANNER__P01__RSI_LEVL: unknown key"));
  CHECK(has(finished.err, "--set fee.cost_r_capp=1: unknown key"));
}

TEST_CASE("a settings file that is no TOML is shown with a caret") {
  const ScratchDir scratch{"toml"};
  const auto file = scratch.write("lanner.toml", "market = \xE2\x80\x9Cperp\xE2\x80\x9D\n");
  const Finished finished = run_lanner({"version", "-c", file.string()});
  check_refused(finished, 3, "lanner.toml:1:");
  CHECK(has(finished.err, "typographic"));
  CHECK(has(finished.err, "^"));
  check_refused(run_lanner({"version", "-c", "/nowhere.toml"}), 3, "cannot be read");
  check_refused(run_lanner({"version", "--set", "seed"}), 3, "key=value");
}

TEST_CASE("output in a pipe has no escape bytes") {
  const Finished finished = run_lanner({"components"}, {"TERM=xterm-256color"});
  CHECK(finished.code == 0);
  CHECK(!has(finished.out, "\x1b"));
}
