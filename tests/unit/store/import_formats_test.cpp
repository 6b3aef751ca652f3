// Files of exchanges' archives, of other programs and of recorders.

#include <doctest/doctest.h>
#include <zip.h>
#include <zlib.h>

#include <string>

#include "store/catalog.hpp"
#include "store/depth_replay.hpp"
#include "store/import/importer.hpp"
#include "store/import/source_name.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using namespace lanner::store;
using lanner::test::ScratchDir;

namespace {

ImportReport imported(const ScratchDir& dir) {
  const auto report = import_files({{dir.path() / "data"}, "", dir.path() / "catalog", {}});
  REQUIRE_MESSAGE(report, report.error().message);
  return *report;
}

Catalog opened(const ScratchDir& dir) {
  auto catalog = Catalog::open(dir.path() / "catalog");
  REQUIRE_MESSAGE(catalog, catalog.error().message);
  return std::move(*catalog);
}

// Writes an archive of the given files, each with the same text.
std::filesystem::path write_zip(const ScratchDir& dir, const std::string& relative,
                                const std::string& text, int files = 1) {
  const auto path = dir.write(relative, "");
  int error = 0;
  zip_t* const archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  REQUIRE(archive != nullptr);
  for (int i = 0; i < files; ++i) {
    zip_source_t* const source = zip_source_buffer(archive, text.data(), text.size(), 0);
    REQUIRE(zip_file_add(archive, (std::to_string(i) + ".csv").c_str(), source, 0) >= 0);
  }
  REQUIRE(zip_close(archive) == 0);
  return path;
}

const std::string kKlines =
    "1700000040000,10.5,12,9,11,0.25,1700000099999,2.7,3,0.1,1.1,0\n"
    "1700000100000,11,12,9,11,0.5,1700000159999,2.7,3,0.1,1.1,0\n";
const std::string kKlinesMicros =
    "1700000160000000,10.5,12,9,11,0.25,1700000219999999,2.7,3,0.1,1.1,0\n";
const std::string kKlineHeader =
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
    "taker_buy_quote_volume,ignore\n";

}  // namespace

TEST_CASE("archives: the path tells kind, market and instrument") {
  const auto klines = source_name_of(
      "x/data/futures/um/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-01-01.zip");
  CHECK(klines.kind == SeriesKind::bars);
  CHECK(klines.interval_s == 60);
  CHECK(klines.instrument == "BTCUSDT-PERP.BINANCE");
  const auto trades = source_name_of("data/spot/monthly/aggTrades/ETHBTC/ETHBTC-aggTrades-2024-01"
                                     ".csv");
  CHECK(trades.kind == SeriesKind::trades);
  CHECK(trades.instrument == "ETHBTC.BINANCE");
  CHECK(source_name_of("binance-perp/BTCUSDT-fundingRate-2024-01.zip").kind == SeriesKind::funding);
  CHECK(source_name_of("BTCUSDT-bookTicker-2024-01-02.zip").kind == SeriesKind::quotes);
  CHECK(source_name_of("BTCUSDT-bookTicker-2024-01-02.zip").instrument.empty());
  CHECK(source_name_of("BTCUSDT-metrics-2024-01-02.zip").kind == SeriesKind::open_interest);
  CHECK(source_name_of("um/BTCUSDT-liquidationSnapshot-2024-01-02.zip").kind ==
        SeriesKind::liquidations);
  // Candles of other prices bear the same file name.
  const auto marks = source_name_of(
      "data/futures/um/daily/markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2024-01-01.zip");
  CHECK(marks.kind == SeriesKind::marks);
  CHECK(marks.candle_price == CandlePrice::mark);
  CHECK(marks.instrument == "BTCUSDT-PERP.BINANCE");
  CHECK_FALSE(source_name_of("BTCUSDT-topTraders-2024-01-02.zip").kind);
  CHECK(source_name_of("l2_raw/binance/usdm_btcusdt_20240808.jsonl.zst").instrument ==
        "BTCUSDT-PERP.BINANCE");
}

