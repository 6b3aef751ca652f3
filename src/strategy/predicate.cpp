#include "strategy/predicate.hpp"

namespace lanner::strategy {

bool is_triggered(const model::TradeCondition& condition, const features::FeatureView& view,
                  Price last) noexcept {
  if (!view.allows(condition.regimes)) {
    return false;
  }
  for (const model::Predicate& predicate : condition.when_all) {
    if (!is_true(predicate, view, last)) {
      return false;
    }
  }
  for (const model::Predicate& predicate : condition.invalidate_any) {
    if (is_true(predicate, view, last)) {
      return false;
    }
  }
  if (condition.when_any.is_empty()) {
    return true;
  }
  for (const model::Predicate& predicate : condition.when_any) {
    if (is_true(predicate, view, last)) {
      return true;
    }
  }
  return false;
}

}  // namespace lanner::strategy
