#pragma once

// Puts the rows of a batch of the tape in order: by time, and at one time as they were taken, which
// is series by series.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lanner::runtime {

class RowOrder {
 public:
  // Time since the batch began, and behind it the row: sorted as numbers.
  using Key = std::uint64_t;
  static constexpr unsigned kRowBits = 20;
  static constexpr Key kRowMask = (Key{1} << kRowBits) - 1;

  // A new batch.
  void begin() { runs_.clear(); }
  // What has come to `keys` since the last call is of one series.
  void end_run(const std::vector<Key>& keys) {
    const std::size_t at = runs_.empty() ? 0 : runs_.back().end;
    if (keys.size() > at) {
      runs_.push_back({at, keys.size()});
    }
  }
  void sort(std::vector<Key>& keys);

 private:
  struct Run {
    std::size_t at = 0;
    std::size_t end = 0;
  };
  [[nodiscard]] bool merge_in_step(const std::vector<Key>& keys);
  void sort_digits(std::vector<Key>& keys);

  std::vector<Run> runs_;
  std::vector<Key> sorted_;  // room for a pass
};

}  // namespace lanner::runtime
