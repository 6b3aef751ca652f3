#pragma once

// How every row is measured: ours and its floor in the same run, in turns, the median of the
// turns. Time is processor time of this thread, so that what others take is not counted; what
// they do to the caches is, so a run on a busy machine is told apart and tried again.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lanner::bench {

struct Settings {
  std::size_t turns = 7;
  std::size_t tries = 3;
};

// Nanoseconds of processor time that this thread has used.
[[nodiscard]] std::int64_t thread_ns();
// Time stamp counter, fenced enough for spans of tens of nanoseconds.
[[nodiscard]] std::uint64_t ticks();
[[nodiscard]] double ns_per_tick();

// Microseconds since boot in which somebody waited for a processor.
[[nodiscard]] std::uint64_t waited_us();
[[nodiscard]] std::uint64_t resident_bytes();

// A run in which somebody waited for a processor for more of the time says nothing.
inline constexpr double kPressureMax = 0.05;

struct Measured {
  double ours = 0.0;
  double floor = 0.0;
  double pressure = 0.0;  // share of the time in which somebody waited for a processor
  bool is_conclusive = false;
};

// Each call gives the nanoseconds of one unit of work.
using Sample = std::function<double()>;
[[nodiscard]] Measured compare(const Settings& settings, const Sample& ours, const Sample& floor);

[[nodiscard]] double median(std::vector<double> values);
[[nodiscard]] double quantile(std::vector<double> values, double p);

// Keeps a value from being optimised away.
template <typename Value>
void keep(const Value& value) noexcept {
  asm volatile("" : : "g"(&value) : "memory");
}

}  // namespace lanner::bench
