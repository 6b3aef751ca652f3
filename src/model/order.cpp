#include "model/order.hpp"

#include <array>
#include <initializer_list>

namespace lanner::model {
namespace {

constexpr std::size_t kStatuses = static_cast<std::size_t>(OrderStatus::pending_update) + 1;
using Targets = std::uint32_t;

constexpr Targets set_of(std::initializer_list<OrderStatus> statuses) noexcept {
  Targets bits = 0;
  for (const OrderStatus status : statuses) {
    bits |= Targets{1} << static_cast<unsigned>(status);
  }
  return bits;
}

constexpr std::array<Targets, kStatuses> make_graph() noexcept {
  using enum OrderStatus;
  std::array<Targets, kStatuses> graph{};
  const auto from = [&graph](OrderStatus status) -> Targets& {
    return graph[static_cast<std::size_t>(status)];
  };
  const Targets ends = set_of({rejected, filled, canceled, expired});
  const Targets asked = set_of({pending_cancel, pending_update, unknown});
  from(initialized) = set_of({denied, submitted});
  // A fill may overtake the acceptance on the stream.
  from(submitted) = ends | set_of({accepted, triggered, partially_filled, pending_cancel, unknown});
  from(accepted) = asked | set_of({triggered, partially_filled, filled, canceled, expired});
  // A conditional can be refused when it triggers (margin, reduce-only).
  from(triggered) = ends | asked | set_of({partially_filled});
  from(partially_filled) = asked | set_of({partially_filled, filled, canceled, expired});
  from(pending_cancel) = ends | set_of({accepted, triggered, partially_filled, unknown});
  // An amendment is answered by the amended order or by a refusal; either leaves the order live.
  from(pending_update) =
      ends | set_of({accepted, triggered, partially_filled, pending_cancel, unknown});
  from(unknown) = ends | set_of({accepted, triggered, partially_filled, pending_cancel});
  return graph;
}

constexpr auto kGraph = make_graph();

}  // namespace

bool may_follow(OrderStatus from, OrderStatus to) noexcept {
  const Targets targets = kGraph[static_cast<std::size_t>(from)];
  return (targets >> static_cast<unsigned>(to) & 1U) != 0;
}

}  // namespace lanner::model
