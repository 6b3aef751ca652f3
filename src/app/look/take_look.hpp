#pragma once

#include "app/invocation.hpp"
#include "base/result.hpp"
#include "runtime/look/session_look.hpp"

namespace lanner::app {

// The session that the argument number `at` names, replayed to its end.
[[nodiscard]] Result<runtime::SessionLook> take_look(const Invocation& in, std::size_t at = 0);
// "monday: synthetic data, open, verified through 1234, at 2025-01-03 04:05 UTC".
[[nodiscard]] std::string look_head(const runtime::SessionLook& look);

}  // namespace lanner::app
