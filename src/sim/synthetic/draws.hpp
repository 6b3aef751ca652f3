#pragma once

// Cheap chance for millions of rows: tables of quantiles indexed with twelve random bits each. The
// normal table is exactly symmetric, so sums of its values have mean zero to the last bit. Every
// number is a function of (seed, stream, minute), so a switch of the market that needs more of one
// kind moves no other.

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/random.hpp"

namespace lanner::sim {

// Philox streams; the low half of the stream number is the coin, sector or zero.
enum class DrawKind : std::uint8_t {
  market_steps,
  market_events,
  market_jumps,
  sector_steps,
  coin_steps,
  coin_events,
  coin_jumps,
  coin_gaps,
  coin_trades,
  coin_funding,
  coin_character,
  coin_inputs,
  market_mood,
};

struct Words {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

[[nodiscard]] inline Words draw(std::uint64_t seed, DrawKind kind, std::size_t index,
                                std::uint64_t counter) noexcept {
  const std::uint64_t stream = ((static_cast<std::uint64_t>(kind) + 1) << 32U) | index;
  const auto block = Philox{seed, stream}.block(counter);
  return {block[0] | (std::uint64_t{block[1]} << 32U), block[2] | (std::uint64_t{block[3]} << 32U)};
}

// [0, 1), from the upper 53 bits.
[[nodiscard]] inline double unit(std::uint64_t word) noexcept {
  return static_cast<double>(word >> 11U) * 0x1p-53;
}

struct DrawTables {
  static constexpr unsigned kBits = 12;
  static constexpr std::size_t kSize = std::size_t{1} << kBits;
  static constexpr std::uint64_t kMask = kSize - 1;
  static constexpr std::size_t kPerWord = 5;
  static constexpr std::size_t kPerBlock = 2 * kPerWord;

  std::array<double, kSize> normal;       // variance 1
  std::array<double, kSize> exponential;  // mean 1
  std::array<double, kSize> bar_noise;    // log-normal, mean 1: volume of a minute
  std::array<double, kSize> trade_noise;  // log-normal with a heavier tail, mean 1

  [[nodiscard]] static const DrawTables& get();
  [[nodiscard]] double normal_of(std::uint64_t bits) const noexcept {
    return normal[bits & kMask];
  }
};

// Steps of the price within one minute: eight make the path of a bar, 256 that of its trades.
inline constexpr std::size_t kCoarseSteps = 8;
inline constexpr std::size_t kFineSteps = 256;
enum class Grain : std::uint8_t { coarse, fine };
[[nodiscard]] constexpr std::size_t steps_of(Grain grain) noexcept {
  return grain == Grain::coarse ? kCoarseSteps : kFineSteps;
}
using Steps = std::array<double, kFineSteps>;

struct StepSource {
  std::uint64_t seed = 0;
  DrawKind kind = DrawKind::market_steps;
  std::size_t index = 0;
};
// Independent normals of variance one; what is left of the minute's first block is returned: 28
// bits.
std::uint64_t fill_steps(const DrawTables& tables, const StepSource& source, std::uint64_t minute,
                         Grain grain, Steps& out) noexcept;

}  // namespace lanner::sim
