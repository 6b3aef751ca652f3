#pragma once

#include <filesystem>

#include "app/invocation.hpp"
#include "app/verb.hpp"

namespace lanner::app {

inline constexpr Flag kDatabaseFlag{"--db", "PATH", "the database (lanner.db of the profile)"};

// --db PATH, else the profile's own.
[[nodiscard]] std::filesystem::path database_path(const Invocation& in);

}  // namespace lanner::app
