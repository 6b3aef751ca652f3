#include "risk/equity_guard.hpp"

namespace lanner::risk {
namespace {

// Loss from `from` down to `to` in pct; a base that is not positive has lost everything.
Score loss_pct(Money from, Money to) noexcept {
  const auto share = ratio(from - to, from);
  return share && from.is_positive() ? *share * Score{100.0} : Score{100.0};
}

Money floor_below(Money base, Rate loss_max) noexcept {
  return base - money_times(base, loss_max);
}

}  // namespace

void EquityGuard::start_day(Money equity) noexcept {
  equity_ = equity;
  day_start_ = equity;
  day_low_ = equity;
  daily_floor_ = floor_below(equity, daily_loss_max_);
  is_daily_latched_ = false;
  if (equity > peak_) {
    set_peak(equity);
  }
  check();
}

void EquityGuard::observe(Money equity) noexcept {
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
  check();
}

void EquityGuard::clear_drawdown() noexcept {
  is_drawdown_latched_ = false;
  set_peak(equity_);
  worst_drawdown_ = Score{};
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

void EquityGuard::check() noexcept {
  is_daily_latched_ = is_daily_latched_ || equity_ <= daily_floor_;
  is_drawdown_latched_ = is_drawdown_latched_ || equity_ <= drawdown_floor_;
}

}  // namespace lanner::risk
