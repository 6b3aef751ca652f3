#pragma once

// What a label from before the session says: the part of it that a posterior reads. Such labels
// come from an engine of the same configuration that played the history of the catalog, and count
// for less than the session's own.

#include <cstddef>
#include <cstdint>

#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/time.hpp"
#include "learn/block.hpp"
#include "market/cost_model.hpp"

namespace lanner::learn {

struct PastLabel {
  PatternKey key;
  InstrumentId instrument_id;
  market::CostModel::Tier tier = market::CostModel::Tier::middle;  // when it was made
  std::int64_t block_id = 0;
  Timestamp labelled_at;
  Score weight;  // 1 from fills, less from a path
  Score gross_r;
  Score net_r;
};

// The newest are kept where there are more: with the half-life of evidence they say the most, and
// a session's first record stays small.
inline constexpr std::size_t kPastLabelsMax = 32'768;

}  // namespace lanner::learn
