// The look verbs on a session that a backtest of the synthetic market has left behind.

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/process.hpp"
#include "support/scratch_dir.hpp"

using lanner::test::Finished;
using lanner::test::run_lanner;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// Played once: a few days of the built-in market, kept as the newest session of a profile.
struct Kept {
  Kept() : dir("look") {
    const std::string session = (dir.path() / "profile/sessions/first").string();
    const Finished made = run({"backtest", "--from", "2025-01-01", "--to", "2025-01-08", "--out",
                               session, "--set", "risk.heat_pct=3.5", "--json"});
    REQUIRE_MESSAGE(made.code == 0, made.err);
    backtest = made.out;
  }
  Finished run(std::vector<std::string> words) const {
    words.push_back("--profile");
    words.push_back((dir.path() / "profile").string());
    return run_lanner(words);
  }
  // Without a mistake, as one JSON object of this schema.
  std::string json(std::vector<std::string> words, std::string_view schema) const {
    words.emplace_back("--json");
    const Finished finished = run(words);
    CHECK_MESSAGE(finished.code == 0, finished.err);
    CHECK_MESSAGE(has(finished.out, "{\"schema\":\"" + std::string{schema} + "\""), finished.out);
    CHECK(finished.out.find('\n') == finished.out.size() - 1);
    return finished.out;
  }
  lanner::test::ScratchDir dir;
  std::string backtest;
};

const Kept& kept() {
  static const Kept made;
  return made;
}

// The text of "key":VALUE up to the next comma or brace.
std::string value_of(const std::string& json, const std::string& key) {
  const std::size_t at = json.find("\"" + key + "\":");
  REQUIRE_MESSAGE(at != std::string::npos, key);
  const std::size_t begin = at + key.size() + 3;
  return json.substr(begin, json.find_first_of(",}]", begin) - begin);
}

}  // namespace

TEST_CASE("status, profit and trades tell the journal's own figures") {
  const std::string status = kept().json({"status"}, "status/1");
  for (const char* key : {"\"mode\":\"paper\"", "\"feed\":\"synthetic\"", "\"trading_state\"",
                          "\"positions\":[", "\"feed_age_ms\":", "\"kill\":{", "\"strategist\":{",
                          "\"learners\":["}) {
    CHECK_MESSAGE(has(status, key), key);
  }
  CHECK(value_of(status, "equity") == value_of(kept().backtest, "end_equity"));
  CHECK(value_of(status, "closed") == "true");
  const std::string profit = kept().json({"profit", "first"}, "profit/1");
  CHECK(value_of(profit, "net_pnl") == value_of(kept().backtest, "net_pnl"));
  const std::string trades = kept().json({"trades"}, "trades/1");
  CHECK(value_of(trades, "total") == value_of(kept().backtest, "trades"));
  CHECK(has(kept().json({"trades", "--last", "1"}, "trades/1"), "\"exit_reason\""));
}

TEST_CASE("every look verb answers in text and in JSON") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> verbs{
      {{"positions"}, "positions/1"},
      {{"orders"}, "orders/1"},
      {{"balance"}, "balance/1"},
      {{"learn", "status"}, "learn-status/1"},
      {{"learn", "coins"}, "learn-coins/1"},
      {{"learn", "patterns"}, "learn-patterns/1"},
      {{"params", "list"}, "params-list/1"},
      {{"params", "log"}, "params-log/1"}};
  for (const auto& [words, schema] : verbs) {
    kept().json(words, schema);
    const Finished text = kept().run(words);
    CHECK(text.code == 0);
    CHECK(!text.out.empty());
    CHECK(!has(text.out, "{"));
  }
  const std::string log = kept().json({"params", "log"}, "params-log/1");
  CHECK(has(log, "\"id\":\"risk.heat_pct\""));
  CHECK(has(log, "\"to\":\"3.5\""));
}

TEST_CASE("a trade is explained on the command line") {
  const std::string why = kept().json({"why", "1"}, "why/1");
  CHECK(has(why, "\"gates\":[{\"id\":\"shadow_only\",\"verdict\":\"allow\""));
  const Finished text = kept().run({"why", "1", "first"});
  CHECK(text.code == 0);
  for (const char* part : {"trade 1: ", "\ncondition\n", "\ngates\n", "\norders\n",
                           "closed by ", "\nlearning\n", "what would have stopped it"}) {
    CHECK_MESSAGE(has(text.out, part), part << " in " << text.out);
  }
  const Finished refused = kept().run({"why-not", "BTCUSDT@2025-01-06T12:00:00Z"});
  CHECK_MESSAGE(refused.code == 0, refused.err);
  CHECK(has(refused.out, "what stood armed at 2025-01-06 12:00 UTC"));
  kept().json({"why-not", "BTCUSDT@2025-01-06T12:00:00Z"}, "why-not/1");
}

TEST_CASE("questions that cannot be answered say why") {
  const auto refused = [](std::vector<std::string> words, int code, std::string_view sentence) {
    const Finished finished = kept().run(std::move(words));
    CHECK(finished.code == code);
    CHECK_MESSAGE(has(finished.err, sentence), finished.err);
    CHECK(finished.out.empty());
  };
  refused({"why"}, 2, "needs TRADE");
  refused({"why", "99999"}, 4, "no trade 99999");
  refused({"why", "1", "nosuch"}, 4, "no session 'nosuch'");
  refused({"why-not", "BTCUSDT"}, 2, "INSTRUMENT@TIME");
  refused({"why-not", "BTCUSDT@noon"}, 2, "2025-05-04T15:33:00Z");
  refused({"why-not", "BTCUSD@2025-01-06"}, 2, "did you mean 'BTCUSDT'?");
  refused({"why-not", "BTCUSDT@2020-01-06"}, 2, "it begins at");
  refused({"trades", "--last", "0"}, 2, "--last takes");
  refused({"status", "frist"}, 4, "did you mean 'first'?");
  refused({"learn", "coin"}, 2, "did you mean 'coins'?");
}

TEST_CASE("without any session the look verbs say how to get one") {
  const lanner::test::ScratchDir empty{"nosession"};
  for (const char* verb : {"status", "positions", "orders", "trades", "profit", "balance"}) {
    const Finished finished = run_lanner({verb, "--profile", empty.path().string()});
    CHECK(finished.code == 4);
    CHECK(has(finished.err, "lanner run"));
  }
}
