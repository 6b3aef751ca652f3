#include "strategy/vetting/condition_rules.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "strategy/predicate.hpp"

namespace lanner::strategy {
namespace {

using model::ConditionRule;
using model::FeatureId;
using model::Predicate;
using model::PredicateOp;
using model::TradeCondition;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLargest = 1e12;
constexpr double kNearPrice = 0.2;  // a price constant lies within this share of the last price

Check broken(ConditionRule rule, double value, double bound) noexcept {
  return Finding{rule, Score{value}, Score{bound}};
}

// NaN is outside of everything.
Check check_range(ConditionRule rule, double value, double low, double high) noexcept {
  if (value >= low && value <= high) {
    return std::nullopt;
  }
  return broken(rule, value, value > high ? high : low);
}

Check check_predicate(const Predicate& predicate) noexcept {
  const FeatureRange range = range_of(predicate.lhs);
  const double value = predicate.value.value();
  const bool has_feature = predicate.rhs != FeatureId::none;
  if (predicate.lhs == FeatureId::none || predicate.lhs >= FeatureId::count_ ||
      predicate.rhs >= FeatureId::count_ || predicate.tf >= model::Timeframe::count_) {
    return broken(ConditionRule::v9, static_cast<double>(predicate.lhs), 0.0);
  }
  if (has_feature && (!range.is_price_like || !range_of(predicate.rhs).is_price_like ||
                      predicate.rhs == predicate.lhs)) {
    return broken(ConditionRule::v9, static_cast<double>(predicate.rhs), 0.0);
  }
  if (has_feature) {
    return check_range(ConditionRule::v9, value, -kLargest, kLargest);
  }
  if (range.is_price_like && value <= 0.0) {
    return broken(ConditionRule::v9, value, 0.0);
  }
  return check_range(ConditionRule::v9, value, std::max(range.low, -kLargest),
                     std::min(range.high, kLargest));
}

template <typename Predicates>
Check check_predicates(const Predicates& predicates) noexcept {
  for (const Predicate& predicate : predicates) {
    if (const Check bad = check_predicate(predicate)) {
      return bad;
    }
  }
  return std::nullopt;
}

Check check_entry(const TradeCondition& condition) noexcept {
  const double offset = condition.entry_offset_atr.value();
  if (const Check bad = check_range(ConditionRule::v5, offset, -3.0, 3.0)) {
    return bad;
  }
  const bool is_limit = condition.entry_mode == model::EntryMode::limit;
  const bool is_away = offset * model::sign_of(condition.side) > 0.0;
  return (is_limit && is_away) || (!is_limit && offset != 0.0)
             ? broken(ConditionRule::v5, offset, 0.0)
             : std::nullopt;
}

// One difference `left - right` (right may be nothing), with what is asked of it now and at the
// bar before: cross_up says "now at or above, before below".
struct Span {
  FeatureId left = FeatureId::none;
  FeatureId right = FeatureId::none;
  unsigned tf = 0;
  bool is_at_price = false;
  double low = -kInfinity;
  double high = kInfinity;
  bool is_low_open = false;  // the bound itself is excluded
  bool is_high_open = false;
  double before_low = -kInfinity;
  double before_high = kInfinity;

