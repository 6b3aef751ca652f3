#pragma once

// What reaches a session from beside its tape: what programs propose, what becomes of them, and
// what an operator asks.
// Each is applied as an event of its own, so a replay sees it at the same place.

#include <variant>

#include "base/time.hpp"
#include "model/condition.hpp"
#include "model/events.hpp"

namespace lanner::runtime {

struct ProposedCondition {
  model::TradeCondition condition;
  Duration life;  // from the event that brings it
};

using OutsideEvent =
    std::variant<ProposedCondition, model::ProposalRefused, model::ProposerChanged,
                 model::OperatorRequested>;

}  // namespace lanner::runtime
