#pragma once

// A user's own features as the settings and the terminal see them.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lanner::runtime {

// What is wrong with a name (`at` is empty) or with its text at this character, from 0.
struct OwnFeatureFault {
  std::optional<std::size_t> at;
  std::string reason;
};
[[nodiscard]] std::optional<OwnFeatureFault> own_feature_fault(std::string_view name,
                                                               std::string_view text);
// The same in words, with the text and a caret; empty when nothing is wrong.
[[nodiscard]] std::string own_feature_problem(std::string_view name, std::string_view text);
// What an expression may be made of, for `config explain`.
[[nodiscard]] std::string own_feature_help();

}  // namespace lanner::runtime
