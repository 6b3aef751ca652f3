#pragma once

// From argv to a verb's exit code. stdout carries data only; what went wrong is a sentence on
// stderr with what to do about it.

#include <span>
#include <string>

#include "base/result.hpp"

namespace lanner::app {

struct CommandLine {
  std::span<const char* const> arguments;  // without the program's name
  std::span<char* const> environment;
};

[[nodiscard]] int run_command_line(const CommandLine& line);

// The exit code of an error that reached the top.
[[nodiscard]] int exit_code_of(ErrorKind kind) noexcept;

}  // namespace lanner::app
