#pragma once

// The rules for conditions from outside that can be asked of the condition itself and of one
// instant of the market (V5..V9, V10's contradictions, V13, V16). Each function names the first
// rule that is broken; nothing else in the file or message suffers from it.

#include <optional>

#include "base/fixed.hpp"
#include "base/score.hpp"
#include "market/cost_model.hpp"
#include "model/condition.hpp"
#include "model/condition_rule.hpp"
#include "model/instrument.hpp"
#include "model/parameters.hpp"
#include "risk/liquidation.hpp"
#include "strategy/planner.hpp"

namespace lanner::strategy {

// A broken rule, with what was found and what would have been in order.
struct Finding {
  model::ConditionRule rule = model::ConditionRule::none;
  Score value;
  Score bound;
  friend bool operator==(const Finding&, const Finding&) = default;
};
using Check = std::optional<Finding>;  // nothing = in order

// Values that a feature can take at all, and whether it is in units of the price.
struct FeatureRange {
  double low;
  double high;
  bool is_price_like;
};
[[nodiscard]] FeatureRange range_of(model::FeatureId id) noexcept;

// V5, V9, V13: numbers finite and in bounds, units that fit. `now` is when the expiry counts from.
[[nodiscard]] Check check_bounds(const model::TradeCondition& condition, Timestamp now) noexcept;

// V10 without any history: the predicates exclude each other by interval arithmetic, or leave
// nothing out of what their features can be.
[[nodiscard]] Check check_contradiction(const model::TradeCondition& condition) noexcept;

struct MarketFacts {
  const Plan& plan;  // at intended size, from our own prices
  const model::Instrument& instrument;
  const market::CostModel& costs;
  const model::ParameterSet& parameters;
  risk::Cushion cushion;
  bool is_cost_asked = true;  // false where the fee gate is masked
};
// V6, V7, V8, V9 (constants near the price), V16.
[[nodiscard]] Check check_market(const model::TradeCondition& condition,
                                 const MarketFacts& facts) noexcept;

}  // namespace lanner::strategy
