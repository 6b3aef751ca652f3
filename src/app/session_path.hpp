#pragma once

#include <filesystem>
#include <string>

#include "app/invocation.hpp"
#include "base/result.hpp"

namespace lanner::app {

// The session that the argument number `at` names: a folder, or a name in the profile's sessions;
// the newest of the profile when nothing was typed.
[[nodiscard]] Result<std::filesystem::path> session_path(const Invocation& in, std::size_t at = 0);
// The session that these words name.
[[nodiscard]] Result<std::filesystem::path> session_named(const Invocation& in,
                                                          const std::string& typed);

}  // namespace lanner::app
