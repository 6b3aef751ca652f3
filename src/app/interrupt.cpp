#include "app/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include <string_view>

namespace lanner::app {
namespace {

// A handler can reach nothing but statics.
std::atomic<bool> interrupt_requested{false};
std::atomic<int> interrupt_signal{0};

void on_signal(int number) {
  if (interrupt_requested.exchange(true)) {
    constexpr std::string_view kSaid =
        "\nlanner: ended at once; `lanner run` continues the session\n";
    const auto ignored = ::write(STDERR_FILENO, kSaid.data(), kSaid.size());
    static_cast<void>(ignored);
    ::_exit(128 + number);
  }
  interrupt_signal.store(number);
}

void handle(int number, void (*handler)(int)) noexcept {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() noexcept {
  interrupt_requested.store(false);
  interrupt_signal.store(0);
  handle(SIGINT, on_signal);
  handle(SIGTERM, on_signal);
}

Interrupt::~Interrupt() {
  handle(SIGINT, SIG_DFL);
  handle(SIGTERM, SIG_DFL);
}

const std::atomic<bool>& Interrupt::is_requested() const noexcept { return interrupt_requested; }

int Interrupt::exit_code() const noexcept {
  const int number = interrupt_signal.load();
  return number == 0 ? 0 : 128 + number;
}

}  // namespace lanner::app
