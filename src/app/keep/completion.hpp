#pragma once

// What a shell needs to complete verbs, flags and setting keys, made from the verbs' own tables.

#include <string>

namespace lanner::app {

[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string fish_completion();

}  // namespace lanner::app
