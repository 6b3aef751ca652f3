#include "runtime/instrument_choice.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/isotime.hpp"
#include "support/made_catalog.hpp"
#include "support/recorded_market.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using runtime::choose_instruments;
using runtime::RunOptions;
using test::flat_bars;
using test::kMadeStart;

namespace {

std::string names_of(const store::Catalog& catalog, const RunOptions& options) {
  const auto choice = choose_instruments(catalog, options);
  if (!choice) {
    return choice.error().message;
  }
  std::string text;
  for (const InstrumentId id : choice->instruments) {
    text += (text.empty() ? "" : " ") + catalog.instruments()[id.index()].name;
  }
  return text;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// Two perpetuals and a spot pair in USDT, a spot pair in ETH, a perpetual that only has funding,
// and one whose volumes are beyond the scale.
store::Catalog mixed(const std::filesystem::path& dir) {
  auto saturated = flat_bars(kMadeStart, 60, 5);
  saturated[2].volume = Quantity::max().raw();
  test::MadeCatalog made(dir);
  for (const char* name : {"BTCUSDT-PERP.BINANCE", "ETHUSDT-PERP.BINANCE", "BTCUSDT.BINANCE",
                           "XRPETH.BINANCE", "DOGEUSDT-PERP.BINANCE", "PEPEUSDT-PERP.BINANCE"}) {
    made.instrument(name);
  }
  return made.bars("BTCUSDT-PERP.BINANCE", 60, flat_bars(kMadeStart, 60, 100))
      .bars("ETHUSDT-PERP.BINANCE", 60, flat_bars(kMadeStart + hours(48), 60, 100))
      .bars("BTCUSDT.BINANCE", 60, flat_bars(kMadeStart, 60, 100))
      .bars("XRPETH.BINANCE", 60, flat_bars(kMadeStart, 60, 100))
      .bars("PEPEUSDT-PERP.BINANCE", 60, saturated)
      .funding("DOGEUSDT-PERP.BINANCE", {{kMadeStart.ns(), 1}})
      .open();
}

}  // namespace

TEST_CASE("by default the perpetuals in USDT that have prices play; markets and quotes are asked") {
  const test::ScratchDir scratch("choice");
  const auto catalog = mixed(scratch.path() / "c");
  RunOptions options;
  CHECK(names_of(catalog, options) == "BTCUSDT-PERP.BINANCE ETHUSDT-PERP.BINANCE");
  options.market = "spot";
  CHECK(names_of(catalog, options) == "BTCUSDT.BINANCE");
  options.quote = "ETH";
  CHECK(names_of(catalog, options) == "XRPETH.BINANCE");
  options.market = "";
  CHECK(names_of(catalog, options) == "XRPETH.BINANCE");
  options.market = "perp";
  CHECK(has(names_of(catalog, options), "no instrument"));
}

TEST_CASE("an instrument without prices in the period does not play") {
  const test::ScratchDir scratch("choice-period");
  const auto catalog = mixed(scratch.path() / "c");
  RunOptions options;
  options.to = kMadeStart + hours(24);
  CHECK(names_of(catalog, options) == "BTCUSDT-PERP.BINANCE");
  options.to = {};
  options.from = kMadeStart + hours(24);
  CHECK(names_of(catalog, options) == "ETHUSDT-PERP.BINANCE");
  options.from = kMadeStart + hours(24 * 365);
  CHECK(has(names_of(catalog, options), "no instrument"));
  options.to = kMadeStart;
  CHECK(has(names_of(catalog, options), "empty range"));
}

TEST_CASE("instruments are named whole, or by a symbol that only one has") {
  const test::ScratchDir scratch("choice-names");
  const auto catalog = mixed(scratch.path() / "c");
  RunOptions options;
  options.instruments = {"ETHUSDT"};
  CHECK(names_of(catalog, options) == "ETHUSDT-PERP.BINANCE");
  options.instruments = {"BTCUSDT"};
  // Where both markets have it, the perpetual is meant unless spot is asked for.
  CHECK(names_of(catalog, options) == "BTCUSDT-PERP.BINANCE");
  options.market = "spot";
  CHECK(names_of(catalog, options) == "BTCUSDT.BINANCE");
  options.market = "";
  options.instruments = {"BTCUSDT.BINANCE"};
  CHECK(names_of(catalog, options) == "BTCUSDT.BINANCE");
  options.instruments = {"ETHUSD"};
  CHECK(has(names_of(catalog, options), "did you mean 'ETHUSDT'?"));
  options.instruments = {"BTCUSDT.BINANCE", "XRPETH.BINANCE"};
  CHECK(has(names_of(catalog, options), "settle in different assets (ETH, USDT)"));
}

TEST_CASE("a symbol that two venues have must be named whole") {
  const test::ScratchDir scratch("choice-venues");
  const auto rows = flat_bars(kMadeStart, 60, 10);
  const auto catalog = test::MadeCatalog(scratch.path() / "c")
                           .instrument("BTCUSDT-PERP.BINANCE")
                           .instrument("BTCUSDT-PERP.BYBIT")
                           .bars("BTCUSDT-PERP.BINANCE", 60, rows)
                           .bars("BTCUSDT-PERP.BYBIT", 60, rows)
                           .open();
  RunOptions options;
  options.instruments = {"BTCUSDT"};
  CHECK(has(names_of(catalog, options),
            "could be BTCUSDT-PERP.BINANCE, BTCUSDT-PERP.BYBIT; give the whole name"));
}

TEST_CASE("the best span is the one of most instruments; the latest wins a tie") {
  const test::ScratchDir scratch("choice-span");
  auto catalog = test::MadeCatalog(scratch.path() / "c")
                     .instrument("BTCUSDT-PERP.BINANCE")
                     .instrument("ETHUSDT-PERP.BINANCE")
                     .bars("BTCUSDT-PERP.BINANCE", 60,
                           [] {
                             auto rows = flat_bars(kMadeStart, 60, 10);
                             const auto later = flat_bars(kMadeStart + hours(100), 60, 10);
                             rows.insert(rows.end(), later.begin(), later.end());
                             const auto last = flat_bars(kMadeStart + hours(200), 60, 10);
                             rows.insert(rows.end(), last.begin(), last.end());
                             return rows;
                           }())
                     .bars("ETHUSDT-PERP.BINANCE", 60,
                           [] {
                             auto rows = flat_bars(kMadeStart, 60, 10);
                             // 23 h later is the same span still.
                             const auto later = flat_bars(kMadeStart + hours(123), 60, 10);
                             rows.insert(rows.end(), later.begin(), later.end());
                             return rows;
                           }())
                     .open();
  RunOptions options;
  options.best_span = true;
  const auto choice = choose_instruments(catalog, options);
  REQUIRE(choice.has_value());
  CHECK(choice->instruments.size() == 2);
  CHECK(choice->from == kMadeStart + hours(100));
  CHECK(choice->to == kMadeStart + hours(123) + minutes(10));
}

TEST_CASE("the recorded data's best span is May 2025 with eleven perpetuals") {
  SKIP_WITHOUT_DATA();
  const auto plan = test::plan_recorded(test::recorded_may());
  const auto choice = choose_instruments(plan.catalog, test::recorded_may());
  REQUIRE(choice.has_value());
  CHECK(choice->instruments.size() == 11);
  CHECK(format_utc(choice->from.ns()).substr(0, 16) == "2025-05-04T15:33");
  CHECK(format_utc(choice->to.ns()).substr(0, 16) == "2025-06-09T00:00");
}
