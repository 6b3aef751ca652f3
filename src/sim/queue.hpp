#pragma once

// Where a resting limit order stands in the queue of its price, from what the tape shows: the
// quantity displayed there and the trades. The order itself is not in the recording, so its place
// is an estimate; two bounds hold for every model (tests/support/queue_bounds.hpp): no fill before
// a trade at or through the price, none after a trade strictly through it or after more has traded
// at it than was displayed at acceptance and is ours.

#include <cstdint>

#include "base/fixed.hpp"

namespace lanner::sim {

enum class QueueModel : std::uint8_t {
  // Only trades at the price bring us forward; who leaves stood behind us, as long as the rest of
  // the displayed quantity leaves that possible.
  conservative,
  // Who leaves stood before us in part: of a quantity d that vanished without a trade,
  // d x f(front) / (f(front) + f(back)) with f(x) = x^2, the power form of the family in Erik
  // Rigtorp, "Estimating order queue position" (2013), there with log(1 + x) as well. The power
  // does not depend on the unit of the quantity. The expectation is taken, nothing is drawn.
  probabilistic,
  // No queue: a limit fills where a trade went through it by a tick.
  none,
};
[[nodiscard]] const char* name_of(QueueModel model) noexcept;

class QueuePosition {
 public:
  // Joins behind what is displayed. A price that the book does not reach is not known: everything
  // may stand before us until the book shows it.
  void join(Quantity shown, bool is_in_view) noexcept;
  void leave() noexcept { is_tracked_ = false; }
  [[nodiscard]] bool is_tracked() const noexcept { return is_tracked_; }
  [[nodiscard]] Quantity front() const noexcept { return front_; }

  // The displayed quantity at the price after an event of the book.
  void on_shown(QueueModel model, Quantity shown, bool is_in_view) noexcept;
  // A trade of this volume at the price: how much of it reaches behind those before us.
  [[nodiscard]] Quantity on_trade(Quantity volume) noexcept;

  // What the print in hand owes to the order; set by the matcher, taken by its fill.
  Quantity due;

 private:
  Quantity front_;   // before us; Quantity::max() where it is not known
  Quantity shown_;   // at the last event of the book
  Quantity traded_;  // at the price since then
  bool is_tracked_ = false;
  bool is_in_view_ = false;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(due, front_, shown_, traded_, is_tracked_, is_in_view_);
  }
};

}  // namespace lanner::sim
