#pragma once

// The L2 book of one instrument and whether it may be believed. One owner, no threads; nothing is
// allocated after construction. A venue's event is begun (begin_snapshot, or nothing for changes),
// applied level by level and ended; only an ended event is judged.
//
//   empty    no snapshot yet                    -> snapshot
//   syncing  cleared, a snapshot is on its way  -> snapshot
//   valid    follows the venue; a locked book (best bid = best ask) is valid
//   crossed  best bid above best ask            -> the next event that uncrosses it
//   stale    silent for longer than allowed     -> the next event
//   gap      changes were missed                -> snapshot, nothing else

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/fixed.hpp"
#include "base/time.hpp"
#include "market/book_side.hpp"
#include "model/enums.hpp"
#include "model/market_data.hpp"

namespace lanner::market {

enum class BookState : std::uint8_t { empty, syncing, valid, gap, stale, crossed };
[[nodiscard]] const char* name_of(BookState state) noexcept;

class OrderBook {
 public:
  // Levels further than 3,072 ticks from the best go to an overflow of `far_levels` a side.
  explicit OrderBook(Price tick, std::size_t far_levels = 1024);

  void begin_snapshot() noexcept;
  // False for a price off the tick grid or a negative quantity: left out and counted.
  bool apply_delta(model::Side side, Price price, Quantity quantity) noexcept {
    std::int64_t rest = 0;
    const std::int64_t ticks = price.is_positive() ? ticks_of(price, rest) : 0;
    if (ticks == 0 || ticks > kMostTicks || rest != 0 || quantity.is_negative()) [[unlikely]] {
      ++off_grid_levels_;
      return false;
    }
    // Chosen without a branch: which side changes next cannot be guessed.
    const bool is_sell = side == model::Side::sell;
    sides_[is_sell ? 1 : 0].set(is_sell ? -ticks : ticks, quantity);
    return true;
  }
  void end_event(Timestamp ts_event) noexcept;

  // The three ways to lose trust between events.
  void begin_sync() noexcept;
  void mark_gap() noexcept;
  void check_age(Timestamp now, Duration age_max) noexcept;

  [[nodiscard]] BookState state() const noexcept { return state_; }
  [[nodiscard]] bool is_valid() const noexcept { return state_ == BookState::valid; }
  [[nodiscard]] Timestamp last_event() const noexcept { return last_event_; }
  [[nodiscard]] Price tick() const noexcept { return tick_; }

  [[nodiscard]] std::optional<model::BookLevel> best(model::Side side) const noexcept {
    const BookSide& levels = side_of(side);
    if (levels.is_empty()) {
      return std::nullopt;
    }
    return model::BookLevel{price_of(side, levels.best_key()), levels.best_quantity()};
  }
  // The last price that a side shows.
  [[nodiscard]] std::optional<Price> worst(model::Side side) const noexcept;
  [[nodiscard]] Quantity quantity_at(model::Side side, Price price) const noexcept;
  // The best levels of a side, best first; how many were written.
  std::size_t top(model::Side side, std::span<model::BookLevel> out) const noexcept;
  [[nodiscard]] std::size_t level_count(model::Side side) const noexcept;
  // Calls visit(BookLevel) from the best level on, until it returns false.
  template <typename Visit>
  void visit(model::Side side, Visit&& visit) const {
    side_of(side).visit([&](std::int64_t key, Quantity quantity) {
      return visit(model::BookLevel{price_of(side, key), quantity});
    });
  }

  [[nodiscard]] std::uint64_t off_grid_levels() const noexcept { return off_grid_levels_; }
  // Levels forgotten at the bound of the overflow.
  [[nodiscard]] std::uint64_t lost_levels() const noexcept;

 private:
  [[nodiscard]] const BookSide& side_of(model::Side side) const noexcept {
    return sides_[side == model::Side::sell ? 1 : 0];
  }
  [[nodiscard]] Price price_of(model::Side side, std::int64_t key) const noexcept {
    return tick_ * (side == model::Side::buy ? key : -key);
  }
  // Whole ticks below the price; `rest` is what is left over.
  [[nodiscard]] std::int64_t ticks_of(Price price, std::int64_t& rest) const noexcept {
    // Multiplying by the reciprocal falls short of the quotient by at most one below 2^63, and is
    // several times faster than a division.
    const auto raw = static_cast<std::uint64_t>(price.raw());
    auto ticks = static_cast<std::int64_t>(
        static_cast<std::uint64_t>((static_cast<unsigned __int128>(raw) * reciprocal_) >> 64));
    rest = price.raw() - ticks * tick_.raw();
    const bool is_short = rest >= tick_.raw();
    ticks += is_short ? 1 : 0;
    rest -= is_short ? tick_.raw() : 0;
    return ticks;
  }

  // Leaves room for window arithmetic; no price of a market comes near.
  static constexpr std::int64_t kMostTicks = std::int64_t{1} << 61;

  Price tick_;
  std::uint64_t reciprocal_;  // floor((2^64 - 1) / tick)
  BookState state_ = BookState::empty;
  bool in_snapshot_ = false;
  Timestamp last_event_;
  std::uint64_t off_grid_levels_ = 0;
  std::array<BookSide, 2> sides_;  // bids, asks

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(tick_, reciprocal_, state_, in_snapshot_, last_event_, off_grid_levels_, sides_);
  }
};

}  // namespace lanner::market
