#pragma once

// The field's small closed sets (names: docs/ARCHITECTURE.md, one word per thing).

#include <cstdint>

namespace lanner::model {

enum class Side : std::uint8_t { buy, sell };
enum class PositionSide : std::uint8_t { flat, long_side, short_side };
enum class OrderType : std::uint8_t {
  market,
  limit,
  stop_market,
  market_if_touched,
  stop_limit,            // at its trigger it becomes a limit order
  limit_if_touched,      // the same from the favourable side
  trailing_stop_market,  // its trigger follows the best price since its activation
};
enum class TimeInForce : std::uint8_t { gtc, ioc, fok, gtd };
enum class LiquiditySide : std::uint8_t { maker, taker };
enum class TriggerBy : std::uint8_t { last, mark };
enum class ReduceOnly : bool { no, yes };
enum class PostOnly : bool { no, yes };
// What happens instead of a trade between two of our own orders; the newer order's mode decides.
enum class SelfTradePrevention : std::uint8_t {
  none,
  expire_taker,
  expire_maker,
  expire_both,
  decrement,  // both lose the quantity that would have traded
};
enum class ClosePosition : bool { no, yes };
enum class TradingState : std::uint8_t { active, reducing, halted };
enum class InstrumentKind : std::uint8_t { spot, perpetual };

// What an order is for, seen from us; the venue does not know it.
enum class OrderRole : std::uint8_t { entry, working_stop, disaster_stop, target, close };

enum class OrderStatus : std::uint8_t {
  initialized,
  denied,    // our risk said no
  submitted,
  accepted,
  rejected,  // the venue said no
  triggered,
  partially_filled,
  filled,
  pending_cancel,
  canceled,
  expired,
  unknown,  // a state, never an error: ask, do not send again
  pending_update,
};

enum class ExitReason : std::uint8_t {
  none,
  stop,
  target,
  time_stop,
  disaster_stop,
  liquidation,
  protection,  // no stop could be placed, so the position was brought down
  flatten,     // operator
  deleveraged,  // the venue closed a part against a bankrupt counterparty
  delisted,     // settled by the venue
};

// A fill that nobody ordered; `none` for all others.
enum class ForcedFill : std::uint8_t { none, liquidation, deleveraging, settlement };

// cross: all of a venue's perpetual positions share its cash. isolated: each position has its own
// margin and can lose no more than that.
enum class MarginMode : std::uint8_t { cross, isolated };

[[nodiscard]] constexpr Side opposite(Side side) noexcept {
  return side == Side::buy ? Side::sell : Side::buy;
}
[[nodiscard]] constexpr Side entry_side(PositionSide side) noexcept {
  return side == PositionSide::short_side ? Side::sell : Side::buy;
}
// +1 for long, -1 for short, 0 for flat.
[[nodiscard]] constexpr int sign_of(PositionSide side) noexcept {
  return side == PositionSide::long_side ? 1 : side == PositionSide::short_side ? -1 : 0;
}

[[nodiscard]] const char* name_of(Side value) noexcept;
[[nodiscard]] const char* name_of(PositionSide value) noexcept;
[[nodiscard]] const char* name_of(OrderType value) noexcept;
[[nodiscard]] const char* name_of(TimeInForce value) noexcept;
[[nodiscard]] const char* name_of(SelfTradePrevention value) noexcept;
[[nodiscard]] const char* name_of(OrderRole value) noexcept;
[[nodiscard]] const char* name_of(OrderStatus value) noexcept;
[[nodiscard]] const char* name_of(ExitReason value) noexcept;
[[nodiscard]] const char* name_of(ForcedFill value) noexcept;
[[nodiscard]] const char* name_of(MarginMode value) noexcept;
[[nodiscard]] const char* name_of(TradingState value) noexcept;

}  // namespace lanner::model
