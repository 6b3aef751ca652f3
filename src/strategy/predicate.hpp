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

[[nodiscard]] bool is_true(const model::Predicate& predicate, const features::FeatureView& view,
                           Price last) noexcept;

// All of when_all, any of when_any, none of invalidate_any.
[[nodiscard]] bool is_triggered(const model::TradeCondition& condition,
                                const features::FeatureView& view, Price last) noexcept;

}  // namespace lanner::strategy
