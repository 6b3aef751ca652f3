#pragma once

// Instants as text: RFC 3339, UTC, to and from nanoseconds since the Unix epoch. Plain
// arithmetic on the proleptic Gregorian calendar; no clock, no time zone, no locale.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace lanner {

enum class Precision : unsigned char {
  shortest,      // 0, 3, 6 or 9 decimals, as many as the instant needs
  seconds,       // the rest is cut off, towards the past
  milliseconds,
  nanoseconds,
};

// 2025-05-04T15:33:00Z, 2025-05-04T15:33:00.250Z.
[[nodiscard]] std::string format_utc(std::int64_t ns, Precision precision = Precision::shortest);
// 2025-05-04.
[[nodiscard]] std::string format_date(std::int64_t ns);

// `YYYY-MM-DD` (its midnight, UTC) or RFC 3339 `YYYY-MM-DDTHH:MM:SS[.fraction](Z|+HH:MM)`. More
// than nine decimals, a leap second and years outside 1678 .. 2261 are refused.
[[nodiscard]] Result<std::int64_t> parse_instant(std::string_view text);

// Days since 1970-01-01 of a date of the Gregorian calendar; month 1 .. 12.
[[nodiscard]] constexpr std::int64_t days_from_civil(std::int64_t year, std::int64_t month,
                                                     std::int64_t day) noexcept {
  // Years begin in March, so that the leap day is the last day of its year.
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

// Whole days (minutes) since the epoch, rounded towards the past.
[[nodiscard]] constexpr std::int64_t day_of(std::int64_t ns) noexcept {
  return ns / kNsPerDay - (ns % kNsPerDay < 0 ? 1 : 0);
}
[[nodiscard]] constexpr std::int64_t minute_of(std::int64_t ns) noexcept {
  return ns / kNsPerMinute - (ns % kNsPerMinute < 0 ? 1 : 0);
}
[[nodiscard]] constexpr std::int64_t day_of(Timestamp at) noexcept { return day_of(at.ns()); }
[[nodiscard]] constexpr std::int64_t minute_of(Timestamp at) noexcept { return minute_of(at.ns()); }

[[nodiscard]] inline std::string format_utc(Timestamp at,
                                            Precision precision = Precision::shortest) {
  return format_utc(at.ns(), precision);
}

}  // namespace lanner
