#pragma once

// ENSURE states the good case; when it is false the fault is ours and the process stops.
// Stopping is safe because stops rest at the exchange and start-up is recovery.

#include <cstdint>

namespace lanner {

// The engine notes the sequence of the event in hand, so that a stop can name it.
void set_ensure_sequence(std::uint64_t sequence) noexcept;

[[noreturn]] void ensure_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace lanner

#define ENSURE(condition)                                            \
  do {                                                               \
    if (!(condition)) [[unlikely]] {                                 \
      ::lanner::ensure_failed(#condition, __FILE__, __LINE__);       \
    }                                                                \
  } while (false)
