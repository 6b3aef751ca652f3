#pragma once

// Who earned what when several act together: the Shapley value of a small game, exactly.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ensure.hpp"

namespace lanner::learn {

constexpr std::size_t kShapleyPlayersMax = 10;

// `worth` gives what a coalition (bit i = player i) earns; shares[i] becomes the mean of what
// player i adds over all orders of joining. The empty coalition earns nothing.
template <typename Worth>
void shapley(Worth worth, std::span<double> shares) noexcept {
  const std::size_t players = shares.size();
  ENSURE(players <= kShapleyPlayersMax);
  std::array<double, std::size_t{1} << kShapleyPlayersMax> worths{};
  const std::uint32_t everyone = (std::uint32_t{1} << players) - 1;
  for (std::uint32_t coalition = 1; coalition <= everyone; ++coalition) {
    worths[coalition] = worth(coalition);
  }
  // Share of all orders in which exactly one coalition of this size came before:
  // 1 / (n C(n-1, s)).
  std::array<double, kShapleyPlayersMax> weights{};
  double choices = 1.0;
  for (std::size_t size = 0; size < players; ++size) {
    weights[size] = 1.0 / (static_cast<double>(players) * choices);
    choices = choices * static_cast<double>(players - 1 - size) / static_cast<double>(size + 1);
  }
  for (std::size_t player = 0; player < players; ++player) {
    const std::uint32_t self = std::uint32_t{1} << player;
    shares[player] = 0.0;
    for (std::uint32_t others = 0; others <= everyone; ++others) {
      if ((others & self) == 0) {
        const auto size = static_cast<std::size_t>(__builtin_popcount(others));
        shares[player] += weights[size] * (worths[others | self] - worths[others]);
      }
    }
  }
}

}  // namespace lanner::learn
