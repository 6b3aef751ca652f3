#pragma once

// One side of an L2 book: a flat window of price ticks around the best level with a bitmap of
// the ticks in use, and the levels worse than the window in a sorted overflow. Ticks carry the
// sign that makes a larger key the better one on both sides, so one code serves bids and asks.
// Memory is taken once; at the bound of the overflow the worst level is forgotten and counted.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/fixed.hpp"

namespace lanner::market {

class BookSide {
 public:
  static constexpr std::int64_t kWindow = 4096;

  explicit BookSide(std::size_t far_levels);

  void clear() noexcept;
  // Quantity 0 removes; removing what is not there is normal.
  void set(std::int64_t key, Quantity quantity) noexcept {
    const auto index = static_cast<std::uint64_t>(key - base_);
    if (index >= static_cast<std::uint64_t>(kWindow)) [[unlikely]] {
      set_outside(key, quantity);
      return;
    }
    put(index, quantity);
    // Asked of every change: whether this one removed a level cannot be guessed.
    if (needs_settling()) [[unlikely]] {
      settle();
    }
  }
  [[nodiscard]] bool is_empty() const noexcept { return summary_ == 0; }
  // Only when not empty.
  [[nodiscard]] std::int64_t best_key() const noexcept { return base_ + best_index(); }
  [[nodiscard]] Quantity best_quantity() const noexcept {
    return Quantity::from_raw(quantity_[static_cast<std::size_t>(best_index())]);
  }
  [[nodiscard]] std::int64_t worst_key() const noexcept {
    if (!far_.empty()) {
      return far_.front().key;
    }
    const auto word = static_cast<std::size_t>(std::countr_zero(summary_));
    return base_ + static_cast<std::int64_t>(word * kBits) + std::countr_zero(occupied_[word]);
  }
  [[nodiscard]] Quantity quantity_at(std::int64_t key) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] std::uint64_t lost_levels() const noexcept { return lost_levels_; }
  // The key of the window's first tick: what a caller needs to find an index without a division.
  [[nodiscard]] std::int64_t base() const noexcept { return base_; }

  // Calls visit(key, quantity) from the best level on, until it returns false.
  template <typename Visit>
  void visit(Visit&& visit) const {
    for (std::size_t word = kWords; word-- > 0;) {
      for (std::uint64_t bits = occupied_[word]; bits != 0;) {
        const auto bit = static_cast<std::size_t>(std::bit_width(bits) - 1);
        const std::size_t index = word * kBits + bit;
        if (!visit(base_ + static_cast<std::int64_t>(index),
                   Quantity::from_raw(quantity_[index]))) {
          return;
        }
        bits &= ~(std::uint64_t{1} << bit);
      }
    }
    for (std::size_t i = far_.size(); i-- > 0;) {
      if (!visit(far_[i].key, far_[i].quantity)) {
        return;
      }
    }
  }

 private:
  static constexpr std::size_t kBits = 64;
  static constexpr std::size_t kWords = static_cast<std::size_t>(kWindow) / kBits;
  static_assert(kWords == kBits, "one summary word covers the bitmap");
  // Where the best level stands after a move, and below which a move is worth it.
  static constexpr std::int64_t kHome = kWindow * 3 / 4;
  static constexpr std::int64_t kLow = kWindow / 4;

  struct Far {
    std::int64_t key = 0;
    Quantity quantity;
  };

  void put(std::uint64_t index, Quantity quantity) noexcept {
    quantity_[index] = quantity.raw();
    const std::size_t word = index / kBits;
    const std::uint64_t bit = std::uint64_t{1} << (index % kBits);
    const std::uint64_t bits = quantity.is_zero() ? occupied_[word] & ~bit : occupied_[word] | bit;
    occupied_[word] = bits;
    const std::uint64_t flag = std::uint64_t{1} << word;
    summary_ = bits == 0 ? summary_ & ~flag : summary_ | flag;
  }
  [[nodiscard]] std::int64_t best_index() const noexcept {
    const auto word = static_cast<std::size_t>(std::bit_width(summary_) - 1);
    return static_cast<std::int64_t>(word * kBits) + std::bit_width(occupied_[word]) - 1;
  }
  [[nodiscard]] bool needs_settling() const noexcept {
    return !far_.empty() && (summary_ == 0 || best_index() < kLow);
  }
  void settle() noexcept;
  void set_outside(std::int64_t key, Quantity quantity) noexcept;
  void set_far(std::int64_t key, Quantity quantity) noexcept;
  // Appends the window's first `words` words of levels to the overflow.
  void push_far(std::size_t words) noexcept;
  void move_window(std::int64_t best) noexcept;
  void move_up(std::int64_t base) noexcept;
  void move_down(std::int64_t base) noexcept;

  std::int64_t base_ = 0;  // a multiple of 64
  std::uint64_t summary_ = 0;
  std::array<std::uint64_t, kWords> occupied_{};
  std::vector<std::int64_t> quantity_;  // raw, by index
  std::vector<Far> far_;                // ascending: the level next to the window is the last
  std::size_t far_levels_;
  std::uint64_t lost_levels_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(base_, summary_, occupied_, quantity_, far_, lost_levels_);
  }
};

}  // namespace lanner::market
