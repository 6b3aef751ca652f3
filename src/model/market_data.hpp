#pragma once

// Market facts as they come from a tape or a feed. A bar is an event at its close:
// ts_event = open + interval.

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "model/enums.hpp"

namespace lanner::model {

struct TradeTick {
  InstrumentId instrument_id;
  Side aggressor_side = Side::buy;
  Price price;
  Quantity quantity;
  friend bool operator==(const TradeTick&, const TradeTick&) = default;
};

struct Bar {
  InstrumentId instrument_id;
  std::int32_t interval_s = 60;
  Price open;
  Price high;
  Price low;
  Price close;
  Quantity volume;  // base units; saturated at the scale's end, counted at import
  friend bool operator==(const Bar&, const Bar&) = default;
};

struct FundingRate {
  InstrumentId instrument_id;
  Rate rate;  // paid by longs when positive, at ts_event
  friend bool operator==(const FundingRate&, const FundingRate&) = default;
};

struct MarkPrice {
  InstrumentId instrument_id;
  Price price;
  friend bool operator==(const MarkPrice&, const MarkPrice&) = default;
};

enum class InstrumentState : std::uint8_t { trading, halted, delisted };

struct InstrumentStatus {
  InstrumentId instrument_id;
  InstrumentState state = InstrumentState::trading;
  friend bool operator==(const InstrumentStatus&, const InstrumentStatus&) = default;
};

}  // namespace lanner::model
