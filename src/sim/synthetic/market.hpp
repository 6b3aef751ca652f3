#pragma once

// A market that nobody recorded: correlated coins with regimes, clustered volatility and jumps.
// It stands in where no data is at hand and where a test must know the truth. Everything made
// here is labelled synthetic wherever a user looks.
//
//   SyntheticMarket market{config};
//   SyntheticSeries series = market.series(id);
//   for (SyntheticRow row; series.next(row);) { ... }

#include <vector>

#include "base/ids.hpp"
#include "model/instrument.hpp"
#include "sim/synthetic/config.hpp"
#include "sim/synthetic/market_path.hpp"
#include "sim/synthetic/series.hpp"

namespace lanner::sim {

struct SyntheticMood {
  Timestamp ts_event;
  std::int32_t value = 50;
};

class SyntheticMarket {
 public:
  // The configuration must be valid (validate()). Holds 24 bytes for each minute.
  explicit SyntheticMarket(const SyntheticConfig& config);

  // Sorted by name; the id is the place in the table.
  [[nodiscard]] const model::InstrumentTable& instruments() const noexcept { return instruments_; }
  [[nodiscard]] const SyntheticConfig& config() const noexcept { return config_; }
  // The coin's own instrument, its spot, or its contract on the second venue.
  [[nodiscard]] Listing listing(InstrumentId id) const noexcept { return listings_[id.index()]; }
  // The market's mood of each day, known at its midnight; empty without all inputs.
  [[nodiscard]] std::vector<SyntheticMood> moods() const;
  // From the first row on; any number may be open, in any order, on any thread.
  [[nodiscard]] SyntheticSeries series(InstrumentId id) const;

 private:
  SyntheticConfig config_;
  MarketPath path_;
  model::InstrumentTable instruments_;
  std::vector<std::size_t> ranks_;  // by id
  std::vector<Listing> listings_;
};

}  // namespace lanner::sim
