#pragma once

// A series as the CSV that import reads: exported and imported again it is the same series.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/catalog.hpp"

namespace lanner::store {

// INSTRUMENT/KIND or INSTRUMENT/bars/INTERVAL: BTCUSDT-PERP.BINANCE/bars/1m.
[[nodiscard]] std::string series_name(const Catalog& catalog, const SeriesInfo& info);
// The series of that name; an unknown one is an error that names the nearest.
[[nodiscard]] Result<SeriesInfo> find_series(const Catalog& catalog, std::string_view name);

// All kinds but depth and order events; the number of rows. The file appears whole.
[[nodiscard]] Result<std::uint64_t> export_csv(const Catalog& catalog, const SeriesInfo& series,
                                               const std::filesystem::path& out);

}  // namespace lanner::store
