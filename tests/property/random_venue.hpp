#pragma once

// A venue that rejects, loses, delays, reorders and fills in parts, by the throw of a seeded die.
// It keeps the truth; the order manager only gets what messages tell it.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

#include "model/commands.hpp"
#include "model/events.hpp"

namespace lanner::exec {

class Die {
 public:
  explicit Die(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E37'79B9'7F4A'7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58'476D'1CE4'E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D0'49BB'1331'11EBULL;
    return z ^ (z >> 31U);
  }
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound));
  }
  bool percent(std::int64_t chance) { return below(100) < chance; }

 private:
  std::uint64_t state_;
};

struct VenueOrder {
  model::OrderRequest request;
  std::int64_t leaves = 0;
  std::int64_t filled = 0;
  bool is_live = true;
  model::OrderStatus status = model::OrderStatus::accepted;
};

// Chances in percent; all zero = an honest venue.
struct Faults {
  std::int64_t reject = 0;
  std::int64_t lose_request = 0;
  std::int64_t lose_answer = 0;
  std::int64_t reorder = 0;
};

class RandomVenue {
 public:
  explicit RandomVenue(std::uint64_t seed) : die(seed) {}

  Die die;
  Faults faults;
  bool is_past_stop = false;
  std::int64_t position = 0;
  std::deque<model::Command> inbox;
  std::deque<model::EventPayload> outbox;
  std::vector<VenueOrder> orders;

  void take(const model::Command& command) {
    if (const auto* submit = std::get_if<model::SubmitOrder>(&command)) {
      admit(submit->order);
    } else if (const auto* cancel = std::get_if<model::CancelOrder>(&command)) {
      cancel_by_request(*cancel);
    } else if (const auto* query = std::get_if<model::QueryOrder>(&command)) {
      const VenueOrder* order = find(query->client_order_id);
      tell(model::OrderStatusReport{
          query->client_order_id, query->instrument_id,
          order == nullptr ? model::OrderStatus::unknown : order->status,
          order == nullptr ? Quantity{} : Quantity::from_int(order->filled)});
    }
  }

  // Something happens in the market: a live order fills in part or whole, or a stop triggers.
  void move_market(bool is_calm) {
    std::vector<std::size_t> live;
    for (std::size_t i = 0; i < orders.size(); ++i) {
      const bool is_market = orders[i].request.type == model::OrderType::market;
      const bool is_entry = orders[i].request.role == model::OrderRole::entry;
      // What has begun to fill goes on filling.
      const bool is_begun = orders[i].status == model::OrderStatus::partially_filled;
      if (orders[i].is_live && (is_market || is_entry || is_begun || !is_calm)) {
        live.push_back(i);
      }
    }
    if (live.empty()) {
      return;
    }
    const auto pick = live[static_cast<std::size_t>(
        die.below(static_cast<std::int64_t>(live.size())))];
    touch(pick);
  }

  [[nodiscard]] std::int64_t resting(model::OrderRole role) const {
    std::int64_t sum = 0;
    for (const VenueOrder& order : orders) {
      sum += order.is_live && order.request.role == role ? order.leaves : 0;
    }
    return sum;
  }
  [[nodiscard]] std::int64_t live_count() const {
    return std::count_if(orders.begin(), orders.end(),
                         [](const VenueOrder& order) { return order.is_live; });
  }
  [[nodiscard]] bool has_live(model::OrderRole role) const {
    return std::any_of(orders.begin(), orders.end(), [role](const VenueOrder& order) {
      return order.is_live && order.request.role == role;
    });
  }

 private:
  VenueOrder* find(ClientOrderId id) {
    const auto found = std::find_if(orders.begin(), orders.end(), [id](const VenueOrder& order) {
      return order.request.client_order_id == id;
    });
    return found == orders.end() ? nullptr : &*found;
  }

  void tell(const model::EventPayload& event) {
    if (!outbox.empty() && die.percent(faults.reorder)) {
      outbox.insert(outbox.end() - 1, event);
    } else {
      outbox.push_back(event);
    }
  }