TEST_CASE("freqtrade's names tell pair, interval and market; other files of it do not") {
  const auto future = source_name_of("data/binance/futures/BTC_USDT_USDT-1m-futures.json");
  CHECK(future.format == SourceFormat::candles_json);
  CHECK(future.instrument == "BTCUSDT-PERP.BINANCE");
  CHECK(source_name_of("bybit/ETH_BTC-15m.json").instrument == "ETHBTC.BYBIT");
  CHECK(source_name_of("bybit/ETH_BTC-15m.json").interval_s == 900);
  CHECK(source_name_of("notes/ETH_BTC-15m.json").instrument.empty());
  const auto funding = source_name_of("binance/futures/BTC_USDT_USDT-8h-funding_rate.json");
  CHECK(funding.kind == SeriesKind::funding);
  CHECK(funding.instrument == "BTCUSDT-PERP.BINANCE");
  CHECK_FALSE(source_name_of("binance/futures/BTC_USDT_USDT-8h-mark.json").kind);
  CHECK_FALSE(source_name_of("binance/pairs.json").kind);
}

TEST_CASE("import: klines with and without a header, in milli- and microseconds, as CSV and zip") {
  const ScratchDir dir{"archive-klines"};
  dir.write("data/spot/BTCUSDT-1m-2024-01-01.csv", kKlines);
  write_zip(dir, "data/spot/BTCUSDT-1m-2025-01-02.zip", kKlinesMicros);
  write_zip(dir, "data/um/BTCUSDT-1m-2024-01-01.zip", kKlineHeader + kKlines);
  const ImportReport report = imported(dir);
  CHECK(report.rejected.empty());
  CHECK(report.added == 5);
  const Catalog catalog = opened(dir);
  const auto spot = catalog.bars(*catalog.find("BTCUSDT.BINANCE"), 60);
  REQUIRE_MESSAGE(spot, spot.error().message);
  REQUIRE((*spot)->rows().size() == 3);
  CHECK((*spot)->rows()[2].open_time == 1'700'000'160'000 * kNsPerMs);
  CHECK(catalog.find("BTCUSDT-PERP.BINANCE"));
  CHECK(imported(dir).added == 0);
}

