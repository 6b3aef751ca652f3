#pragma once

// Everything that can happen to the engine. Engine::apply(Event) is the only way in: the state is
// the fold of these. Order of the variant = order of kinds at equal ts_init.

#include <cstdint>
#include <variant>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "model/condition.hpp"
#include "model/condition_rule.hpp"
#include "model/enums.hpp"
#include "model/market_data.hpp"
#include "model/operator_request.hpp"

namespace lanner::model {

enum class RejectReason : std::uint8_t {
  none,
  would_trigger_immediately,
  reduce_only_flat,
  insufficient_margin,
  filter_price,
  filter_quantity,
  notional_min,
  too_many_orders,
  duplicate_client_id,
  unknown_order,
  liquidity,        // market rest after its prints, IOC rest
  triggered_flat,   // reduce-only conditional triggered without a position
  linked,           // its partner was filled
  position_closed,  // close_position order whose position is gone
  by_request,
  time_in_force,    // gtd ran out
  not_trading,
  service_unavailable,  // overload: the request never reached the books
  post_only,            // it would have taken
  self_trade,           // it would have met an order of our own
  instruction_conflict,  // post-only with IOC or FOK, trailing figures on another type
  not_amendable,        // triggered, or a figure that this order does not have
};
[[nodiscard]] const char* name_of(RejectReason value) noexcept;

struct OrderAccepted {
  ClientOrderId client_order_id;
  InstrumentId instrument_id;
  VenueOrderId venue_order_id;
  friend bool operator==(const OrderAccepted&, const OrderAccepted&) = default;
};
struct OrderRejected {
  ClientOrderId client_order_id;
  InstrumentId instrument_id;
  RejectReason reason = RejectReason::none;
  friend bool operator==(const OrderRejected&, const OrderRejected&) = default;
};
struct OrderTriggered {
  ClientOrderId client_order_id;
  InstrumentId instrument_id;
  friend bool operator==(const OrderTriggered&, const OrderTriggered&) = default;
};
struct OrderCanceled {
  ClientOrderId client_order_id;
  InstrumentId instrument_id;
  Quantity filled_qty;
  RejectReason reason = RejectReason::by_request;
  friend bool operator==(const OrderCanceled&, const OrderCanceled&) = default;
};
struct OrderExpired {
  ClientOrderId client_order_id;
  InstrumentId instrument_id;
  Quantity filled_qty;
  RejectReason reason = RejectReason::none;
  friend bool operator==(const OrderExpired&, const OrderExpired&) = default;
};
struct OrderFilled {
  ClientOrderId client_order_id;  // invalid for a forced fill
  InstrumentId instrument_id;
  TradeId trade_id;
  Side side = Side::buy;
  LiquiditySide liquidity_side = LiquiditySide::taker;
  Quantity last_qty;
  Price last_px;
  Quantity leaves_qty;  // of the order; zero = filled
  Money commission;     // >= 0, in the settling asset
  ForcedFill forced = ForcedFill::none;
  friend bool operator==(const OrderFilled&, const OrderFilled&) = default;
};
// No answer came in time: the order may live or not.
struct OrderStatusUnknown {
  ClientOrderId client_order_id;
  InstrumentId instrument_id;
  friend bool operator==(const OrderStatusUnknown&, const OrderStatusUnknown&) = default;
};
// Answer to a query. `unknown` = the venue does not know the id (at this time).
struct OrderStatusReport {
  ClientOrderId client_order_id;
  InstrumentId instrument_id;
  OrderStatus status = OrderStatus::unknown;
  Quantity filled_qty;
  friend bool operator==(const OrderStatusReport&, const OrderStatusReport&) = default;
};
struct CancelRejected {
  ClientOrderId client_order_id;
  InstrumentId instrument_id;
  RejectReason reason = RejectReason::unknown_order;
  friend bool operator==(const CancelRejected&, const CancelRejected&) = default;
};
// The order as it stands now: after our amendment (by_request) or after the venue took away what
// would have traded with our own order (self_trade).
struct OrderAmended {
  ClientOrderId client_order_id;
  InstrumentId instrument_id;
  Quantity quantity;  // the whole order's, filled part included
  Price price;
  Price trigger_price;
  RejectReason reason = RejectReason::by_request;
  friend bool operator==(const OrderAmended&, const OrderAmended&) = default;
};
// The order stays as it was, or is unknown.
struct AmendRejected {
  ClientOrderId client_order_id;
  InstrumentId instrument_id;
  RejectReason reason = RejectReason::unknown_order;
  friend bool operator==(const AmendRejected&, const AmendRejected&) = default;
};
// Money moved by the venue outside fills: funding at its stamp.
struct FundingPaid {
  InstrumentId instrument_id;
  Money amount;  // > 0 = received
  friend bool operator==(const FundingPaid&, const FundingPaid&) = default;
};

enum class TimerKind : std::uint8_t {
  strategist_cycle,
  bar_close,    // closes bars that are built from trades
  position,     // time stop; key = instrument
  exec,         // fence of an unknown order, twin window; key = instrument
  day_start,    // 00:00 UTC
  reflection,   // each hour: evidence of closed blocks, then what the slices say
};
struct TimerFired {
  TimerKind kind = TimerKind::strategist_cycle;
  std::uint32_t key = 0;
  friend bool operator==(const TimerFired&, const TimerFired&) = default;
};

enum class ControlSource : std::uint8_t {
  operator_request,
  risk_latch,
  journal,  // what is decided cannot be recorded for now, so nothing new is begun
};
struct TradingStateChanged {
  TradingState state = TradingState::active;
  ControlSource source = ControlSource::operator_request;
  friend bool operator==(const TradingStateChanged&, const TradingStateChanged&) = default;
};

// A condition from outside (file). The pointee lives as long as the call; the engine copies it.
struct ConditionProposed {
  const TradeCondition* condition = nullptr;
  // It points elsewhere, so it is in hand or it is nowhere: there is none to be saved.
  template <typename Archive>
  void fields(Archive& archive) {
    archive.refuse();
  }
};

// A condition that never got as far as the engine: its text broke a rule.
struct ProposalRefused {
  std::uint8_t proposer = 0;
  ConditionRule rule = ConditionRule::none;
  friend bool operator==(const ProposalRefused&, const ProposalRefused&) = default;
};

using EventPayload =
    std::variant<InstrumentStatus, InstrumentRules, FundingRate, MarkPrice, OpenInterest,
                 Liquidation, Sentiment, QuoteTick, BookDepth, TradeTick, Bar, OrderAccepted,
                 OrderRejected, OrderTriggered, OrderCanceled, OrderExpired, OrderFilled,
                 OrderStatusUnknown, OrderStatusReport, CancelRejected, OrderAmended,
                 AmendRejected, FundingPaid, TimerFired, TradingStateChanged, ConditionProposed,
                 ProposalRefused, ProposerChanged, OperatorRequested>;

struct Event {
  std::uint64_t sequence = 0;  // 1, 2, ... without gaps in a session
  Timestamp ts_event;          // venue time
  Timestamp ts_init;           // our receipt: "now" while this event is in hand
  EventPayload payload;
};

}  // namespace lanner::model
