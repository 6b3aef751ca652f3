#pragma once

// What a data file's path says about its content: kind, interval, instrument.
//
//   bars_1m/binance-perp/BTCUSDT_20250504-20250608.csv.zst   bars 1m, BTCUSDT-PERP.BINANCE
//   trades/binance-spot_XRPETH_20191011.csv.zst              trades, XRPETH.BINANCE
//   funding/bybit-perp_BTCUSDT.csv.zst                       funding, BTCUSDT-PERP.BYBIT

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/instrument.hpp"
#include "store/series_file.hpp"

namespace lanner::store {

struct SourceName {
  std::optional<SeriesKind> kind;
  std::int32_t interval_s = 0;  // 0 when the path does not say
  std::string instrument;       // empty when the path does not say
};
[[nodiscard]] SourceName source_name_of(const std::filesystem::path& path);

// Name, symbol, venue, base, quote, kind and the venue's default fees, minima and margin tier
// (assumed); the grid is left for the data to tell. The name is SYMBOL[-PERP].VENUE.
[[nodiscard]] Result<model::Instrument> instrument_of(std::string_view name);

}  // namespace lanner::store
