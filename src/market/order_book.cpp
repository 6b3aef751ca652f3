#include "market/order_book.hpp"

#include <limits>

#include "base/ensure.hpp"

namespace lanner::market {

using model::BookLevel;
using model::Side;

namespace {

// Leaves room for window arithmetic; no price of a market comes near.
constexpr std::int64_t kMostTicks = std::int64_t{1} << 61;

}  // namespace

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
    : tick_(tick), reciprocal_(0), bids_(far_levels), asks_(far_levels) {
  ENSURE(tick.is_positive());
  reciprocal_ =
      std::numeric_limits<std::uint64_t>::max() / static_cast<std::uint64_t>(tick.raw());
}

std::int64_t OrderBook::ticks_of(Price price, std::int64_t& rest) const noexcept {
  // Multiplying by the reciprocal falls short of the quotient by at most one below 2^63, and is
  // several times faster than a division.
  const auto raw = static_cast<std::uint64_t>(price.raw());
  auto ticks = static_cast<std::int64_t>(
      static_cast<std::uint64_t>((static_cast<unsigned __int128>(raw) * reciprocal_) >> 64));
  rest = price.raw() - ticks * tick_.raw();
  if (rest >= tick_.raw()) {
    ++ticks;
    rest -= tick_.raw();
  }
  return ticks;
}

void OrderBook::begin_snapshot() noexcept {
  bids_.clear();
  asks_.clear();
  in_snapshot_ = true;
  state_ = BookState::syncing;
}

bool OrderBook::apply_delta(Side side, Price price, Quantity quantity) noexcept {
  std::int64_t rest = 0;
  const std::int64_t ticks = price.is_positive() ? ticks_of(price, rest) : 0;
  if (ticks == 0 || ticks > kMostTicks || rest != 0 || quantity.is_negative()) [[unlikely]] {
    ++off_grid_levels_;
    return false;
  }
  if (side == Side::buy) {
    bids_.set(ticks, quantity);
  } else {
    asks_.set(-ticks, quantity);
  }
  return true;
}

void OrderBook::end_event(Timestamp ts_event) noexcept {
  const bool waits_for_snapshot = state_ == BookState::empty || state_ == BookState::syncing ||
                                  state_ == BookState::gap;
  if (waits_for_snapshot && !in_snapshot_) {
    return;
  }
  in_snapshot_ = false;
  last_event_ = ts_event;
  const bool is_crossed =
      !bids_.is_empty() && !asks_.is_empty() && bids_.best_key() > -asks_.best_key();
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

std::optional<BookLevel> OrderBook::best(Side side) const noexcept {
  const BookSide& levels = side_of(side);
  if (levels.is_empty()) {
    return std::nullopt;
  }
  return BookLevel{price_of(side, levels.best_key()), levels.best_quantity()};
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
  return bids_.lost_levels() + asks_.lost_levels();
}

}  // namespace lanner::market
