#include "store/import/source_name.hpp"

#include <doctest/doctest.h>

using namespace lanner;
using namespace lanner::store;

TEST_CASE("source name: paths of the data folder tell kind, interval and instrument") {
  const auto told = [](const char* path) { return source_name_of(path); };
  const SourceName perp = told("x/bars_1m/binance-perp/BTCUSDT_20250504-20250608.csv.zst");
  CHECK(perp.kind == SeriesKind::bars);
  CHECK(perp.interval_s == 60);
  CHECK(perp.instrument == "BTCUSDT-PERP.BINANCE");
  CHECK(told("bars_15m/binance-spot/XRPUSDT_1-2.csv").instrument == "XRPUSDT.BINANCE");
  CHECK(told("bars_1m/bitfinex-spot/BTCUSD_1-2.csv.zst").instrument == "BTCUSD.BITFINEX");
  CHECK(told("trades/binance-usdm_BTCUSDT_bursts.csv.zst").instrument == "BTCUSDT-PERP.BINANCE");
  CHECK(told("trades/binance-spot_XRPETH_20191011.csv.zst").instrument == "XRPETH.BINANCE");
  CHECK(told("trades/hyperliquid_BTC_20250904.csv.zst").instrument == "BTC-PERP.HYPERLIQUID");
  CHECK(told("trades/standx_BTC-USD_20260105-06.csv").instrument == "BTC-USD-PERP.STANDX");
  const SourceName funding = told("funding/bybit-perp_BTCUSDT.csv.zst");
  CHECK(funding.kind == SeriesKind::funding);
  CHECK(funding.instrument == "BTCUSDT-PERP.BYBIT");
}

TEST_CASE("source name: what a path does not say stays open") {
  const SourceName plain = source_name_of("downloads/prices.csv");
  CHECK(!plain.kind);
  CHECK(plain.interval_s == 0);
  CHECK(plain.instrument.empty());
  CHECK(!source_name_of("sentiment/fear_greed_daily.csv.zst").kind);
  CHECK(!source_name_of("bars_/binance-perp/BTCUSDT.csv").kind);
  CHECK(source_name_of("bars_1m/kraken-margin/BTCUSD_x.csv").instrument.empty());
}

TEST_CASE("instrument: assets and venue defaults") {
  const auto perp = instrument_of("BTCUSDT-PERP.BINANCE");
  REQUIRE(perp);
  CHECK(perp->symbol == "BTCUSDT");
  CHECK(perp->base == "BTC");
  CHECK(perp->quote == "USDT");
  CHECK(perp->kind == model::InstrumentKind::perpetual);
  CHECK(to_string(perp->maker_fee) == "0.0002");
  CHECK(to_string(perp->taker_fee) == "0.0005");
  CHECK(to_string(perp->notional_min) == "50");
  REQUIRE(perp->tiers.size() == 1);
  CHECK(perp->tiers[0].leverage_max == 20);
  CHECK(to_string(perp->tiers[0].maintenance) == "0.025");

  const auto spot = instrument_of("XRPETH.BINANCE");
  REQUIRE(spot);
  CHECK(spot->quote == "ETH");
  CHECK(to_string(spot->taker_fee) == "0.001");
  CHECK(spot->tiers[0].leverage_max == 1);
  CHECK(to_string(instrument_of("ETHUSDT-PERP.BYBIT")->taker_fee) == "0.00055");
  CHECK(to_string(instrument_of("ETHUSDT-PERP.BYBIT")->notional_min) == "20");
  CHECK(to_string(instrument_of("BTCUSD.BITFINEX")->taker_fee) == "0.002");
  CHECK(instrument_of("BTC-PERP.HYPERLIQUID")->quote == "USDC");
  CHECK(instrument_of("BTC-USD-PERP.STANDX")->base == "BTC");
}

TEST_CASE("instrument: a name that is none is refused with the form to write") {
  for (const char* const name : {"", "BTCUSDT", "btcusdt.binance", ".BINANCE", "BTC USDT.BINANCE",
                                 "../X.BINANCE", "BTCUSDT.", "A/B.C"}) {
    CAPTURE(name);
    const auto refused = instrument_of(name);
    REQUIRE(!refused);
    CHECK(refused.error().kind == ErrorKind::usage);
  }
}
