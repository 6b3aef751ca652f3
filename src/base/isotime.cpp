#include "base/isotime.hpp"

#include <fmt/core.h>

#include <cstddef>
#include <optional>

namespace lanner {

namespace {

struct Civil {
  std::int64_t year = 1970;
  std::int64_t month = 1;
  std::int64_t day = 1;
};

// The inverse of days_from_civil.
constexpr Civil civil_from_days(std::int64_t days) noexcept {
  const std::int64_t shifted = days + 719'468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

constexpr bool is_leap(std::int64_t year) noexcept {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr std::int64_t days_in_month(std::int64_t year, std::int64_t month) noexcept {
  if (month == 2) {
    return is_leap(year) ? 29 : 28;
  }
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

constexpr bool is_decimal(char c) noexcept { return c >= '0' && c <= '9'; }

// Reads fixed-width fields from the left; any misfit turns ok() false for good.
class Cursor {
 public:
  explicit Cursor(std::string_view text) noexcept : text_(text) {}

  std::int64_t digits(std::size_t count, std::int64_t low, std::int64_t high) noexcept {
    std::int64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (at_ >= text_.size() || !is_decimal(text_[at_])) {
        ok_ = false;
        return low;
      }
      value = value * 10 + (text_[at_] - '0');
      ++at_;
    }
    ok_ = ok_ && value >= low && value <= high;
    return value;
  }
  // True when the next character is one of `choices`, which is then eaten.
  bool accept(std::string_view choices) noexcept {
    if (at_ >= text_.size() || choices.find(text_[at_]) == std::string_view::npos) {
      return false;
    }
    ++at_;
    return true;
  }
  void expect(std::string_view choices) noexcept { ok_ = accept(choices) && ok_; }
  // One to nine decimals as nanoseconds.
  std::int64_t fraction() noexcept {
    std::int64_t value = 0;
    std::int64_t unit = kNsPerSecond;
    while (at_ < text_.size() && is_decimal(text_[at_]) && unit > 1) {
      unit /= 10;
      value += (text_[at_] - '0') * unit;
      ++at_;
    }
    ok_ = ok_ && unit < kNsPerSecond;
    return value;
  }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

// Nanoseconds to take from the local reading to get UTC.
std::int64_t parse_zone(Cursor& cursor) noexcept {
  if (cursor.accept("Zz")) {
    return 0;
  }
  const bool is_west = cursor.accept("-");
  if (!is_west) {
    cursor.expect("+");
  }
  const std::int64_t hour = cursor.digits(2, 0, 23);
  cursor.expect(":");
  const std::int64_t minute = cursor.digits(2, 0, 59);
  const std::int64_t offset = hour * kNsPerHour + minute * kNsPerMinute;
  return is_west ? -offset : offset;
}

std::int64_t parse_time_of_day(Cursor& cursor) noexcept {
  cursor.expect("Tt ");
  const std::int64_t hour = cursor.digits(2, 0, 23);
  cursor.expect(":");
  const std::int64_t minute = cursor.digits(2, 0, 59);
  cursor.expect(":");
  const std::int64_t second = cursor.digits(2, 0, 59);
  const std::int64_t fraction = cursor.accept(".") ? cursor.fraction() : 0;
  return hour * kNsPerHour + minute * kNsPerMinute + second * kNsPerSecond + fraction -
         parse_zone(cursor);
}

std::optional<std::int64_t> parse(std::string_view text) noexcept {
  // Within these years every instant, moved by any zone, fits 64 bits.
  constexpr std::int64_t kFirstYear = 1678;
  constexpr std::int64_t kLastYear = 2261;
  Cursor cursor{text};
  const std::int64_t year = cursor.digits(4, kFirstYear, kLastYear);
  cursor.expect("-");
  const std::int64_t month = cursor.digits(2, 1, 12);
  cursor.expect("-");
  const std::int64_t day = cursor.digits(2, 1, days_in_month(year, month));
  if (!cursor.ok()) {
    return std::nullopt;
  }
  const std::int64_t midnight = days_from_civil(year, month, day) * kNsPerDay;
  const std::int64_t rest = cursor.at_end() ? 0 : parse_time_of_day(cursor);
  if (!cursor.ok() || !cursor.at_end()) {
    return std::nullopt;
  }
  return midnight + rest;
}

std::string format_fraction(std::int64_t ns, Precision precision) {
  const std::int64_t ms = ns / kNsPerMs;
  if (precision == Precision::seconds || (precision == Precision::shortest && ns == 0)) {
    return {};
  }
  if (precision == Precision::milliseconds ||
      (precision == Precision::shortest && ns % kNsPerMs == 0)) {
    return fmt::format(".{:03}", ms);
  }
  if (precision == Precision::shortest && ns % 1'000 == 0) {
    return fmt::format(".{:06}", ns / 1'000);
  }
  return fmt::format(".{:09}", ns);
}

}  // namespace

std::string format_utc(std::int64_t ns, Precision precision) {
  // Never through the midnight before: that of the very first day does not fit 64 bits.
  const std::int64_t rest = ns % kNsPerDay;
  const std::int64_t in_day = rest < 0 ? rest + kNsPerDay : rest;
  return fmt::format("{}T{:02}:{:02}:{:02}{}Z", format_date(ns), in_day / kNsPerHour,
                     in_day / kNsPerMinute % 60, in_day / kNsPerSecond % 60,
                     format_fraction(in_day % kNsPerSecond, precision));
}

std::string format_date(std::int64_t ns) {
  const Civil civil = civil_from_days(day_of(ns));
  return fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
}

Result<std::int64_t> parse_instant(std::string_view text) {
  const auto ns = parse(text);
  if (!ns) {
    return fail(ErrorKind::usage,
                fmt::format("\"{}\" is not an instant: give YYYY-MM-DD or RFC 3339 with a zone, "
                            "such as 2025-05-04 or 2025-05-04T15:33:00Z, years 1678 to 2261",
                            text));
  }
  return *ns;
}

}  // namespace lanner
