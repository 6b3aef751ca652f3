#pragma once

// CSV files about books: best bid and ask, changed levels, whole books row by row, order events.

#include <optional>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "store/import/source_file.hpp"

namespace lanner::store {

// The part of kind_of_header that knows these files.
[[nodiscard]] std::optional<SeriesKind> kind_of_book_header(std::string_view first_line);

// `ts_ms,bid_price,bid_qty,ask_price,ask_qty[,update_id][,recv_ms]`, or an archive's columns.
[[nodiscard]] Result<SourceRows<QuoteRecord>> read_quotes(std::span<const std::byte> file,
                                                          std::string_view assumed_header = {});
// Told by the header: `ts_ms,recv_ms,type,side,price,qty` with type s (level of a whole book that
// replaces the one before) or d (changed level, quantity 0 = gone); or `timestamp` (local
// seconds), `exchange_timestamp` (ms) and bid_price_0, bid_size_0, ask_price_0 .. of one whole
// book a row.
[[nodiscard]] Result<SourceRows<DepthRecord>> read_depth(std::span<const std::byte> file);
// `id,timestamp,exchange.timestamp,price,volume,action,direction`, volume in 1e-8 units.
[[nodiscard]] Result<SourceRows<OrderEventRecord>> read_order_events(
    std::span<const std::byte> file);

}  // namespace lanner::store
