#include <fmt/core.h>

#include <array>

#include "app/invocation.hpp"
#include "app/keep/completion.hpp"
#include "app/verb.hpp"

namespace lanner::app {
namespace {

Result<int> run_bash(const Invocation&) {
  fmt::print("{}", bash_completion());
  return 0;
}
Result<int> run_zsh(const Invocation&) {
  fmt::print("{}", zsh_completion());
  return 0;
}
Result<int> run_fish(const Invocation&) {
  fmt::print("{}", fish_completion());
  return 0;
}

constexpr std::array kCompletionVerbs{
    Verb{"bash", "", "for bash", "source <(lanner completion bash)", {}, {}, run_bash, {}},
    Verb{"zsh", "", "for zsh", "source <(lanner completion zsh)", {}, {}, run_zsh, {}},
    Verb{"fish", "", "for fish", "lanner completion fish | source", {}, {}, run_fish, {}}};

}  // namespace

Verb completion_verb() noexcept {
  return {"completion", "", "completion for bash, zsh, fish", "source <(lanner completion bash)",
          {}, {}, nullptr, kCompletionVerbs};
}

}  // namespace lanner::app
