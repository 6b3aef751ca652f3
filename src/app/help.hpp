#pragma once

// The texts of --help, made from the verb tables: example first, at most 80 columns.

#include <span>
#include <string>
#include <string_view>

#include "app/verb.hpp"

namespace lanner::app {

// Flags that every verb takes.
[[nodiscard]] std::span<const Flag> common_flags() noexcept;

[[nodiscard]] std::string help_of_all();
// `path` is what was typed before the verb's own words: "lanner data".
[[nodiscard]] std::string help_of(const Verb& verb, std::string_view path);

}  // namespace lanner::app
