#pragma once

// Finds the slot of a live condition by its canonical hash: open addressing over a table that is
// at most half full, so a probe is short and nothing allocates. Never iterated.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace lanner::strategy {

class SlotIndex {
 public:
  static constexpr std::uint32_t kNone = 0xffff'ffffU;

  explicit SlotIndex(std::size_t slots)
      : cells_(std::bit_ceil(slots * 2 + 2)), mask_(cells_.size() - 1) {}

  [[nodiscard]] std::uint32_t find(std::uint64_t hash) const noexcept {
    for (std::size_t at = hash & mask_; cells_[at].slot != kNone; at = (at + 1) & mask_) {
      if (cells_[at].hash == hash) {
        return cells_[at].slot;
      }
    }
    return kNone;
  }
  // The hash must not be in the table.
  void insert(std::uint64_t hash, std::uint32_t slot) noexcept {
    std::size_t at = hash & mask_;
    while (cells_[at].slot != kNone) {
      at = (at + 1) & mask_;
    }
    cells_[at] = {hash, slot};
  }
  // Closes the hole by moving back what was displaced by it.
  void erase(std::uint64_t hash) noexcept {
    std::size_t hole = hash & mask_;
    while (cells_[hole].slot != kNone && cells_[hole].hash != hash) {
      hole = (hole + 1) & mask_;
    }
    for (std::size_t at = (hole + 1) & mask_; cells_[at].slot != kNone; at = (at + 1) & mask_) {
      const std::size_t home = cells_[at].hash & mask_;
      if (((at - home) & mask_) >= ((at - hole) & mask_)) {
        cells_[hole] = cells_[at];
        hole = at;
      }
    }
    cells_[hole] = Cell{};
  }
  void clear() noexcept { std::fill(cells_.begin(), cells_.end(), Cell{}); }

 private:
  struct Cell {
    std::uint64_t hash = 0;
    std::uint32_t slot = kNone;
  };
  std::vector<Cell> cells_;
  std::size_t mask_;
};

}  // namespace lanner::strategy
