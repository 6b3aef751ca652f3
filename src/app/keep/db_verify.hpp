#pragma once

// `db verify`: the database against itself and against the journals.

#include <array>

#include "app/invocation.hpp"
#include "app/keep/database_path.hpp"
#include "app/verb.hpp"
#include "base/result.hpp"

namespace lanner::app {

inline constexpr std::array kDbVerifyFlags{
    kDatabaseFlag,
    Flag{"--deep", "", "check every journal, make every row again from it, compare row by row"}};

[[nodiscard]] Result<int> run_db_verify(const Invocation& in);

}  // namespace lanner::app
