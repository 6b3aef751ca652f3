#pragma once

#include <cstdint>

namespace lanner::bench {

// Calls of operator new in this program so far.
[[nodiscard]] std::uint64_t allocations() noexcept;

}  // namespace lanner::bench
