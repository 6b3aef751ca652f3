#pragma once

// Holes in a series. Bars: stamps missing between two neighbours. Funding: more than 8 h between
// two stamps. Trades have no rhythm and so no holes.

#include <cstdint>
#include <span>

#include "base/time.hpp"
#include "store/series_file.hpp"

namespace lanner::store {

// Length of the rhythm whose breaks are holes; 0 for trades.
[[nodiscard]] constexpr std::int64_t rhythm_ns(SeriesKind kind, std::int32_t interval_s) noexcept {
  return kind == SeriesKind::bars      ? interval_s * kNsPerSecond
         : kind == SeriesKind::funding ? 8 * kNsPerHour
                                       : 0;
}

// Rows missing between two neighbouring stamps.
[[nodiscard]] constexpr std::uint64_t missing_between(std::int64_t earlier, std::int64_t later,
                                                      std::int64_t rhythm) noexcept {
  return rhythm == 0 || later - earlier <= rhythm
             ? 0
             : static_cast<std::uint64_t>((later - earlier - 1) / rhythm);
}

// Calls visit(earlier stamp, later stamp, missing rows) for each hole, in order.
template <typename Record, typename Visit>
void visit_gaps(std::span<const Record> rows, std::int32_t interval_s, Visit&& visit) {
  const std::int64_t rhythm = rhythm_ns(Record::kKind, interval_s);
  for (std::size_t i = 1; i < rows.size() && rhythm > 0; ++i) {
    const std::int64_t earlier = rows[i - 1].stamp();
    const std::int64_t later = rows[i].stamp();
    if (const std::uint64_t missing = missing_between(earlier, later, rhythm); missing > 0) {
      visit(earlier, later, missing);
    }
  }
}

}  // namespace lanner::store
