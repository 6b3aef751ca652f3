#pragma once

// What a venue lets us trade: grid, minima, fees and margin. Dense ids index a session's table.

#include <string>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "model/enums.hpp"
#include "model/market_data.hpp"

namespace lanner::model {

// Where a rule came from; a reader must see which figures nobody confirmed.
enum class RuleSource : std::uint8_t { documented, inferred, assumed, edited };

struct MarginTier {
  Money notional_cap;     // largest position notional that this tier covers
  std::int32_t leverage_max = 20;
  Rate maintenance;       // of the notional
};

struct Instrument {
  InstrumentId id;
  std::string name;    // BTCUSDT-PERP.BINANCE
  std::string symbol;  // the venue's own: BTCUSDT
  std::string venue;   // BINANCE
  VenueId venue_id;
  std::string base;
  std::string quote;   // settles in this asset
  InstrumentKind kind = InstrumentKind::perpetual;
  Price tick;
  Quantity step;
  Quantity quantity_min;
  Money notional_min;
  Rate maker_fee;
  Rate taker_fee;
  std::vector<MarginTier> tiers;  // ascending caps; the last one covers everything
  RuleSource grid_source = RuleSource::inferred;
  RuleSource fee_source = RuleSource::assumed;
  RuleSource margin_source = RuleSource::assumed;
};

// Index = InstrumentId; sorted by name so that the ids do not depend on the order of files.
using InstrumentTable = std::vector<Instrument>;

// The tier that covers a position notional; tables always hold at least one tier.
[[nodiscard]] const MarginTier& margin_tier(const Instrument& instrument, Money notional) noexcept;

// From now on these hold; figures that the change leaves at zero stay.
void apply(Instrument& instrument, const InstrumentRules& rules) noexcept;

}  // namespace lanner::model
