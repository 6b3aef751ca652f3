#pragma once

// A depth series as a book: events one by one, joined to their snapshots by update id where the
// source has ids. One pass, one owner; allocates nothing after construction. The rows must outlive
// it.
//
//   for (DepthReplay replay{rows, tick}; replay.next() != nullptr; replay.apply()) {
//     // replay.book() is the book before *replay.next()
//   }

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/time.hpp"
#include "market/book_sync.hpp"
#include "market/order_book.hpp"
#include "model/market_data.hpp"
#include "store/records.hpp"

namespace lanner::store {

struct DepthEvent {
  Timestamp ts_event;
  Duration delay;            // received minus happened
  model::BookUpdateIds ids;  // zeros where the source has none
  bool is_snapshot = false;
  bool has_prior = false;
  std::span<const DepthRecord> levels;  // none for an event that only moves the ids on
};

// Takes the first event off `rows`, which are not empty.
[[nodiscard]] DepthEvent take_event(std::span<const DepthRecord>& rows) noexcept;

class DepthReplay {
 public:
  DepthReplay(std::span<const DepthRecord> rows, Price tick, std::size_t far_levels = 1024);

  // The event that apply() will apply; nothing at the end. The same one until it is applied.
  [[nodiscard]] const DepthEvent* next() noexcept;
  void apply() noexcept;

  [[nodiscard]] const market::OrderBook& book() const noexcept { return book_; }
  [[nodiscard]] std::uint64_t applied() const noexcept { return applied_; }
  // Changes older than their snapshot, or sent twice.
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }
  // Changes that were missing; the book is in state gap until the next snapshot.
  [[nodiscard]] std::uint64_t breaks() const noexcept { return sync_.gaps(); }
  // Stamps on both sides of the last break.
  [[nodiscard]] Timestamp break_from() const noexcept { return break_from_; }
  [[nodiscard]] Timestamp break_to() const noexcept { return break_to_; }

 private:
  // Whether the event in hand is to be applied.
  [[nodiscard]] bool take_snapshot() noexcept;
  [[nodiscard]] bool take_change() noexcept;

  std::span<const DepthRecord> rows_;
  std::size_t at_ = 0;
  // Changes are held by going back to the first of them once the snapshot is there.
  std::size_t held_from_ = kNothing;
  std::size_t snapshots_until_ = 0;  // snapshots before this row have been taken
  bool has_event_ = false;
  bool returns_to_held_ = false;
  DepthEvent event_;
  market::BookSync sync_;
  market::OrderBook book_;
  std::uint64_t applied_ = 0;
  std::uint64_t dropped_ = 0;
  Timestamp break_from_;
  Timestamp break_to_;

  static constexpr std::size_t kNothing = static_cast<std::size_t>(-1);
};

}  // namespace lanner::store
