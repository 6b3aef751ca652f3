// `run` as a user starts it: recorded markets at full speed, and the synthetic one when nothing is
// given. The report is rebuilt from the journal alone and must tell the same figures.

#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "support/data_dir.hpp"
#include "support/process.hpp"
#include "support/scratch_dir.hpp"

using lanner::test::Finished;
using lanner::test::run_lanner;

namespace {

std::string last_line_of(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  const std::size_t before = text.find_last_of('\n', end);
  return text.substr(before == std::string::npos ? 0 : before + 1);
}

std::string figure(const std::string& json, const std::string& key) {
  const std::size_t at = json.find("\"" + key + "\":");
  REQUIRE_MESSAGE(at != std::string::npos, key);
  const std::size_t begin = at + key.size() + 3;
  return json.substr(begin, json.find_first_of(",}]", begin) - begin);
}

// Instruments named in the trades of `lanner trades --json`.
std::set<std::string> traded_instruments(const std::string& json) {
  std::set<std::string> names;
  const std::string key = "\"instrument\":\"";
  for (std::size_t at = json.find(key); at != std::string::npos; at = json.find(key, at)) {
    at += key.size();
    names.insert(json.substr(at, json.find('"', at) - at));
  }
  return names;
}

}  // namespace

TEST_CASE("run: recorded markets are traded unattended, and the report agrees with the journal") {
  SKIP_WITHOUT_DATA();
  const lanner::test::ScratchDir scratch("run-recorded");
  const std::string profile = (scratch.path() / "profile").string();
  const std::string session = (scratch.path() / "session").string();
  const Finished run = run_lanner({"run", "--data", lanner::test::data_dir()->string(), "--speed",
                                   "max", "--session", session, "--profile", profile, "--json"});
  REQUIRE_MESSAGE(run.code == 0, run.err);
  const std::string last = last_line_of(run.out);
  CHECK(std::stoi(figure(last, "trades")) >= 30);
  CHECK(figure(last, "conservation_error") == "\"0\"");
  CHECK(figure(last, "protection_breaches") == "0");
  CHECK(figure(last, "resumed_from") == "null");

  const Finished trades = run_lanner({"trades", session, "--profile", profile, "--json"});
  REQUIRE_MESSAGE(trades.code == 0, trades.err);
  CHECK(traded_instruments(trades.out).size() >= 5);

  const std::string page = (scratch.path() / "report.html").string();
  const Finished report = run_lanner({"report", session, "--out", page, "--json"});
  REQUIRE_MESSAGE(report.code == 0, report.err);
  for (const char* key : {"digest", "events", "commands", "trades", "entries", "wins", "losses",
                          "candidates", "labelled", "pending", "net_pnl", "gross_pnl",
                          "commissions", "funding", "slippage", "end_equity", "buy_and_hold",
                          "bad_day_net_pnl", "max_drawdown_pct", "unprotected_ns_max"}) {
    CHECK_MESSAGE(figure(report.out, key) == figure(last, key), key);
  }
  CHECK(std::filesystem::file_size(page) > 10'000);
}

TEST_CASE("run: alone it starts on the synthetic market and says so") {
  const lanner::test::ScratchDir scratch("run-synthetic");
  const Finished run = run_lanner({"run", "--speed", "max", "--to", "2025-01-03", "--profile",
                                   (scratch.path() / "profile").string()});
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK((run.err + run.out).find("SYNTHETIC") != std::string::npos);
  CHECK((run.err + run.out).find("paper: no real orders; no proven edge yet") !=
        std::string::npos);
}

TEST_CASE("a run that ends with trading halted says so and exits 7; a backtest has answered") {
  const lanner::test::ScratchDir scratch{"halted"};
  const auto play = [&](const char* drawdown_pct) {
    return run_lanner({"run", "--from", "2025-01-01", "--to", "2025-01-04", "--speed", "max",
                       "--new", "--json", "--set",
                       std::string{"risk.drawdown_pct="} + drawdown_pct, "--profile",
                       scratch.path().string()});
  };
  const Finished fine = play("50");
  CHECK(fine.code == 0);
  CHECK(figure(last_line_of(fine.out), "trading_state") == "\"active\"");
  const Finished halted = play("0.5");
  CHECK(halted.code == 7);
  CHECK(halted.err.find("trading halted since 2025-01-0") != std::string::npos);
  const std::string result = last_line_of(halted.out);
  CHECK(figure(result, "trading_state") == "\"halted\"");
  // Nothing was entered after the latch: the same data went on without it.
  CHECK(std::stoi(figure(result, "entries")) <
        std::stoi(figure(last_line_of(fine.out), "entries")));
  CHECK(std::stoi(figure(result, "protection_breaches")) == 0);
  const Finished backtest = run_lanner({"backtest", "--from", "2025-01-01", "--to", "2025-01-04",
                                        "--set", "risk.drawdown_pct=0.5", "--profile",
                                        scratch.path().string()});
  CHECK(backtest.code == 0);
  CHECK(backtest.out.find("halted     since") != std::string::npos);
}

TEST_CASE("a backtest in bars of another length is a session like any other") {
  const lanner::test::ScratchDir scratch{"bars"};
  const auto play = [&](const char* length, std::vector<std::string> more) {
    more.insert(more.begin(), {"backtest", "--bars", length, "--from", "2025-01-01", "--to",
                               "2025-01-04", "--profile", scratch.path().string()});
    return run_lanner(more);
  };
  const std::string session = (scratch.path() / "session").string();
  const Finished first = play("5m", {"--out", session, "--json"});
  REQUIRE_MESSAGE(first.code == 0, first.err);
  CHECK(figure(first.out, "conservation_error") == "\"0\"");
  CHECK(std::stoi(figure(first.out, "candidates")) > 0);
  CHECK(first.out.find("conditions see the timeframes 5m, 15m, 30m, 1h") != std::string::npos);
  CHECK(figure(play("5m", {"--json"}).out, "digest") == figure(first.out, "digest"));
  CHECK(run_lanner({"replay", session, "--verify"}).code == 0);
  CHECK(run_lanner({"verify", "lookahead", session, "--cuts", "1"}).code == 0);
  CHECK(play("7m", {}).out.find("nothing can trigger") != std::string::npos);
  const Finished between = play("90s", {});
  CHECK(between.code == 2);
  CHECK(between.err.find("of which 90s is no multiple") != std::string::npos);
  CHECK(play("soon", {}).code == 2);
  CHECK(play("0m", {}).code == 2);
}
