#pragma once

// A made market with a book: levels that come, change and go around a wandering price, trades at
// its best prices, and a session on it that takes shown levels and waits in queues.

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/run_options.hpp"
#include "store/records.hpp"

namespace lanner::bench {

// Makes the catalog when it is not there yet.
[[nodiscard]] runtime::RunOptions session_on_book();

// What the least that can be called a book does with one change: side, tick inside a flat window,
// quantity; the quantity stored, its bit set or cleared, the best level found. ns a change.
struct FlatChange {
  std::uint32_t side = 0;
  std::uint32_t index = 0;
  std::int64_t quantity = 0;
};
[[nodiscard]] std::vector<FlatChange> flat_changes(std::span<const store::DepthRecord> rows,
                                                   Price tick);
[[nodiscard]] double flat_window_update(std::span<const FlatChange> changes);
// The market's own book over the same rows, its best level asked after each. ns a level.
[[nodiscard]] double order_book_update(std::span<const store::DepthRecord> rows, Price tick);

}  // namespace lanner::bench
