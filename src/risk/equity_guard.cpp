#include "risk/equity_guard.hpp"

namespace lanner::risk {
namespace {

// A price that stands this long is no misprint.
constexpr Duration kLatchAfter = seconds(3);

// Loss from `from` down to `to` in pct; a base that is not positive has lost everything.
Score loss_pct(Money from, Money to) noexcept {
  const auto share = ratio(from - to, from);
  return share && from.is_positive() ? *share * Score{100.0} : Score{100.0};
}

Money floor_below(Money base, Rate loss_max) noexcept {
  return base - money_times(base, loss_max);
}

}  // namespace

void EquityGuard::start_day(Money equity, Timestamp now) noexcept {
  equity_ = equity;
  day_start_ = equity;
  day_low_ = equity;
  daily_floor_ = floor_below(equity, daily_loss_max_);
  is_daily_latched_ = false;
  if (equity > peak_) {
    set_peak(equity);
  }
  check(now);
}

void EquityGuard::observe(Money equity, Timestamp now) noexcept {
  equity_ = equity;
  if (equity > peak_) {
    set_peak(equity);
  }
  if (equity < day_low_) {
    day_low_ = equity;
  }
  if (equity < since_peak_low_) {
    since_peak_low_ = equity;
  }
  check(now);
}

void EquityGuard::clear_drawdown() noexcept {
  is_drawdown_latched_ = false;
  below_since_ = Timestamp{};
  set_peak(equity_);
  worst_drawdown_ = Score{};
}

void EquityGuard::use_limits(Rate daily_loss_max, Rate drawdown_max) noexcept {
  daily_loss_max_ = daily_loss_max;
  drawdown_max_ = drawdown_max;
  daily_floor_ = floor_below(day_start_, daily_loss_max);
  drawdown_floor_ = floor_below(peak_, drawdown_max);
  is_daily_latched_ = day_low_ <= daily_floor_;
  is_drawdown_latched_ = since_peak_low_ <= drawdown_floor_;
  below_since_ = Timestamp{};
}

Score EquityGuard::daily_loss_pct() const noexcept { return loss_pct(day_start_, day_low_); }

Score EquityGuard::drawdown_pct() const noexcept {
  const Score current = loss_pct(peak_, since_peak_low_);
  return current < worst_drawdown_ ? worst_drawdown_ : current;
}

void EquityGuard::set_peak(Money equity) noexcept {
  if (is_drawdown_latched_) {
    const Score reached = drawdown_pct();
    worst_drawdown_ = worst_drawdown_ < reached ? reached : worst_drawdown_;
  }
  peak_ = equity;
  since_peak_low_ = equity;
  drawdown_floor_ = floor_below(equity, drawdown_max_);
}

void EquityGuard::check(Timestamp now) noexcept {
  is_daily_latched_ = is_daily_latched_ || equity_ <= daily_floor_;
  if (is_drawdown_latched_) {
    return;
  }
  if (equity_ > drawdown_floor_) {
    below_since_ = Timestamp{};
  } else if (!below_since_.is_set()) {
    below_since_ = now;
  } else if (now - below_since_ >= kLatchAfter) {
    is_drawdown_latched_ = true;
    below_since_ = Timestamp{};
  }
}

}  // namespace lanner::risk
