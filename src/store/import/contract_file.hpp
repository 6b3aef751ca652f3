#pragma once

// What a venue tells of a contract beside its trades: open interest, positions closed by force,
// mark and index price, as its archives or `data export` write them.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "store/import/source_file.hpp"
#include "store/import/source_name.hpp"

namespace lanner::store {

[[nodiscard]] std::optional<SeriesKind> kind_of_contract_header(std::string_view first_line);

// Errors and `assumed_header` as of the readers of source_file.hpp.
[[nodiscard]] Result<SourceRows<OpenInterestRecord>> read_open_interest(
    std::span<const std::byte> file, std::string_view assumed_header = {});
[[nodiscard]] Result<SourceRows<LiquidationRecord>> read_liquidations(
    std::span<const std::byte> file, std::string_view assumed_header = {});
// Candles of the price named, each known at its close; `last`: a file of both prices by column.
[[nodiscard]] Result<SourceRows<MarkRecord>> read_marks(std::span<const std::byte> file,
                                                        CandlePrice price,
                                                        std::string_view assumed_header = {});

}  // namespace lanner::store
