// What a component was worth in a session that was run, told on the command line.

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/process.hpp"
#include "support/scratch_dir.hpp"

using lanner::test::Finished;
using lanner::test::run_lanner;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// The text of "key":VALUE that stands first behind `from`.
std::string figure(const std::string& json, const std::string& key, std::size_t from = 0) {
  const std::size_t at = json.find("\"" + key + "\":", from);
  REQUIRE_MESSAGE(at != std::string::npos, key << " in " << json);
  const std::size_t begin = at + key.size() + 3;
  return json.substr(begin, json.find_first_of(",}]", begin) - begin);
}

}  // namespace

TEST_CASE("a session that was run is played again without its components") {
  const lanner::test::ScratchDir scratch("ablate");
  const std::string profile = (scratch.path() / "profile").string();
  const Finished run = run_lanner({"run", "--from", "2025-01-01", "--to", "2025-01-13", "--speed",
                                   "max", "--no-dashboard", "--profile", profile, "--json"});
  REQUIRE_MESSAGE(run.code == 0, run.err);
  const std::string last = run.out.substr(run.out.rfind('\n', run.out.size() - 2) + 1);

  const Finished ablated =
      run_lanner({"ablate", "--session", "000001", "--profile", profile, "--components",
                  "template.P02,coin_scorer,regime_rules", "--json"});
  REQUIRE_MESSAGE((ablated.code == 0 || ablated.code == 8), ablated.err);
  CHECK(has(ablated.out, "{\"schema\":\"ablate/1\""));
  // It is that session: the base comes to its digest and to its money.
  CHECK(figure(ablated.out, "recorded_digest") == figure(last, "digest"));
  CHECK(figure(ablated.out, "is_same_session") == "true");
  CHECK(figure(ablated.out, "net_pnl") == figure(last, "net_pnl"));
  CHECK(figure(ablated.out, "entries") == figure(last, "entries"));
  CHECK(std::stoi(figure(ablated.out, "blocks")) >= 60);
  const std::size_t breakout = ablated.out.find("\"id\":\"template.P02\"");
  REQUIRE(breakout != std::string::npos);
  CHECK(std::stod(figure(ablated.out, "changed_entries_pct", breakout)) > 10.0);
  // Verdicts stand on books that learned anew; beside them what the mask did with learning held.
  const std::size_t frozen = ablated.out.find("\"frozen\":", breakout);
  REQUIRE(frozen != std::string::npos);
  CHECK(figure(ablated.out, "digest", frozen) != figure(ablated.out, "digest", breakout));
  for (const char* key : {"delta_pnl", "ci_low", "ci_high", "mde", "blocks_changed"}) {
    CHECK_MESSAGE(figure(ablated.out, key, frozen) != "", key);
  }

  const Finished text = run_lanner({"ablate", "--session", "000001", "--profile", profile,
                                    "--components", "coin_scorer"});
  CHECK(has(text.out, "coin_scorer"));
  CHECK(has(text.out, "frozen"));
  CHECK(has(text.out, "no_trade"));

  const Finished guard = run_lanner({"ablate", "--session", "000001", "--profile", profile,
                                     "--components", "rates"});
  CHECK(guard.code == 2);
  CHECK(has(guard.err, "rates is a guard"));
  const Finished twice = run_lanner({"ablate", "--session", "000001", "--profile", profile,
                                     "--from", "2025-01-02"});
  CHECK(twice.code == 2);
  CHECK(has(twice.err, "--from: a session has its own"));
  const Finished none = run_lanner({"ablate", "--session", "000009", "--profile", profile});
  CHECK(none.code == 4);
  CHECK(has(none.err, "no session '000009'"));
}
