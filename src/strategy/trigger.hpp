#pragma once

// What the Sniper hands over: which conditions fired, in the order of their slots.

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "base/ensure.hpp"
#include "base/fixed.hpp"

namespace lanner::strategy {

struct Trigger {
  std::uint32_t slot = 0;
  Price price;  // the last price when it fired
  friend bool operator==(const Trigger&, const Trigger&) = default;
};

// Reserved once, for as many triggers as there can be conditions: one event fires each at most
// once, and the owner clears the buffer after each event.
class TriggerBuffer {
 public:
  explicit TriggerBuffer(std::size_t capacity) : capacity_(capacity) {
    triggers_.reserve(capacity);
  }
  void push(Trigger trigger) noexcept {
    ENSURE(triggers_.size() < capacity_);
    triggers_.push_back(trigger);
  }
  void clear() noexcept { triggers_.clear(); }
  // By slot, from this position on.
  void sort_from(std::size_t first) noexcept {
    if (triggers_.size() > first + 1) {
      std::sort(triggers_.begin() + static_cast<std::ptrdiff_t>(first), triggers_.end(),
                [](const Trigger& a, const Trigger& b) { return a.slot < b.slot; });
    }
  }
  [[nodiscard]] std::span<const Trigger> span() const noexcept { return triggers_; }
  [[nodiscard]] const Trigger* begin() const noexcept { return triggers_.data(); }
  [[nodiscard]] const Trigger* end() const noexcept { return triggers_.data() + triggers_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return triggers_.size(); }
  [[nodiscard]] bool is_empty() const noexcept { return triggers_.empty(); }

 private:
  std::size_t capacity_;
  std::vector<Trigger> triggers_;
};

}  // namespace lanner::strategy
