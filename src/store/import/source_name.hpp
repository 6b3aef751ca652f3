#pragma once

// What a data file's path says about its content: kind, interval, instrument.
//
//   bars_1m/binance-perp/BTCUSDT_20250504-20250608.csv.zst   bars 1m, BTCUSDT-PERP.BINANCE
//   trades/binance-spot_XRPETH_20191011.csv.zst              trades, XRPETH.BINANCE
//   funding/bybit-perp_BTCUSDT.csv.zst                       funding, BTCUSDT-PERP.BYBIT
//   l2_raw/binance/usdm_btcusdt_20240808.jsonl.zst           BTCUSDT-PERP.BINANCE
//   data/futures/um/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-01-01.zip      an exchange's archive
//   data/spot/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2024-01-01.zip
//   data/futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-2024-01-01.zip   open interest
//   data/futures/um/daily/markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2024-01-01.zip        marks
//   trading/BTCUSDT/BTCUSDT2024-01-01.csv.gz                 trades as Bybit's archive has them
//   binance/futures/BTC_USDT_USDT-1m-futures.json            candles as freqtrade keeps them
//   binance/futures/BTC_USDT_USDT-8h-funding_rate.json       its funding

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/instrument.hpp"
#include "store/series_file.hpp"

namespace lanner::store {

enum class SourceFormat : std::uint8_t { csv, candles_json };

// What the candles of an archive are of.
enum class CandlePrice : std::uint8_t { last, mark, index, premium };

struct SourceName {
  SourceFormat format = SourceFormat::csv;
  std::optional<SeriesKind> kind;
  std::int32_t interval_s = 0;  // 0 when the path does not say
  std::string instrument;       // empty when the path does not say
  CandlePrice candle_price = CandlePrice::last;
  // Columns of an archive's files where these begin with a row.
  std::string_view assumed_header;
};
[[nodiscard]] SourceName source_name_of(const std::filesystem::path& path);

// Name, symbol, venue, base, quote, kind and the venue's default fees, minima and margin tier
// (assumed); the grid is left for the data to tell. The name is SYMBOL[-PERP].VENUE.
[[nodiscard]] Result<model::Instrument> instrument_of(std::string_view name);

}  // namespace lanner::store
