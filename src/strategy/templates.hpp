#pragma once

// The templates of the default strategist, each long and mirrored short: P01 trend pullback, P02
// breakout, P03 mean reversion, P04 liquidation fade, P05 funding and basis extreme, P06 model
// edge, P07 cross-sectional momentum. No edge is claimed; evidence decides (docs: learning). One
// whose inputs a feed lacks is asleep: its conditions are not armed, and the input is named.

#include <array>
#include <optional>

#include "base/static_vector.hpp"
#include "features/pipeline.hpp"
#include "model/component.hpp"
#include "model/condition.hpp"
#include "model/parameters.hpp"

namespace lanner::strategy {

// Predicates that only some feeds can serve. One that a feed lacks is left out, which makes
// another pattern.
struct FeedFeatures {
  bool has_open_interest = false;
  bool has_spread = false;
};

inline constexpr std::array kTemplates{
    model::TemplateId::p01, model::TemplateId::p02, model::TemplateId::p03, model::TemplateId::p04,
    model::TemplateId::p05, model::TemplateId::p06, model::TemplateId::p07};
inline constexpr std::size_t kBarTemplates = 3;  // the first ones need nothing but bars
inline constexpr std::array kSides{model::PositionSide::long_side,
                                   model::PositionSide::short_side};
inline constexpr std::size_t kTemplateConditions = kTemplates.size() * kSides.size();
inline constexpr std::size_t kBarConditions = kBarTemplates * kSides.size();
inline constexpr std::size_t kGridConditions = kTemplateConditions * model::kGridPoints;

struct Bracket {
  Score stop_atr;  // in ATR14(1h)
  Score target_r;
  Duration time_stop;
};

// The template's own, or the neutral one where the bracket component is masked.
[[nodiscard]] Bracket bracket_of(model::TemplateId id, const model::ParameterSet& parameters,
                                 model::ComponentMask mask) noexcept;

struct TemplateChoice {
  model::TemplateId id = model::TemplateId::p01;
  model::PositionSide side = model::PositionSide::long_side;
  // Beside the prior: each knob a step looser (low) or stricter (high). Such a point is another
  // pattern, labelled and never sent.
  model::GridPoint grid = model::GridPoint::prior;
};

// The condition without instrument and expiry; nothing where the template is masked or is none of
// kTemplates.
[[nodiscard]] std::optional<model::TradeCondition> make_template(
    const TemplateChoice& choice, const model::ParameterSet& parameters,
    model::ComponentMask mask, FeedFeatures feed) noexcept;

// Features that the condition reads and that no feed of this view has brought so far; a regime
// counts as `trend`.
[[nodiscard]] StaticVector<model::FeatureId, 6> missing_inputs(
    const model::TradeCondition& condition, const features::FeatureView& view) noexcept;
// Whether none is missing.
[[nodiscard]] bool has_inputs(
    const model::TradeCondition& condition, const features::FeatureView& view) noexcept;

}  // namespace lanner::strategy
