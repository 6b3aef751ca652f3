// Replaces the global operator new, so that allocations can be counted.

#include "bench/allocations.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace lanner::bench {
namespace {

std::atomic<std::uint64_t> counted{0};

void* counted_new(std::size_t bytes, std::size_t alignment) {
  counted.fetch_add(1, std::memory_order_relaxed);
  const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
  void* memory = alignment <= alignof(std::max_align_t) ? std::malloc(bytes)
                                                        : std::aligned_alloc(alignment, whole);
  if (memory == nullptr) {
    throw std::bad_alloc{};
  }
  return memory;
}

}  // namespace

std::uint64_t allocations() noexcept { return counted.load(std::memory_order_relaxed); }

}  // namespace lanner::bench

void* operator new(std::size_t bytes) { return lanner::bench::counted_new(bytes, 1); }
void* operator new[](std::size_t bytes) { return lanner::bench::counted_new(bytes, 1); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return lanner::bench::counted_new(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
  return lanner::bench::counted_new(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
