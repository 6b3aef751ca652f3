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
  return pick(std::array{"market", "limit", "stop_market", "market_if_touched"}, value);
}
const char* name_of(OrderRole value) noexcept {
  return pick(std::array{"entry", "working_stop", "disaster_stop", "target", "close"}, value);
}
const char* name_of(OrderStatus value) noexcept {
  return pick(std::array{"initialized", "denied", "submitted", "accepted", "rejected", "triggered",
                         "partially_filled", "filled", "pending_cancel", "canceled", "expired",
                         "unknown"},
              value);
}
const char* name_of(ExitReason value) noexcept {
  return pick(std::array{"none", "stop", "target", "time_stop", "disaster_stop", "liquidation",
                         "protection", "flatten"},
              value);
}
const char* name_of(TradingState value) noexcept {
  return pick(std::array{"active", "reducing", "halted"}, value);
}

}  // namespace lanner::model
