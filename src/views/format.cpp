#include "views/format.hpp"

#include <array>
#include <cstdio>

#include "base/isotime.hpp"

namespace lanner::views {
namespace {

std::string grouped(std::string digits) {
  for (std::size_t at = digits.size(); at > 3; at -= 3) {
    digits.insert(at - 3, ",");
  }
  return digits;
}

}  // namespace

std::string money_text(Money value, int digits) {
  const std::int64_t divisor = detail::pow10(Money::kDigits - digits);
  const auto rounded =
      static_cast<std::int64_t>(detail::divide_half_even(Int128{value.raw()}, divisor));
  const bool is_negative = rounded < 0;
  const std::int64_t size = is_negative ? -rounded : rounded;
  const std::int64_t scale = detail::pow10(digits);
  std::string text = (is_negative ? "-" : "") + grouped(std::to_string(size / scale));
  if (digits > 0) {
    const std::string part = std::to_string(size % scale);
    text += "." + std::string(static_cast<std::size_t>(digits) - part.size(), '0') + part;
  }
  return text;
}

std::string gain_text(Money value, int digits) {
  return (value.is_positive() ? "+" : "") + money_text(value, digits);
}

std::string score_text(Score value, int digits) {
  if (!value.is_finite()) {
    return "-";
  }
  std::array<char, 64> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), "%.*f", digits, value.value());
  std::string text(buffer.data(), static_cast<std::size_t>(length));
  // No negative zero: it reads like a loss.
  return text.find_first_not_of("-0.") == std::string::npos && text[0] == '-' ? text.substr(1)
                                                                              : text;
}

std::string r_text(Score value) {
  return (value.value() > 0 ? "+" : "") + score_text(value) + " R";
}

std::string pct_text(Score value) { return score_text(value) + " %"; }

std::string count_text(std::uint64_t value) { return grouped(std::to_string(value)); }

std::string share_text(Money part, Money whole) {
  const auto share = ratio(part, whole);
  return share ? pct_text(*share * Score{100.0}) : "-";
}

std::string duration_text(Duration value) {
  const std::int64_t whole = value.ns() / kNsPerSecond;
  const std::int64_t days = whole / 86'400;
  const std::int64_t hours_left = whole / 3'600 % 24;
  const std::int64_t minutes_left = whole / 60 % 60;
  if (days > 0) {
    return std::to_string(days) + "d " + std::to_string(hours_left) + "h";
  }
  if (hours_left > 0) {
    return std::to_string(hours_left) + "h " + std::to_string(minutes_left) + "m";
  }
  return minutes_left > 0 ? std::to_string(minutes_left) + "m " + std::to_string(whole % 60) + "s"
                          : std::to_string(whole) + "s";
}

std::string minute_text(Timestamp at) {
  std::string text = format_utc(at, Precision::seconds).substr(0, 16);
  if (text.size() == 16) {
    text[10] = ' ';
  }
  return text;
}

std::string name_in(const std::vector<std::string>& names, InstrumentId id) {
  const auto index = static_cast<std::size_t>(id.value());
  return index < names.size() ? names[index] : "#" + std::to_string(index);
}

}  // namespace lanner::views
