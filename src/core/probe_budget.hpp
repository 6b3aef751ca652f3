#pragma once

// What probe entries have lost today (UTC), open and realised: the budget that unproven ideas may
// spend in a day.

#include "base/fixed.hpp"

namespace lanner::core {

class ProbeBudget {
 public:
  void on_day_start() noexcept { realised_ = Money{}; }
  void on_trade_closed(Money net_pnl) noexcept { realised_ += net_pnl; }
  // > 0 = lost. `unrealised` is of the open positions.
  [[nodiscard]] Money lost(Money unrealised) const noexcept { return -(realised_ + unrealised); }

 private:
  Money realised_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(realised_);
  }
};

}  // namespace lanner::core
