#include "store/import/importer.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "store/catalog.hpp"
#include "store/rules_file.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using namespace lanner::store;
using lanner::test::ScratchDir;

namespace {

const std::string kHeader = "open_time_ms,open,high,low,close,volume\n";
constexpr std::int64_t kStartMs = 1'700'000'040'000;

std::string bars(std::int64_t from_minute, std::int64_t count,
                 const std::string& prices = "10.5,12,9,11") {
  std::string out = kHeader;
  for (std::int64_t i = from_minute; i < from_minute + count; ++i) {
    out += std::to_string(kStartMs + i * 60'000) + "," + prices + ",0.25\n";
  }
  return out;
}

ImportReport imported(const ScratchDir& dir, const std::string& instrument = "") {
  const auto report =
      import_files({{dir.path() / "data"}, instrument, dir.path() / "catalog", {}});
  REQUIRE_MESSAGE(report, report.error().message);
  return *report;
}

Catalog opened(const ScratchDir& dir) {
  auto catalog = Catalog::open(dir.path() / "catalog");
  REQUIRE_MESSAGE(catalog, catalog.error().message);
  return std::move(*catalog);
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("import: good, bad and unknown files side by side") {
  const ScratchDir dir{"import"};
  dir.write("data/bars_1m/binance-perp/BTCUSDT_a.csv", bars(0, 5) + "x,1,1,1,1,1\n");
  dir.write("data/bars_1m/binance-perp/ETHUSDT_a.csv", "nothing,of,that,kind\n1,2,3,4\n");
  dir.write("data/bars_1m/binance-perp/ADAUSDT_a.csv", "");
  dir.write("data/bars_1m/loose.csv", bars(0, 5));
  dir.write("data/notes/list.csv", "date,what\n2018-02-01,30\n");
  dir.write("data/README", "text");
  dir.write("data/.hidden/bars_1m/binance-perp/XRPUSDT_a.csv", bars(0, 5));
  const ImportReport report = imported(dir);
  REQUIRE(report.files.size() == 1);
  CHECK(report.files[0].instrument == "BTCUSDT-PERP.BINANCE");
  CHECK(report.files[0].stats.added == 5);
  CHECK(report.files[0].stats.rejected == 1);
  REQUIRE(report.rejected.size() == 4);
  CHECK(report.rejected[0].reason.find("empty") != std::string::npos);
  CHECK(report.rejected[1].line == 7);
  CHECK(report.rejected[2].reason.find("no column") != std::string::npos);
  CHECK(report.rejected[3].reason.find("--instrument") != std::string::npos);
  CHECK(report.skipped.size() == 2);
  CHECK(opened(dir).instruments().size() == 1);
}

TEST_CASE("import: again adds nothing, changes no byte and still names the bad rows") {
  const ScratchDir dir{"import-again"};
  dir.write("data/bars_1m/binance-spot/BTCUSDT_a.csv", bars(0, 5) + "x,1,1,1,1,1\n");
  dir.write("data/funding/binance-perp_BTCUSDT.csv",
            "funding_time_ms,funding_rate\n1609459200000,0.0001\n");
  CHECK(imported(dir).added == 6);
  const auto catalog = dir.path() / "catalog";
  const std::string index = text_of(catalog / "index.txt");
  const std::string rules = text_of(catalog / "rules.toml");
  const ImportReport again = imported(dir);
  CHECK(again.added == 0);
  CHECK(again.rows == 6);
  CHECK(again.rejected.size() == 1);
  CHECK(text_of(catalog / "index.txt") == index);
  CHECK(text_of(catalog / "rules.toml") == rules);
}

TEST_CASE("import: a changed file adds only its new rows, whatever the order of files") {
  const ScratchDir dir{"import-grow"};
  dir.write("data/bars_1m/binance-spot/BTCUSDT_a.csv", bars(0, 5));
  imported(dir);
  dir.write("data/bars_1m/binance-spot/BTCUSDT_a.csv", bars(0, 8));
  const ImportReport grown = imported(dir);
  CHECK(grown.added == 3);
  CHECK(grown.files[0].stats.duplicates == 5);
  dir.write("data/bars_1m/binance-spot/BTCUSDT_0.csv", bars(-10, 4));
  CHECK(imported(dir).added == 4);
  const Catalog catalog = opened(dir);
  REQUIRE(catalog.series().size() == 1);
  CHECK(catalog.series()[0].rows == 12);
  CHECK(catalog.series()[0].files == 3);
  CHECK(catalog.series()[0].gaps == 0);  // between two files: a span
  const auto check = catalog.check();
  REQUIRE_FALSE(check.empty());
  REQUIRE(check[0].problems.size() == 1);
  CHECK(check[0].problems[0].kind == ProblemKind::span);
  CHECK(check[0].problems[0].missing == 6);
  CHECK(check[0].problems[0].from == Timestamp{(kStartMs - 6 * 60'000) * kNsPerMs});
}

TEST_CASE("import: check names gaps, doubled, disordered, bad and off-grid rows") {
  const ScratchDir dir{"import-check"};
  std::string text = bars(0, 500);
  text += std::to_string(kStartMs + 503 * 60'000) + ",10.55,12,9,11,0.25\n";   // gap, off grid
  text += std::to_string(kStartMs + 502 * 60'000) + ",10.5,12,9,11,0.25\n";    // disorder
  text += std::to_string(kStartMs + 502 * 60'000) + ",10.6,12,9,11,0.25\n";    // doubled
  text += std::to_string(kStartMs + 504 * 60'000) + ",0,12,0,11,0.25\n";       // price
  dir.write("data/bars_1m/binance-spot/BTCUSDT_a.csv", text);
  const ImportReport report = imported(dir);
  CHECK(report.files[0].stats.off_grid == 1);
  const Catalog catalog = opened(dir);
  CHECK(to_string(catalog.instruments()[0].tick) == "0.1");
  CHECK(to_string(catalog.instruments()[0].step) == "0.01");
  CHECK(catalog.instruments()[0].grid_source == model::RuleSource::inferred);
  const auto check = catalog.check();
  REQUIRE_FALSE(check.empty());
  std::string kinds;
  for (const Problem& problem : check[0].problems) {
    kinds += std::string(name_of(problem.kind)) + ":" + std::to_string(problem.missing) + " ";
  }
  CHECK(kinds == "gap:2 duplicate:1 disorder:2 price:1 off_grid:1 ");
}

TEST_CASE("import: a rule edited by hand is kept, one that was inferred is renewed") {
  const ScratchDir dir{"import-rules"};
  dir.write("data/bars_1m/binance-spot/BTCUSDT_a.csv", bars(0, 5));
  dir.write("data/bars_1m/binance-spot/ETHUSDT_a.csv", bars(0, 5));
  imported(dir);
  const auto path = dir.path() / "catalog" / "rules.toml";
  std::string text = text_of(path);
  const std::size_t at = text.find("tick = \"0.1\"");
  REQUIRE(at < text.find("ETHUSDT"));
  text.replace(at, 12, "tick = \"0.5\" # mine");
  dir.write("catalog/rules.toml", text);
  dir.write("data/bars_1m/binance-spot/BTCUSDT_b.csv", bars(10, 5, "10.55,12,9,11"));
  dir.write("data/bars_1m/binance-spot/ETHUSDT_b.csv", bars(10, 5, "10.55,12,9,11"));
  const ImportReport report = imported(dir);
  CHECK(report.files[1].stats.off_grid == 5);
  const Catalog catalog = opened(dir);
  CHECK(to_string(catalog.instruments()[0].tick) == "0.5");
  CHECK(to_string(catalog.instruments()[1].tick) == "0.01");
  CHECK(text_of(path).find("# mine") != std::string::npos);
}

TEST_CASE("import: an instrument whose tick cannot be represented is refused as a whole") {
  const ScratchDir dir{"import-tick"};
  dir.write("data/bars_1m/binance-spot/DUSTUSDT_a.csv",
            bars(0, 5, "0.000000123,0.000000125,0.000000121,0.000000123"));
  dir.write("data/bars_1m/binance-spot/BTCUSDT_a.csv", bars(0, 5));
  const ImportReport report = imported(dir);
  CHECK(report.files.size() == 1);
  REQUIRE(report.rejected.size() == 1);
  CHECK(report.rejected[0].reason.find("more than 8 decimals") != std::string::npos);
  CHECK(opened(dir).instruments().size() == 1);
}

TEST_CASE("import: funding alone gets assumed rules that prices replace later") {
  const ScratchDir dir{"import-funding"};
  dir.write("data/funding/bybit-perp_BTCUSDT.csv",
            "funding_time_ms,funding_rate\n1609459200000,0.0001\n");
  imported(dir);
  CHECK(opened(dir).instruments()[0].grid_source == model::RuleSource::assumed);
  dir.write("data/bars_1m/bybit-perp/BTCUSDT_a.csv", bars(0, 5));
  imported(dir);
  const Catalog catalog = opened(dir);
  CHECK(catalog.instruments()[0].grid_source == model::RuleSource::inferred);
  CHECK(to_string(catalog.instruments()[0].tick) == "0.1");
}

TEST_CASE("import: --instrument names loose files; the interval is told by the stamps") {
  const ScratchDir dir{"import-named"};
  dir.write("data/prices.csv", bars(0, 5));
  const ImportReport report = imported(dir, "ABCUSD.KRAKEN");
  CHECK(report.files[0].instrument == "ABCUSD.KRAKEN");
  CHECK(report.files[0].interval_s == 60);
  CHECK(opened(dir).find("ABCUSD.KRAKEN") == InstrumentId{0});
}

TEST_CASE("import: a wrong path, instrument, or a busy or synthetic catalog loses nothing") {
  const ScratchDir dir{"import-refused"};
  dir.write("data/bars_1m/binance-spot/BTCUSDT_a.csv", bars(0, 5));
  const auto catalog = dir.path() / "catalog";
  const auto absent = import_files({{dir.path() / "absent"}, "", catalog, {}});
  REQUIRE(!absent);
  CHECK(absent.error().kind == ErrorKind::data);
  const auto misnamed = import_files({{dir.path() / "data"}, "btc", catalog, {}});
  REQUIRE(!misnamed);
  CHECK(misnamed.error().kind == ErrorKind::usage);
  CHECK(!std::filesystem::exists(catalog));
  imported(dir);
  std::string rules = text_of(catalog / "rules.toml");
  dir.write("catalog/rules.toml", rules + "\nwrong = 1\n");
  dir.write("data/bars_1m/binance-spot/BTCUSDT_b.csv", bars(5, 5));
  const auto misruled = import_files({{dir.path() / "data"}, "", catalog, {}});
  REQUIRE(!misruled);
  CHECK(misruled.error().kind == ErrorKind::config);
  dir.write("catalog/rules.toml", rules);
  CHECK(opened(dir).series()[0].rows == 5);
}

TEST_CASE("import: one bar, equal prices and a -99 % print are data like any other") {
  const ScratchDir dir{"import-odd"};
  dir.write("data/bars_1m/binance-spot/ONEUSDT_a.csv", bars(0, 1));
  dir.write("data/bars_1m/binance-spot/FLATUSDT_a.csv", bars(0, 50, "5,5,5,5"));
  dir.write("data/bars_1m/binance-spot/CRASHUSDT_a.csv",
            bars(0, 5) + std::to_string(kStartMs + 300'000) + ",11,11,0.11,0.11,9\n");
  const ImportReport report = imported(dir);
  CHECK(report.rows == 57);
  CHECK(report.rejected.empty());
}
