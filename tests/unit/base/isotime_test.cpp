#include "base/isotime.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "base/random.hpp"

using lanner::format_utc;
using lanner::parse_instant;
using lanner::Precision;

TEST_CASE("isotime: known instants") {
  CHECK(parse_instant("1970-01-01").value() == 0);
  CHECK(parse_instant("2025-05-04").value() == 1'746'316'800LL * lanner::kNsPerSecond);
  CHECK(parse_instant("2025-05-04T15:33:00Z").value() ==
        1'746'372'780LL * lanner::kNsPerSecond);
  CHECK(parse_instant("2025-05-04t15:33:00.25z").value() ==
        1'746'372'780'250LL * lanner::kNsPerMs);
  CHECK(parse_instant("2025-05-04T17:33:00+02:00").value() ==
        1'746'372'780LL * lanner::kNsPerSecond);
  CHECK(parse_instant("2025-05-04T10:03:00-05:30").value() ==
        1'746'372'780LL * lanner::kNsPerSecond);
  CHECK(parse_instant("1969-12-31T23:59:59.999999999Z").value() == -1);
}

TEST_CASE("isotime: decimals as many as needed, or as asked for") {
  const std::int64_t instant = parse_instant("2025-05-04T15:33:00Z").value();
  CHECK(format_utc(instant) == "2025-05-04T15:33:00Z");
  CHECK(format_utc(instant + 250 * lanner::kNsPerMs) == "2025-05-04T15:33:00.250Z");
  CHECK(format_utc(instant + 1'000) == "2025-05-04T15:33:00.000001Z");
  CHECK(format_utc(instant + 1) == "2025-05-04T15:33:00.000000001Z");
  CHECK(format_utc(instant, Precision::milliseconds) == "2025-05-04T15:33:00.000Z");
  CHECK(format_utc(instant + 999'999'999, Precision::seconds) == "2025-05-04T15:33:00Z");
  CHECK(format_utc(instant, Precision::nanoseconds) == "2025-05-04T15:33:00.000000000Z");
  CHECK(format_utc(lanner::Timestamp{-1}) == "1969-12-31T23:59:59.999999999Z");
  CHECK(lanner::format_date(instant) == "2025-05-04");
}

TEST_CASE("isotime: leap years") {
  CHECK(parse_instant("2024-02-29").has_value());
  CHECK(parse_instant("2000-02-29").has_value());
  CHECK_FALSE(parse_instant("2025-02-29").has_value());
  CHECK_FALSE(parse_instant("1900-02-29").has_value());
  CHECK(parse_instant("2024-03-01").value() - parse_instant("2024-02-28").value() ==
        2 * lanner::kNsPerDay);
}

TEST_CASE("isotime: every day of six centuries follows the one before") {
  std::int64_t expected = parse_instant("1678-01-01").value();
  const std::int64_t last = parse_instant("2261-12-31").value();
  std::int64_t wrong = 0;
  while (expected <= last) {
    const auto parsed = parse_instant(lanner::format_date(expected));
    wrong += parsed && *parsed == expected ? 0 : 1;
    expected += lanner::kNsPerDay;
  }
  CHECK(wrong == 0);
}

TEST_CASE("isotime: any instant survives the round trip") {
  lanner::RandomStream random{4, 4};
  const std::int64_t first = parse_instant("1678-01-01").value();
  const std::int64_t last = parse_instant("2261-12-31").value();
  const auto range = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first);
  for (int i = 0; i < 20'000; ++i) {
    const auto ns = static_cast<std::int64_t>(static_cast<std::uint64_t>(first) +
                                              random.below(range));
    CHECK(parse_instant(format_utc(ns)).value() == ns);
  }
}

TEST_CASE("isotime: the ends of 64 bits have a text") {
  CHECK(format_utc(std::numeric_limits<std::int64_t>::max()) == "2262-04-11T23:47:16.854775807Z");
  CHECK(format_utc(std::numeric_limits<std::int64_t>::min()) == "1677-09-21T00:12:43.145224192Z");
}

TEST_CASE("isotime: bad input is refused and the message names it") {
  for (const char* text :
       {"", "2025", "2025-5-4", "2025-05-04T", "2025-05-04T15:33Z", "2025-05-04T15:33:00",
        "2025-13-01", "2025-00-01", "2025-04-31", "2025-05-00", "2025-05-04T24:00:00Z",
        "2025-05-04T15:60:00Z", "2025-05-04T15:33:60Z", "2025-05-04T15:33:00.Z",
        "2025-05-04T15:33:00.1234567890Z", "2025-05-04T15:33:00+2:00", "2025-05-04T15:33:00+24:00",
        "2025-05-04T15:33:00ZZ", " 2025-05-04", "2025-05-04 ", "yesterday", "1600-01-01",
        "9999-12-31", "-025-05-04", "2025/05/04"}) {
    CAPTURE(text);
    const auto parsed = parse_instant(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind == lanner::ErrorKind::usage);
    const std::string& message = parsed.error().message;
    CHECK(message.front() == '"');
    CHECK(message.find(text, 1) == 1);
    CHECK(message.find("YYYY-MM-DD or RFC 3339") != std::string::npos);
  }
}

TEST_CASE("isotime: days and minutes round towards the past") {
  CHECK(lanner::day_of(-1) == -1);
  CHECK(lanner::day_of(0) == 0);
  CHECK(lanner::day_of(lanner::kNsPerDay) == 1);
  CHECK(lanner::day_of(-lanner::kNsPerDay) == -1);
  CHECK(lanner::minute_of(-1) == -1);
  CHECK(lanner::minute_of(lanner::kNsPerMinute - 1) == 0);
  CHECK(lanner::minute_of(lanner::Timestamp{lanner::kNsPerHour}) == 60);
}
