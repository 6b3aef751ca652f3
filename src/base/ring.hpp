#pragma once

// Rings of a capacity set at construction; nothing allocates after it. One owner, no threads.

#include <cstddef>
#include <utility>
#include <vector>

#include "base/ensure.hpp"

namespace lanner {

// The last `capacity` values: a push on a full ring overwrites the oldest. Age 0 is the newest.
template <typename T>
class HistoryRing {
 public:
  explicit HistoryRing(std::size_t capacity) : slots_(capacity) { ENSURE(capacity > 0); }

  void push(T value) {
    next_ = next_ + 1 == slots_.size() ? 0 : next_ + 1;
    slots_[next_] = std::move(value);
    size_ += size_ < slots_.size() ? 1U : 0U;
  }
  [[nodiscard]] const T& operator[](std::size_t age) const noexcept { return slots_[slot(age)]; }
  [[nodiscard]] T& operator[](std::size_t age) noexcept { return slots_[slot(age)]; }
  [[nodiscard]] const T& newest() const noexcept { return (*this)[0]; }
  [[nodiscard]] const T& oldest() const noexcept { return (*this)[size_ - 1]; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return slots_.size(); }
  [[nodiscard]] bool is_empty() const noexcept { return size_ == 0; }
  [[nodiscard]] bool is_full() const noexcept { return size_ == slots_.size(); }
  // The old values stay alive in their slots until overwritten.
  void clear() noexcept { size_ = 0; }

 private:
  [[nodiscard]] std::size_t slot(std::size_t age) const noexcept {
    ENSURE(age < size_);
    return age <= next_ ? next_ - age : next_ + slots_.size() - age;
  }

  std::vector<T> slots_;
  std::size_t next_ = 0;  // slot of the newest value
  std::size_t size_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    std::uint64_t held = size_;
    archive(held);
    if constexpr (Archive::kLoads) {
      if (held > slots_.size()) {
        return archive.refuse();
      }
      size_ = static_cast<std::size_t>(held);
      next_ = size_ == 0 ? 0 : size_ - 1;
    }
    for (std::size_t age = size_; age-- > 0;) {
      archive((*this)[age]);
    }
  }
};

// First in, first out; a push on a full queue is refused and the caller decides what that means.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : slots_(capacity) { ENSURE(capacity > 0); }

  [[nodiscard]] bool try_push(T value) {
    if (is_full()) {
      return false;
    }
    slots_[wrap(first_ + size_)] = std::move(value);
    ++size_;
    return true;
  }
  [[nodiscard]] const T& front() const noexcept {
    ENSURE(size_ > 0);
    return slots_[first_];
  }
  [[nodiscard]] T& front() noexcept {
    ENSURE(size_ > 0);
    return slots_[first_];
  }
  // Takes the oldest value out; the queue must not be empty.
  T pop() {
    ENSURE(size_ > 0);
    T value = std::move(slots_[first_]);
    first_ = wrap(first_ + 1);
    --size_;
    return value;
  }
  // 0 is the oldest.
  [[nodiscard]] const T& operator[](std::size_t position) const noexcept {
    ENSURE(position < size_);
    return slots_[wrap(first_ + position)];
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return slots_.size(); }
  [[nodiscard]] bool is_empty() const noexcept { return size_ == 0; }
  [[nodiscard]] bool is_full() const noexcept { return size_ == slots_.size(); }
  void clear() noexcept {
    first_ = 0;
    size_ = 0;
  }

 private:
  [[nodiscard]] std::size_t wrap(std::size_t index) const noexcept {
    return index < slots_.size() ? index : index - slots_.size();
  }

  std::vector<T> slots_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    std::uint64_t held = size_;
    archive(held);
    if constexpr (Archive::kLoads) {
      if (held > slots_.size()) {
        return archive.refuse();
      }
      first_ = 0;
      size_ = static_cast<std::size_t>(held);
    }
    for (std::size_t i = 0; i < size_; ++i) {
      archive(slots_[wrap(first_ + i)]);
    }
  }
};

}  // namespace lanner
