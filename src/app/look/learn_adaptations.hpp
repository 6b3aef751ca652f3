#pragma once

#include "app/invocation.hpp"
#include "base/result.hpp"

namespace lanner::app {

[[nodiscard]] Result<int> run_learn_adaptations(const Invocation& in);
// Only a running session can take one back: what a closed one changed ended with it.
[[nodiscard]] Result<int> run_learn_rollback(const Invocation& in);

}  // namespace lanner::app
