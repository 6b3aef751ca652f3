#pragma once

// The command line as tables: each verb says its flags and arguments once; parsing, --help, the
// reference page and "did you mean" all read them.

#include <span>
#include <string_view>

#include "base/result.hpp"

namespace lanner::app {

class Invocation;

struct Flag {
  std::string_view name;   // "--catalog"; with a short form "-c,--config"
  std::string_view value;  // "DIR"; empty for a switch
  std::string_view help;
  bool is_repeatable = false;
};

enum class Arity : unsigned char { one, optional, many, any };  // many: at least one

struct Argument {
  std::string_view name;  // "SESSION"
  Arity arity = Arity::one;
  std::string_view help;
};

// A verb either runs or has verbs of its own. What `run` returns is the exit code; an error is
// printed on stderr and its kind decides the exit code.
struct Verb {
  std::string_view name;
  std::string_view alias;    // of users of other bots; may be two words ("list-data" = data list)
  std::string_view purpose;  // one line
  std::string_view example;  // the first thing that --help shows
  std::span<const Argument> arguments;
  std::span<const Flag> flags;
  Result<int> (*run)(const Invocation& invocation) = nullptr;
  std::span<const Verb> verbs;
};

// Those that work; --help lists exactly these.
[[nodiscard]] std::span<const Verb> verbs() noexcept;

// One file per verb.
[[nodiscard]] Verb run_verb() noexcept;
[[nodiscard]] Verb backtest_verb() noexcept;
[[nodiscard]] Verb ablate_verb() noexcept;
[[nodiscard]] Verb replay_verb() noexcept;
[[nodiscard]] Verb report_verb() noexcept;
[[nodiscard]] Verb components_verb() noexcept;
[[nodiscard]] Verb data_verb() noexcept;
[[nodiscard]] Verb version_verb() noexcept;
[[nodiscard]] Verb why_verb() noexcept;
[[nodiscard]] Verb why_not_verb() noexcept;
[[nodiscard]] Verb status_verb() noexcept;
[[nodiscard]] Verb positions_verb() noexcept;
[[nodiscard]] Verb orders_verb() noexcept;
[[nodiscard]] Verb trades_verb() noexcept;
[[nodiscard]] Verb profit_verb() noexcept;
[[nodiscard]] Verb balance_verb() noexcept;
[[nodiscard]] Verb learn_verb() noexcept;
[[nodiscard]] Verb params_verb() noexcept;
[[nodiscard]] Verb config_verb() noexcept;
[[nodiscard]] Verb doctor_verb() noexcept;
[[nodiscard]] Verb knowledge_verb() noexcept;
[[nodiscard]] Verb audit_verb() noexcept;
[[nodiscard]] Verb db_verb() noexcept;
[[nodiscard]] Verb logs_verb() noexcept;
[[nodiscard]] Verb verify_verb() noexcept;
[[nodiscard]] Verb completion_verb() noexcept;

}  // namespace lanner::app
