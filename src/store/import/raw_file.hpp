#pragma once

// Recordings of what Binance sent: one line is the local receive time in nanoseconds, a blank and
// the exchange's own JSON. One file gives a series of each kind that it holds.
//
// A recorder whose clock runs behind the exchange's would receive messages before they were sent:
// its receive times are moved by the least that makes every delay in the file >= 0. A message
// without a stamp of its own (spot bookTicker) happened, for all we know, when it was received.

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/import/source_file.hpp"

namespace lanner::store {

[[nodiscard]] bool is_raw_line(std::string_view first_line) noexcept;

// Kinds of which the file has at least one line: trades, quotes, depth.
[[nodiscard]] Result<std::vector<SeriesKind>> raw_kinds(std::span<const std::byte> file);

struct RawRequest {
  std::string_view symbol;       // the instrument's at the venue; other lines are rejected
  bool names_bad_lines = false;  // of a file that is read once per kind, one reading does
};
[[nodiscard]] Result<SourceRows<TradeRecord>> read_raw_trades(std::span<const std::byte> file,
                                                              const RawRequest& request);
[[nodiscard]] Result<SourceRows<QuoteRecord>> read_raw_quotes(std::span<const std::byte> file,
                                                              const RawRequest& request);
[[nodiscard]] Result<SourceRows<DepthRecord>> read_raw_depth(std::span<const std::byte> file,
                                                             const RawRequest& request);

}  // namespace lanner::store
