#pragma once

// Recorded prices as the returns of blocks, for worlds that shuffle real paths: each coin's move
// over 4 h in units of the stop that the default bracket would have had when the block began, 1.5
// times the mean true range of the 14 hours before. Blocks are those of whole UTC days.

#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "research/learning_worlds.hpp"
#include "store/catalog.hpp"

namespace lanner::research {

struct RecordedPaths {
  BlockPaths returns;                    // in R, by block and coin
  std::vector<std::string> instruments;  // the coins, in the order of a row
  std::vector<std::string> left_out;     // without prices in a twentieth of the blocks, or more
  Timestamp from;
  Timestamp to;
};

// Fails where fewer than two coins or six days are left. A block without a price of a coin is one
// in which it did not move.
[[nodiscard]] Result<RecordedPaths> recorded_paths(const store::Catalog& catalog,
                                                   std::span<const InstrumentId> instruments,
                                                   Timestamp from, Timestamp to);

}  // namespace lanner::research
