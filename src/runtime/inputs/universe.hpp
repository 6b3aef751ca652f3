#pragma once

// Which instruments were worth trading as of each day, from what the catalog shows of the days
// before it and nothing later: how long they have had prices, how much was turned over, how often
// there was a price at all. The engine refuses entries beyond universe.size_max; candidates are
// labelled all the same, so an instrument that joins later is not unknown.

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "core/engine_config.hpp"
#include "runtime/session_spec.hpp"
#include "store/catalog.hpp"

namespace lanner::runtime {

struct Universe {
  std::vector<core::UniverseRank> ranks;  // by instrument, then by time
  std::uint32_t listed = 0;               // instruments with a price at or before the start
};

// Ranks of the session's instruments at its start and at each UTC midnight in it, by turnover of
// the 30 whole days before, kept where they change. A day counts to its rank only when every bar
// of it closed before the midnight. Behind all that have turnover stands, with one rank for all,
// what has none or had no price the day before: new ones, and those that stopped. One that had a
// price on fewer than universe.coverage_pct of those days on which anything had one, from its
// first, has no rank.
[[nodiscard]] Result<Universe> universe_of(const SessionSpec& spec, const store::Catalog& catalog);

}  // namespace lanner::runtime
