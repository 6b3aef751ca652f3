#pragma once

// Decimals of CSV fields at the speed of a scan; what the short way cannot read goes to base.

#include <cstdint>
#include <string_view>

#include "base/fixed.hpp"

namespace lanner::store {

struct ScannedDecimal {
  std::int64_t raw = 0;
  int digits = 0;  // decimals that the value needs: 0.50 needs 1
  bool rounded = false;
};

// Decimals that a raw value of this scale needs.
[[nodiscard]] constexpr int digits_needed(std::int64_t raw, int scale_digits) noexcept {
  int digits = raw == 0 ? 0 : scale_digits;
  for (; digits > 0 && raw % 10 == 0; raw /= 10) {
    --digits;
  }
  return digits;
}

// "[digits][.digits]" with at most 18 digits and no more decimals than the scale has.
template <typename F>
[[nodiscard]] inline bool scan_short(std::string_view text, ScannedDecimal& out) noexcept {
  constexpr std::size_t kMostCharacters = 19;
  if (text.empty() || text.size() > kMostCharacters) {
    return false;
  }
  std::int64_t value = 0;
  int decimals = -1;  // -1: no point yet
  int needed = 0;
  int seen = 0;
  for (const char c : text) {
    if (c == '.') {
      if (decimals >= 0) {
        return false;
      }
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9') {
      return false;
    }
    value = value * 10 + (c - '0');
    ++seen;
    if (decimals >= 0) {
      ++decimals;
      needed = c == '0' ? needed : decimals;
    }
  }
  const int places = decimals < 0 ? 0 : decimals;
  if (seen == 0 || seen > 18 || places > F::kDigits) {
    return false;
  }
  const Int128 raw = Int128{value} * lanner::detail::pow10(F::kDigits - places);
  if (!lanner::detail::fits_int64(raw)) {
    return false;
  }
  out = {static_cast<std::int64_t>(raw), needed, false};
  return true;
}

// Must fit exactly (prices).
template <typename F>
[[nodiscard]] inline Status scan_exact(std::string_view text, ScannedDecimal& out) {
  if (!scan_short<F>(text, out)) [[unlikely]] {
    const auto value = parse_fixed<F>(text);
    if (!value) {
      return tl::unexpected{value.error()};
    }
    out = {value->raw(), digits_needed(value->raw(), F::kDigits), false};
  }
  return {};
}

// Rounded half-even where the scale ends (measurements).
template <typename F>
[[nodiscard]] inline Status scan_rounded(std::string_view text, ScannedDecimal& out) {
  if (!scan_short<F>(text, out)) [[unlikely]] {
    const auto value = parse_fixed_rounded<F>(text);
    if (!value) {
      return tl::unexpected{value.error()};
    }
    out = {value->value.raw(), digits_needed(value->value.raw(), F::kDigits), value->rounded};
  }
  return {};
}

}  // namespace lanner::store
