#pragma once

// What a venue does to an instrument on a date: trading stops and starts, rules change, contracts
// are delisted, positions are deleveraged. Part of a session's specification, beside its tape.

#include <filesystem>
#include <span>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/instrument.hpp"
#include "model/market_data.hpp"
#include "sim/exchange.hpp"

namespace lanner::runtime {

struct VenueEvent {
  Timestamp at;  // venue time
  std::variant<model::InstrumentStatus, model::InstrumentRules, sim::Deleveraging> fact;
};

// Reads a file of lines TIME,INSTRUMENT,KIND[,KEY=VALUE]...; '#' begins a comment. Sorted by time,
// lines of one instant in the order of the file.
//   2025-05-10T00:00:00Z,BTCUSDT-PERP.BINANCE,halted            (trading, settling)
//   2025-05-12T09:00:00Z,XYZUSDT-PERP.BINANCE,delisted,price=1.25
//   2025-05-11,BTCUSDT-PERP.BINANCE,rules,tick=0.1,step=0.001,quantity_min=0.001,notional_min=100
//   2025-05-13T14:00:00Z,BTCUSDT-PERP.BINANCE,deleveraged,share=0.5,price=103000
// Errors name the file and the line.
[[nodiscard]] Result<std::vector<VenueEvent>> read_venue_events(
    const std::filesystem::path& path, const model::InstrumentTable& instruments);

}  // namespace lanner::runtime
