#pragma once

// The exchange's own account of what happened, in order. Protection is judged and slippage is
// recomputed from it, so nothing in it comes from the engine but the orders themselves.

#include <cstdint>
#include <span>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "model/enums.hpp"
#include "model/events.hpp"

namespace lanner::sim {

enum class LogKind : std::uint8_t {
  arrived,     // a submit reached the exchange; its answer follows
  accepted,
  rejected,
  triggered,
  resized,     // changed by a linked fill, an attached entry's next fill, or an amendment
  canceled,
  expired,
  filled,
  liquidated,  // a forced fill (its kind: `forced`): no client order id
  funding,
};

struct LogRecord {
  Timestamp ts;  // venue time
  LogKind kind = LogKind::arrived;
  model::OrderRole role = model::OrderRole::entry;
  model::OrderType type = model::OrderType::market;
  model::Side side = model::Side::buy;
  model::ReduceOnly reduce_only = model::ReduceOnly::no;
  model::ClosePosition close_position = model::ClosePosition::no;
  model::LiquiditySide liquidity_side = model::LiquiditySide::taker;
  model::ForcedFill forced = model::ForcedFill::none;
  model::RejectReason reason = model::RejectReason::none;
  InstrumentId instrument_id;
  CandidateId candidate_id;
  ClientOrderId client_order_id;
  Quantity quantity;   // filled, liquidated: of this fill; otherwise the order's whole quantity
  Quantity leaves;     // of the order after this record
  Price price;         // filled, liquidated: the fill; otherwise the limit
  Price trigger;
  Price print_px;      // filled, liquidated: the print that allowed it
  Quantity print_volume;
  Quantity position;   // filled, liquidated, funding: signed, after
  Money money;         // filled, liquidated: commission; funding: amount
};

// Append-only; grows by doubling, outside the engine's hot path.
class ExchangeLog {
 public:
  ExchangeLog() { records_.reserve(kFirstChunk); }
  void append(const LogRecord& record) { records_.push_back(record); }
  [[nodiscard]] std::span<const LogRecord> records() const noexcept { return records_; }

 private:
  static constexpr std::size_t kFirstChunk = 4096;
  std::vector<LogRecord> records_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    std::uint64_t count = records_.size();
    archive(count);
    if constexpr (Archive::kLoads) {
      if (!archive.holds(count)) {
        return archive.refuse();
      }
      // With room to go on: otherwise the next record would move all that was just taken up.
      records_.reserve(static_cast<std::size_t>(count + count / 4) + kFirstChunk);
      records_.resize(static_cast<std::size_t>(count));
    }
    for (LogRecord& record : records_) {
      archive(record);
    }
  }
};

}  // namespace lanner::sim
