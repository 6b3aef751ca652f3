#pragma once

// Public market data of Binance spot and USD-M futures, JSON in: depthUpdate, bookTicker, trade,
// aggTrade and depth snapshots, alone or inside the {"stream", "data"} of a combined stream.
// Decimal text goes straight into fixed point. Unknown fields and other messages are ignored; a
// message of a known kind that lacks a field is an error that names it.

#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>

#include "base/fixed.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/enums.hpp"
#include "model/market_data.hpp"

namespace lanner::wire {

// What every message may carry; unset or empty where the venue leaves it out.
struct BinanceHead {
  std::string_view symbol;     // as the venue writes it: "BTCUSDT"; REST snapshots have none
  Timestamp event_time;        // E: when the message was made
  Timestamp transaction_time;  // T: when the market did it
};

struct DepthUpdate {
  BinanceHead head;
  model::BookDelta delta;
  // Futures tell the id before (delta.ids.prior), spot does not.
  bool has_prior = false;
};

struct DepthSnapshot {
  BinanceHead head;
  model::BookSnapshot snapshot;
};

struct BookTicker {
  BinanceHead head;
  model::QuoteTick quote;
};

// One trade, or all of one taker order at one price (aggTrade).
struct TradeMessage {
  BinanceHead head;
  std::uint64_t trade_id = 0;
  bool is_aggregate = false;
  model::TradeTick trade;
};

// Of no use here, and no fault: another kind of message, a coin-margined contract in an "all"
// stream, a trade frame of a burnt id (price and quantity 0).
struct Ignored {};

using BinanceMessage = std::variant<Ignored, DepthUpdate, DepthSnapshot, BookTicker, TradeMessage>;

// Keeps its buffers from message to message. One owner, no threads. Instrument ids stay unset:
// the caller knows what the symbol means.
class BinanceMarketParser {
 public:
  BinanceMarketParser();
  BinanceMarketParser(BinanceMarketParser&&) noexcept;
  BinanceMarketParser& operator=(BinanceMarketParser&&) noexcept;
  ~BinanceMarketParser();

  // Symbol and spans of the result live until the next call.
  [[nodiscard]] Result<BinanceMessage> parse(std::string_view json);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lanner::wire
