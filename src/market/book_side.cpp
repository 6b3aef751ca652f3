#include "market/book_side.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace lanner::market {

BookSide::BookSide(std::size_t far_levels)
    : quantity_(static_cast<std::size_t>(kWindow), 0), far_levels_(far_levels) {
  ENSURE(far_levels > 0);
  far_.reserve(far_levels);
}

void BookSide::clear() noexcept {
  // Only what is in use: a snapshot of twenty levels must not cost the whole window.
  for (std::size_t word = 0; word < kWords; ++word) {
    if (occupied_[word] != 0) {
      std::fill_n(quantity_.begin() + static_cast<std::ptrdiff_t>(word * kBits), kBits, 0);
      occupied_[word] = 0;
    }
  }
  summary_ = 0;
  far_.clear();
}

Quantity BookSide::quantity_at(std::int64_t key) const noexcept {
  const auto index = static_cast<std::uint64_t>(key - base_);
  if (index < static_cast<std::uint64_t>(kWindow)) {
    return Quantity::from_raw(quantity_[index]);
  }
  const auto at = std::lower_bound(far_.begin(), far_.end(), key,
                                   [](const Far& level, std::int64_t k) { return level.key < k; });
  return at != far_.end() && at->key == key ? at->quantity : Quantity{};
}

std::size_t BookSide::size() const noexcept {
  std::size_t count = far_.size();
  for (const std::uint64_t bits : occupied_) {
    count += static_cast<std::size_t>(std::popcount(bits));
  }
  return count;
}

void BookSide::settle() noexcept { move_window(summary_ == 0 ? far_.back().key : best_key()); }

void BookSide::set_outside(std::int64_t key, Quantity quantity) noexcept {
  const bool is_worse = key < base_;
  if (is_worse && !(is_empty() && far_.empty())) {
    set_far(key, quantity);
    if (needs_settling()) {
      settle();
    }
    return;
  }
  // Better than the window, or the first level of all: the window follows it.
  if (!quantity.is_zero()) {
    move_window(key);
    put(static_cast<std::uint64_t>(key - base_), quantity);
  }
}

void BookSide::set_far(std::int64_t key, Quantity quantity) noexcept {
  const auto at = std::lower_bound(far_.begin(), far_.end(), key,
                                   [](const Far& level, std::int64_t k) { return level.key < k; });
  const bool is_there = at != far_.end() && at->key == key;
  if (quantity.is_zero()) {
    if (is_there) {
      far_.erase(at);
    }
    return;
  }
  if (is_there) {
    at->quantity = quantity;
    return;
  }
  if (far_.size() < far_levels_) {
    far_.insert(at, {key, quantity});
    return;
  }
  ++lost_levels_;
  if (at != far_.begin()) {
    std::move(far_.begin() + 1, at, far_.begin());
    *(at - 1) = {key, quantity};
  }
}

void BookSide::push_far(std::size_t words) noexcept {
  std::size_t count = 0;
  for (std::size_t word = 0; word < words; ++word) {
    count += static_cast<std::size_t>(std::popcount(occupied_[word]));
  }
  // All room is made at once; the worst levels go, of the overflow first.
  const std::size_t excess =
      far_.size() + count > far_levels_ ? far_.size() + count - far_levels_ : 0;
  const std::size_t from_far = std::min(excess, far_.size());
  std::size_t skipped = excess - from_far;
  lost_levels_ += excess;
  far_.erase(far_.begin(), far_.begin() + static_cast<std::ptrdiff_t>(from_far));
  for (std::size_t word = 0; word < words; ++word) {
    for (std::uint64_t bits = occupied_[word]; bits != 0; bits &= bits - 1) {
      if (skipped > 0) {
        --skipped;
        continue;
      }
      const std::size_t index = word * kBits + static_cast<std::size_t>(std::countr_zero(bits));
      far_.push_back({base_ + static_cast<std::int64_t>(index),
                      Quantity::from_raw(quantity_[index])});
    }
  }
}

void BookSide::move_window(std::int64_t best) noexcept {
  const std::int64_t wanted = best - kHome;
  const std::int64_t base = wanted - (((wanted % 64) + 64) % 64);
  if (base > base_) {
    move_up(base);
  } else {
    move_down(base);
  }
}

void BookSide::move_up(std::int64_t base) noexcept {
  const std::int64_t shift = std::min(base - base_, kWindow);
  const auto words = static_cast<std::size_t>(shift) / kBits;
  const auto ticks = static_cast<std::ptrdiff_t>(shift);
  const auto offset = static_cast<std::ptrdiff_t>(words);
  push_far(words);
  std::move(quantity_.begin() + ticks, quantity_.end(), quantity_.begin());
  std::fill(quantity_.end() - ticks, quantity_.end(), 0);
  std::move(occupied_.begin() + offset, occupied_.end(), occupied_.begin());
  std::fill(occupied_.end() - offset, occupied_.end(), 0);
  summary_ = words == kWords ? 0 : summary_ >> words;
  base_ = base;
}

void BookSide::move_down(std::int64_t base) noexcept {
  const std::int64_t shift = std::min(base_ - base, kWindow);
  const auto words = static_cast<std::size_t>(shift) / kBits;
  const auto ticks = static_cast<std::ptrdiff_t>(shift);
  const auto offset = static_cast<std::ptrdiff_t>(words);
  // Nothing is lost at the upper end: the window only moves down to where its best level fits.
  std::move_backward(quantity_.begin(), quantity_.end() - ticks, quantity_.end());
  std::fill_n(quantity_.begin(), ticks, 0);
  std::move_backward(occupied_.begin(), occupied_.end() - offset, occupied_.end());
  std::fill_n(occupied_.begin(), offset, 0);
  summary_ = words == kWords ? 0 : summary_ << words;
  base_ = base;
  for (; !far_.empty() && far_.back().key >= base_; far_.pop_back()) {
    put(static_cast<std::uint64_t>(far_.back().key - base_), far_.back().quantity);
  }
}

}  // namespace lanner::market
