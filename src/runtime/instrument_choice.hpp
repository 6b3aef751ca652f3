#pragma once

// Which instruments of a catalog a session plays, and over which span.

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "runtime/run_options.hpp"
#include "store/catalog.hpp"

namespace lanner::runtime {

struct InstrumentChoice {
  std::vector<InstrumentId> instruments;  // ascending
  Timestamp from;
  Timestamp to;
  std::vector<std::string> notes;
};

// Instruments that have prices in the period and settle in one asset. With best_span, the span of
// most distinct instruments; a span ends where none of them has a price for 24 h; the latest wins
// a tie.
[[nodiscard]] Result<InstrumentChoice> choose_instruments(const store::Catalog& catalog,
                                                          const RunOptions& options);

// By instrument of the catalog: 1 where features of the chosen ones read its bars in the period. Of
// other venues the first that has any, and none where a chosen one is there already.
[[nodiscard]] Result<std::vector<std::uint8_t>> choose_references(const store::Catalog& catalog,
                                                                  const InstrumentChoice& choice,
                                                                  References wanted);

// An exact name, or a symbol that only one instrument with prices has; --market and --quote, or
// what they are by default, choose between several.
[[nodiscard]] Result<InstrumentId> resolve_instrument(const store::Catalog& catalog,
                                                      const std::string& text,
                                                      const RunOptions& options);

}  // namespace lanner::runtime
