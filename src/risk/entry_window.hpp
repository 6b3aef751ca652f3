#pragma once

// Sliding windows over the times of the last entries. Bounded: beyond the larger cap no memory is
// needed, because the cap already refuses.

#include <cstddef>

#include "base/ring.hpp"
#include "base/time.hpp"

namespace lanner::risk {

class EntryWindow {
 public:
  explicit EntryWindow(std::size_t capacity) : entries_(capacity) {}

  void add(Timestamp at) { entries_.push(at); }
  // Entries in (now - length, now]; entries are added in the order of time.
  [[nodiscard]] std::size_t count_within(Duration length, Timestamp now) const noexcept;

 private:
  HistoryRing<Timestamp> entries_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(entries_);
  }
};

}  // namespace lanner::risk