  [[nodiscard]] bool is_same(const Span& other) const noexcept {
    return left == other.left && right == other.right && tf == other.tf &&
           is_at_price == other.is_at_price;
  }
  [[nodiscard]] bool is_empty() const noexcept {
    return low > high || (low == high && (is_low_open || is_high_open)) ||
           before_low >= before_high;
  }
  void raise(double bound, bool is_open) noexcept {
    if (bound > low || (bound == low && is_open)) {
      low = bound;
      is_low_open = is_open;
    }
  }
  void lower(double bound, bool is_open) noexcept {
    if (bound < high || (bound == high && is_open)) {
      high = bound;
      is_high_open = is_open;
    }
  }
  void meet(const Span& other) noexcept {
    raise(other.low, other.is_low_open);
    lower(other.high, other.is_high_open);
    before_low = std::max(before_low, other.before_low);
    before_high = std::min(before_high, other.before_high);
  }
  // Everything in `other` at this instant is in here too.
  [[nodiscard]] bool covers(const Span& other) const noexcept {
    const bool is_below =
        low < other.low || (low == other.low && (!is_low_open || other.is_low_open));
    const bool is_above =
        high > other.high || (high == other.high && (!is_high_open || other.is_high_open));
    return is_below && is_above && before_low == -kInfinity && before_high == kInfinity;
  }
};

// What the predicate's difference can be at all.
Span natural_span(const Predicate& predicate) noexcept {
  Span span;
  span.left = predicate.lhs;
  span.right = predicate.rhs;
  span.tf = static_cast<unsigned>(predicate.tf);
  span.is_at_price = is_live_price(predicate);
  if (span.is_at_price && predicate.rhs == FeatureId::none) {
    span.tf = 0;  // the live price is one, whatever the timeframe
  }
  if (predicate.rhs == FeatureId::none) {
    const FeatureRange range = range_of(predicate.lhs);
    span.low = range.low;
    span.high = range.high;
    span.is_low_open = range.is_price_like;
  }
  return span;
}

Span span_of(const Predicate& predicate) noexcept {
  Span span = natural_span(predicate);
  const double value = predicate.value.value();
  switch (predicate.op) {
    case PredicateOp::gt: span.raise(value, true); break;
    case PredicateOp::ge: span.raise(value, false); break;
    case PredicateOp::lt: span.lower(value, true); break;
    case PredicateOp::le: span.lower(value, false); break;
    case PredicateOp::cross_up:
      span.raise(value, false);
      span.before_high = value;
      break;
    case PredicateOp::cross_down:
      span.lower(value, false);
      span.before_low = value;
      break;
  }
  // a - b and b - a are one difference, written with the lower id on the left.
  if (span.right != FeatureId::none && span.right < span.left) {
    std::swap(span.left, span.right);
    const Span mirrored = span;
    span.low = -mirrored.high;
    span.high = -mirrored.low;
    span.is_low_open = mirrored.is_high_open;
    span.is_high_open = mirrored.is_low_open;
    span.before_low = -mirrored.before_high;
    span.before_high = -mirrored.before_low;
  }
  return span;
}

// The conjunction of when_all, one span per difference.
class Spans {
 public:
  // False when nothing satisfies it together with what came before.
  bool meet(const Predicate& predicate) noexcept {
    const Span span = span_of(predicate);
    for (Span& known : spans_) {
      if (known.is_same(span)) {
        known.meet(span);
        return !known.is_empty();
      }
    }
    static_cast<void>(spans_.push_back(span));
    return !span.is_empty();
  }
  [[nodiscard]] bool can_hold_with(const Predicate& predicate) const noexcept {
    Spans both = *this;
    return both.meet(predicate);
  }
  // True whenever the conjunction is.
  [[nodiscard]] bool imply(const Predicate& predicate) const noexcept {
    const Span asked = span_of(predicate);
    for (const Span& known : spans_) {
      if (known.is_same(asked) && asked.covers(known)) {
        return true;
      }
    }
    return false;
  }

