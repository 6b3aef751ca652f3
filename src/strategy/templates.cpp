#include "strategy/templates.hpp"

#include <algorithm>
#include <cmath>

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

// How far the grid moves a knob, and in which direction it grows stricter.
struct GridStep {
  Param key;
  double stricter;
};
constexpr GridStep kGridSteps[] = {
    {Param::p01_er_min, 0.05},           {Param::p01_rsi_level, -5.0},
    {Param::p01_vwap_dev_atr_min, 0.5},  {Param::p02_vol_z_min, 0.5},
    {Param::p03_bb_level, -0.25},        {Param::p03_rsi_max, -5.0},
    {Param::p03_er_max, -0.05},          {Param::p04_liq_z_min, 1.0},
    {Param::p04_vwap_dev_atr, 0.5},      {Param::p05_funding_rank, -0.02},
    {Param::p06_p_up_min, 0.02},         {Param::p06_obi_min, 0.05},
    {Param::p07_rank_min, 0.04},
};

// Writes predicates for one side: the short side is the mirror of the long one.
class TriggerWriter {
 public:
  TriggerWriter(TradeCondition& condition, const ParameterSet& parameters) noexcept
      : condition_(condition),
        parameters_(parameters),
        is_long_(condition.side == PositionSide::long_side) {}

  // A knob at this point of the grid.
  [[nodiscard]] Score knob(Param key) const noexcept {
    const Score prior = parameters_.score(key);
    if (condition_.grid == model::GridPoint::prior) {
      return prior;
    }
    const double sign = condition_.grid == model::GridPoint::high ? 1.0 : -1.0;
    for (const GridStep& step : kGridSteps) {
      if (step.key == key) {
        return prior + Score{sign * step.stricter};
      }
    }
    return prior;
  }
  [[nodiscard]] Score mirrored_share(Score share) const noexcept {
    return is_long_ ? share : Score{1.0} - share;
  }
  [[nodiscard]] PredicateOp above() const noexcept {
    return is_long_ ? PredicateOp::ge : PredicateOp::le;
  }
  [[nodiscard]] PredicateOp below() const noexcept {
    return is_long_ ? PredicateOp::le : PredicateOp::ge;
  }

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
  const ParameterSet& parameters_;
  bool is_long_;
};

void write_trend_pullback(TriggerWriter& trigger) noexcept {
  trigger.add_against(FeatureId::ema21, Timeframe::h1,
                      trigger.is_long() ? PredicateOp::gt : PredicateOp::lt, FeatureId::ema50);
  trigger.add(FeatureId::er20, Timeframe::h1, PredicateOp::gt,
              trigger.knob(Param::p01_er_min));
  trigger.add(FeatureId::rsi14, Timeframe::m15, trigger.cross(),
              trigger.mirrored_rsi(trigger.knob(Param::p01_rsi_level)));
  trigger.add(FeatureId::vwap_dev_atr, Timeframe::h1,
              trigger.is_long() ? PredicateOp::ge : PredicateOp::le,
              trigger.mirrored(trigger.knob(Param::p01_vwap_dev_atr_min)));
}

void write_breakout(TriggerWriter& trigger, FeedFeatures feed) noexcept {
  trigger.add_against(FeatureId::price, Timeframe::m15, trigger.cross(),
                      trigger.is_long() ? FeatureId::don20_hi : FeatureId::don20_lo);
  trigger.add(FeatureId::vol_z, Timeframe::m15, PredicateOp::gt,
              trigger.knob(Param::p02_vol_z_min));
  // New positions carry a breakout to either side, so this one is not mirrored.
  if (feed.has_open_interest) {
    trigger.add(FeatureId::oi_chg_pct, Timeframe::m15, PredicateOp::gt,
                trigger.knob(Param::p02_oi_chg_min));
  }
  if (feed.has_spread) {
    trigger.add(FeatureId::spread_bps, Timeframe::m15, PredicateOp::le,
                trigger.knob(Param::p02_spread_bps_max));
  }
}

void write_mean_reversion(TriggerWriter& trigger) noexcept {
  trigger.add(FeatureId::bb_pos, Timeframe::m15, trigger.cross(),
              trigger.mirrored(trigger.knob(Param::p03_bb_level)));
  trigger.add(FeatureId::rsi14, Timeframe::m15,
              trigger.is_long() ? PredicateOp::lt : PredicateOp::gt,
              trigger.mirrored_rsi(trigger.knob(Param::p03_rsi_max)));
  trigger.add(FeatureId::er20, Timeframe::m15, PredicateOp::lt,
              trigger.knob(Param::p03_er_max));
}

// Forced selling has driven the price far below the day's mean, and bids come back.
void write_liquidation_fade(TriggerWriter& trigger) noexcept {
  trigger.add(FeatureId::obi5, Timeframe::m5, trigger.cross(), Score{});
  trigger.add(trigger.is_long() ? FeatureId::liq_long_z : FeatureId::liq_short_z, Timeframe::m5,
              PredicateOp::gt, trigger.knob(Param::p04_liq_z_min));
  trigger.add(FeatureId::vwap_dev_atr, Timeframe::h1, trigger.below(),
              trigger.mirrored(-trigger.knob(Param::p04_vwap_dev_atr)));
}

