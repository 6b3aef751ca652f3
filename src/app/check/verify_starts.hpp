#pragma once

#include "app/verb.hpp"

namespace lanner::app {

[[nodiscard]] Verb verify_recursive_verb() noexcept;
[[nodiscard]] Verb verify_influence_verb() noexcept;

}  // namespace lanner::app
