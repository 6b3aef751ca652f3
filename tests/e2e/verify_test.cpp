// The kinds of `verify` that play a session again: features from later starts, moved parameters.

#include <doctest/doctest.h>

#include <string>

#include "support/process.hpp"
#include "support/scratch_dir.hpp"

using lanner::test::Finished;
using lanner::test::run_lanner;
using lanner::test::ScratchDir;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

void check_refused(const Finished& finished, int code, std::string_view sentence) {
  CHECK_MESSAGE(finished.code == code, finished.out << finished.err);
  CHECK_MESSAGE(has(finished.err, sentence), finished.err);
  CHECK(finished.out.empty());
}

// Four days of the synthetic market.
struct Kept {
  Kept() : scratch("verify") {
    const Finished run =
        lanner({"backtest", "--from", "2025-01-01", "--to", "2025-01-05", "--out",
                (scratch.path() / "session").string(), "--json"});
    REQUIRE_MESSAGE(run.code == 0, run.err);
  }
  [[nodiscard]] Finished lanner(std::vector<std::string> words) const {
    words.insert(words.end(), {"--profile", (scratch.path() / "profile").string()});
    return run_lanner(words);
  }
  [[nodiscard]] Finished verify(const char* kind, std::vector<std::string> flags) const {
    std::vector<std::string> words{"verify", kind, (scratch.path() / "session").string()};
    words.insert(words.end(), flags.begin(), flags.end());
    return lanner(words);
  }
  ScratchDir scratch;
};

}  // namespace

TEST_CASE("features of a session do not depend on when somebody began to listen") {
  const Kept kept;
  const Finished json = kept.verify("recursive", {"--startup", "1d,2d", "--json"});
  CHECK_MESSAGE(json.code == 0, json.out);
  CHECK(has(json.out, "{\"schema\":\"verify-recursive/1\",\"ok\":true"));
  CHECK(has(json.out, "{\"feature\":\"ema50\",\"timeframe\":\"1m\",\"bars_needed\":1000,"
                      "\"verdict\":\"equal\""));
  CHECK(!has(json.out, "\"verdict\":\"depends\""));
  const Finished text = kept.verify("recursive", {"--startup", "1d"});
  CHECK(has(text.out, "none depends on the start"));
  check_refused(kept.verify("recursive", {"--startup", "fast"}), 2, "not 'fast'");
  check_refused(kept.verify("recursive", {"--startup", "90d"}), 4, "too short");
  check_refused(kept.lanner({"verify", "recursive", "nosession"}), 4, "nosession");
}

TEST_CASE("a parameter that moves nothing is told, and why one had no occasion") {
  const Kept kept;
  const Finished live =
      kept.verify("influence", {"--keys", "risk.probe_pct,bracket.neutral_time_h", "--json"});
  CHECK_MESSAGE(live.code == 0, live.out);
  CHECK(has(live.out, "{\"schema\":\"verify-influence/1\",\"ok\":true"));
  CHECK(has(live.out,
            "\"id\":\"risk.probe_pct\",\"value\":\"0.1\",\"verdict\":\"orders\""));
  CHECK(has(live.out, "\"verdict\":\"asleep\",\"reason\":\"read while bracket is masked\""));
  // No bar of this market is ever late.
  const Finished dead = kept.verify("influence", {"--keys", "fresh.bar_intervals"});
  CHECK(dead.code == 8);
  CHECK(has(dead.out, "1 change NOTHING here"));
  check_refused(kept.verify("influence", {"--keys", "risk.probe_pc"}), 2,
                "did you mean 'risk.probe_pct'?");
  check_refused(kept.lanner({"verify", "influence", "nosession"}), 4, "nosession");
}
