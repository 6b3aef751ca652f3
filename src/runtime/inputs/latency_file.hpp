#pragma once

// Measured round trips of orders, for the recorded latency model.

#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace lanner::runtime {

// One round trip a line, in milliseconds (12.5); '#' begins a comment. At least 10, each above 0
// and at most a minute. Ascending. Errors name the file and the line.
[[nodiscard]] Result<std::vector<Duration>> read_round_trips(const std::filesystem::path& path);

}  // namespace lanner::runtime
