#pragma once

#include "app/invocation.hpp"
#include "base/result.hpp"

namespace lanner::app {

[[nodiscard]] Result<int> run_learn_rebuild(const Invocation& in);

}  // namespace lanner::app
