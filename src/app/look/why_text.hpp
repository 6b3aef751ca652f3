#pragma once

// Explanations for people.

#include <string>

#include "runtime/explain/explanation.hpp"

namespace lanner::app {

[[nodiscard]] std::string why_text(const runtime::Explanation& explanation);
[[nodiscard]] std::string why_not_text(const runtime::WhyNot& answer);

}  // namespace lanner::app
