#pragma once

// Fixed-point numbers over int64. A Price is not a Quantity; products of different kinds go
// through __int128 and round half-even exactly once (decisions: docs/adr/002).

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/result.hpp"

namespace lanner {

using Int128 = __int128;
using UInt128 = unsigned __int128;

namespace detail {

constexpr std::int64_t pow10(int digits) noexcept {
  std::int64_t value = 1;
  for (int i = 0; i < digits; ++i) {
    value *= 10;
  }
  return value;
}

constexpr bool fits_int64(Int128 value) noexcept {
  return static_cast<std::int64_t>(value) == value;
}

#if defined(__x86_64__)
// Half to even where the quotient fits one word, by the processor's own division of two words by
// one: the compiler would call a function for it. True when it could be used.
constexpr bool divide_by_instruction(Int128 numerator, Int128 denominator, Int128& out) noexcept {
  const bool is_negative = numerator < 0;
  const auto size = is_negative ? -static_cast<UInt128>(numerator)
                                : static_cast<UInt128>(numerator);
  const auto divisor = static_cast<std::uint64_t>(denominator);
  const auto high = static_cast<std::uint64_t>(size >> 64U);
  if (static_cast<UInt128>(denominator) != divisor || high >= divisor) {
    return false;
  }
  std::uint64_t quotient = 0;
  std::uint64_t rest = 0;
  asm("divq %[divisor]"
      : "=a"(quotient), "=d"(rest)
      : [divisor] "r"(divisor), "a"(static_cast<std::uint64_t>(size)), "d"(high)
      : "cc");
  const std::uint64_t missing = divisor - rest;
  const bool is_away = rest > missing || (rest == missing && quotient % 2 != 0);
  out = Int128{quotient} + (is_away ? 1 : 0);
  out = is_negative ? -out : out;
  return true;
}
#endif

// Rounds numerator / denominator half to even; denominator > 0.
constexpr Int128 divide_half_even(Int128 numerator, Int128 denominator) noexcept {
#if defined(__x86_64__)
  if (Int128 result = 0; !std::is_constant_evaluated() &&
                         divide_by_instruction(numerator, denominator, result)) {
    return result;
  }
#endif
  Int128 quotient = numerator / denominator;
  Int128 rest = numerator % denominator;
  const bool negative = rest < 0;
  const Int128 twice = (negative ? -rest : rest) * 2;
  const bool odd = (quotient % 2) != 0;
  if (twice > denominator || (twice == denominator && odd)) {
    quotient += negative ? -1 : 1;
  }
  return quotient;
}

}  // namespace detail

template <typename Tag, int Digits>
class Fixed {
 public:
  static constexpr int kDigits = Digits;
  static constexpr std::int64_t kScale = detail::pow10(Digits);

  constexpr Fixed() noexcept = default;
  [[nodiscard]] static constexpr Fixed from_raw(std::int64_t raw) noexcept {
    Fixed value;
    value.raw_ = raw;
    return value;
  }
  // Whole units; |units| must stay below 9.2e18 / 10^Digits.
  [[nodiscard]] static constexpr Fixed from_int(std::int64_t units) noexcept {
    return from_raw(units * kScale);
  }
  [[nodiscard]] static constexpr Fixed max() noexcept {
    return from_raw(std::numeric_limits<std::int64_t>::max());
  }
  [[nodiscard]] constexpr std::int64_t raw() const noexcept { return raw_; }
  [[nodiscard]] constexpr bool is_zero() const noexcept { return raw_ == 0; }
  [[nodiscard]] constexpr bool is_positive() const noexcept { return raw_ > 0; }
  [[nodiscard]] constexpr bool is_negative() const noexcept { return raw_ < 0; }
  [[nodiscard]] constexpr Fixed abs() const noexcept { return from_raw(raw_ < 0 ? -raw_ : raw_); }

  friend constexpr auto operator<=>(const Fixed&, const Fixed&) noexcept = default;
  friend constexpr Fixed operator+(Fixed a, Fixed b) noexcept { return from_raw(a.raw_ + b.raw_); }
  friend constexpr Fixed operator-(Fixed a, Fixed b) noexcept { return from_raw(a.raw_ - b.raw_); }
  friend constexpr Fixed operator-(Fixed a) noexcept { return from_raw(-a.raw_); }
  friend constexpr Fixed operator*(Fixed a, std::int64_t k) noexcept {
    return from_raw(a.raw_ * k);
  }
  constexpr Fixed& operator+=(Fixed b) noexcept {
    raw_ += b.raw_;
    return *this;
  }
  constexpr Fixed& operator-=(Fixed b) noexcept {
    raw_ -= b.raw_;
    return *this;
  }

