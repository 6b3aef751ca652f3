#pragma once

// Evidence is taken per block of 4 h UTC, never per trade: outcomes of trades that were entered
// together are nearly one outcome. A cluster is template x side x source x block.

#include <cstdint>

#include "base/time.hpp"
#include "model/condition.hpp"
#include "model/enums.hpp"

namespace lanner::learn {

constexpr Duration kBlockLength = hours(4);

[[nodiscard]] constexpr Timestamp block_start(std::int64_t block_id) noexcept {
  return Timestamp{block_id * kBlockLength.ns()};
}
[[nodiscard]] constexpr std::int64_t block_of(Timestamp at) noexcept {
  return at.floor_to(kBlockLength).ns() / kBlockLength.ns();
}

// What a posterior is about, pooled over coins. Conditions from a file keep their own evidence.
struct PatternKey {
  model::TemplateId template_id = model::TemplateId::custom;
  model::PositionSide side = model::PositionSide::long_side;
  model::ConditionSource source = model::ConditionSource::strategist;
  friend bool operator==(const PatternKey&, const PatternKey&) = default;

  // Dense: 0 .. kCount - 1. A flat side has no pattern and counts as long.
  static constexpr std::size_t kCount = model::kTemplateCount * 4;
  [[nodiscard]] constexpr std::size_t index() const noexcept {
    return static_cast<std::size_t>(template_id) * 4 +
           (side == model::PositionSide::short_side ? 2U : 0U) + static_cast<std::size_t>(source);
  }
};

[[nodiscard]] constexpr std::uint64_t cluster_of(const PatternKey& key,
                                                 std::int64_t block_id) noexcept {
  return static_cast<std::uint64_t>(block_id) * PatternKey::kCount + key.index();
}

}  // namespace lanner::learn
