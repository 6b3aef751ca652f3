#pragma once

// Holes in a series. Bars: stamps missing between two neighbours. Funding: more than 8 h between
// two stamps. Sentiment: days missing. The other kinds have no rhythm and so no holes.

#include <cstdint>
#include <span>

#include "base/time.hpp"
#include "store/series_file.hpp"

namespace lanner::store {

struct Rhythm {
  std::int64_t length = 0;  // 0: none
  // A settlement is stamped when it happens, some milliseconds after its hour.
  std::int64_t slack = 1;
};

[[nodiscard]] constexpr Rhythm rhythm_of(SeriesKind kind, std::int32_t interval_s) noexcept {
  switch (kind) {
    case SeriesKind::bars:
      return {interval_s * kNsPerSecond, 1};
    case SeriesKind::funding:
      return {8 * kNsPerHour, kNsPerMinute};
    case SeriesKind::sentiment:
      return {kNsPerDay, 1};
    case SeriesKind::trades:
    case SeriesKind::quotes:
    case SeriesKind::depth:
    case SeriesKind::orders:
    case SeriesKind::open_interest:
    case SeriesKind::liquidations:
    case SeriesKind::marks:
      break;
  }
  return {};
}

// Rows missing between two neighbouring stamps.
[[nodiscard]] constexpr std::uint64_t missing_between(std::int64_t earlier, std::int64_t later,
                                                      Rhythm rhythm) noexcept {
  const std::int64_t apart = later - earlier - rhythm.slack;
  return rhythm.length == 0 || apart < rhythm.length
             ? 0
             : static_cast<std::uint64_t>(apart / rhythm.length);
}

// Calls visit(earlier stamp, later stamp, missing rows) for each hole, in order.
template <typename Record, typename Visit>
void visit_gaps(std::span<const Record> rows, std::int32_t interval_s, Visit&& visit) {
  const Rhythm rhythm = rhythm_of(Record::kKind, interval_s);
  for (std::size_t i = 1; i < rows.size() && rhythm.length > 0; ++i) {
    const std::int64_t earlier = rows[i - 1].stamp();
    const std::int64_t later = rows[i].stamp();
    if (const std::uint64_t missing = missing_between(earlier, later, rhythm); missing > 0) {
      visit(earlier, later, missing);
    }
  }
}

}  // namespace lanner::store
