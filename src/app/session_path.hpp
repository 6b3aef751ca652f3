#pragma once

#include <filesystem>

#include "app/invocation.hpp"
#include "base/result.hpp"

namespace lanner::app {

// The session that a verb's first argument names: a folder, or a name in the profile's sessions;
// the newest of the profile when nothing was typed.
[[nodiscard]] Result<std::filesystem::path> session_path(const Invocation& in);

}  // namespace lanner::app
