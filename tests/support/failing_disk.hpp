#pragma once

// A disk that is full, slow or broken when a test says so.

#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>

#include "store/journal_disk.hpp"

namespace lanner::test {

class FailingDisk : public store::JournalDisk {
 public:
  std::atomic<bool> is_full = false;  // no room for another segment
  std::atomic<int> sync_ms = 0;
  std::atomic<int> sync_error = 0;
  std::atomic<int> allocations = 0;

  [[nodiscard]] int allocate(int fd, std::uint64_t bytes) noexcept override {
    ++allocations;
    return is_full ? ENOSPC : JournalDisk::allocate(fd, bytes);
  }
  [[nodiscard]] int sync(int fd) noexcept override {
    // In steps, so that a disk that is well again answers soon.
    for (int ms = 0; ms < sync_ms; ms += 10) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return sync_error != 0 ? sync_error.load() : JournalDisk::sync(fd);
  }
};

}  // namespace lanner::test
