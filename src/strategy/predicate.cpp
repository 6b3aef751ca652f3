#include "strategy/predicate.hpp"

namespace lanner::strategy {
namespace {

using features::FeatureView;
using model::FeatureId;
using model::Predicate;
using model::PredicateOp;

// Which closed bar of the timeframe, as the view holds it.
using ClosedBar = double (FeatureView::*)(FeatureId, model::Timeframe) const noexcept;

// The right-hand side at a closed bar; not finite while its feature is absent.
double threshold(const Predicate& predicate, const FeatureView& view, ClosedBar bar) noexcept {
  if (predicate.rhs == FeatureId::none) {
    return predicate.value.value();
  }
  return (view.*bar)(predicate.rhs, predicate.tf) + predicate.value.value();
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
  const double left = view.value(predicate.lhs, predicate.tf);
  const double right = threshold(predicate, view, &FeatureView::value);
  // Absent values are NaN, and every comparison with them is false.
  if (!compares(predicate.op, left, right)) {
    return false;
  }
  if (!is_cross(predicate.op)) {
    return true;
  }
  const double left_before = view.previous(predicate.lhs, predicate.tf);
  const double right_before = threshold(predicate, view, &FeatureView::previous);
  return predicate.op == PredicateOp::cross_up ? left_before < right_before
                                               : left_before > right_before;
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
