#pragma once

// How often a running session writes down its whole state.

#include <chrono>
#include <cstdint>

#include "base/time.hpp"

namespace lanner::runtime {

// When the next snapshot is due: after so many events or so much event time, whichever is first,
// but never sooner than `wall` after the last one, nor than `share` times what that one took.
struct SnapshotPace {
  std::uint64_t events = 8'192;
  Duration event_time = hours(1);
  std::chrono::milliseconds wall{1'000};
  int share = 100;  // of the time: one part in so many
};

}  // namespace lanner::runtime
