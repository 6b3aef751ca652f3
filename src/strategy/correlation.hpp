#pragma once

// How much two instruments move together: the exponentially weighted correlation of their
// 5-minute returns. Returns are kept, and correlated only when somebody asks: a decision is rare,
// a bar is not.

#include <cstdint>
#include <vector>

#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/time.hpp"

namespace lanner::strategy {

class ReturnCorrelation {
 public:
  static constexpr std::size_t kKept = 96;          // 8 hours
  static constexpr double kHalfLife = 24.0;         // returns, 2 hours
  static constexpr std::size_t kCommonMin = 24;     // fewer say nothing

  explicit ReturnCorrelation(std::size_t instruments)
      : returns_(instruments * kKept), slots_(instruments * kKept, -1) {}

  // The return of the 5-minute bar that closed at `close`.
  void on_return(InstrumentId id, Timestamp close, Score value) noexcept {
    const std::int64_t slot = close.ns() / minutes(5).ns();
    const std::size_t place = id.index() * kKept + static_cast<std::size_t>(slot) % kKept;
    returns_[place] = value.value();
    slots_[place] = slot;
  }
  // 0 where fewer than kCommonMin bars are common to both.
  [[nodiscard]] Score between(InstrumentId one, InstrumentId other, Timestamp now) const noexcept;

 private:
  std::vector<double> returns_;  // instrument x ring
  std::vector<std::int64_t> slots_;
};

}  // namespace lanner::strategy
