#pragma once

// A Score is a finite double in a struct: features, R, evidence and priors. It never is money.

#include <cmath>
#include <compare>

#include "base/fixed.hpp"
#include "base/result.hpp"

namespace lanner {

class Score {
 public:
  constexpr Score() noexcept = default;
  explicit constexpr Score(double value) noexcept : value_(value) {}
  [[nodiscard]] constexpr double value() const noexcept { return value_; }
  [[nodiscard]] bool is_finite() const noexcept { return std::isfinite(value_); }
  friend constexpr auto operator<=>(const Score&, const Score&) noexcept = default;
  // Said again, because the general comparison first works out which of four answers it is.
  friend constexpr bool operator<(Score a, Score b) noexcept { return a.value_ < b.value_; }
  friend constexpr bool operator>(Score a, Score b) noexcept { return a.value_ > b.value_; }
  friend constexpr bool operator<=(Score a, Score b) noexcept { return a.value_ <= b.value_; }
  friend constexpr bool operator>=(Score a, Score b) noexcept { return a.value_ >= b.value_; }
  friend constexpr Score operator+(Score a, Score b) noexcept { return Score{a.value_ + b.value_}; }
  friend constexpr Score operator-(Score a, Score b) noexcept { return Score{a.value_ - b.value_}; }
  friend constexpr Score operator*(Score a, Score b) noexcept { return Score{a.value_ * b.value_}; }
  friend constexpr Score operator/(Score a, Score b) noexcept { return Score{a.value_ / b.value_}; }
  friend constexpr Score operator-(Score a) noexcept { return Score{-a.value_}; }
  constexpr Score& operator+=(Score b) noexcept {
    value_ += b.value_;
    return *this;
  }

 private:
  double value_ = 0.0;
};

// The bridge from money to evidence (R multiples, fractions of equity).
[[nodiscard]] inline Result<Score> ratio(Money numerator, Money denominator) {
  if (denominator.is_zero()) {
    return fail(ErrorKind::failure, "ratio of money with a zero denominator");
  }
  return Score{static_cast<double>(numerator.raw()) / static_cast<double>(denominator.raw())};
}

// Fixed-point measurements as scores, for features and statistics.
template <typename Tag, int Digits>
[[nodiscard]] constexpr Score to_score(Fixed<Tag, Digits> value) noexcept {
  return Score{static_cast<double>(value.raw()) / static_cast<double>(Fixed<Tag, Digits>::kScale)};
}

}  // namespace lanner