 private:
  std::int64_t raw_ = 0;
};

using Price = Fixed<struct PriceTag, 9>;
using Quantity = Fixed<struct QuantityTag, 8>;
using Money = Fixed<struct MoneyTag, 8>;
using Rate = Fixed<struct RateTag, 10>;
using Volume = Fixed<struct VolumeTag, 3>;

namespace detail {

// Writes `raw` / 10^digits as a plain decimal without trailing zeros ("0.1", "-3", "12.5").
std::string format_decimal(std::int64_t raw, int digits);

enum class Excess : bool { refuse, round_half_even };

struct ParsedDecimal {
  std::int64_t raw = 0;
  bool rounded = false;
};

// Parses "[-]digits[.digits][e[+-]n]"; digits beyond the scale are an error or rounded half-even.
Result<ParsedDecimal> parse_decimal(std::string_view text, int digits, Excess excess) noexcept;

}  // namespace detail

template <typename Tag, int Digits>
[[nodiscard]] std::string to_string(Fixed<Tag, Digits> value) {
  return detail::format_decimal(value.raw(), Digits);
}

// Exact parse: text that needs more digits than the scale holds is an error.
template <typename F>
[[nodiscard]] Result<F> parse_fixed(std::string_view text) noexcept {
  const auto parsed = detail::parse_decimal(text, F::kDigits, detail::Excess::refuse);
  if (!parsed) {
    return tl::unexpected{parsed.error()};
  }
  return F::from_raw(parsed->raw);
}

template <typename F>
struct Rounded {
  F value;
  bool rounded = false;
};

// For measurements (bar volume): digits beyond the scale are rounded half-even and told.
template <typename F>
[[nodiscard]] Result<Rounded<F>> parse_fixed_rounded(std::string_view text) noexcept {
  const auto parsed = detail::parse_decimal(text, F::kDigits, detail::Excess::round_half_even);
  if (!parsed) {
    return tl::unexpected{parsed.error()};
  }
  return Rounded<F>{F::from_raw(parsed->raw), parsed->rounded};
}

// price x quantity in quote money, rounded half-even; nullopt-like error when it does not fit.
[[nodiscard]] Result<Money> notional(Price price, Quantity quantity);
// money x rate, rounded half-even (fees, funding, margin).
[[nodiscard]] Result<Money> multiply(Money money, Rate rate);
[[nodiscard]] Result<Money> checked_add(Money a, Money b);

// The same sums for callers that have bounded their inputs (limits checked at load); ENSURE on
// overflow.
[[nodiscard]] Money notional_of(Price price, Quantity quantity) noexcept;
[[nodiscard]] Money money_times(Money money, Rate rate) noexcept;
// money x numerator / denominator, half-even; denominator != 0. Splits a cost over a part closed.
[[nodiscard]] Money money_share(Money money, Quantity part, Quantity whole) noexcept;
// price x (1 + rate), half-even.
[[nodiscard]] Price price_times(Price price, Rate rate) noexcept;
// Quotient money / quantity as a price, half-even, for display of averages; zero quantity gives 0.
[[nodiscard]] Price average_price(Money cost, Quantity quantity) noexcept;

// Round to a multiple of `step` (> 0); the direction is in the name.
template <typename F>
[[nodiscard]] constexpr F round_down_to(F value, F step) noexcept {
  const std::int64_t rest = value.raw() % step.raw();
  return F::from_raw(value.raw() - (rest < 0 ? rest + step.raw() : rest));
}
template <typename F>
[[nodiscard]] constexpr F round_up_to(F value, F step) noexcept {
  const F down = round_down_to(value, step);
  return down == value ? value : F::from_raw(down.raw() + step.raw());
}
template <typename F>
[[nodiscard]] constexpr F round_nearest_to(F value, F step) noexcept {
  const F down = round_down_to(value, step);
  return (value.raw() - down.raw()) * 2 >= step.raw() ? F::from_raw(down.raw() + step.raw()) : down;
}

}  // namespace lanner
