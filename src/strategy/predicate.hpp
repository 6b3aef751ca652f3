#pragma once

// The truth of one predicate, and the level of a price predicate. The Sniper's indexes are only
// short cuts to what these functions say.

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/fixed.hpp"
#include "base/score.hpp"
#include "features/pipeline.hpp"
#include "model/condition.hpp"

namespace lanner::strategy {

[[nodiscard]] constexpr bool is_cross(model::PredicateOp op) noexcept {
  return op == model::PredicateOp::cross_up || op == model::PredicateOp::cross_down;
}

// gt, ge, lt, le with `price` on the left look at the live price; everything else looks at closed
// bars.
[[nodiscard]] constexpr bool is_live_price(const model::Predicate& predicate) noexcept {
  return predicate.lhs == model::FeatureId::price && !is_cross(predicate.op);
}

[[nodiscard]] constexpr std::uint8_t bit_of(model::Timeframe timeframe) noexcept {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(timeframe));
}

// A level in raw price units, rounded to the nearest 1e-9 and bounded by what a price holds.
[[nodiscard]] inline std::int64_t to_level(double value) noexcept {
  constexpr double kBound = 9.2e18;
  const double scaled = value * static_cast<double>(Price::kScale) + 0.5;
  if (!(scaled < kBound)) {
    return static_cast<std::int64_t>(kBound);
  }
  if (scaled < -kBound) {
    return static_cast<std::int64_t>(-kBound);
  }
  // The floor, without a call: the conversion goes towards zero.
  const auto level = static_cast<std::int64_t>(scaled);
  return level - (static_cast<double>(level) > scaled ? 1 : 0);
}

// Where a live price predicate turns; nothing while its feature is absent.
[[nodiscard]] inline std::optional<std::int64_t> price_level(
    const model::Predicate& predicate, const features::FeatureView& view) noexcept {
  if (predicate.rhs == model::FeatureId::none) {
    return to_level(predicate.value.value());
  }
  const double feature = view.value(predicate.rhs, predicate.tf);
  if (!std::isfinite(feature)) {
    return std::nullopt;
  }
  return to_level(feature + predicate.value.value());
}

// The range of raw prices in which it holds, lowest and highest.
struct LiveRange {
  std::int64_t low = std::numeric_limits<std::int64_t>::min();
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
};
[[nodiscard]] constexpr LiveRange live_range(model::PredicateOp op, std::int64_t level) noexcept {
  LiveRange range;
  switch (op) {
    case model::PredicateOp::gt: range.low = level + 1; break;
    case model::PredicateOp::ge: range.low = level; break;
    case model::PredicateOp::lt: range.high = level - 1; break;
    case model::PredicateOp::le: range.high = level; break;
    case model::PredicateOp::cross_up:
    case model::PredicateOp::cross_down: break;
  }
  return range;
}

// An order-keeping integer for a finite double; both zeros are one.
[[nodiscard]] inline std::int64_t ordered_key(double value) noexcept {
  const auto bits = std::bit_cast<std::int64_t>(value + 0.0);
  return bits < 0 ? bits ^ std::numeric_limits<std::int64_t>::max() : bits;
}

// Which of above, below, equal an operator accepts. A look-up instead of a switch: operators
// differ from condition to condition, so a jump by them is guessed wrong. NaN is none of the three.
template <typename T>
[[nodiscard]] constexpr bool compares(model::PredicateOp op, T left, T right) noexcept {
  constexpr unsigned kAbove = 1;
  constexpr unsigned kBelow = 2;
  constexpr unsigned kEqual = 4;
  // gt, ge, lt, le, cross_up, cross_down: three bits each.
  constexpr unsigned kAccepted = kAbove | (kAbove | kEqual) << 3U | kBelow << 6U |
                                 (kBelow | kEqual) << 9U | (kAbove | kEqual) << 12U |
                                 (kBelow | kEqual) << 15U;
  const unsigned is = static_cast<unsigned>(left > right) * kAbove |
                      static_cast<unsigned>(left < right) * kBelow |
                      static_cast<unsigned>(left == right) * kEqual;
  return (is & kAccepted >> (3U * static_cast<unsigned>(op))) != 0;
}

// A live price predicate at this price.
[[nodiscard]] inline bool holds_live(const model::Predicate& predicate,
                                     const features::FeatureView& view, Price last) noexcept {
  const auto level = price_level(predicate, view);
  return level && last.is_positive() && compares(predicate.op, last.raw(), *level);
}

// Any other one, at the last closed bar. Absent values are NaN, and every comparison with them is
// false.
[[nodiscard]] inline bool holds_closed(const model::Predicate& predicate,
                                       const features::FeatureView& view) noexcept {
  const bool has_right = predicate.rhs != model::FeatureId::none;
  const double left = view.value(predicate.lhs, predicate.tf);
  const double right = has_right ? view.value(predicate.rhs, predicate.tf) + predicate.value.value()
                                 : predicate.value.value();
  if (!compares(predicate.op, left, right)) {
    return false;
  }
  if (!is_cross(predicate.op)) {
    return true;
  }
  const double left_before = view.previous(predicate.lhs, predicate.tf);
  const double right_before =
      has_right ? view.previous(predicate.rhs, predicate.tf) + predicate.value.value()
                : predicate.value.value();
  return predicate.op == model::PredicateOp::cross_up ? left_before < right_before
                                                      : left_before > right_before;
}

[[nodiscard]] inline bool is_true(const model::Predicate& predicate,
                                  const features::FeatureView& view, Price last) noexcept {
  return is_live_price(predicate) ? holds_live(predicate, view, last)
                                  : holds_closed(predicate, view);
}

// A regime that it names, all of when_all, any of when_any, none of invalidate_any.
[[nodiscard]] bool is_triggered(const model::TradeCondition& condition,
                                const features::FeatureView& view, Price last) noexcept;

}  // namespace lanner::strategy
