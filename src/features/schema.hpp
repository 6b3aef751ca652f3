#pragma once

// The features by name, unit and formula. The hash of this table names the data sets and models
// that were made with it.

#include <cstdint>
#include <span>
#include <string_view>

#include "features/user_feature.hpp"
#include "model/condition.hpp"

namespace lanner::features {

struct FeatureInfo {
  model::FeatureId id;
  std::string_view name;
  std::string_view unit;
  std::string_view source;         // what it needs; "asleep" when nothing brings it yet
  std::uint32_t warm_up_bars;      // closed bars of the timeframe before the first value
  std::string_view definition;
};

// In the order of FeatureId, with `none` first.
[[nodiscard]] std::span<const FeatureInfo, model::kFeatureCount> schema() noexcept;
// With a session's own features, whose names and texts belong to it.
[[nodiscard]] std::uint64_t schema_hash(std::span<const UserFeature> own = {}) noexcept;

}  // namespace lanner::features
