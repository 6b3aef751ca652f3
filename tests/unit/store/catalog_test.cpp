#include "store/catalog.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "store/atomic_file.hpp"
#include "store/catalog_writer.hpp"
#include "store/import/importer.hpp"
#include "store/import/source_name.hpp"
#include "store/index_file.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using namespace lanner::store;
using lanner::test::ScratchDir;

namespace {

constexpr std::int64_t kStart = 1'700'000'040'000'000'000;

model::Instrument rule_named(const char* name) {
  auto rule = instrument_of(name);
  REQUIRE(rule);
  rule->tick = Price::from_raw(1);
  rule->step = Quantity::from_raw(1);
  return *rule;
}

std::vector<BarRecord> some_bars() {
  return {{kStart, 1, 1, 1, 1, 0},
          {kStart + kNsPerMinute, 1, 2, 1, 2, 7},
          {kStart + 4 * kNsPerMinute, 2, 2, 2, 2, Quantity::max().raw()}};
}

void write_sample(const std::filesystem::path& dir) {
  auto writer = CatalogWriter::create(dir, Origin::synthetic, "seed 1");
  REQUIRE(writer);
  REQUIRE(writer->add_instrument(rule_named("ETHUSDT-PERP.BINANCE")));
  REQUIRE(writer->add_instrument(rule_named("BTCUSDT-PERP.BINANCE")));
  const auto bars = some_bars();
  const std::vector<TradeRecord> trades{{kStart, 5, 1, 0, 0}, {kStart, 5, 1, 0, 0}};
  const std::vector<FundingRecord> funding{{kStart, 3}};
  REQUIRE(writer->write_bars("BTCUSDT-PERP.BINANCE", 60, bars));
  REQUIRE(writer->write_trades("BTCUSDT-PERP.BINANCE", trades));
  REQUIRE(writer->write_funding("ETHUSDT-PERP.BINANCE", funding));
  CHECK(!is_catalog(dir));
  REQUIRE(writer->finish());
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("catalog: what the writer wrote is read, mapped once and shared") {
  const ScratchDir dir{"catalog"};
  write_sample(dir.path());
  const auto catalog = Catalog::open(dir.path());
  REQUIRE(catalog);
  CHECK(catalog->origin() == Origin::synthetic);
  CHECK(catalog->origin_note() == "seed 1");
  REQUIRE(catalog->instruments().size() == 2);
  const auto btc = catalog->find("BTCUSDT-PERP.BINANCE");
  REQUIRE(btc);
  CHECK(*btc == InstrumentId{0});
  CHECK(!catalog->find("BTCUSDT"));
  const auto bars = catalog->bars(*btc, 60);
  REQUIRE(bars);
  CHECK(*bars == *catalog->bars(*btc, 60));
  CHECK((*bars)->rows()[2].volume == Quantity::max().raw());
  const auto trades = catalog->trades(*btc);
  REQUIRE(trades);
  CHECK((*trades)->rows()[1].ordinal == 1);
  REQUIRE(catalog->series().size() == 3);
  const SeriesInfo& info = catalog->series()[0];
  CHECK(info.kind == SeriesKind::bars);
  CHECK(info.to == Timestamp{kStart} + minutes(5));
  CHECK(info.gaps == 1);
  CHECK(info.missing == 2);
  CHECK(info.zero_volume == 1);
  CHECK(info.saturated == 1);
  CHECK(info.bytes == 3 * sizeof(BarRecord));
}

TEST_CASE("catalog: what is not there is an error that says where to look") {
  const ScratchDir dir{"catalog-absent"};
  const auto none = Catalog::open(dir.path());
  REQUIRE(!none);
  CHECK(none.error().kind == ErrorKind::data);
  CHECK(none.error().message.find("lanner data import") != std::string::npos);
  write_sample(dir.path());
  const auto catalog = Catalog::open(dir.path());
  REQUIRE(catalog);
  CHECK(!catalog->bars(InstrumentId{0}, 300));
  CHECK(!catalog->bars(InstrumentId{7}, 60));
  CHECK(!catalog->funding(InstrumentId{0}));
}

TEST_CASE("catalog: one wrong byte in a series is found by reading and by check") {
  const ScratchDir dir{"catalog-byte"};
  write_sample(dir.path());
  const auto path = series_path(dir.path(), {"BTCUSDT-PERP.BINANCE", SeriesKind::bars, 60});
  std::string text = text_of(path);
  text[100] ^= 4;
  dir.write(path.lexically_relative(dir.path()).string(), text);
  const auto catalog = Catalog::open(dir.path());
  REQUIRE(catalog);
  const auto bars = catalog->bars(InstrumentId{0}, 60);
  REQUIRE(!bars);
  CHECK(bars.error().kind == ErrorKind::data);
  CHECK(bars.error().message.find("offset 64") != std::string::npos);
  const auto checks = catalog->check();
  REQUIRE(checks.size() == catalog->series().size());
  CHECK(std::count_if(checks.begin(), checks.end(),
                      [](const SeriesCheck& one) { return one.damage.has_value(); }) == 1);
  std::filesystem::remove(path);
  CHECK(!catalog->bars(InstrumentId{0}, 60));
}

TEST_CASE("catalog: every wrong byte in the index is found, with its line") {
  const ScratchDir dir{"catalog-index"};
  write_sample(dir.path());
  const std::string good = text_of(dir.path() / "index.txt");
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    const auto index = parse_index(bad, "index.txt");
    CAPTURE(at);
    REQUIRE(!index);
    CHECK(index.error().kind == ErrorKind::data);
    CHECK(index.error().message.find("index.txt:") == 0);
    CHECK(!parse_index(good.substr(0, at), "index.txt"));
  }
  const auto again = parse_index(good, "index.txt");
  REQUIRE(again);
  CHECK(render_index(*again) == good);
}

TEST_CASE("catalog: data without rules is refused") {
  const ScratchDir dir{"catalog-rules"};
  write_sample(dir.path());
  dir.write("rules.toml", "");
  const auto catalog = Catalog::open(dir.path());
  REQUIRE(!catalog);
  CHECK(catalog.error().kind == ErrorKind::config);
}

TEST_CASE("writer: refuses disordered rows, unknown instruments, other origins, a second writer") {
  const ScratchDir dir{"writer"};
  {
    auto writer = CatalogWriter::create(dir.path(), Origin::synthetic);
    REQUIRE(writer);
    auto bars = some_bars();
    CHECK(!writer->write_bars("BTCUSDT.BINANCE", 60, bars));
    auto bad_rule = rule_named("BTCUSDT.BINANCE");
    bad_rule.tick = Price{};
    CHECK(!writer->add_instrument(bad_rule));
    REQUIRE(writer->add_instrument(rule_named("BTCUSDT.BINANCE")));
    CHECK(!writer->write_bars("BTCUSDT.BINANCE", 0, bars));
    CHECK(!writer->write_bars("BTCUSDT.BINANCE", 60, {}));
    std::swap(bars[0], bars[1]);
    CHECK(!writer->write_bars("BTCUSDT.BINANCE", 60, bars));
    const auto second = CatalogWriter::create(dir.path(), Origin::synthetic);
    REQUIRE(!second);
    CHECK(second.error().kind == ErrorKind::running);
    REQUIRE(writer->finish());
  }
  CHECK(!CatalogWriter::create(dir.path(), Origin::recorded));
  const auto data = dir.write("data/bars_1m/binance-spot/BTCUSDT_a.csv",
                              "open_time_ms,open,high,low,close,volume\n"
                              "1700000040000,1,1,1,1,1\n");
  CHECK(!import_files({{data}, "", dir.path(), {}}));
}

TEST_CASE("open_or_import: a folder is imported once by its content, a catalog opened as it is") {
  const ScratchDir dir{"open-or-import"};
  const std::string one_bar =
      "open_time_ms,open,high,low,close,volume\n1700000040000,1,1,1,1,1\n";
  dir.write("data/bars_1m/binance-spot/BTCUSDT_a.csv", one_bar);
  const auto cache = dir.path() / "cache";
  const auto first = open_or_import(dir.path() / "data", cache);
  REQUIRE(first);
  const auto again = open_or_import(dir.path() / "data", cache);
  REQUIRE(again);
  CHECK(again->dir() == first->dir());
  CHECK(open_or_import(first->dir(), cache)->dir() == first->dir());
  dir.write("data/bars_1m/binance-spot/ETHUSDT_a.csv", one_bar);
  const auto grown = open_or_import(dir.path() / "data", cache);
  REQUIRE(grown);
  CHECK(grown->dir() != first->dir());
  CHECK(grown->instruments().size() == 2);
  CHECK(first->instruments().size() == 1);
}

TEST_CASE("open_or_import: an empty, unusable or absent folder is an error and leaves nothing") {
  const ScratchDir dir{"open-nothing"};
  dir.write("data/bars_1m/binance-spot/BTCUSDT_a.csv", "");
  const auto cache = dir.path() / "cache";
  const auto unusable = open_or_import(dir.path() / "data", cache);
  REQUIRE(!unusable);
  CHECK(unusable.error().kind == ErrorKind::data);
  CHECK(unusable.error().message.find("the file is empty") != std::string::npos);
  CHECK(!open_or_import(dir.path() / "absent", cache));
  std::filesystem::create_directories(dir.path() / "bare");
  CHECK(!open_or_import(dir.path() / "bare", cache));
  CHECK((!std::filesystem::exists(cache) || std::filesystem::is_empty(cache)));
}
