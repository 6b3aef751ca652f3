#pragma once

// A market in bars of another length: built from the finer bars and the trades of a catalog into a
// catalog of its own, kept in the profile, so that the session can be replayed and explained.

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "runtime/run_options.hpp"
#include "store/catalog.hpp"

namespace lanner::runtime {

// Of the instruments that the options choose, and of those that features compare them with where
// these can be built: the whole of their history. A bar comes from the finest bars that it is a
// multiple of, then from coarser ones, then from trades where no bars are. Funding, open interest,
// liquidations, marks and sentiment come along; trades, quotes and books do not, because they would
// be played beside the bars. Made once for a source, length and choice. Errors: a chosen instrument
// has neither trades nor bars that divide the length (usage); the folder cannot be written.
[[nodiscard]] Result<store::Catalog> catalog_of_bars(const store::Catalog& source,
                                                     const RunOptions& options);

// Which timeframes of conditions such bars make: "15m, 30m, 1h", or that there are none.
[[nodiscard]] std::string timeframes_note(std::int32_t bars_s);

}  // namespace lanner::runtime
