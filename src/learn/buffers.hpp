#pragma once

// Where learning puts its facts during one event. Storage is reserved once; a full buffer stops
// the engine (ENSURE), because a dropped label would break "each candidate gets exactly one".
// One call on the log yields at most open_max labels, one call on the scorer at most
// 3 x instruments + 2 changes: sized so, and drained after each call, neither overflows.

#include <cstddef>
#include <span>
#include <vector>

#include "base/ensure.hpp"
#include "model/position.hpp"

namespace lanner::learn {

template <typename T>
class ReservedBuffer {
 public:
  explicit ReservedBuffer(std::size_t capacity) : capacity_(capacity) { items_.reserve(capacity); }

  void push(const T& item) noexcept {
    ENSURE(items_.size() < capacity_);
    items_.push_back(item);
  }
  void clear() noexcept { items_.clear(); }
  [[nodiscard]] std::span<const T> items() const noexcept { return items_; }
  [[nodiscard]] bool is_empty() const noexcept { return items_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  [[nodiscard]] auto begin() const noexcept { return items_.begin(); }
  [[nodiscard]] auto end() const noexcept { return items_.end(); }

 private:
  std::size_t capacity_;
  std::vector<T> items_;
};

using LabelBuffer = ReservedBuffer<model::CandidateLabel>;
using StatusBuffer = ReservedBuffer<model::CoinStatusChanged>;

}  // namespace lanner::learn
