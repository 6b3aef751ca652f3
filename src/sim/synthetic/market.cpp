#include "sim/synthetic/market.hpp"

#include <algorithm>
#include <numeric>

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
    : config_(checked(config)), path_(config_, DrawTables::get()), ranks_(config.instruments) {
  model::InstrumentTable by_rank;
  for (std::size_t rank = 0; rank < config.instruments; ++rank) {
    by_rank.push_back(instrument_of(coin_of(rank)));
  }
  std::iota(ranks_.begin(), ranks_.end(), std::size_t{0});
  std::sort(ranks_.begin(), ranks_.end(), [&](std::size_t a, std::size_t b) {
    return by_rank[a].name < by_rank[b].name;
  });
  for (const std::size_t rank : ranks_) {
    const auto id = static_cast<std::uint32_t>(instruments_.size());
    instruments_.push_back(by_rank[rank]);
    instruments_.back().id = InstrumentId{id};
  }
}

SyntheticSeries SyntheticMarket::series(InstrumentId id) const {
  ENSURE(id.index() < instruments_.size());
  return SyntheticSeries{config_, path_, ranks_[id.index()], instruments_[id.index()]};
}

}  // namespace lanner::sim
