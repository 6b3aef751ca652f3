#include "strategy/predicate.hpp"

namespace lanner::strategy {
namespace {

using features::FeatureView;
using model::FeatureId;
using model::Predicate;
using model::PredicateOp;

enum class Closed : bool { last, previous };

std::optional<double> closed_value(const FeatureView& view, FeatureId feature,
                                   model::Timeframe timeframe, Closed closed) noexcept {
  const auto score = closed == Closed::last ? view.value(feature, timeframe)
                                            : view.previous(feature, timeframe);
  if (!score || !score->is_finite()) {
    return std::nullopt;
  }
  return score->value();
}

// The right-hand side at a closed bar.
std::optional<double> threshold(const Predicate& predicate, const FeatureView& view,
                                Closed closed) noexcept {
  if (predicate.rhs == FeatureId::none) {
    return predicate.value.value();
  }
  const auto feature = closed_value(view, predicate.rhs, predicate.tf, closed);
  if (!feature) {
    return std::nullopt;
  }
  return *feature + predicate.value.value();
}

bool holds_live(const Predicate& predicate, const FeatureView& view, Price last) noexcept {
  const auto level = price_level(predicate, view);
  if (!level || !last.is_positive()) {
    return false;
  }
  const LiveRange range = live_range(predicate.op, *level);
  return (range.low <= last.raw()) && (last.raw() <= range.high);
}

bool compares(PredicateOp op, double left, double right) noexcept {
  switch (op) {
    case PredicateOp::gt: return left > right;
    case PredicateOp::ge: return left >= right;
    case PredicateOp::lt: return left < right;
    case PredicateOp::le: return left <= right;
    case PredicateOp::cross_up: return left >= right;
    case PredicateOp::cross_down: return left <= right;
  }
  return false;
}

}  // namespace

bool is_true(const Predicate& predicate, const FeatureView& view, Price last) noexcept {
  if (is_live_price(predicate)) {
    return holds_live(predicate, view, last);
  }
  const auto left = closed_value(view, predicate.lhs, predicate.tf, Closed::last);
  const auto right = threshold(predicate, view, Closed::last);
  if (!left || !right || !compares(predicate.op, *left, *right)) {
    return false;
  }
  if (!is_cross(predicate.op)) {
    return true;
  }
  const auto left_before = closed_value(view, predicate.lhs, predicate.tf, Closed::previous);
  const auto right_before = threshold(predicate, view, Closed::previous);
  if (!left_before || !right_before) {
    return false;
  }
  return predicate.op == PredicateOp::cross_up ? *left_before < *right_before
                                               : *left_before > *right_before;
}

bool is_triggered(const model::TradeCondition& condition, const FeatureView& view,
                  Price last) noexcept {
  for (const Predicate& predicate : condition.when_all) {
    if (!is_true(predicate, view, last)) {
      return false;
    }
  }
  for (const Predicate& predicate : condition.invalidate_any) {
    if (is_true(predicate, view, last)) {
      return false;
    }
  }
  if (condition.when_any.is_empty()) {
    return true;
  }
  for (const Predicate& predicate : condition.when_any) {
    if (is_true(predicate, view, last)) {
      return true;
    }
  }
  return false;
}

}  // namespace lanner::strategy
