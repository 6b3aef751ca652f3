#pragma once

// Short words of the projection for what has no name of its own elsewhere.

#include <string>

#include "base/score.hpp"
#include "model/condition.hpp"
#include "model/decision.hpp"
#include "model/position.hpp"

namespace lanner::runtime {

[[nodiscard]] const char* name_of(model::ConditionSource source) noexcept;
[[nodiscard]] const char* name_of(model::EntryMode mode) noexcept;
[[nodiscard]] const char* name_of(model::Verdict verdict) noexcept;
[[nodiscard]] const char* name_of(model::Barrier barrier) noexcept;
// A flat side means both.
[[nodiscard]] const char* name_of_scope_side(model::PositionSide side) noexcept;
// Three decimals.
[[nodiscard]] std::string short_number(Score value);

}  // namespace lanner::runtime
