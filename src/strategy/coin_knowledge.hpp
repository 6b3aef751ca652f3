#pragma once

// What is known of one instrument and side, as strategist and planner see it.

#include "base/ids.hpp"
#include "base/score.hpp"
#include "model/decision.hpp"
#include "model/enums.hpp"

namespace lanner::strategy {

struct CoinKnowledge {
  model::CoinStatus status = model::CoinStatus::normal;
  Score offset_r;
};

// Knowledge comes as one span: the instruments in their order, long before short.
[[nodiscard]] constexpr std::size_t knowledge_index(InstrumentId id,
                                                    model::PositionSide side) noexcept {
  return id.index() * 2 + (side == model::PositionSide::short_side ? 1 : 0);
}

}  // namespace lanner::strategy
