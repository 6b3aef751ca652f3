#pragma once

#include "app/verb.hpp"

namespace lanner::app {

[[nodiscard]] Verb verify_learning_verb() noexcept;

}  // namespace lanner::app
