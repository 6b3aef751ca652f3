#include "market/order_book.hpp"

#include <limits>

#include "base/ensure.hpp"

namespace lanner::market {

using model::BookLevel;
using model::Side;

const char* name_of(BookState state) noexcept {
  switch (state) {
    case BookState::empty:
      return "empty";
    case BookState::syncing:
      return "syncing";
    case BookState::valid:
      return "valid";
    case BookState::gap:
      return "gap";
    case BookState::stale:
      return "stale";
    case BookState::crossed:
      return "crossed";
  }
  return "?";
}

OrderBook::OrderBook(Price tick, std::size_t far_levels)
    : tick_(tick), reciprocal_(0), sides_{BookSide{far_levels}, BookSide{far_levels}} {
  ENSURE(tick.is_positive());
  reciprocal_ =
      std::numeric_limits<std::uint64_t>::max() / static_cast<std::uint64_t>(tick.raw());
}

void OrderBook::begin_snapshot() noexcept {
  sides_[0].clear();
  sides_[1].clear();
  in_snapshot_ = true;
  state_ = BookState::syncing;
}

void OrderBook::end_event(Timestamp ts_event) noexcept {
  const bool waits_for_snapshot = state_ == BookState::empty || state_ == BookState::syncing ||
                                  state_ == BookState::gap;
  if (waits_for_snapshot && !in_snapshot_) {
    return;
  }
  in_snapshot_ = false;
  last_event_ = ts_event;
  const bool has_both = !sides_[0].is_empty() && !sides_[1].is_empty();
  const bool is_crossed = has_both && sides_[0].best_key() > -sides_[1].best_key();
  state_ = is_crossed ? BookState::crossed : BookState::valid;
}

void OrderBook::begin_sync() noexcept {
  begin_snapshot();
  in_snapshot_ = false;
}

void OrderBook::mark_gap() noexcept {
  in_snapshot_ = false;
  if (state_ != BookState::empty) {
    state_ = BookState::gap;
  }
}

void OrderBook::check_age(Timestamp now, Duration age_max) noexcept {
  if ((state_ == BookState::valid || state_ == BookState::crossed) &&
      now - last_event_ > age_max) {
    state_ = BookState::stale;
  }
}

std::optional<Price> OrderBook::worst(Side side) const noexcept {
  const BookSide& levels = side_of(side);
  if (levels.is_empty()) {
    return std::nullopt;
  }
  return price_of(side, levels.worst_key());
}

Quantity OrderBook::quantity_at(Side side, Price price) const noexcept {
  std::int64_t rest = 0;
  const std::int64_t ticks = price.is_positive() ? ticks_of(price, rest) : 0;
  if (ticks == 0 || rest != 0) {
    return {};
  }
  return side_of(side).quantity_at(side == Side::buy ? ticks : -ticks);
}

std::size_t OrderBook::top(Side side, std::span<BookLevel> out) const noexcept {
  std::size_t count = 0;
  if (!out.empty()) {
    visit(side, [&](const BookLevel& level) {
      out[count++] = level;
      return count < out.size();
    });
  }
  return count;
}

std::size_t OrderBook::level_count(Side side) const noexcept { return side_of(side).size(); }

std::uint64_t OrderBook::lost_levels() const noexcept {
  return sides_[0].lost_levels() + sides_[1].lost_levels();
}

}  // namespace lanner::market
