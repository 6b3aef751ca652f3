#include "base/fixed.hpp"

#include "base/ensure.hpp"

namespace lanner {
namespace detail {
namespace {

struct Mantissa {
  Int128 digits = 0;
  int exponent = 0;  // value = digits * 10^exponent
  bool negative = false;
};

Result<Mantissa> parse_failure(std::string_view text, const char* why) {
  return fail(ErrorKind::data, "not a decimal: '" + std::string(text.substr(0, 40)) + "' (" + why +
                                   "); write it as 123.45");
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

Result<int> parse_exponent(std::string_view text, std::size_t at) {
  bool negative = false;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    negative = text[at] == '-';
    ++at;
  }
  if (at == text.size()) {
    return fail(ErrorKind::data, "not a decimal: exponent without digits");
  }
  int value = 0;
  for (; at < text.size(); ++at) {
    if (!is_digit(text[at]) || value > 100) {
      return fail(ErrorKind::data, "not a decimal: bad exponent");
    }
    value = value * 10 + (text[at] - '0');
  }
  return negative ? -value : value;
}

Result<Mantissa> parse_mantissa(std::string_view text) {
  Mantissa out;
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) {
    out.negative = text[at] == '-';
    ++at;
  }
  int seen = 0;
  bool after_point = false;
  for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
    if (text[at] == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (!is_digit(text[at])) {
      return parse_failure(text, "unexpected character");
    }
    ++seen;
    // 36 digits always fit; further digits behind the point cannot change a rounding we keep.
    if (out.digits < Int128{1'000'000'000'000'000'000} * 100'000'000'000'000'000) {
      out.digits = out.digits * 10 + (text[at] - '0');
      out.exponent -= after_point ? 1 : 0;
    } else if (!after_point) {
      return parse_failure(text, "too large");
    }
  }
  if (seen == 0) {
    return parse_failure(text, "no digits");
  }
  if (at < text.size()) {
    const auto exponent = parse_exponent(text, at + 1);
    if (!exponent) {
      return tl::unexpected{exponent.error()};
    }
    out.exponent += *exponent;
  }
  return out;
}

constexpr Int128 kLimit = Int128{1} << 120;

}  // namespace

std::string format_decimal(std::int64_t raw, int digits) {
  const bool negative = raw < 0;
  std::uint64_t magnitude =
      negative ? ~static_cast<std::uint64_t>(raw) + 1 : static_cast<std::uint64_t>(raw);
  const auto scale = static_cast<std::uint64_t>(pow10(digits));
  std::string text = std::to_string(magnitude / scale);
  std::uint64_t rest = magnitude % scale;
  if (rest != 0) {
    std::string fraction = std::to_string(rest);
    fraction.insert(0, static_cast<std::size_t>(digits) - fraction.size(), '0');
    while (fraction.back() == '0') {
      fraction.pop_back();
    }
    text += '.';
    text += fraction;
  }
  return negative ? "-" + text : text;
}

Result<ParsedDecimal> parse_decimal(std::string_view text, int digits, Excess excess) noexcept {
  const auto mantissa = parse_mantissa(text);
  if (!mantissa) {
    return tl::unexpected{mantissa.error()};
  }
  Int128 value = mantissa->digits;
  int shift = mantissa->exponent + digits;
  for (; shift > 0 && value != 0; --shift) {
    if (value > kLimit / 10) {
      return fail(ErrorKind::data, "number too large: '" + std::string(text.substr(0, 40)) + "'");
    }
    value *= 10;
  }
  bool rounded = false;
  if (shift < 0 && value != 0) {
    Int128 divisor = 1;
    for (int i = shift; i < 0 && divisor < kLimit / 10; ++i) {
      divisor *= 10;
    }
    rounded = value % divisor != 0;
    if (rounded && excess == Excess::refuse) {
      return fail(ErrorKind::data, "number needs more than " + std::to_string(digits) +
                                       " decimals: '" + std::string(text.substr(0, 40)) + "'");
    }
    value = divide_half_even(value, divisor);
  }
  if (!fits_int64(value)) {
    return fail(ErrorKind::data, "number too large: '" + std::string(text.substr(0, 40)) + "'");
  }
  const auto raw = static_cast<std::int64_t>(value);
  return ParsedDecimal{mantissa->negative ? -raw : raw, rounded};
}

}  // namespace detail

namespace {

constexpr Int128 kNotionalDivisor = Int128{Price::kScale} * Quantity::kScale / Money::kScale;

Int128 notional_raw(Price price, Quantity quantity) noexcept {
  return detail::divide_half_even(Int128{price.raw()} * quantity.raw(), kNotionalDivisor);
}

Int128 multiply_raw(Money money, Rate rate) noexcept {
  return detail::divide_half_even(Int128{money.raw()} * rate.raw(), Rate::kScale);
}

Result<Money> money_or_overflow(Int128 raw, const char* what) {
  if (!detail::fits_int64(raw)) {
    return fail(ErrorKind::data, std::string(what) + " does not fit: beyond 92 thousand million");
  }
  return Money::from_raw(static_cast<std::int64_t>(raw));
}

std::int64_t ensured(Int128 raw) noexcept {
  ENSURE(detail::fits_int64(raw));
  return static_cast<std::int64_t>(raw);
}

}  // namespace

Result<Money> notional(Price price, Quantity quantity) {
  return money_or_overflow(notional_raw(price, quantity), "notional");
}

Result<Money> multiply(Money money, Rate rate) {
  return money_or_overflow(multiply_raw(money, rate), "product");
}

Result<Money> checked_add(Money a, Money b) {
  return money_or_overflow(Int128{a.raw()} + b.raw(), "sum");
}

Money notional_of(Price price, Quantity quantity) noexcept {
  return Money::from_raw(ensured(notional_raw(price, quantity)));
}

Money money_times(Money money, Rate rate) noexcept {
  return Money::from_raw(ensured(multiply_raw(money, rate)));
}

Money money_share(Money money, Quantity part, Quantity whole) noexcept {
  ENSURE(!whole.is_zero());
  const bool negative = whole.is_negative();
  const Int128 numerator = Int128{money.raw()} * (negative ? -part.raw() : part.raw());
  const Int128 denominator = negative ? -Int128{whole.raw()} : Int128{whole.raw()};
  return Money::from_raw(ensured(detail::divide_half_even(numerator, denominator)));
}

Price price_times(Price price, Rate rate) noexcept {
  const Int128 change = detail::divide_half_even(Int128{price.raw()} * rate.raw(), Rate::kScale);
  return Price::from_raw(ensured(Int128{price.raw()} + change));
}

Price average_price(Money cost, Quantity quantity) noexcept {
  if (quantity.is_zero()) {
    return Price{};
  }
  const bool negative = quantity.is_negative();
  const Int128 numerator = Int128{cost.raw()} * kNotionalDivisor * (negative ? -1 : 1);
  const Int128 denominator = negative ? -Int128{quantity.raw()} : Int128{quantity.raw()};
  return Price::from_raw(ensured(detail::divide_half_even(numerator, denominator)));
}

}  // namespace lanner
