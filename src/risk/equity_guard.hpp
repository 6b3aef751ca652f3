#pragma once

// Daily loss (until 00:00 UTC) and drawdown (latched until an operator clears it), both on equity
// including unrealised. Crossing a floor stops entries within the event. One bad print must not
// call for an operator: a drawdown latches when equity is seen below its floor again, at least 3 s
// later; seen above it before, entries go on.

#include "base/fixed.hpp"
#include "base/score.hpp"
#include "base/time.hpp"

namespace lanner::risk {

class EquityGuard {
 public:
  EquityGuard(Rate daily_loss_max, Rate drawdown_max) noexcept
      : daily_loss_max_(daily_loss_max), drawdown_max_(drawdown_max) {}

  void start_day(Money equity, Timestamp now) noexcept;
  // Integer comparisons only: called at every event while positions are open.
  void observe(Money equity, Timestamp now) noexcept;
  // Recovery: the latch was set in an earlier life.
  void latch_drawdown() noexcept { is_drawdown_latched_ = true; }
  // From now on these limits, and latches as if they had stood since the day and the peak began:
  // for the question what a decision would have been.
  void use_limits(Rate daily_loss_max, Rate drawdown_max) noexcept;
  // Drawdown starts again from the last equity seen.
  void clear_drawdown() noexcept;

  [[nodiscard]] bool is_daily_latched() const noexcept { return is_daily_latched_; }
  // Latched, or about to be.
  [[nodiscard]] bool is_drawdown_reached() const noexcept {
    return is_drawdown_latched_ || below_since_.is_set();
  }
  // Worst of the day in pct of its start; worst below the peak in pct of the peak (while latched,
  // at least what latched it).
  [[nodiscard]] Score daily_loss_pct() const noexcept;
  [[nodiscard]] Score drawdown_pct() const noexcept;
  [[nodiscard]] Money day_start() const noexcept { return day_start_; }
  [[nodiscard]] Money peak() const noexcept { return peak_; }

 private:
  void set_peak(Money equity) noexcept;
  void check(Timestamp now) noexcept;

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
  Timestamp below_since_;  // seen below the drawdown floor, not latched yet
  bool is_daily_latched_ = false;
  bool is_drawdown_latched_ = false;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(daily_loss_max_, drawdown_max_, equity_, day_start_, day_low_, daily_floor_, peak_,
            since_peak_low_, drawdown_floor_, worst_drawdown_, below_since_, is_daily_latched_,
            is_drawdown_latched_);
  }
};

}  // namespace lanner::risk
