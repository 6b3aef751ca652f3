#pragma once

// The coins of the synthetic market: names and sizes that a trader recognises, on a venue called
// SYNTHETIC, so that nobody takes them for the real ones.

#include <cstddef>
#include <string>

#include "model/instrument.hpp"

namespace lanner::sim {

struct Coin {
  std::string base;
  double price = 1.0;        // at the start
  double sigma_1m = 1e-3;    // typical standard deviation of one minute's return
  double turnover_1d = 1e8;  // in quote
  std::size_t sector = 0;
  int tick_digits = 0;
  int step_digits = 0;
};

inline constexpr std::size_t kSectors = 5;

// The coin of this rank by turnover; beyond the named ones, made-up ones follow.
[[nodiscard]] Coin coin_of(std::size_t rank);
[[nodiscard]] model::Instrument instrument_of(const Coin& coin);
// The coin's spot beside the perpetual, and its perpetual in another dollar on a second venue.
[[nodiscard]] model::Instrument spot_of(const Coin& coin);
[[nodiscard]] model::Instrument abroad_of(const Coin& coin);

}  // namespace lanner::sim
