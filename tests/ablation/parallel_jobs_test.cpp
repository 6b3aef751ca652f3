// Two hundred jobs on all cores over one mapping are what they are one after the other, each over
// a catalog of its own.

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "runtime/backtest.hpp"
#include "runtime/jobs/sweep.hpp"
#include "runtime/synthetic_catalog.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;

TEST_CASE("two hundred parallel jobs have the digests of serial ones, one by one") {
  const test::ScratchDir dir{"parallel-jobs"};
  sim::SyntheticConfig market;
  market.instruments = 5;
  market.length = hours(24 * 32);
  market.interval_s = 300;
  REQUIRE(runtime::make_synthetic_catalog(market, dir.path() / "catalog"));

  runtime::SweepRequest request;
  request.base.data = dir.path() / "catalog";
  request.base.profile = dir.path();
  request.base.with_bad_day = false;
  request.axes = {{"seed", {"1", "2", "3", "4", "5"}},
                  {"mask", {"none", "fee_gate", "thompson_probe+btc_lead", "bracket"}}};
  request.periods = 2;
  request.is_each_instrument = true;
  request.threads = 4;  // more than cores, so that jobs interleave on any machine
  const auto sweep = runtime::run_sweep(request, {});
  REQUIRE(sweep);
  REQUIRE(sweep->rows.size() == 200);

  const auto catalog = store::Catalog::open(dir.path() / "catalog");
  REQUIRE(catalog);
  const auto jobs = runtime::expand_sweep(request, *catalog);
  REQUIRE(jobs);
  std::set<std::string> digests;
  std::uint64_t trades = 0;
  for (std::size_t i = 0; i < jobs->size(); ++i) {
    const auto serial = runtime::run_backtest((*jobs)[i].options, {});
    REQUIRE(serial);
    REQUIRE(sweep->rows[i].is_done);
    CHECK(sweep->rows[i].result.digest == serial->digest);
    CHECK(sweep->rows[i].result.net_pnl == serial->net_pnl);
    CHECK(sweep->rows[i].result.events == serial->events);
    digests.insert(serial->digest);
    trades += serial->trades;
  }
  // Jobs that do nothing, or all the same, would prove nothing.
  MESSAGE(digests.size() << " digests, " << trades << " trades");
  CHECK(digests.size() >= 100);
  CHECK(trades >= 200);
}
