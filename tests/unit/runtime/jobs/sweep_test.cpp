#include "runtime/jobs/sweep.hpp"

#include <doctest/doctest.h>

#include "support/made_catalog.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using runtime::SweepRequest;

namespace {

// Two instruments over two days of flat minutes.
store::Catalog two_flat_instruments(const test::ScratchDir& dir) {
  test::MadeCatalog made{dir.path() / "catalog"};
  for (const char* name : {"BTCUSDT-PERP.BINANCE", "ETHUSDT-PERP.BINANCE"}) {
    made.instrument(name).bars(name, 60, test::flat_bars(test::kMadeStart, 60, 2 * 1440));
  }
  return made.open();
}

SweepRequest request_on(const store::Catalog& catalog) {
  SweepRequest request;
  request.base.data = catalog.dir();
  request.base.with_bad_day = false;
  return request;
}

}  // namespace

TEST_CASE("a sweep is every combination, the last axis turning fastest") {
  const test::ScratchDir dir{"sweep"};
  const auto catalog = two_flat_instruments(dir);
  SweepRequest request = request_on(catalog);
  request.axes = {{"seed", {"1", "2"}}, {"risk.probe_pct", {"0.1", "0.2", "0.3"}}};
  const auto jobs = runtime::expand_sweep(request, catalog);
  REQUIRE(jobs);
  REQUIRE(jobs->size() == 6);
  CHECK((*jobs)[1].options.seed == 1);
  CHECK((*jobs)[1].options.sets ==
        std::vector<std::pair<std::string, std::string>>{{"risk.probe_pct", "0.2"}});
  CHECK((*jobs)[5].options.seed == 2);
  CHECK((*jobs)[5].settings.size() == 2);
}

TEST_CASE("periods join without a gap or an overlap and cover the span") {
  const test::ScratchDir dir{"sweep"};
  const auto catalog = two_flat_instruments(dir);
  SweepRequest request = request_on(catalog);
  request.periods = 7;
  request.is_each_instrument = true;
  const auto jobs = runtime::expand_sweep(request, catalog);
  REQUIRE(jobs);
  REQUIRE(jobs->size() == 14);
  CHECK((*jobs)[0].options.from == test::kMadeStart);
  CHECK((*jobs)[6].options.to == test::kMadeStart + hours(48));
  for (std::size_t i = 1; i < 7; ++i) {
    CHECK((*jobs)[i].options.from == (*jobs)[i - 1].options.to);
  }
  CHECK((*jobs)[7].options.instruments == std::vector<std::string>{"ETHUSDT-PERP.BINANCE"});

  request.periods = 1;
  request.period_length = hours(20);
  request.is_each_instrument = false;
  const auto parts = runtime::expand_sweep(request, catalog);
  REQUIRE(parts);
  CHECK(parts->size() == 3);
}

TEST_CASE("what cannot be swept is refused with the nearest key") {
  const test::ScratchDir dir{"sweep"};
  const auto catalog = two_flat_instruments(dir);
  SweepRequest request = request_on(catalog);
  const auto refusal = [&](std::string key, std::string value) {
    request.axes = {{std::move(key), {std::move(value)}}};
    const auto jobs = runtime::expand_sweep(request, catalog);
    REQUIRE_FALSE(jobs);
    CHECK(jobs.error().kind == ErrorKind::usage);
    return jobs.error().message;
  };
  CHECK(refusal("risk.prob_pct", "1").find("did you mean 'risk.probe_pct'?") != std::string::npos);
  CHECK(refusal("risk.probe_pct", "99").find("risk.probe_pct") != std::string::npos);
  CHECK(refusal("seed", "x").find("whole number") != std::string::npos);
  CHECK(refusal("mask", "fee_gat").find("did you mean 'fee_gate'?") != std::string::npos);
  CHECK(refusal("fee", "2").find("fraction") != std::string::npos);
  request.base.data.clear();
  request.axes = {{"seed", {"1"}}};
  CHECK_FALSE(runtime::run_sweep(request, {}));
}

TEST_CASE("jobs that cannot be played are told apart, and a sweep of none is an error") {
  const test::ScratchDir dir{"sweep"};
  const auto catalog = two_flat_instruments(dir);
  SweepRequest request = request_on(catalog);
  request.axes = {{"balance", {"1000", "2000"}}};
  request.threads = 2;
  const auto sweep = runtime::run_sweep(request, {});
  REQUIRE(sweep);
  CHECK(sweep->rows.size() == 2);
  CHECK(sweep->rows[1].is_done);
  CHECK(to_string(sweep->rows[1].result.start_equity) == "2000");
  CHECK(runtime::sweep_order(*sweep, "job") == std::vector<std::size_t>{0, 1});
  request.base.from = test::kMadeStart + hours(24 * 30);
  const auto none = runtime::run_sweep(request, {});
  REQUIRE_FALSE(none);
}
