#pragma once

// The templates of the default strategist: P01 trend pullback, P02 breakout, P03 mean reversion,
// each long and mirrored short. No edge is claimed; evidence decides (docs: learning).

#include <array>
#include <optional>

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

inline constexpr std::array kTemplates{model::TemplateId::p01, model::TemplateId::p02,
                                       model::TemplateId::p03};
inline constexpr std::array kSides{model::PositionSide::long_side,
                                   model::PositionSide::short_side};
inline constexpr std::size_t kTemplateConditions = kTemplates.size() * kSides.size();

struct Bracket {
  Score stop_atr;  // in ATR14(1h)
  Score target_r;
  Duration time_stop;
};

// The template's own, or the neutral one where the bracket component is masked.
[[nodiscard]] Bracket bracket_of(model::TemplateId id, const model::ParameterSet& parameters,
                                 model::ComponentMask mask) noexcept;

// The condition without instrument and expiry; nothing where the template is masked or is none of
// kTemplates.
[[nodiscard]] std::optional<model::TradeCondition> make_template(
    model::TemplateId id, model::PositionSide side, const model::ParameterSet& parameters,
    model::ComponentMask mask, FeedFeatures feed) noexcept;

}  // namespace lanner::strategy
