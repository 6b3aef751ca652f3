#include "base/ensure.hpp"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>

namespace lanner {
namespace {
// One engine runs per thread; the value only serves the message of a stop.
thread_local std::uint64_t ensure_sequence = 0;
}  // namespace

void set_ensure_sequence(std::uint64_t sequence) noexcept { ensure_sequence = sequence; }

void ensure_failed(const char* condition, const char* file, int line) noexcept {
  std::fflush(stdout);
  std::fprintf(stderr, "lanner: stopped at event %" PRIu64 ": not true: %s (%s:%d)\n",
               ensure_sequence, condition, file, line);
  std::abort();
}

}  // namespace lanner
