#pragma once

// A vector of at most N values kept inside the object. Every slot holds a T from the start, so
// T must have a cheap default; a full vector refuses, it never grows.

#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "base/ensure.hpp"

namespace lanner {

template <typename T, std::size_t N>
class StaticVector {
 public:
  using value_type = T;

  [[nodiscard]] constexpr bool push_back(T value) {
    if (size_ == N) {
      return false;
    }
    slots_[size_] = std::move(value);
    ++size_;
    return true;
  }
  constexpr void pop_back() noexcept {
    ENSURE(size_ > 0);
    --size_;
  }
  // The order of the others stays.
  constexpr void erase_at(std::size_t index) {
    ENSURE(index < size_);
    for (std::size_t i = index + 1; i < size_; ++i) {
      slots_[i - 1] = std::move(slots_[i]);
    }
    --size_;
  }
  constexpr void clear() noexcept { size_ = 0; }

  [[nodiscard]] constexpr const T& operator[](std::size_t index) const noexcept {
    ENSURE(index < size_);
    return slots_[index];
  }
  [[nodiscard]] constexpr T& operator[](std::size_t index) noexcept {
    ENSURE(index < size_);
    return slots_[index];
  }
  [[nodiscard]] constexpr const T& back() const noexcept { return (*this)[size_ - 1]; }
  [[nodiscard]] constexpr T& back() noexcept { return (*this)[size_ - 1]; }

  [[nodiscard]] constexpr std::span<const T> span() const noexcept {
    return std::span<const T>{slots_.data(), size_};
  }
  [[nodiscard]] constexpr std::span<T> span() noexcept {
    return std::span<T>{slots_.data(), size_};
  }
  [[nodiscard]] constexpr const T* begin() const noexcept { return slots_.data(); }
  [[nodiscard]] constexpr const T* end() const noexcept { return slots_.data() + size_; }
  [[nodiscard]] constexpr T* begin() noexcept { return slots_.data(); }
  [[nodiscard]] constexpr T* end() noexcept { return slots_.data() + size_; }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] static constexpr std::size_t capacity() noexcept { return N; }
  [[nodiscard]] constexpr bool is_empty() const noexcept { return size_ == 0; }
  [[nodiscard]] constexpr bool is_full() const noexcept { return size_ == N; }

  friend constexpr bool operator==(const StaticVector& a, const StaticVector& b) {
    if (a.size_ != b.size_) {
      return false;
    }
    for (std::size_t i = 0; i < a.size_; ++i) {
      if (!(a.slots_[i] == b.slots_[i])) {
        return false;
      }
    }
    return true;
  }

 private:
  std::array<T, N> slots_{};
  std::size_t size_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    std::uint64_t held = size_;
    archive(held);
    if constexpr (Archive::kLoads) {
      if (held > N) {
        return archive.refuse();
      }
      size_ = static_cast<std::size_t>(held);
    }
    for (T& value : span()) {
      archive(value);
    }
  }
};

}  // namespace lanner
