#pragma once

// The known word a mistyped one most likely means, for error messages.

#include <optional>
#include <span>
#include <string_view>

namespace lanner {

// The nearest known word by insertions, deletions, substitutions and swaps of neighbours (Damerau
// and Levenshtein, restricted; ASCII case ignored), at most max(2, a third of the word's length)
// away and nearer than replacing the word outright. The first of equals wins.
[[nodiscard]] std::optional<std::string_view> closest(std::string_view word,
                                                      std::span<const std::string_view> known);

}  // namespace lanner
