#pragma once

// Worlds in which the truth about every claim is known, played through the very code that promotes
// patterns: ClaimBook, PatternLibrary, e-BH. In null worlds no claim has an edge, so each promotion
// is false; the tail-seller wins often and loses more than that rarely.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/parameters.hpp"

namespace lanner::research {

enum class World : std::uint8_t {
  null_independent,  // every outcome by itself
  null_factor,       // one common factor, correlation .62
  null_garch,        // volatility in clusters, and jumps
  null_signflip,     // paths with the sign of each block drawn at random
  null_permuted,     // paths with their days in another order, all coins together
  tail_seller,
  planted,           // one claim has an edge
  regime_flip,       // it has one, and then the opposite
};
[[nodiscard]] const char* name_of(World world) noexcept;  // "null-independent"
[[nodiscard]] Result<World> world_of(std::string_view name);
[[nodiscard]] std::span<const World> all_worlds() noexcept;

// Returns of a block in R (over what a stop is worth), by block and coin; blocks of whole days.
using BlockPaths = std::vector<std::vector<double>>;

struct LearningOptions {
  World world = World::null_independent;
  std::uint32_t runs = 1000;
  std::uint64_t seed = 1;
  std::uint32_t blocks = 540;  // a quarter of blocks of 4 h
  model::ParameterSet parameters;
  BlockPaths paths;            // for signflip and permuted; empty: made here
};

struct LearningResult {
  std::uint32_t runs = 0;
  std::uint32_t false_promotions = 0;  // runs that promoted a claim without an edge
  std::uint32_t false_limit = 0;       // what chance allows at the level promised
  std::uint32_t promoted = 0;          // promotions in all runs
  std::uint32_t rolled_back = 0;       // of these, taken back
  std::optional<std::uint32_t> median_blocks_to_find;    // the planted edge
  std::optional<std::uint32_t> median_blocks_to_remove;  // after it died
  double worst_loss_r = 0.0;           // of one promoted claim while it was trusted
  [[nodiscard]] bool is_within_limit() const noexcept { return false_promotions <= false_limit; }
};

// 38 of 1,000: 2.5 % and 2.65 standard errors; for the tail-seller none.
[[nodiscard]] std::uint32_t false_limit_of(World world, std::uint32_t runs) noexcept;

// `progress` with the share done; false stops.
[[nodiscard]] LearningResult verify_learning(const LearningOptions& options,
                                             const std::function<bool(double)>& progress);

}  // namespace lanner::research
