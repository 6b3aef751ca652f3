// A visitor's way to the same facts: play, keep the session, replay it, and look for differences.

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "store/journal_format.hpp"
#include "support/journal_tail.hpp"
#include "support/process.hpp"
#include "support/recorded_market.hpp"
#include "support/scratch_dir.hpp"

using lanner::test::Finished;
using lanner::test::run_lanner;
namespace fs = std::filesystem;

namespace {

// The text behind "key": up to the next comma or brace.
std::string value_of(const Finished& run, const std::string& key) {
  const std::size_t at = run.out.find("\"" + key + "\":");
  if (at == std::string::npos) {
    return "(none)";
  }
  const std::size_t from = at + key.size() + 3;
  return run.out.substr(from, run.out.find_first_of(",}", from) - from);
}

void flip(const fs::path& file, std::uintmax_t offset) {
  std::fstream io(file, std::ios::in | std::ios::out | std::ios::binary);
  io.seekg(static_cast<std::streamoff>(offset));
  const int byte = io.get();
  io.seekp(static_cast<std::streamoff>(offset));
  io.put(static_cast<char>(byte ^ 4));
}

}  // namespace

TEST_CASE("a session that was kept is verified, masked, damaged and cut, each with its exit code") {
  SKIP_WITHOUT_DATA();
  const auto plan = lanner::test::plan_recorded(lanner::test::recorded_may());
  const lanner::test::ScratchDir scratch("replay-cli");
  const std::string session = (scratch.path() / "session").string();
  const Finished backtest =
      run_lanner({"backtest", "--catalog", plan.catalog.dir().string(), "--from", "2025-05-04",
                  "--to", "2025-06-09", "--out", session, "--json"});
  REQUIRE_MESSAGE(backtest.code == 0, backtest.err);
  CHECK(value_of(backtest, "conservation_error") == "\"0\"");
  CHECK(value_of(backtest, "unprotected_ns_max") == "0");
  CHECK(value_of(backtest, "protection_breaches") == "0");
  CHECK(value_of(backtest, "digest").size() == 34);

  const Finished verified = run_lanner({"replay", session, "--verify", "--json"});
  CHECK(verified.code == 0);
  CHECK(value_of(verified, "equal") == "true");
  CHECK(value_of(verified, "closed") == "true");
  CHECK(value_of(verified, "digest") == value_of(backtest, "digest"));
  CHECK(value_of(verified, "recorded_digest") == value_of(backtest, "digest"));
  CHECK(value_of(verified, "first_difference") == "null");
  CHECK(value_of(verified, "corrupt_at") == "null");

  const Finished masked =
      run_lanner({"replay", session, "--verify", "--mask", "coin_scorer", "--json"});
  CHECK(masked.code == 8);
  CHECK(value_of(masked, "equal") == "false");
  CHECK(value_of(masked, "first_difference") != "null");

  const fs::path segment = fs::path(session) / lanner::store::segment_name(1);
  const std::uintmax_t middle = fs::file_size(segment) / 2;
  flip(segment, middle);
  const Finished damaged = run_lanner({"replay", session, "--verify", "--json"});
  CHECK(damaged.code == 4);
  CHECK(value_of(damaged, "equal") == "false");
  CHECK(damaged.out.find("\"offset\":") != std::string::npos);
  CHECK(damaged.out.find("\"sequence\":") != std::string::npos);
  flip(segment, middle);

  // Closed and cut: its mark says that an end is missing.
  fs::resize_file(segment, middle);
  const Finished cut = run_lanner({"replay", session, "--verify", "--json"});
  CHECK(cut.code == 4);
  CHECK(value_of(cut, "equal") == "false");

  // Without the mark it is what a killed process leaves: open, and verified as far as it goes.
  lanner::test::unmark_closed(session);
  const Finished open = run_lanner({"replay", session, "--verify", "--json"});
  CHECK(open.code == 0);
  CHECK(value_of(open, "equal") == "true");
  CHECK(value_of(open, "closed") == "false");
}
