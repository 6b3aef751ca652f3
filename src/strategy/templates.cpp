#include "strategy/templates.hpp"

#include <algorithm>

#include "strategy/condition_hash.hpp"

namespace lanner::strategy {
namespace {

using model::Component;
using model::FeatureId;
using model::Param;
using model::ParameterSet;
using model::PositionSide;
using model::Predicate;
using model::PredicateOp;
using model::TemplateId;
using model::Timeframe;
using model::TradeCondition;

constexpr Score kRsiMirror{100.0};

// Writes predicates for one side: the short side is the mirror of the long one.
class TriggerWriter {
 public:
  TriggerWriter(TradeCondition& condition, PositionSide side) noexcept
      : condition_(condition), is_long_(side == PositionSide::long_side) {}

  [[nodiscard]] bool is_long() const noexcept { return is_long_; }
  [[nodiscard]] Score mirrored(Score level) const noexcept { return is_long_ ? level : -level; }
  [[nodiscard]] Score mirrored_rsi(Score level) const noexcept {
    return is_long_ ? level : kRsiMirror - level;
  }
  void add(FeatureId lhs, Timeframe tf, PredicateOp op, Score value) noexcept {
    (void)condition_.when_all.push_back({lhs, tf, op, FeatureId::none, value});
  }
  void add_against(FeatureId lhs, Timeframe tf, PredicateOp op, FeatureId rhs) noexcept {
    (void)condition_.when_all.push_back({lhs, tf, op, rhs, Score{}});
  }
  [[nodiscard]] PredicateOp cross() const noexcept {
    return is_long_ ? PredicateOp::cross_up : PredicateOp::cross_down;
  }

 private:
  TradeCondition& condition_;
  bool is_long_;
};

void write_trend_pullback(TriggerWriter& trigger, const ParameterSet& parameters) noexcept {
  trigger.add_against(FeatureId::ema21, Timeframe::h1,
                      trigger.is_long() ? PredicateOp::gt : PredicateOp::lt, FeatureId::ema50);
  trigger.add(FeatureId::er20, Timeframe::h1, PredicateOp::gt,
              parameters.score(Param::p01_er_min));
  trigger.add(FeatureId::rsi14, Timeframe::m15, trigger.cross(),
              trigger.mirrored_rsi(parameters.score(Param::p01_rsi_level)));
  trigger.add(FeatureId::vwap_dev_atr, Timeframe::h1,
              trigger.is_long() ? PredicateOp::ge : PredicateOp::le,
              trigger.mirrored(parameters.score(Param::p01_vwap_dev_atr_min)));
}

void write_breakout(TriggerWriter& trigger, const ParameterSet& parameters,
                    FeedFeatures feed) noexcept {
  trigger.add_against(FeatureId::price, Timeframe::m15, trigger.cross(),
                      trigger.is_long() ? FeatureId::don20_hi : FeatureId::don20_lo);
  trigger.add(FeatureId::vol_z, Timeframe::m15, PredicateOp::gt,
              parameters.score(Param::p02_vol_z_min));
  // New positions carry a breakout to either side, so this one is not mirrored.
  if (feed.has_open_interest) {
    trigger.add(FeatureId::oi_chg_pct, Timeframe::m15, PredicateOp::gt,
                parameters.score(Param::p02_oi_chg_min));
  }
  if (feed.has_spread) {
    trigger.add(FeatureId::spread_bps, Timeframe::m15, PredicateOp::le,
                parameters.score(Param::p02_spread_bps_max));
  }
}

void write_mean_reversion(TriggerWriter& trigger, const ParameterSet& parameters) noexcept {
  trigger.add(FeatureId::bb_pos, Timeframe::m15, trigger.cross(),
              trigger.mirrored(parameters.score(Param::p03_bb_level)));
  trigger.add(FeatureId::rsi14, Timeframe::m15,
              trigger.is_long() ? PredicateOp::lt : PredicateOp::gt,
              trigger.mirrored_rsi(parameters.score(Param::p03_rsi_max)));
  trigger.add(FeatureId::er20, Timeframe::m15, PredicateOp::lt,
              parameters.score(Param::p03_er_max));
}

struct TemplateParams {
  Component component;
  Param stop_atr;
  Param target_r;
  Param time_h;
};

std::optional<TemplateParams> params_of(TemplateId id) noexcept {
  switch (id) {
    case TemplateId::p01:
      return TemplateParams{Component::template_p01, Param::bracket_p01_stop_atr,
                            Param::bracket_p01_target_r, Param::bracket_p01_time_h};
    case TemplateId::p02:
      return TemplateParams{Component::template_p02, Param::bracket_p02_stop_atr,
                            Param::bracket_p02_target_r, Param::bracket_p02_time_h};
    case TemplateId::p03:
      return TemplateParams{Component::template_p03, Param::bracket_p03_stop_atr,
                            Param::bracket_p03_target_r, Param::bracket_p03_time_h};
    default:
      return std::nullopt;
  }
}

}  // namespace

Bracket bracket_of(TemplateId id, const ParameterSet& parameters,
                   model::ComponentMask mask) noexcept {
  const auto params = params_of(id);
  if (!params || mask.is_masked(Component::bracket)) {
    return {parameters.score(Param::bracket_neutral_stop_atr),
            parameters.score(Param::bracket_neutral_target_r),
            parameters.duration(Param::bracket_neutral_time_h, hours(1))};
  }
  return {parameters.score(params->stop_atr), parameters.score(params->target_r),
          parameters.duration(params->time_h, hours(1))};
}

std::optional<TradeCondition> make_template(TemplateId id, PositionSide side,
                                            const ParameterSet& parameters,
                                            model::ComponentMask mask,
                                            FeedFeatures feed) noexcept {
  const auto params = params_of(id);
  if (!params || mask.is_masked(params->component) || side == PositionSide::flat) {
    return std::nullopt;
  }
  TradeCondition condition;
  condition.template_id = id;
  condition.source = model::ConditionSource::strategist;
  condition.side = side;
  TriggerWriter trigger{condition, side};
  switch (id) {
    case TemplateId::p01: write_trend_pullback(trigger, parameters); break;
    case TemplateId::p02: write_breakout(trigger, parameters, feed); break;
    default: write_mean_reversion(trigger, parameters); break;
  }
  const Bracket bracket = bracket_of(id, parameters, mask);
  condition.stop_atr = bracket.stop_atr;
  condition.stop_tf = Timeframe::h1;
  condition.take_profit_r = bracket.target_r;
  condition.time_stop = bracket.time_stop;
  condition.pattern_id = pattern_id_of(condition);
  return condition;
}

}  // namespace lanner::strategy
