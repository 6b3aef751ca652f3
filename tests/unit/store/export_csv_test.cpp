#include "store/export_csv.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "store/catalog_writer.hpp"
#include "store/import/importer.hpp"
#include "store/import/source_name.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using namespace lanner::store;
using lanner::test::ScratchDir;

namespace {

constexpr std::int64_t kStartNs = 1'700'000'040'000 * kNsPerMs;
const std::string kName = "BTCUSDT-PERP.BINANCE";

Catalog opened(const std::filesystem::path& dir) {
  auto catalog = Catalog::open(dir);
  REQUIRE_MESSAGE(catalog, catalog.error().message);
  return std::move(*catalog);
}

// Exports a series, imports the file into a catalog of its own.
Catalog round_trip(const ScratchDir& dir, const Catalog& catalog, const std::string& series) {
  const auto info = find_series(catalog, series);
  REQUIRE_MESSAGE(info, info.error().message);
  std::filesystem::create_directories(dir.path() / "out");
  const auto file = dir.path() / "out" / (std::string(name_of(info->kind)) + ".csv");
  const auto rows = export_csv(catalog, *info, file);
  REQUIRE_MESSAGE(rows, rows.error().message);
  CHECK(*rows == info->rows);
  const auto target = dir.path() / ("again-" + std::string(name_of(info->kind)));
  const auto report = import_files({{file}, kName, target, {}});
  REQUIRE_MESSAGE(report, report.error().message);
  CHECK(report->rejected.empty());
  CHECK(report->skipped.empty());
  CHECK(report->added == info->rows);
  return opened(target);
}

template <typename Rows>
void check_equal(const Rows& a, const Rows& b) {
  REQUIRE(a);
  REQUIRE(b);
  REQUIRE((*a)->rows().size() == (*b)->rows().size());
  for (std::size_t i = 0; i < (*a)->rows().size(); ++i) {
    CHECK((*a)->rows()[i] == (*b)->rows()[i]);
  }
}

}  // namespace

TEST_CASE("export: bars, trades and funding come back from import byte by byte") {
  const ScratchDir dir{"export"};
  auto writer = CatalogWriter::create(dir.path() / "catalog", Origin::recorded);
  REQUIRE(writer);
  auto rule = instrument_of(kName);
  REQUIRE(rule);
  rule->tick = Price::from_raw(10);
  rule->step = Quantity::from_raw(1);
  REQUIRE(writer->add_instrument(*rule));
  const std::vector<BarRecord> bars{
      {kStartNs, 10, 9'223'372'036'854'775'800, 10, 2'500'000'000, Quantity::max().raw()},
      {kStartNs + 3 * kNsPerMinute, 7'000'000'000, 8'000'000'010, 6'999'999'990, 8'000'000'000, 0}};
  const std::vector<TradeRecord> trades{{kStartNs, 2'500'000'010, -3, 0, 0},
                                        {kStartNs, 2'500'000'010, -3, 1'000, 0},
                                        {kStartNs + 1'000, 50, 100'000'000, -7, 0},
                                        {kStartNs + 1'001, 50, 100'000'000, 12, 0}};
  const std::vector<FundingRecord> funding{{kStartNs, -1}, {kStartNs + 8 * kNsPerHour, 1'000'000}};
  REQUIRE(writer->write_bars(kName, 60, bars));
  REQUIRE(writer->write_trades(kName, trades));
  REQUIRE(writer->write_funding(kName, funding));
  REQUIRE(writer->finish());
  const Catalog catalog = opened(dir.path() / "catalog");
  const InstrumentId id = *catalog.find(kName);
  check_equal(catalog.bars(id, 60),
              round_trip(dir, catalog, kName + "/bars/1m").bars(InstrumentId{0}, 180));
  check_equal(catalog.trades(id), round_trip(dir, catalog, kName + "/trades").trades(
                                      InstrumentId{0}));
  check_equal(catalog.funding(id), round_trip(dir, catalog, kName + "/funding").funding(
                                       InstrumentId{0}));
}

TEST_CASE("export: each other kind comes back too; depth says why not") {
  const ScratchDir dir{"export-quotes"};
  const std::string ms = "1700000040123";
  dir.write("data/binance/usdm_btcusdt_1.jsonl",
            "1700000041123456789 {\"e\":\"bookTicker\",\"u\":17,\"s\":\"BTCUSDT\",\"b\":\"10.5\","
            "\"B\":\"2\",\"a\":\"10.6\",\"A\":\"0.25\",\"T\":" + ms + ",\"E\":" + ms + "}\n"
            "1700000042123456789 {\"u\":18,\"s\":\"BTCUSDT\",\"b\":\"10.5\",\"B\":\"3\","
            "\"a\":\"10.6\",\"A\":\"0.25\"}\n"
            "1700000043123456789 {\"lastUpdateId\":19,\"bids\":[[\"10.5\",\"3\"]],\"asks\":[]}\n");
  dir.write("data/fear.csv", "date,fng\n2018-02-01,30\n2018-02-04,100\n");
  dir.write("data/open_interest/binance-perp_BTCUSDT.csv", "ts_ms,open_interest\n" + ms + ",7.5\n");
  dir.write("data/um/BTCUSDT-liquidationSnapshot-2023-11-14.csv",
            ms + ",SELL,LIMIT,IOC,0.5,10,9.75,FILLED,0.1,0.5\n" + ms +
                ",BUY,LIMIT,IOC,0.5,10,9.875,FILLED,0.1,0.5\n");
  dir.write("data/binance-perp/BTCUSDT_marks.csv",
            "ts_ms,mark_price,index_price\n" + ms + ",10.125,\n1700000041000,10.25,10.5\n");
  const auto report = import_files({{dir.path() / "data"}, "", dir.path() / "catalog", {}});
  REQUIRE_MESSAGE(report, report.error().message);
  CHECK(report->rejected.empty());
  const Catalog catalog = opened(dir.path() / "catalog");
  const auto quotes = catalog.quotes(*catalog.find(kName));
  check_equal(quotes, round_trip(dir, catalog, kName + "/quotes").quotes(InstrumentId{0}));
  CHECK((*quotes)->rows()[0].ts_init_delta_us == 1'000'456);
  CHECK((*quotes)->rows()[1].ts_event == 1'700'000'042'123'456'789);
  check_equal(catalog.sentiment(*catalog.find("FEARGREED.INDEX")),
              round_trip(dir, catalog, "FEARGREED.INDEX/sentiment").sentiment(InstrumentId{0}));
  check_equal(catalog.open_interest(*catalog.find(kName)),
              round_trip(dir, catalog, kName + "/open_interest").open_interest(InstrumentId{0}));
  check_equal(catalog.liquidations(*catalog.find(kName)),
              round_trip(dir, catalog, kName + "/liquidations").liquidations(InstrumentId{0}));
  check_equal(catalog.marks(*catalog.find(kName)),
              round_trip(dir, catalog, kName + "/marks").marks(InstrumentId{0}));
  const auto depth = find_series(catalog, kName + "/depth");
  REQUIRE(depth);
  CHECK_FALSE(export_csv(catalog, *depth, dir.path() / "depth.csv"));
  const auto typo = find_series(catalog, kName + "/quote");
  REQUIRE_FALSE(typo);
  CHECK(typo.error().message.find("did you mean " + kName + "/quotes?") != std::string::npos);
  CHECK_FALSE(export_csv(catalog, *find_series(catalog, kName + "/quotes"),
                         dir.path() / "no such folder" / "out.csv"));
}
