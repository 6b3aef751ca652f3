#pragma once

// Every client order id that ever reached the books, for ever: an id is never accepted twice, and
// a query about an order that is long gone is answered truthfully.

#include <cstdint>
#include <limits>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "model/enums.hpp"

namespace lanner::sim {

struct IdRecord {
  ClientOrderId id;
  std::uint32_t slot = kNoSlot;  // of the book while the order lives
  model::OrderStatus status = model::OrderStatus::accepted;
  Quantity filled;

  static constexpr std::uint32_t kNoSlot = std::numeric_limits<std::uint32_t>::max();
};

// Open addressing at most half full; doubling is amortised over the orders.
class IdRegistry {
 public:
  IdRegistry() : records_(kFirstSize) {}

  // Null when the id never came. Valid until the next insert.
  [[nodiscard]] IdRecord* find(ClientOrderId id) noexcept {
    IdRecord& record = records_[slot_of(id)];
    return record.id == id && id.is_valid() ? &record : nullptr;
  }
  [[nodiscard]] const IdRecord* find(ClientOrderId id) const noexcept {
    const IdRecord& record = records_[slot_of(id)];
    return record.id == id && id.is_valid() ? &record : nullptr;
  }
  // The id must be valid and new.
  void insert(const IdRecord& record) {
    if ((size_ + 1) * 2 > records_.size()) {
      grow();
    }
    records_[slot_of(record.id)] = record;
    ++size_;
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  static constexpr std::size_t kFirstSize = 4096;

  // The slot of the id, or the free slot where it belongs.
  [[nodiscard]] std::size_t slot_of(ClientOrderId id) const noexcept {
    const std::size_t mask = records_.size() - 1;
    std::uint64_t hash = id.value() * 0x9E37'79B9'7F4A'7C15ULL;
    hash ^= hash >> 32U;
    std::size_t slot = static_cast<std::size_t>(hash) & mask;
    while (records_[slot].id.is_valid() && records_[slot].id != id) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
  void grow() {
    std::vector<IdRecord> old(records_.size() * 2);
    old.swap(records_);
    for (const IdRecord& record : old) {
      if (record.id.is_valid()) {
        records_[slot_of(record.id)] = record;
      }
    }
  }

  std::vector<IdRecord> records_;
  std::size_t size_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(records_, size_);
  }
};

}  // namespace lanner::sim
