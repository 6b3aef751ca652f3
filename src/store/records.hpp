#pragma once

// The rows of each kind of series as they lie on disk and in memory: fixed width, little-endian,
// the stamp first.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/fixed.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/enums.hpp"

namespace lanner::store {

// The numbers are on disk: new kinds are added at the end.
enum class SeriesKind : std::uint8_t {
  bars,
  trades,
  funding,
  quotes,
  depth,
  orders,
  sentiment,
  open_interest,
  liquidations,
  marks,
};

inline constexpr std::array kSeriesKinds{
    SeriesKind::bars,      SeriesKind::trades,        SeriesKind::funding,
    SeriesKind::quotes,    SeriesKind::depth,         SeriesKind::orders,
    SeriesKind::sentiment, SeriesKind::open_interest, SeriesKind::liquidations,
    SeriesKind::marks};

[[nodiscard]] const char* name_of(SeriesKind kind) noexcept;
[[nodiscard]] Result<SeriesKind> series_kind_of(std::string_view name);
// 60 -> "1m", 900 -> "15m", 3600 -> "1h", 0 -> "" (only bars have an interval).
[[nodiscard]] std::string interval_name(std::int32_t interval_s);
// "15m" -> 900; 0 when the text is not a number and one of s, m, h, d.
[[nodiscard]] std::int32_t interval_of(std::string_view name) noexcept;

struct BarRecord {
  static constexpr SeriesKind kKind = SeriesKind::bars;
  std::int64_t open_time = 0;  // ns; the bar is known at its close, open_time + interval
  std::int64_t open = 0;       // raw Price
  std::int64_t high = 0;
  std::int64_t low = 0;
  std::int64_t close = 0;
  std::int64_t volume = 0;     // raw Quantity; saturated at the scale's end
  [[nodiscard]] std::int64_t stamp() const noexcept { return open_time; }
  friend bool operator==(const BarRecord&, const BarRecord&) = default;
};

struct TradeRecord {
  static constexpr SeriesKind kKind = SeriesKind::trades;
  std::int64_t ts_event = 0;
  std::int64_t price = 0;              // raw Price
  std::int64_t quantity = 0;           // raw Quantity; > 0: the buyer was the aggressor
  std::int32_t ts_init_delta_us = 0;   // received minus traded; 0 where it was not recorded
  std::int32_t ordinal = 0;            // position in the series
  [[nodiscard]] std::int64_t stamp() const noexcept { return ts_event; }
  [[nodiscard]] model::Side aggressor_side() const noexcept {
    return quantity < 0 ? model::Side::sell : model::Side::buy;
  }
  friend bool operator==(const TradeRecord&, const TradeRecord&) = default;
};

struct FundingRecord {
  static constexpr SeriesKind kKind = SeriesKind::funding;
  std::int64_t ts_event = 0;
  std::int64_t rate = 0;  // raw Rate
  [[nodiscard]] std::int64_t stamp() const noexcept { return ts_event; }
  friend bool operator==(const FundingRecord&, const FundingRecord&) = default;
};

// Best bid and ask as the venue sent them.
struct QuoteRecord {
  static constexpr SeriesKind kKind = SeriesKind::quotes;
  std::int64_t ts_event = 0;
  std::int64_t bid_px = 0;
  std::int64_t bid_qty = 0;
  std::int64_t ask_px = 0;
  std::int64_t ask_qty = 0;
  std::int64_t update_id = 0;         // of the book that it is the top of; 0 where there is none
  std::int32_t ts_init_delta_us = 0;
  std::int32_t reserved = 0;
  [[nodiscard]] std::int64_t stamp() const noexcept { return ts_event; }
  friend bool operator==(const QuoteRecord&, const QuoteRecord&) = default;
};

// One level of a book event. The levels of an event stand together, in the venue's order.
struct DepthRecord {
  static constexpr SeriesKind kKind = SeriesKind::depth;
  enum Flag : std::uint8_t {
    snapshot = 1,     // the event is a whole book: clear before its first level
    event_begin = 2,
    event_end = 4,
    no_level = 8,     // an event without levels: its ids matter all the same
    row_end = 16,     // the last record of a row of the source
    has_prior = 32,   // the venue tells the id of the event before
  };
  std::int64_t ts_event = 0;
  std::int64_t price = 0;
  std::int64_t quantity = 0;          // rests there now; 0: gone
  std::int64_t last_id = 0;           // of the event; of a snapshot: as of; 0 where there is none
  std::uint32_t first_back = 0;       // last_id minus the event's first id
  std::uint32_t prior_back = 0;       // last_id minus the last id of the event before
  std::int32_t ts_init_delta_us = 0;
  model::Side side = model::Side::buy;
  std::uint8_t flags = 0;
  std::uint16_t reserved = 0;
  [[nodiscard]] std::int64_t stamp() const noexcept { return ts_event; }
  [[nodiscard]] bool is(Flag flag) const noexcept { return (flags & flag) != 0; }
  friend bool operator==(const DepthRecord&, const DepthRecord&) = default;
};

// What happened to one order of an order-by-order (L3) feed.
enum class OrderAction : std::uint8_t { created, changed, deleted };

struct OrderEventRecord {
  static constexpr SeriesKind kKind = SeriesKind::orders;
  std::int64_t ts_event = 0;
  std::int64_t ts_created = 0;        // of the order, as the venue stamps it
  std::int64_t order_id = 0;
  std::int64_t price = 0;
  std::int64_t quantity = 0;          // open, after the event
  model::Side side = model::Side::buy;
  OrderAction action = OrderAction::created;
  std::array<std::uint8_t, 6> reserved{};
  [[nodiscard]] std::int64_t stamp() const noexcept { return ts_event; }
  friend bool operator==(const OrderEventRecord&, const OrderEventRecord&) = default;
};

// A daily index of the whole market's mood, 0 (fear) to 100 (greed).
struct SentimentRecord {
  static constexpr SeriesKind kKind = SeriesKind::sentiment;
  std::int64_t ts_event = 0;
  std::int64_t value = 0;
  [[nodiscard]] std::int64_t stamp() const noexcept { return ts_event; }
  friend bool operator==(const SentimentRecord&, const SentimentRecord&) = default;
};

// Open contracts of the venue, in base units, as known at the stamp.
struct OpenInterestRecord {
  static constexpr SeriesKind kKind = SeriesKind::open_interest;
  std::int64_t ts_event = 0;
  std::int64_t quantity = 0;
  [[nodiscard]] std::int64_t stamp() const noexcept { return ts_event; }
  friend bool operator==(const OpenInterestRecord&, const OpenInterestRecord&) = default;
};

// A position that the venue closed by force.
struct LiquidationRecord {
  static constexpr SeriesKind kKind = SeriesKind::liquidations;
  std::int64_t ts_event = 0;
  std::int64_t price = 0;     // mean of its fills
  std::int64_t quantity = 0;  // filled; > 0: the venue bought, a short was closed
  [[nodiscard]] std::int64_t stamp() const noexcept { return ts_event; }
  [[nodiscard]] model::PositionSide position_side() const noexcept {
    return quantity < 0 ? model::PositionSide::long_side : model::PositionSide::short_side;
  }
  friend bool operator==(const LiquidationRecord&, const LiquidationRecord&) = default;
};

// What a venue marks positions with, and the index of other venues that it follows.
struct MarkRecord {
  static constexpr SeriesKind kKind = SeriesKind::marks;
  std::int64_t ts_event = 0;  // of a candle its close, when it is known
  std::int64_t mark = 0;      // raw Price; 0 where no source tells it
  std::int64_t index = 0;     // the same
  [[nodiscard]] std::int64_t stamp() const noexcept { return ts_event; }
  friend bool operator==(const MarkRecord&, const MarkRecord&) = default;
};

static_assert(sizeof(BarRecord) == 48 && sizeof(TradeRecord) == 32 && sizeof(FundingRecord) == 16);
static_assert(sizeof(QuoteRecord) == 56 && sizeof(DepthRecord) == 48);
static_assert(sizeof(OrderEventRecord) == 48 && sizeof(SentimentRecord) == 16);
static_assert(sizeof(OpenInterestRecord) == 16 && sizeof(LiquidationRecord) == 24);
static_assert(sizeof(MarkRecord) == 24);

// Several rows of one stamp are all real: only bars, funding, sentiment, open interest and marks
// have one row a stamp.
template <typename Record>
inline constexpr bool kStampsRepeat =
    Record::kKind == SeriesKind::trades || Record::kKind == SeriesKind::quotes ||
    Record::kKind == SeriesKind::depth || Record::kKind == SeriesKind::orders ||
    Record::kKind == SeriesKind::liquidations;

// Calls fn(Record{}) with the record type of a kind, so that a kind is listed in one place.
template <typename Fn>
decltype(auto) with_record_of(SeriesKind kind, Fn&& fn) {
  switch (kind) {
    case SeriesKind::trades:
      return fn(TradeRecord{});
    case SeriesKind::funding:
      return fn(FundingRecord{});
    case SeriesKind::quotes:
      return fn(QuoteRecord{});
    case SeriesKind::depth:
      return fn(DepthRecord{});
    case SeriesKind::orders:
      return fn(OrderEventRecord{});
    case SeriesKind::sentiment:
      return fn(SentimentRecord{});
    case SeriesKind::open_interest:
      return fn(OpenInterestRecord{});
    case SeriesKind::liquidations:
      return fn(LiquidationRecord{});
    case SeriesKind::marks:
      return fn(MarkRecord{});
    case SeriesKind::bars:
      break;
  }
  return fn(BarRecord{});
}

}  // namespace lanner::store