TEST_CASE("import: archived open interest, liquidations, mark and index price") {
  const ScratchDir dir{"archive-contract"};
  write_zip(dir, "data/um/BTCUSDT-metrics-2024-01-01.zip",
            "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_"
            "short_ratio\n2024-01-01 00:05:00,BTCUSDT,71000.5,3.1,1.2\n"
            "2024-01-01 00:10:00,BTCUSDT,71001.25,3.1,1.2\n"
            "2024-01-01 00:61:00,BTCUSDT,71001.25,3.1,1.2\n"
            "2024-01-01 00:15:00,BTCUSDT,-1,3.1,1.2\n");
  write_zip(dir, "data/um/BTCUSDT-liquidationSnapshot-2024-01-01.zip",
            "1704067200123,SELL,LIMIT,IOC,0.5,42000,42100.25,FILLED,0.1,0.5\n"
            "1704067200123,BUY,LIMIT,IOC,0.2,42300,42200,FILLED,0.2,0.2\n"
            "1704067200124,HOLD,LIMIT,IOC,0.2,42300,42200,FILLED,0.2,0.2\n"
            "1704067200125,BUY,LIMIT,IOC,0.2,42300,0,NEW,0,0\n");
  dir.write("data/futures/um/daily/markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2024-01-01.csv",
            kKlineHeader + kKlines);
  dir.write("data/futures/um/daily/indexPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2024-01-01.csv",
            "1700000100000,11.1,12,9,11.25,0,1700000159999,0,3,0,0,0\n"
            "1700000160000,11.1,12,9,11.5,0,1700000219999,0,3,0,0,0\n");
  dir.write("data/futures/um/daily/premiumIndexKlines/BTCUSDT/1m/BTCUSDT-1m-2024-01-01.csv",
            kKlineHeader + kKlines);
  const ImportReport report = imported(dir);
  CHECK(report.skipped.size() == 1);
  REQUIRE(report.rejected.size() == 4);
  CHECK(report.rejected[0].line == 3);
  CHECK(report.rejected[0].reason.find("HOLD") != std::string::npos);
  CHECK(report.rejected[1].reason.find("above 0") != std::string::npos);
  CHECK(report.rejected[2].reason.find("00:61:00") != std::string::npos);
  CHECK(report.rejected[3].reason.find("negative") != std::string::npos);
  const Catalog catalog = opened(dir);
  const auto id = *catalog.find("BTCUSDT-PERP.BINANCE");
  const auto open = (*catalog.open_interest(id))->rows();
  REQUIRE(open.size() == 2);
  CHECK(open[0] == OpenInterestRecord{1'704'067'500 * kNsPerSecond,
                                      parse_fixed<Quantity>("71000.5")->raw()});
  const auto forced = (*catalog.liquidations(id))->rows();
  REQUIRE(forced.size() == 2);
  CHECK(forced[0].position_side() == model::PositionSide::long_side);
  CHECK(forced[0].price == parse_fixed<Price>("42100.25")->raw());
  CHECK(forced[1].quantity == parse_fixed<Quantity>("0.2")->raw());
  // Known at the candle's close; the index joins the mark of its instant.
  const auto marks = (*catalog.marks(id))->rows();
  REQUIRE(marks.size() == 3);
  CHECK(marks[0] == MarkRecord{1'700'000'100 * kNsPerSecond, parse_fixed<Price>("11")->raw(), 0});
  CHECK(marks[1] == MarkRecord{1'700'000'160 * kNsPerSecond, parse_fixed<Price>("11")->raw(),
                               parse_fixed<Price>("11.25")->raw()});
  CHECK(marks[2].mark == 0);
  CHECK(imported(dir).added == 0);
  for (const SeriesCheck& check : catalog.check()) {
    CHECK_FALSE(check.damage);
    // The forced order without a price.
    CHECK(check.problems.size() == (check.info.kind == SeriesKind::liquidations ? 1 : 0));
  }
}

TEST_CASE("import: archived trades, aggregate trades, funding and best quotes") {
  const ScratchDir dir{"archive-trades"};
  dir.write("data/spot/BTCUSDT-trades-2024-01-01.csv",
            "7,10.5,0.25,2.625,1700000040000,True,True\n8,10.6,1,10.6,1700000040001,False,True\n");
  dir.write("data/um/BTCUSDT-aggTrades-2024-01-01.csv",
            "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,"
            "is_buyer_maker\n1,10.5,0.25,3,4,1700000040000,true\n");
  dir.write("data/um/BTCUSDT-fundingRate-2024-01.csv",
            "calc_time,funding_interval_hours,last_funding_rate\n1700000000000,8,0.0001\n");
  write_zip(dir, "data/um/BTCUSDT-bookTicker-2024-01-01.zip",
            "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,"
            "event_time\n17,10.5,1,10.6,2,1700000040000,1700000040005\n");
  const ImportReport report = imported(dir);
  CHECK(report.rejected.empty());
  CHECK(report.added == 5);
  const Catalog catalog = opened(dir);
  const auto trades = catalog.trades(*catalog.find("BTCUSDT.BINANCE"));
  REQUIRE(trades);
  CHECK((*trades)->rows()[0].aggressor_side() == model::Side::sell);
  CHECK((*trades)->rows()[1].aggressor_side() == model::Side::buy);
  const auto quotes = catalog.quotes(*catalog.find("BTCUSDT-PERP.BINANCE"));
  REQUIRE(quotes);
  CHECK((*quotes)->rows()[0].update_id == 17);
}

TEST_CASE("import: damaged, cut and crowded zip archives are rejected, nothing else is") {
  const ScratchDir dir{"archive-bad"};
  const auto whole = write_zip(dir, "data/spot/ETHUSDT-1m-2024-01-01.zip", kKlines);
  write_zip(dir, "data/spot/ADAUSDT-1m-2024-01-01.zip", kKlines, 2);
  const auto cut = write_zip(dir, "data/spot/BNBUSDT-1m-2024-01-01.zip", kKlines);
  std::filesystem::resize_file(cut, std::filesystem::file_size(cut) / 2);
  const ImportReport report = imported(dir);
  CHECK(report.files.size() == 1);
  REQUIRE(report.rejected.size() == 2);
  CHECK(report.rejected[0].reason.find("2 files") != std::string::npos);
  CHECK(report.rejected[1].reason.find("damaged zip") != std::string::npos);
}

TEST_CASE("import: freqtrade candles; a bad candle costs itself, bad JSON the file") {
  const ScratchDir dir{"candles"};
  dir.write("data/binance/BTC_USDT-1m.json",
            "[[1700000040000,10.5,12.0,9e0,11,0.25], [1700000100000.0,11,12,9,11,1e-3],\n"
            "[1700000160000,null,12,9,11,1]]");
  dir.write("data/binance/futures/ETH_USDT_USDT-1m-futures.json",
            "[[1700000040000,10.5,12,9,11,0.25]]");
  dir.write("data/binance/ADA_USDT-1m.json", "[[1700000040000,10.5,12,9,11,0.25],");
  dir.write("data/binance/XRP_USDT-1m.json", "{\"no\":1}");
  dir.write("data/elsewhere/XRP_USDT-1m.json", "[[1700000040000,10.5,12,9,11,0.25]]");
  dir.write("data/binance/config.json", "{}");
  const ImportReport report = imported(dir);
  CHECK(report.added == 3);
  CHECK(report.skipped.size() == 1);
  REQUIRE(report.rejected.size() == 4);
  const Catalog catalog = opened(dir);
  const auto bars = catalog.bars(*catalog.find("BTCUSDT.BINANCE"), 60);
  REQUIRE(bars);
  CHECK((*bars)->rows()[0].low == 9 * Price::kScale);
  CHECK((*bars)->rows()[1].volume == Quantity::kScale / 1'000);
  CHECK(catalog.find("ETHUSDT-PERP.BINANCE"));
}

TEST_CASE("import: a recording gives trades, quotes and depth; bad lines cost themselves, once") {
  const ScratchDir dir{"recording"};
  const std::string at = "170000004";
  const std::string depth = R"("e":"depthUpdate","E":1700000041000,"T":1700000041000,)"
                            R"("s":"BTCUSDT",)";
  dir.write(
      "data/binance/usdm_btcusdt_x.jsonl",
      at + "0500000000 {\"stream\":\"x\",\"data\":{" + depth +
          R"("U":5,"u":9,"pu":4,"b":[],"a":[["11","1"]]}})" "\n" +
          at + R"(0600000000 {"lastUpdateId":12,"bids":[["10","1"]],"asks":[["11","2"]]})" "\n" +
          at + "0700000000 {" + depth + R"("U":10,"u":12,"pu":9,"b":[],"a":[]})" "\n" +
          at + "0800000000 {" + depth + R"("U":14,"u":15,"pu":12,"b":[["10","0"]],"a":[]})" "\n" +
          at + "0900000000 {" + depth + R"("U":16,"u":17,"pu":16,"b":[],"a":[]})" "\n" +
          at + R"(1000000000 {"e":"trade","E":1700000041500,"T":1700000041499,"s":"BTCUSDT",)"
               R"("t":1,"p":"10.5","q":"2","m":true})" "\n" +
          at + R"(1100000000 {"e":"aggTrade","E":1700000041500,"T":1700000041499,"s":"BTCUSDT",)"
               R"("a":1,"p":"10.5","q":"2","m":true})" "\n" +
          at + R"(1200000000 {"e":"trade","E":1700000041500,"T":1700000041499,"s":"ETHUSDT",)"
               R"("t":1,"p":"10.5","q":"2","m":true})" "\n" +
          at + R"(1300000000 {"e":"trade","E":1700000041500,"T":1700000041499,"s":"BTC)" "\n" +
          "not a line\n");
  const ImportReport report = imported(dir);
  CHECK(report.files.size() == 2);
  REQUIRE(report.rejected.size() == 3);
  CHECK(report.rejected[0].line == 10);
  const Catalog catalog = opened(dir);
  const InstrumentId id = *catalog.find("BTCUSDT-PERP.BINANCE");
  const auto trades = catalog.trades(id);
  REQUIRE(trades);
  REQUIRE((*trades)->rows().size() == 1);
  // The local clock runs 0.5 s behind: the fastest message then took no time at all.
  CHECK((*trades)->rows()[0].ts_init_delta_us == 1'000);
  const auto rows = catalog.depth(id);
  REQUIRE(rows);
  DepthReplay replay{(*rows)->rows(), catalog.instruments()[id.index()].tick};
  while (replay.next() != nullptr) {
    replay.apply();
  }
  CHECK(replay.applied() == 3);
  CHECK(replay.dropped() == 1);
  CHECK(replay.breaks() == 1);
  CHECK(replay.book().state() == market::BookState::gap);
  CHECK(to_string(replay.book().best(model::Side::sell)->quantity) == "2");
  CHECK_FALSE(replay.book().best(model::Side::buy));
  const auto check = catalog.check();
  REQUIRE_FALSE(check.empty());
  std::uint64_t gaps = 0;
  for (const SeriesCheck& one : check) {
    for (const Problem& problem : one.problems) {
      gaps += problem.kind == ProblemKind::gap ? 1 : 0;
    }
  }
  CHECK(gaps == 1);
}

TEST_CASE("import: book files by their header; bad rows cost themselves") {
  const ScratchDir dir{"book-files"};
  dir.write("data/standx_BTC-USD_1.csv",
            "ts_ms,recv_ms,type,side,price,qty\n"
            "1700000040000,1700000040100,s,b,10,1\n1700000040000,1700000040100,s,a,11,1\n"
            "1700000040200,1700000040300,d,b,10,0\n1700000040200,1700000040300,d,b,9.5,2\n"
            "1700000040300,1700000040400,x,b,9,1\n1700000040300,1700000040400,d,c,9,1\n"
            "1700000040300,1700000040400,d,b,0,1\n1700000040300,1700000040400,d,b,9,-1\n");
  dir.write("data/hyperliquid_BTC_1.csv",
            "timestamp,sequence,exchange_timestamp,bid_price_0,bid_size_0,ask_price_0,ask_size_0,"
            "bid_price_1,bid_size_1,ask_price_1,ask_size_1\n"
            "1700000040.5,1,1700000040000,10,1,11,2,9,1,,\n"
            "1700000041.5,1,1700000041000,10,1,x,2,9,1,,\n");
  dir.write("data/bitstamp_BTCUSD_1.csv",
            "id,timestamp,exchange.timestamp,price,volume,action,direction\n"
            "7,1700000040001,1700000040000,236.47,200000000,created,bid\n"
            "7,1700000040005,1700000040000,236.47,0,deleted,bid\n"
            "8,1700000040003,1700000040000,236.5,1,created,ask\n"
            "9,1700000040003,1700000040000,236.5,1,moved,ask\n");
  const ImportReport report = imported(dir);
  CHECK(report.files.size() == 3);
  CHECK(report.rejected.size() == 6);
  const Catalog catalog = opened(dir);
  const auto standx = catalog.depth(*catalog.find("BTC-USD-PERP.STANDX"));
  REQUIRE(standx);
  auto rows = (*standx)->rows();
  REQUIRE(rows.size() == 4);
  CHECK(take_event(rows).levels.size() == 2);
  CHECK(take_event(rows).delay == milliseconds(100));
  CHECK(rows.empty());
  const auto liquid = catalog.depth(*catalog.find("BTC-PERP.HYPERLIQUID"));
  REQUIRE(liquid);
  CHECK((*liquid)->rows().size() == 3);
  CHECK((*liquid)->rows()[0].ts_init_delta_us == 500'000);
  const auto orders = catalog.orders(*catalog.find("BTCUSD.BITSTAMP"));
  REQUIRE(orders);
  REQUIRE((*orders)->rows().size() == 3);
  CHECK((*orders)->rows()[1].order_id == 8);
  CHECK((*orders)->rows()[2].action == OrderAction::deleted);
}

TEST_CASE("import: funding as freqtrade keeps it") {
  const ScratchDir dir{"import"};
  dir.write("data/binance/futures/BTC_USDT_USDT-8h-funding_rate.json",
            "[[1700006400000,0.0001,0.0,0.0,0.0,0.0],[1700035200000,-0.00025,0.0,0.0,0.0,0.0]]");
  imported(dir);
  const auto catalog = opened(dir);
  const auto funding = catalog.funding(*catalog.find("BTCUSDT-PERP.BINANCE"));
  REQUIRE(funding);
  REQUIRE((*funding)->rows().size() == 2);
  CHECK((*funding)->rows()[1].rate == parse_fixed<Rate>("-0.00025")->raw());
  CHECK((*funding)->rows()[1].ts_event == 1'700'035'200 * kNsPerSecond);
}

TEST_CASE("import: trades of Bybit's archive, seconds with a fraction and sides in words") {
  const ScratchDir dir{"import"};
  const std::string text =
      "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,"
      "foreignNotional\n"
      "1704067200.1234,BTCUSDT,Sell,0.003,42324.9,ZeroMinusTick,a,1,0.003,1\n"
      "1704067201.0001,BTCUSDT,Buy,0.5,42325.0,PlusTick,b,1,0.5,1\n"
      "1704067202.5,BTCUSDT,Hold,0.5,42325.0,PlusTick,c,1,0.5,1\n";
  const auto path = dir.write("data/trading/BTCUSDT/BTCUSDT2024-01-01.csv.gz", "");
  gzFile packed = gzopen(path.c_str(), "wb");
  REQUIRE(packed != nullptr);
  REQUIRE(gzwrite(packed, text.data(), static_cast<unsigned>(text.size())) > 0);
  REQUIRE(gzclose(packed) == Z_OK);
  dir.write("data/spot/ETHUSDT/ETHUSDT_2024-01-01.csv",
            "id,timestamp,price,volume,side\n1,1704067200123,2281.5,0.25,buy\n");
  const auto report = imported(dir);
  REQUIRE(report.rejected.size() == 1);
  CHECK(report.rejected[0].line == 4);
  CHECK(report.rejected[0].reason.find("neither Buy nor Sell") != std::string::npos);
  const auto catalog = opened(dir);
  const auto trades = catalog.trades(*catalog.find("BTCUSDT-PERP.BYBIT"));
  REQUIRE(trades);
  REQUIRE((*trades)->rows().size() == 2);
  CHECK((*trades)->rows()[0].ts_event == 1'704'067'200'123'400'000);
  CHECK((*trades)->rows()[0].quantity == -parse_fixed<Quantity>("0.003")->raw());
  CHECK((*trades)->rows()[1].quantity == parse_fixed<Quantity>("0.5")->raw());
  const auto spot = catalog.trades(*catalog.find("ETHUSDT.BYBIT"));
  REQUIRE(spot);
  CHECK((*spot)->rows()[0].ts_event == 1'704'067'200'123'000'000);
}

TEST_CASE("import: a gzip file that is cut or damaged is refused whole") {
  const ScratchDir dir{"import"};
  const auto path = dir.write("data/trading/BTCUSDT/BTCUSDT2024-01-01.csv.gz", "");
  std::string text = "timestamp,symbol,side,size,price\n";
  for (int i = 0; i < 500; ++i) {
    text += "170406" + std::to_string(7000 + i) + ".5,BTCUSDT,Buy," + std::to_string(i * i + 1) +
            ",42325.0\n";
  }
  gzFile packed = gzopen(path.c_str(), "wb");
  REQUIRE(gzwrite(packed, text.data(), static_cast<unsigned>(text.size())) > 0);
  REQUIRE(gzclose(packed) == Z_OK);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  const auto report = import_files({{dir.path() / "data"}, "", dir.path() / "catalog", {}});
  REQUIRE(report);
  REQUIRE(report->rejected.size() == 1);
  CHECK(report->rejected[0].reason.find("cut") != std::string::npos);
  CHECK(report->files.empty());
}
