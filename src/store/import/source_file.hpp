#pragma once

// One CSV file of a known kind, read into records: sorted, without doubled stamps, counted.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/index_file.hpp"
#include "store/series_file.hpp"

namespace lanner::store {

struct RejectedRow {
  std::string path;
  std::uint64_t line = 0;  // 0: the whole file
  std::string reason;
};

template <typename Record>
struct SourceRows {
  std::vector<Record> rows;
  SourceStats stats;
  std::int32_t interval_s = 0;
  std::vector<RejectedRow> rejected;  // at most kRejectedListed and one line for the rest
};

constexpr std::size_t kRejectedListed = 1'000;

// What the first line says; nothing for a line that is the header of no known kind.
[[nodiscard]] std::optional<SeriesKind> kind_of_header(std::string_view first_line);

// An error means that the file as a whole is unusable. `interval_s` 0: told by the stamps.
// `assumed_header` names the columns of files that begin with a row.
[[nodiscard]] Result<SourceRows<BarRecord>> read_bars(std::span<const std::byte> file,
                                                      std::int32_t interval_s,
                                                      std::string_view assumed_header = {});
[[nodiscard]] Result<SourceRows<TradeRecord>> read_trades(std::span<const std::byte> file,
                                                          std::string_view assumed_header = {});
[[nodiscard]] Result<SourceRows<FundingRecord>> read_funding(std::span<const std::byte> file,
                                                             std::string_view assumed_header = {});
[[nodiscard]] Result<SourceRows<SentimentRecord>> read_sentiment(std::span<const std::byte> file);

}  // namespace lanner::store
