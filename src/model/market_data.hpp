#pragma once

// Market facts as they come from a tape or a feed. A bar is an event at its close:
// ts_event = open + interval.

#include <cstdint>
#include <span>

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

// Best bid and ask, as of the venue's update id; 0 where it has none. A side with price 0 shows
// nothing; both sides so: the book cannot be believed at the moment (gap, stale, crossed).
struct QuoteTick {
  InstrumentId instrument_id;
  Price bid_px;
  Quantity bid_qty;
  Price ask_px;
  Quantity ask_qty;
  std::uint64_t update_id = 0;
  friend bool operator==(const QuoteTick&, const QuoteTick&) = default;
};

// The quantity that rests at a price now; 0 says that the level is gone.
struct BookLevel {
  Price price;
  Quantity quantity;
  friend bool operator==(const BookLevel&, const BookLevel&) = default;
};

// Update ids that one change of a book covers, as the venue gives them.
struct BookUpdateIds {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t prior = 0;  // last id of the change before, where the venue tells it
  friend bool operator==(const BookUpdateIds&, const BookUpdateIds&) = default;
};

// Changed levels of one event. The spans are the sender's and end with its next event.
struct BookDelta {
  InstrumentId instrument_id;
  BookUpdateIds ids;
  std::span<const BookLevel> bids;
  std::span<const BookLevel> asks;
};

// All levels that the venue shows, best first, as of `last_id`.
struct BookSnapshot {
  InstrumentId instrument_id;
  std::uint64_t last_id = 0;
  std::span<const BookLevel> bids;
  std::span<const BookLevel> asks;
};

struct MarkPrice {
  InstrumentId instrument_id;
  Price price;
  friend bool operator==(const MarkPrice&, const MarkPrice&) = default;
};

// What rests on the five best levels of each side, all together.
struct BookDepth {
  InstrumentId instrument_id;
  Quantity bid_qty;
  Quantity ask_qty;
  friend bool operator==(const BookDepth&, const BookDepth&) = default;
};

// Open contracts of the venue, in base units.
struct OpenInterest {
  InstrumentId instrument_id;
  Quantity quantity;
  friend bool operator==(const OpenInterest&, const OpenInterest&) = default;
};

// A position that the venue closed by force. `position_side` is the side of that position: when
// longs are liquidated the venue sells.
struct Liquidation {
  InstrumentId instrument_id;
  PositionSide position_side = PositionSide::long_side;
  Price price;
  Quantity quantity;
  friend bool operator==(const Liquidation&, const Liquidation&) = default;
};

// An index of the whole market's mood, 0 (fear) to 100 (greed).
struct Sentiment {
  std::int32_t value = 50;
  friend bool operator==(const Sentiment&, const Sentiment&) = default;
};

enum class InstrumentState : std::uint8_t {
  trading,
  halted,    // nothing trades; cancels are taken, new orders are not
  delisted,  // positions are settled, orders end
  settling,  // before a delisting: nothing trades any more, positions wait for their settlement
};
[[nodiscard]] const char* name_of(InstrumentState value) noexcept;

struct InstrumentStatus {
  InstrumentId instrument_id;
  InstrumentState state = InstrumentState::trading;
  Price settlement_px;  // of a delisting; zero = the last price
  friend bool operator==(const InstrumentStatus&, const InstrumentStatus&) = default;
};

// The grid and minima from now on. Zero leaves a figure as it is.
struct InstrumentRules {
  InstrumentId instrument_id;
  Price tick;
  Quantity step;
  Quantity quantity_min;
  Money notional_min;
  friend bool operator==(const InstrumentRules&, const InstrumentRules&) = default;
};

}  // namespace lanner::model
