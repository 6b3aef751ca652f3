#include "sim/synthetic/market.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"
#include "sim/synthetic/coins.hpp"

namespace lanner::sim {

namespace {

const SyntheticConfig& checked(const SyntheticConfig& config) {
  ENSURE(validate(config).has_value());
  return config;
}

}  // namespace

SyntheticMarket::SyntheticMarket(const SyntheticConfig& config)
    : config_(checked(config)), path_(config_, DrawTables::get()) {
  struct Listed {
    model::Instrument instrument;
    std::size_t rank = 0;
    Listing listing = Listing::perpetual;
  };
  std::vector<Listed> all;
  for (std::size_t rank = 0; rank < config.instruments; ++rank) {
    const Coin coin = coin_of(rank);
    all.push_back({instrument_of(coin), rank, Listing::perpetual});
    if (config.all_inputs) {
      all.push_back({spot_of(coin), rank, Listing::spot});
      all.push_back({abroad_of(coin), rank, Listing::abroad});
    }
  }
  std::sort(all.begin(), all.end(), [](const Listed& a, const Listed& b) {
    return a.instrument.name < b.instrument.name;
  });
  for (Listed& one : all) {
    one.instrument.id = InstrumentId{static_cast<std::uint32_t>(instruments_.size())};
    instruments_.push_back(std::move(one.instrument));
    ranks_.push_back(one.rank);
    listings_.push_back(one.listing);
  }
}

SyntheticSeries SyntheticMarket::series(InstrumentId id) const {
  ENSURE(id.index() < instruments_.size());
  return SyntheticSeries{config_, path_, ranks_[id.index()], instruments_[id.index()],
                         listings_[id.index()]};
}

// Greed follows the trend of the last day and forgets it; a day's number is known at its start.
std::vector<SyntheticMood> SyntheticMarket::moods() const {
  std::vector<SyntheticMood> moods;
  if (!config_.all_inputs) {
    return moods;
  }
  constexpr std::uint64_t kDay = 1440;
  const DrawTables& tables = DrawTables::get();
  double value = 50.0;
  const Timestamp first = config_.from.floor_to(hours(24));
  for (Timestamp at = first; at < config_.from + config_.length;
       at = at + hours(24)) {
    double drift = 0.0;
    const std::int64_t end = (at - config_.from).ns() / kNsPerMinute;
    for (std::int64_t minute = std::max<std::int64_t>(0, end - static_cast<std::int64_t>(kDay));
         minute < end; ++minute) {
      drift += path_.at(static_cast<std::uint64_t>(minute)).drift;
    }
    const auto day = static_cast<std::uint64_t>(at.ns() / kNsPerDay);
    const Words drawn = draw(config_.seed, DrawKind::market_mood, 0, day);
    value += 0.15 * (50.0 - value) + 0.3 * drift + 4.0 * tables.normal_of(drawn.low);
    value = std::clamp(value, 3.0, 97.0);
    moods.push_back({at, static_cast<std::int32_t>(value)});
  }
  return moods;
}

}  // namespace lanner::sim
