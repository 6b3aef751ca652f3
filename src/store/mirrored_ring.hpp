#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.hpp"

namespace lanner::store {

// Memory of 2^n bytes that is mapped twice in a row, so that no record is split at the end.
class MirroredRing {
 public:
  // The first `touched` bytes have their memory already, so that who writes there does not pay for
  // a page's first touch; touch() sees to the others.
  [[nodiscard]] static Result<MirroredRing> make(std::size_t bytes, std::size_t touched);
  MirroredRing(MirroredRing&& other) noexcept;
  MirroredRing& operator=(MirroredRing&& other) noexcept;
  ~MirroredRing();
  // Whole pages, by any thread; what they hold stays. A system that cannot leaves it to the first
  // who writes there.
  void touch(std::size_t from, std::size_t bytes) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  // `bytes` <= size() from a position that only grows.
  [[nodiscard]] std::span<std::byte> at(std::uint64_t position, std::size_t bytes) const noexcept {
    return {data_ + (position & (size_ - 1)), bytes};
  }

 private:
  MirroredRing(std::byte* data, std::size_t size) noexcept : data_(data), size_(size) {}
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace lanner::store
