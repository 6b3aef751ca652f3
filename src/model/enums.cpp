#include "model/enums.hpp"

#include <array>
#include <cstddef>

namespace lanner::model {
namespace {

template <std::size_t N, typename E>
const char* pick(const std::array<const char*, N>& names, E value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : "?";
}

}  // namespace

const char* name_of(Side value) noexcept {
  return pick(std::array{"buy", "sell"}, value);
}
const char* name_of(PositionSide value) noexcept {
  return pick(std::array{"flat", "long", "short"}, value);
}
const char* name_of(OrderType value) noexcept {
  return pick(std::array{"market", "limit", "stop_market", "market_if_touched", "stop_limit",
                         "limit_if_touched", "trailing_stop_market"},
              value);
}
const char* name_of(TimeInForce value) noexcept {
  return pick(std::array{"gtc", "ioc", "fok", "gtd"}, value);
}
const char* name_of(SelfTradePrevention value) noexcept {
  return pick(std::array{"none", "expire_taker", "expire_maker", "expire_both", "decrement"},
              value);
}
const char* name_of(OrderRole value) noexcept {
  return pick(std::array{"entry", "working_stop", "disaster_stop", "target", "close"}, value);
}
const char* name_of(OrderStatus value) noexcept {
  return pick(std::array{"initialized", "denied", "submitted", "accepted", "rejected", "triggered",
                         "partially_filled", "filled", "pending_cancel", "canceled", "expired",
                         "unknown", "pending_update"},
              value);
}
const char* name_of(ExitReason value) noexcept {
  return pick(std::array{"none", "stop", "target", "time_stop", "disaster_stop", "liquidation",
                         "protection", "flatten", "deleveraged", "delisted"},
              value);
}
const char* name_of(ForcedFill value) noexcept {
  return pick(std::array{"none", "liquidation", "deleveraging", "settlement"}, value);
}
const char* name_of(MarginMode value) noexcept {
  return pick(std::array{"cross", "isolated"}, value);
}
const char* name_of(TradingState value) noexcept {
  return pick(std::array{"active", "reducing", "halted"}, value);
}

}  // namespace lanner::model
