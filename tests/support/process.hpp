#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace lanner::test {

struct Finished {
  int code = -1;  ///< exit code, or 128 + signal
  std::string out;
  std::string err;
};

/// Runs a program to its end with an environment of its own: a scratch HOME, and `variables`
/// ("NAME=value") on top. Output is collected through files, so that no pipe can fill.
[[nodiscard]] Finished run_program(const std::string& program,
                                   const std::vector<std::string>& arguments,
                                   const std::vector<std::string>& variables = {});

/// The binary under test.
[[nodiscard]] Finished run_lanner(const std::vector<std::string>& arguments,
                                  const std::vector<std::string>& variables = {});

/// Starts it and returns at once; its output goes nowhere. 0 when it cannot be started. The caller
/// waits for the child or ends it.
[[nodiscard]] pid_t start_lanner(const std::vector<std::string>& arguments);

}  // namespace lanner::test
