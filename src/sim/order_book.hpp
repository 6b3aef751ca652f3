#pragma once

// The orders that live at the exchange: one list per instrument in order of acceptance, over a
// pool whose slots are used again, and the registry of all ids. It decides nothing.

#include <cstdint>
#include <deque>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "model/order.hpp"
#include "sim/id_registry.hpp"
#include "sim/queue.hpp"

namespace lanner::sim {

struct RestingOrder {
  model::OrderRequest request;  // its quantity follows linked and attached fills
  Quantity filled;
  Timestamp accepted_at;
  VenueOrderId venue_order_id;  // ascending; tells one tenant of a slot from the next
  ClientOrderId parent_id;      // of an attached child: its entry
  std::uint32_t slot = 0;
  std::uint32_t next = IdRecord::kNoSlot;
  std::uint32_t previous = IdRecord::kNoSlot;
  QueuePosition queue;          // of a resting limit at a feed with a book
  std::uint8_t prints_seen = 0;  // prints that it could have filled at
  bool is_resting = false;
  bool is_triggered = false;
  bool is_crossing = false;  // a limit that crossed the market on arrival: taker at its first print
  Price watermark;  // trailing: the best price since its activation; zero until then

  [[nodiscard]] Quantity leaves() const noexcept { return request.quantity - filled; }
};

[[nodiscard]] constexpr bool is_conditional(const model::OrderRequest& order) noexcept {
  return model::is_conditional(order.type);
}
[[nodiscard]] constexpr bool is_immediate(const model::OrderRequest& order) noexcept {
  return order.time_in_force == model::TimeInForce::ioc ||
         order.time_in_force == model::TimeInForce::fok;
}
[[nodiscard]] constexpr bool is_reducing(const model::OrderRequest& order) noexcept {
  return order.reduce_only == model::ReduceOnly::yes ||
         order.close_position == model::ClosePosition::yes;
}

class OrderBook {
 public:
  explicit OrderBook(std::size_t instruments);

  // References stay valid until the order is removed. The id must be new.
  RestingOrder& insert(const model::OrderRequest& request, Timestamp now);
  void remove(RestingOrder& order, model::OrderStatus final_status);
  // To the end of its instrument's list, as if it had arrived now.
  void requeue(RestingOrder& order, Timestamp now) noexcept;
  // A refused id is as spent as an accepted one.
  void note_rejected(ClientOrderId id);

  [[nodiscard]] bool is_known(ClientOrderId id) const noexcept { return ids_.find(id) != nullptr; }
  [[nodiscard]] RestingOrder* find_resting(ClientOrderId id) noexcept;
  // What the venue says about an id; `unknown` when it never came.
  struct Answer {
    model::OrderStatus status = model::OrderStatus::unknown;
    Quantity filled;
  };
  [[nodiscard]] Answer answer(ClientOrderId id) const noexcept;

  [[nodiscard]] RestingOrder& at(std::uint32_t slot) noexcept { return pool_[slot]; }
  [[nodiscard]] std::uint32_t head(InstrumentId id) const noexcept {
    return lists_[id.index()].head;
  }
  [[nodiscard]] std::uint32_t count(InstrumentId id) const noexcept {
    return lists_[id.index()].count;
  }
  // Prices between which a print leaves every order of the instrument as it is, both excluded.
  struct Calm {
    Price below;
    Price above;
  };
  [[nodiscard]] bool is_calm(InstrumentId id, Price price) const noexcept {
    const Calm& calm = lists_[id.index()].calm;
    return price > calm.below && price < calm.above;
  }
  [[nodiscard]] bool has_calm(InstrumentId id) const noexcept {
    return lists_[id.index()].has_calm;
  }
  void set_calm(InstrumentId id, const Calm& calm) noexcept {
    lists_[id.index()].calm = calm;
    lists_[id.index()].has_calm = true;
  }
  // An order came, went or changed what it waits for.
  void disturb(InstrumentId id) noexcept {
    lists_[id.index()].calm = {};
    lists_[id.index()].has_calm = false;
  }
  // All live orders of all instruments, for sums over an account.
  template <typename Visitor>
  void for_each_resting(Visitor visit) const {
    for (const List& list : lists_) {
      for (std::uint32_t slot = list.head; slot != IdRecord::kNoSlot;) {
        const RestingOrder& order = pool_[slot];
        visit(order);
        slot = order.next;
      }
    }
  }

 private:
  void append(RestingOrder& order) noexcept;
  void unlink(RestingOrder& order) noexcept;

  struct List {
    std::uint32_t head = IdRecord::kNoSlot;
    std::uint32_t tail = IdRecord::kNoSlot;
    std::uint32_t count = 0;
    bool has_calm = false;  // worked out since the last disturbance
    Calm calm;              // empty until then
  };
  std::deque<RestingOrder> pool_;  // growth leaves references valid
  std::vector<std::uint32_t> free_;
  std::vector<List> lists_;
  IdRegistry ids_;
  std::uint64_t next_venue_id_ = 1;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(pool_, free_, lists_, ids_, next_venue_id_);
  }
};

}  // namespace lanner::sim
