#pragma once

// Which instrument another one is compared with: its spot, and the same contract elsewhere.

#include <string_view>

#include "model/instrument.hpp"

namespace lanner::features {

[[nodiscard]] inline bool is_dollar(std::string_view asset) noexcept {
  return asset == "USDT" || asset == "USDC" || asset == "USD";
}

// The spot of a contract's venue, base and quote.
[[nodiscard]] inline bool is_spot_of(const model::Instrument& candidate,
                                     const model::Instrument& reader) noexcept {
  return candidate.kind == model::InstrumentKind::spot &&
         reader.kind != model::InstrumentKind::spot && candidate.venue_id == reader.venue_id &&
         candidate.base == reader.base && candidate.quote == reader.quote;
}

// The same base and kind on another venue, in the same quote or another dollar.
[[nodiscard]] inline bool is_abroad(const model::Instrument& candidate,
                                    const model::Instrument& reader) noexcept {
  return candidate.venue_id != reader.venue_id && candidate.base == reader.base &&
         candidate.kind == reader.kind &&
         (candidate.quote == reader.quote ||
          (is_dollar(candidate.quote) && is_dollar(reader.quote)));
}

}  // namespace lanner::features
