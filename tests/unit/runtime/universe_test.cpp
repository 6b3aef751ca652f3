#include "runtime/inputs/universe.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/session_plan.hpp"
#include "support/made_catalog.hpp"
#include "support/scratch_dir.hpp"

namespace lanner::runtime {
namespace {

using test::kMadeStart;

constexpr std::size_t kBarsOfDay = 24;

Timestamp day(int index) { return kMadeStart + hours(24) * index; }

// Hourly bars of whole days, so that the turnover of a day is 24 x 1000 x price.
std::vector<store::BarRecord> days_of_bars(int from, int to, std::int64_t price) {
  return test::flat_bars(day(from), 3600, kBarsOfDay * static_cast<std::size_t>(to - from), price);
}

std::vector<store::BarRecord> joined(std::vector<store::BarRecord> a,
                                     const std::vector<store::BarRecord>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// BTC trades most until day 6, ETH from then on, SOL lists on day 3, XRP stops after day 4.
store::Catalog made(const std::filesystem::path& dir, int from_day_8_sol = 1) {
  test::MadeCatalog catalog(dir);
  for (const char* name : {"BTCUSDT-PERP.BINANCE", "ETHUSDT-PERP.BINANCE", "SOLUSDT-PERP.BINANCE",
                           "XRPUSDT-PERP.BINANCE"}) {
    catalog.instrument(name);
  }
  return catalog.bars("BTCUSDT-PERP.BINANCE", 3600, days_of_bars(0, 12, 100))
      .bars("ETHUSDT-PERP.BINANCE", 3600,
            joined(days_of_bars(0, 6, 50), days_of_bars(6, 12, 5000)))
      .bars("SOLUSDT-PERP.BINANCE", 3600,
            joined(days_of_bars(3, 8, 1), days_of_bars(8, 12, from_day_8_sol)))
      .bars("XRPUSDT-PERP.BINANCE", 3600, days_of_bars(0, 5, 10))
      .open();
}

RunOptions on_days(const store::Catalog& catalog, int from, int to) {
  RunOptions options;
  options.data = catalog.dir();
  options.from = day(from);
  options.to = day(to);
  options.with_bad_day = false;
  options.with_past = false;
  return options;
}

SessionSpec planned(const store::Catalog& catalog, int from, int to, RunOptions options = {}) {
  const bool is_fixed = options.has_fixed_universe;
  const auto names = options.instruments;
  const auto sets = options.sets;
  options = on_days(catalog, from, to);
  options.has_fixed_universe = is_fixed;
  options.instruments = names;
  options.sets = sets;
  auto plan = plan_session(options, catalog);
  REQUIRE(plan.has_value());
  return plan->spec;
}

std::uint32_t rank_at(const SessionSpec& spec, const store::Catalog& catalog,
                      const std::string& name, Timestamp at) {
  std::uint32_t rank = 99;
  for (const core::UniverseRank& entry : spec.engine.universe) {
    if (entry.instrument_id == *catalog.find(name) && entry.at <= at) {
      rank = entry.rank;
    }
  }
  return rank;
}

}  // namespace

TEST_CASE("ranks are by turnover of the days before, new ones behind all that have any") {
  const test::ScratchDir dir("universe");
  const auto catalog = made(dir.path() / "catalog");
  const SessionSpec spec = planned(catalog, 2, 12);
  const auto rank = [&](const char* name, Timestamp at) {
    return rank_at(spec, catalog, std::string(name) + "USDT-PERP.BINANCE", at);
  };
  CHECK(spec.universe == "as-of");
  CHECK(spec.engine.listed == 3);  // SOL has no price yet
  CHECK(rank("BTC", day(2)) == 1);
  CHECK(rank("ETH", day(2)) == 2);
  CHECK(rank("XRP", day(2)) == 3);
  CHECK(rank("SOL", day(2)) == 4);
  CHECK(rank("SOL", day(3)) == 4);
  CHECK(rank("SOL", day(4)) == 4);  // one day of a price of 1: behind XRP's 10 x 4
  // ETH's first large day is known the midnight after it, not in it.
  CHECK(rank("ETH", day(6)) == 2);
  CHECK(rank("ETH", day(7) - Duration{1}) == 2);
  CHECK(rank("ETH", day(8)) == 1);
  CHECK(rank("BTC", day(8)) == 2);
  // XRP's last bar closes at the midnight that ends day 4, so it is known of day 5: from day 7 on
  // it is behind what trades.
  CHECK(rank("XRP", day(6)) == 3);
  CHECK(rank("XRP", day(7)) == 4);
  CHECK(rank("SOL", day(7)) == 3);
}

TEST_CASE("a later day changes no earlier rank") {
  const test::ScratchDir dir("universe-later");
  const auto quiet = made(dir.path() / "quiet");
  const auto loud = made(dir.path() / "loud", 1'000'000);
  const auto until = [](const SessionSpec& spec, Timestamp at) {
    std::vector<std::uint64_t> out;
    for (const core::UniverseRank& entry : spec.engine.universe) {
      if (entry.at < at) {
        out.insert(out.end(), {entry.instrument_id.value(),
                               static_cast<std::uint64_t>(entry.at.ns()), entry.rank});
      }
    }
    return out;
  };
  const SessionSpec a = planned(quiet, 1, 12);
  const SessionSpec b = planned(loud, 1, 12);
  CHECK(until(a, day(9)) == until(b, day(9)));
  CHECK(until(a, day(12)) != until(b, day(12)));
  CHECK(rank_at(b, loud, "SOLUSDT-PERP.BINANCE", day(10)) == 1);
  // A shorter session is the beginning of a longer one.
  const SessionSpec shorter = planned(quiet, 1, 7);
  const auto ranks = until(shorter, day(7));
  CHECK(ranks == until(a, day(7)));
}

TEST_CASE("an instrument that is too often without a price has no rank") {
  const test::ScratchDir dir("universe-coverage");
  test::MadeCatalog writer(dir.path() / "catalog");
  writer.instrument("BTCUSDT-PERP.BINANCE").instrument("ETHUSDT-PERP.BINANCE");
  const auto catalog =
      writer.bars("BTCUSDT-PERP.BINANCE", 3600, days_of_bars(0, 12, 100))
          .bars("ETHUSDT-PERP.BINANCE", 3600,
                joined(days_of_bars(0, 1, 500), days_of_bars(9, 12, 500)))
          .open();
  const auto spec = planned(catalog, 10, 12);
  CHECK(rank_at(spec, catalog, "ETHUSDT-PERP.BINANCE", day(10)) == 0);  // 2 of 10 days
  CHECK(rank_at(spec, catalog, "BTCUSDT-PERP.BINANCE", day(10)) == 1);
  RunOptions lax;
  lax.sets.emplace_back("universe.coverage_pct", "10");
  CHECK(rank_at(planned(catalog, 10, 12, lax), catalog, "ETHUSDT-PERP.BINANCE", day(10)) == 2);
}

TEST_CASE("a fixed universe and a named one are not ranked, and say what they are") {
  const test::ScratchDir dir("universe-fixed");
  const auto catalog = made(dir.path() / "catalog");
  RunOptions fixed;
  fixed.has_fixed_universe = true;
  CHECK(planned(catalog, 2, 12, fixed).universe == "fixed (survivorship-biased)");
  CHECK(planned(catalog, 2, 12, fixed).engine.universe.empty());
  RunOptions named;
  named.instruments = {"BTCUSDT"};
  CHECK(planned(catalog, 2, 12, named).universe == "as given");
  CHECK(planned(catalog, 2, 12, named).engine.universe.empty());
}

}  // namespace lanner::runtime
