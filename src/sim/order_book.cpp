#include "sim/order_book.hpp"

#include "base/ensure.hpp"

namespace lanner::sim {
namespace {

constexpr std::size_t kFirstOrders = 256;

}  // namespace

OrderBook::OrderBook(std::size_t instruments) : lists_(instruments) {
  free_.reserve(kFirstOrders);
  for (std::size_t i = kFirstOrders; i > 0; --i) {
    pool_.emplace_back();
    free_.push_back(static_cast<std::uint32_t>(i - 1));
  }
}

RestingOrder& OrderBook::insert(const model::OrderRequest& request, Timestamp now) {
  ENSURE(request.client_order_id.is_valid());
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(pool_.size()));
    pool_.emplace_back();
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  RestingOrder& order = pool_[slot];
  order = RestingOrder{};
  order.request = request;
  order.accepted_at = now;
  order.venue_order_id = VenueOrderId{next_venue_id_++};
  order.slot = slot;
  order.is_resting = true;

  append(order);
  ids_.insert({request.client_order_id, slot, model::OrderStatus::accepted, Quantity{}});
  return order;
}

void OrderBook::append(RestingOrder& order) noexcept {
  List& list = lists_[order.request.instrument_id.index()];
  order.previous = list.tail;
  order.next = IdRecord::kNoSlot;
  if (list.tail == IdRecord::kNoSlot) {
    list.head = order.slot;
  } else {
    pool_[list.tail].next = order.slot;
  }
  list.tail = order.slot;
  ++list.count;
  disturb(order.request.instrument_id);
}

void OrderBook::unlink(RestingOrder& order) noexcept {
  List& list = lists_[order.request.instrument_id.index()];
  if (order.previous == IdRecord::kNoSlot) {
    list.head = order.next;
  } else {
    pool_[order.previous].next = order.next;
  }
  if (order.next == IdRecord::kNoSlot) {
    list.tail = order.previous;
  } else {
    pool_[order.next].previous = order.previous;
  }
  --list.count;
  disturb(order.request.instrument_id);
}

void OrderBook::requeue(RestingOrder& order, Timestamp now) noexcept {
  unlink(order);
  append(order);
  order.accepted_at = now;
  order.prints_seen = 0;
}

void OrderBook::remove(RestingOrder& order, model::OrderStatus final_status) {
  ENSURE(order.is_resting);
  unlink(order);
  order.is_resting = false;
  free_.push_back(order.slot);

  IdRecord* record = ids_.find(order.request.client_order_id);
  ENSURE(record != nullptr);
  record->slot = IdRecord::kNoSlot;
  record->status = final_status;
  record->filled = order.filled;
}

void OrderBook::note_rejected(ClientOrderId id) {
  if (id.is_valid() && !is_known(id)) {
    ids_.insert({id, IdRecord::kNoSlot, model::OrderStatus::rejected, Quantity{}});
  }
}

RestingOrder* OrderBook::find_resting(ClientOrderId id) noexcept {
  const IdRecord* record = ids_.find(id);
  return record == nullptr || record->slot == IdRecord::kNoSlot ? nullptr : &pool_[record->slot];
}

OrderBook::Answer OrderBook::answer(ClientOrderId id) const noexcept {
  const IdRecord* record = ids_.find(id);
  if (record == nullptr) {
    return {};
  }
  if (record->slot == IdRecord::kNoSlot) {
    return {record->status, record->filled};
  }
  const RestingOrder& order = pool_[record->slot];
  const model::OrderStatus status = order.filled.is_positive()
                                        ? model::OrderStatus::partially_filled
                                    : order.is_triggered ? model::OrderStatus::triggered
                                                         : model::OrderStatus::accepted;
  return {status, order.filled};
}

}  // namespace lanner::sim