  void admit(const model::OrderRequest& request) {
    const ClientOrderId id = request.client_order_id;
    const InstrumentId instrument = request.instrument_id;
    if (die.percent(faults.lose_request)) {
      tell(model::OrderStatusUnknown{id, instrument});
      return;
    }
    const bool is_stop = request.role == model::OrderRole::working_stop ||
                         request.role == model::OrderRole::disaster_stop;
    auto reason = model::RejectReason::none;
    if (is_stop && is_past_stop) {
      reason = model::RejectReason::would_trigger_immediately;
    } else if (request.role == model::OrderRole::close && position == 0) {
      reason = model::RejectReason::reduce_only_flat;
    } else if (die.percent(faults.reject)) {
      reason = model::RejectReason::too_many_orders;
    }
    VenueOrder order{request, request.quantity.raw() / Quantity::kScale, 0, true,
                     model::OrderStatus::accepted};
    if (reason != model::RejectReason::none) {
      order.is_live = false;
      order.status = model::OrderStatus::rejected;
      orders.push_back(order);
      tell(model::OrderRejected{id, instrument, reason});
      return;
    }
    orders.push_back(order);
    if (VenueOrder* partner = find(request.linked_id)) {
      partner->request.linked_id = id;
    }
    if (die.percent(faults.lose_answer)) {
      tell(model::OrderStatusUnknown{id, instrument});
    } else {
      tell(model::OrderAccepted{id, instrument, VenueOrderId{orders.size()}});
    }
  }

  void cancel_by_request(const model::CancelOrder& cancel) {
    if (die.percent(faults.lose_request)) {
      tell(model::OrderStatusUnknown{cancel.client_order_id, cancel.instrument_id});
      return;
    }
    VenueOrder* order = find(cancel.client_order_id);
    if (order == nullptr || !order->is_live) {
      tell(model::CancelRejected{cancel.client_order_id, cancel.instrument_id,
                                 model::RejectReason::unknown_order});
      return;
    }
    end(*order, model::OrderStatus::canceled, model::RejectReason::by_request);
  }

  void end(VenueOrder& order, model::OrderStatus status, model::RejectReason reason) {
    order.is_live = false;
    order.status = status;
    const auto filled = Quantity::from_int(order.filled);
    const ClientOrderId id = order.request.client_order_id;
    if (status == model::OrderStatus::canceled) {
      tell(model::OrderCanceled{id, order.request.instrument_id, filled, reason});
    } else {
      tell(model::OrderExpired{id, order.request.instrument_id, filled, reason});
    }
  }

  void touch(std::size_t index) {
    VenueOrder& order = orders[index];
    const bool is_entry = order.request.role == model::OrderRole::entry;
    const bool is_whole = order.request.close_position == model::ClosePosition::yes;
    if (is_entry && die.percent(15)) {
      end(order, model::OrderStatus::expired, model::RejectReason::liquidity);
      return;
    }
    if (!is_entry && position == 0) {
      end(order, model::OrderStatus::expired, model::RejectReason::triggered_flat);
      return;
    }
    std::int64_t most = is_entry ? order.leaves : position;
    most = is_entry || is_whole ? most : std::min(most, order.leaves);
    if (most == 0) {
      return;
    }
    fill(index, die.percent(60) ? most : 1 + die.below(most));
  }

  void fill(std::size_t index, std::int64_t quantity) {
    VenueOrder& order = orders[index];
    const bool is_entry = order.request.role == model::OrderRole::entry;
    const bool is_whole = order.request.close_position == model::ClosePosition::yes;
    position += is_entry ? quantity : -quantity;
    order.filled += quantity;
    order.leaves = is_whole ? position : order.leaves - quantity;
    order.status = model::OrderStatus::partially_filled;
    model::OrderFilled event;
    event.client_order_id = order.request.client_order_id;
    event.instrument_id = order.request.instrument_id;
    event.side = order.request.side;
    event.last_qty = Quantity::from_int(quantity);
    event.leaves_qty = Quantity::from_int(order.leaves);
    event.last_px = Price::from_int(1000);
    tell(event);
    if (order.leaves == 0) {
      order.is_live = false;
      order.status = model::OrderStatus::filled;
    }
    shrink_partner(order, is_whole ? 0 : quantity);
    if (!is_entry && position == 0) {
      on_flat(index);
    }
  }

  void shrink_partner(const VenueOrder& order, std::int64_t quantity) {
    VenueOrder* partner = find(order.request.linked_id);
    if (partner == nullptr || !partner->is_live || quantity == 0) {
      return;
    }
    partner->leaves = std::max<std::int64_t>(0, partner->leaves - quantity);
    if (partner->leaves == 0) {
      end(*partner, model::OrderStatus::canceled, model::RejectReason::linked);
    }
  }

  void on_flat(std::size_t cause) {
    for (std::size_t i = 0; i < orders.size(); ++i) {
      VenueOrder& order = orders[i];
      if (!order.is_live || order.request.role == model::OrderRole::entry) {
        continue;
      }
      const bool dies = order.request.close_position == model::ClosePosition::yes ||
                        order.request.type == model::OrderType::market || i == cause ||
                        order.status == model::OrderStatus::partially_filled;
      if (dies) {
        end(order, model::OrderStatus::expired, model::RejectReason::position_closed);
      }
    }
  }
};

}  // namespace lanner::exec
