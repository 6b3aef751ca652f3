#pragma once

// What makes two conditions the same condition, or instances of the same pattern.

#include <cstdint>

#include "model/condition.hpp"

namespace lanner::strategy {

// Everything that decides when and how it trades: instrument, side, trigger, bracket, source. The
// order of predicates within a list does not count; expiry, confidence and shadow flag do not.
[[nodiscard]] std::uint64_t canonical_hash(const model::TradeCondition& condition) noexcept;

// Trigger with thresholds bucketed, direction, regimes and bracket family; not the instrument: a
// pattern is pooled over instruments. A price constant is no part of a pattern.
[[nodiscard]] model::PatternId pattern_id_of(const model::TradeCondition& condition) noexcept;

}  // namespace lanner::strategy
