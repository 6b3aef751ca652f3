#pragma once

// What a synthetic market is asked to be. Equal configurations give equal markets, bit for bit.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/condition.hpp"

namespace lanner::sim {

// After each trigger of a template between the two instants the price drifts by this many R to
// the trigger's side, spread over four hours. It replaces the market-wide planted edge.
struct CoinPhase {
  std::string instrument;  // BTCUSDT-PERP.SYNTHETIC
  Timestamp from;
  Timestamp to;  // exclusive
  double r_per_trigger = 0.0;
};

// The market goes on, but its rows are lost. An empty name means every instrument.
struct Outage {
  std::string instrument;
  Timestamp from;
  Timestamp to;  // exclusive
};

// The bar that holds this instant prints one hundredth of its price, and comes back.
struct BadPrint {
  std::string instrument;
  Timestamp at;
};

struct SyntheticConfig {
  std::uint64_t seed = 1;
  std::size_t instruments = 45;
  Timestamp from{1'735'689'600 * kNsPerSecond};  // 2025-01-01
  Duration length = hours(24 * 30);
  std::int32_t interval_s = 60;  // 60, 300 or 900
  // Prices are martingales: no trend, no range, no funding; jumps fall to either side alike.
  bool driftless = false;
  // Without wicks a bar of a driftless market is fair however its prints are ordered. With them,
  // playing the worse extreme first and filling stops there costs a holder some .01 R a trade,
  // which a test for hidden foresight would mistake for a loss of the strategy. Trades and the
  // bars made from them are not changed.
  bool wicks = true;
  // R of drift to expect after each trigger of P02, spread over four hours.
  double planted_r = 0.0;
  std::vector<CoinPhase> phases;
  // An edge that can be learned: outside the phases the triggers of all templates are followed by
  // so many R from 08:00 UTC of each day on, and by as many against them before.
  double daily_edge_r = 0.0;
  // Mean distance of jumps of 1 to 5 R (of 1.5 ATR of one hour) between two bars; zero: none.
  Duration gap_every;
  std::vector<Outage> outages;
  std::vector<BadPrint> bad_prints;
  // From this instant on trades are made, and the bars from them; never: bars only.
  Timestamp trades_from = Timestamp::never();
  double trades_per_second = 30.0;
  // Each coin has open interest, forced orders, mark and index price, a book of two levels, a spot
  // beside it and the same contract on a second venue; the market has a mood. After a turn of
  // the book within forced orders, and where the hour turns at an extreme of funding and basis
  // (triggers of P04 and P05, or near them), the phases' drift is planted too.
  bool all_inputs = false;
};

// A sentence about the first thing that cannot be.
[[nodiscard]] Status validate(const SyntheticConfig& config);
// Everything that tells two markets apart, one fact after the other.
[[nodiscard]] std::string describe(const SyntheticConfig& config);

// The tapes that speed is measured on: 60 h of minutes, then 4 h of trades; 30 days of minutes.
[[nodiscard]] SyntheticConfig tick_tape(std::uint64_t seed);
[[nodiscard]] SyntheticConfig bar_tape(std::uint64_t seed);

}  // namespace lanner::sim
