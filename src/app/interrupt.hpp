#pragma once

// Ctrl-C and SIGTERM ask for an orderly end; a second one ends at once. Protective orders rest at
// the exchange, so both are safe.

#include <atomic>

namespace lanner::app {

class Interrupt {
 public:
  // Installs the handlers for as long as it lives; one at a time.
  Interrupt() noexcept;
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  [[nodiscard]] const std::atomic<bool>& is_requested() const noexcept;
  // 130 or 143; 0 when nobody asked.
  [[nodiscard]] int exit_code() const noexcept;
};

}  // namespace lanner::app
