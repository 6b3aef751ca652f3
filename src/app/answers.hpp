#pragma once

// Answers that depend on nothing but the build.

#include <string>

#include "base/build_info.hpp"

namespace lanner::app {

[[nodiscard]] std::string components_json();
[[nodiscard]] std::string version_json(const BuildInfo& info);

}  // namespace lanner::app
