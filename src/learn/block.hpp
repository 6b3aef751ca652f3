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

// What a posterior is about, pooled over coins. Conditions from a file keep their own evidence, so
// does each proposer, and so does each point of a template's grid.
struct PatternKey {
  model::TemplateId template_id = model::TemplateId::custom;
  model::PositionSide side = model::PositionSide::long_side;
  model::ConditionSource source = model::ConditionSource::strategist;
  std::uint8_t proposer = 0;  // not 0: all that this one proposes, whatever template and side
  model::GridPoint grid = model::GridPoint::prior;
  friend bool operator==(const PatternKey&, const PatternKey&) = default;

  // Dense: 0 .. kCount - 1. A flat side has no pattern and counts as long.
  static constexpr std::size_t kOwn = model::kTemplateCount * 4;
  static constexpr std::size_t kProposed = kOwn + model::kProposersMax;
  static constexpr std::size_t kCount =
      kProposed + model::kTemplateCount * 2 * (model::kGridPoints - 1);
  [[nodiscard]] constexpr std::size_t index() const noexcept {
    if (proposer != 0) {
      return kOwn + proposer - 1U;
    }
    const std::size_t template_index = static_cast<std::size_t>(template_id);
    const std::size_t is_short = side == model::PositionSide::short_side ? 1U : 0U;
    if (grid != model::GridPoint::prior) {
      return kProposed + template_index * 4 + is_short * 2 + static_cast<std::size_t>(grid) - 1U;
    }
    return template_index * 4 + is_short * 2 + static_cast<std::size_t>(source);
  }
  [[nodiscard]] static constexpr PatternKey of_index(std::size_t index) noexcept {
    PatternKey key;
    const bool is_proposed = index >= kOwn && index < kProposed;
    if (is_proposed) {
      key.source = model::ConditionSource::file;
      key.proposer = static_cast<std::uint8_t>(index - kOwn + 1);
      return key;
    }
    const bool is_grid = index >= kProposed;
    const std::size_t place = is_grid ? index - kProposed : index;
    key.template_id = static_cast<model::TemplateId>(place / 4);
    key.side = place % 4 >= 2 ? model::PositionSide::short_side : model::PositionSide::long_side;
    if (is_grid) {
      key.grid = static_cast<model::GridPoint>(place % 2 + 1);
    } else {
      key.source = static_cast<model::ConditionSource>(place % 2);
    }
    return key;
  }
};

[[nodiscard]] constexpr std::uint64_t cluster_of(const PatternKey& key,
                                                 std::int64_t block_id) noexcept {
  return static_cast<std::uint64_t>(block_id) * PatternKey::kCount + key.index();
}

}  // namespace lanner::learn