 private:
  StaticVector<Span, 6> spans_;
};

bool says_nothing(const Predicate& predicate) noexcept {
  return predicate.rhs == FeatureId::none && !is_cross(predicate.op) &&
         span_of(predicate).covers(natural_span(predicate));
}

Check check_size(const Plan& plan, const MarketFacts& facts) noexcept {
  const model::OrderIntent& intent = plan.intent;
  const model::Instrument& instrument = facts.instrument;
  const double least = to_score(instrument.notional_min).value() *
                       facts.parameters.score(model::Param::risk_min_notional_multiple).value();
  const double notional = to_score(notional_of(intent.entry_px, intent.quantity)).value();
  if (!intent.quantity.is_positive() || intent.quantity < instrument.quantity_min ||
      notional < least) {
    return broken(ConditionRule::v16, notional, least);
  }
  return std::nullopt;
}

// Levels are made from the ATR, so a constant far from the price is a slip of the pen.
Check check_constants(const TradeCondition& condition, Price last) noexcept {
  const double price = to_score(last).value();
  const auto check = [price](const auto& predicates) -> Check {
    for (const Predicate& predicate : predicates) {
      const double value = predicate.value.value();
      const bool is_level =
          predicate.rhs == FeatureId::none && range_of(predicate.lhs).is_price_like;
      if (is_level && !(std::fabs(value - price) <= kNearPrice * price)) {
        return broken(ConditionRule::v9, value, value > price ? price * (1.0 + kNearPrice)
                                                              : price * (1.0 - kNearPrice));
      }
    }
    return std::nullopt;
  };
  if (const Check bad = check(condition.when_all)) {
    return bad;
  }
  if (const Check bad = check(condition.when_any)) {
    return bad;
  }
  return check(condition.invalidate_any);
}

Check check_stop(const TradeCondition& condition, const MarketFacts& facts) noexcept {
  const model::OrderIntent& intent = facts.plan.intent;
  const bool is_right_side = condition.side == model::PositionSide::long_side
                                 ? intent.stop_px < intent.entry_px && intent.stop_px.is_positive()
                                 : intent.stop_px > intent.entry_px;
  const double entry = to_score(intent.entry_px).value();
  const double stop = to_score((intent.entry_px - intent.stop_px).abs()).value();
  if (!is_right_side || !(entry > 0.0)) {
    return broken(ConditionRule::v8, to_score(intent.stop_px).value(), entry);
  }
  constexpr double kSpreads = 4.0;
  constexpr double kTicks = 3.0;
  const double half_spread =
      to_score(facts.costs.half_spread(condition.instrument_id, intent.entry_px)).value();
  const double noise = std::max(kSpreads * 2.0 * half_spread,
                                kTicks * to_score(facts.instrument.tick).value());
  constexpr double kPercent = 100.0;
  const double widest =
      facts.parameters.score(model::Param::condition_stop_max_pct).value() / kPercent;
  if (stop < noise || stop > widest * entry) {
    return broken(ConditionRule::v6, stop / entry, stop < noise ? noise / entry : widest);
  }
  const double cap = facts.parameters.score(model::Param::fee_cost_r_cap).value();
  if (facts.is_cost_asked && !(intent.cost_r.value() <= cap)) {
    return broken(ConditionRule::v6, intent.cost_r.value(), cap);
  }
  const double stops_min = facts.parameters.score(model::Param::risk_liquidation_stops_min).value();
  const double liquidation = to_score(risk::liquidation_distance(
                                          facts.instrument, intent.entry_px, intent.quantity,
                                          facts.cushion)).value();
  if (!(liquidation >= stops_min * stop)) {
    return broken(ConditionRule::v8, liquidation / stop, stops_min);
  }
  return std::nullopt;
}

}  // namespace

FeatureRange range_of(FeatureId id) noexcept {
  switch (id) {
    case FeatureId::price:
    case FeatureId::ema9:
    case FeatureId::ema21:
    case FeatureId::ema50:
    case FeatureId::don20_hi:
    case FeatureId::don20_lo: return {0.0, kInfinity, true};
    case FeatureId::rsi14: return {0.0, 100.0, false};
    case FeatureId::er20: return {0.0, 1.0, false};
    case FeatureId::obi5:
    case FeatureId::trend:
    case FeatureId::btc_trend: return {-1.0, 1.0, false};
    case FeatureId::funding_rank:
    case FeatureId::rank_24h:
    case FeatureId::p_up: return {0.0, 1.0, false};
    case FeatureId::adx14:
    case FeatureId::fear_greed: return {0.0, 100.0, false};
    case FeatureId::atr14:
    case FeatureId::atr_pct:
    case FeatureId::spread_bps: return {0.0, kInfinity, false};
    default: return {-kInfinity, kInfinity, false};
  }
}

Check check_bounds(const TradeCondition& condition, Timestamp now) noexcept {
  const struct {
    ConditionRule rule;
    double value;
    double low;
    double high;
  } numbers[] = {
      {ConditionRule::v5, condition.stop_atr.value(), 0.3, 6.0},
      {ConditionRule::v5, condition.take_profit_r.value(), 0.5, 10.0},
      {ConditionRule::v5, condition.size_scale.value(), 0.0, 1.0},
      {ConditionRule::v5, static_cast<double>(condition.confidence), 0.0, 100.0},
      {ConditionRule::v13, static_cast<double>(condition.time_stop.ns()),
       static_cast<double>(minutes(5).ns()), static_cast<double>(minutes(1440).ns())},
      {ConditionRule::v13, static_cast<double>((condition.expires_at - now).ns()),
       static_cast<double>(seconds(60).ns()), static_cast<double>(seconds(1800).ns())}};
  for (const auto& number : numbers) {
    if (const Check bad = check_range(number.rule, number.value, number.low, number.high)) {
      return bad;
    }
  }
  if (const Check bad = check_entry(condition)) {
    return bad;
  }
  if (condition.when_all.is_empty()) {
    return broken(ConditionRule::v9, 0.0, 1.0);
  }
  if (condition.side == model::PositionSide::flat ||
      condition.stop_tf >= model::Timeframe::count_) {
    return broken(ConditionRule::v5, 0.0, 0.0);
  }
  if (const Check bad = check_predicates(condition.when_all)) {
    return bad;
  }
  if (const Check bad = check_predicates(condition.when_any)) {
    return bad;
  }
  return check_predicates(condition.invalidate_any);
}

Check check_contradiction(const TradeCondition& condition) noexcept {
  Spans spans;
  bool is_always = condition.invalidate_any.is_empty() && condition.when_any.is_empty();
  for (const Predicate& predicate : condition.when_all) {
    if (!spans.meet(predicate)) {
      return broken(ConditionRule::v10, 0.0, 0.0);
    }
    is_always = is_always && says_nothing(predicate);
  }
  for (const Predicate& predicate : condition.invalidate_any) {
    if (spans.imply(predicate)) {
      return broken(ConditionRule::v10, 0.0, 0.0);
    }
  }
  const bool has_way = condition.when_any.is_empty() ||
                       std::any_of(condition.when_any.begin(), condition.when_any.end(),
                                   [&spans](const Predicate& predicate) {
                                     return spans.can_hold_with(predicate);
                                   });
  if (!has_way) {
    return broken(ConditionRule::v10, 0.0, 0.0);
  }
  return is_always ? broken(ConditionRule::v10, 1.0, 1.0) : std::nullopt;
}

Check check_market(const TradeCondition& condition, const MarketFacts& facts) noexcept {
  if (const Check bad = check_constants(condition, facts.plan.intent.decision_px)) {
    return bad;
  }
  if (const Check bad = check_stop(condition, facts)) {
    return bad;
  }
  // From the prices that the order would have, not from the ratio that was written down.
  const model::OrderIntent& intent = facts.plan.intent;
  const double reward = to_score((intent.target_px - intent.entry_px).abs()).value() /
                        to_score((intent.entry_px - intent.stop_px).abs()).value();
  const double cost = facts.is_cost_asked ? intent.cost_r.value() : 0.0;
  const double net = (reward - cost) / (1.0 + cost);
  // Levels on the price grid are off by up to a tick, which is no reason to refuse a bare 1 R.
  constexpr double kGrid = 1e-9;
  const double least = facts.parameters.score(model::Param::condition_net_reward_min).value();
  if (!(net >= least - kGrid)) {
    return broken(ConditionRule::v7, net, least);
  }
  return check_size(facts.plan, facts);
}

}  // namespace lanner::strategy
