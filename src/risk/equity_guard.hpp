#pragma once

// Daily loss (until 00:00 UTC) and drawdown (latched until an operator clears it), both on equity
// including unrealised. Crossing a floor latches within one event.

#include "base/fixed.hpp"
#include "base/score.hpp"

namespace lanner::risk {

class EquityGuard {
 public:
  EquityGuard(Rate daily_loss_max, Rate drawdown_max) noexcept
      : daily_loss_max_(daily_loss_max), drawdown_max_(drawdown_max) {}

  void start_day(Money equity) noexcept;
  // Integer comparisons only: called at every event while positions are open.
  void observe(Money equity) noexcept;
  // Recovery: the latch was set in an earlier life.
  void latch_drawdown() noexcept { is_drawdown_latched_ = true; }
  // Drawdown starts again from the last equity seen.
  void clear_drawdown() noexcept;

  [[nodiscard]] bool is_daily_latched() const noexcept { return is_daily_latched_; }
  [[nodiscard]] bool is_drawdown_latched() const noexcept { return is_drawdown_latched_; }
  // Worst of the day in pct of its start; worst below the peak in pct of the peak (while latched,
  // at least what latched it).
  [[nodiscard]] Score daily_loss_pct() const noexcept;
  [[nodiscard]] Score drawdown_pct() const noexcept;
  [[nodiscard]] Money day_start() const noexcept { return day_start_; }
  [[nodiscard]] Money peak() const noexcept { return peak_; }

 private:
  void set_peak(Money equity) noexcept;
  void check() noexcept;

  Rate daily_loss_max_;
  Rate drawdown_max_;
  Money equity_;
  Money day_start_;
  Money day_low_;
  Money daily_floor_;
  Money peak_;
  Money since_peak_low_;
  Money drawdown_floor_;
  Score worst_drawdown_;
  bool is_daily_latched_ = false;
  bool is_drawdown_latched_ = false;
};

}  // namespace lanner::risk