// Longs are paid (shorts pay) as seldom, the perpetual is below its spot, and the hour turns.
void write_funding_extreme(TriggerWriter& trigger) noexcept {
  trigger.add_against(FeatureId::ema9, Timeframe::h1, trigger.cross(), FeatureId::ema21);
  trigger.add(FeatureId::funding_rank, Timeframe::h1, trigger.below(),
              trigger.mirrored_share(trigger.knob(Param::p05_funding_rank)));
  trigger.add(FeatureId::basis_bps, Timeframe::h1,
              trigger.is_long() ? PredicateOp::lt : PredicateOp::gt, Score{});
}

void write_model_edge(TriggerWriter& trigger) noexcept {
  trigger.add(FeatureId::p_up, Timeframe::m5, trigger.above(),
              trigger.mirrored_share(trigger.knob(Param::p06_p_up_min)));
  trigger.add(FeatureId::obi5, Timeframe::m5, trigger.above(),
              trigger.mirrored(trigger.knob(Param::p06_obi_min)));
}

// Among the strongest of the market (weakest, for shorts), unless BTC goes the other way.
void write_cross_momentum(TriggerWriter& trigger) noexcept {
  trigger.add(FeatureId::rank_24h, Timeframe::h1, trigger.cross(),
              trigger.mirrored_share(trigger.knob(Param::p07_rank_min)));
  trigger.add(FeatureId::btc_trend, Timeframe::h1, trigger.above(), Score{});
}

void write_trigger(TriggerWriter& trigger, TemplateId id, FeedFeatures feed) noexcept {
  switch (id) {
    case TemplateId::p01: write_trend_pullback(trigger); break;
    case TemplateId::p02: write_breakout(trigger, feed); break;
    case TemplateId::p03: write_mean_reversion(trigger); break;
    case TemplateId::p04: write_liquidation_fade(trigger); break;
    case TemplateId::p05: write_funding_extreme(trigger); break;
    case TemplateId::p06: write_model_edge(trigger); break;
    default: write_cross_momentum(trigger); break;
  }
}

// Where a template belongs: forced sales to high volatility, momentum to trends. The others say
// in their predicates what they need.
std::uint8_t regimes_of(TemplateId id, PositionSide side) noexcept {
  switch (id) {
    case TemplateId::p04: return bit_of(model::Regime::high_vol);
    case TemplateId::p07:
      return bit_of(side == PositionSide::long_side ? model::Regime::trend_up
                                                    : model::Regime::trend_down);
    default: return bit_of(model::Regime::any);
  }
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
    case TemplateId::p04:
      return TemplateParams{Component::template_p04, Param::bracket_p04_stop_atr,
                            Param::bracket_p04_target_r, Param::bracket_p04_time_h};
    case TemplateId::p05:
      return TemplateParams{Component::template_p05, Param::bracket_p05_stop_atr,
                            Param::bracket_p05_target_r, Param::bracket_p05_time_h};
    case TemplateId::p06:
      return TemplateParams{Component::template_p06, Param::bracket_p06_stop_atr,
                            Param::bracket_p06_target_r, Param::bracket_p06_time_h};
    case TemplateId::p07:
      return TemplateParams{Component::template_p07, Param::bracket_p07_stop_atr,
                            Param::bracket_p07_target_r, Param::bracket_p07_time_h};
    default:
      return std::nullopt;
  }
}

bool is_known(FeatureId id, Timeframe tf, const features::FeatureView& view) noexcept {
  return id == FeatureId::none || id == FeatureId::price || std::isfinite(view.value(id, tf));
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

std::optional<TradeCondition> make_template(const TemplateChoice& choice,
                                            const ParameterSet& parameters,
                                            model::ComponentMask mask,
                                            FeedFeatures feed) noexcept {
  const auto params = params_of(choice.id);
  if (!params || mask.is_masked(params->component) || choice.side == PositionSide::flat) {
    return std::nullopt;
  }
  TradeCondition condition;
  condition.template_id = choice.id;
  condition.source = model::ConditionSource::strategist;
  condition.side = choice.side;
  condition.grid = choice.grid;
  condition.regimes = regimes_of(choice.id, choice.side);
  TriggerWriter trigger{condition, parameters};
  write_trigger(trigger, choice.id, feed);
  const Bracket bracket = bracket_of(choice.id, parameters, mask);
  condition.stop_atr = bracket.stop_atr;
  condition.stop_tf = Timeframe::h1;
  condition.take_profit_r = bracket.target_r;
  condition.time_stop = bracket.time_stop;
  condition.pattern_id = pattern_id_of(condition);
  return condition;
}

bool has_inputs(const TradeCondition& condition, const features::FeatureView& view) noexcept {
  for (const Predicate& predicate : condition.when_all) {
    if (!is_known(predicate.lhs, predicate.tf, view) ||
        !is_known(predicate.rhs, predicate.tf, view)) {
      return false;
    }
  }
  return true;
}

StaticVector<FeatureId, 6> missing_inputs(const TradeCondition& condition,
                                          const features::FeatureView& view) noexcept {
  StaticVector<FeatureId, 6> missing;
  for (const Predicate& predicate : condition.when_all) {
    if (!is_known(predicate.lhs, predicate.tf, view)) {
      static_cast<void>(missing.push_back(predicate.lhs));
    }
    if (!is_known(predicate.rhs, predicate.tf, view)) {
      static_cast<void>(missing.push_back(predicate.rhs));
    }
  }
  return missing;
}

}  // namespace lanner::strategy
