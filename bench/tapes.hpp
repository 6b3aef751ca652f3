#pragma once

// The two measured sessions, as a user would ask for them: the command line that repeats each is
// printed beside its figure.

#include <string>

#include "runtime/run_options.hpp"
#include "runtime/session_plan.hpp"
#include "sim/synthetic/config.hpp"

namespace lanner::bench {

// Where catalogs are made once and kept: build/bench of the source tree.
[[nodiscard]] std::filesystem::path scratch_dir();

// Balance and parameters of every measured session; no data yet.
[[nodiscard]] runtime::RunOptions session_rules();
// Makes the catalog of the market when it is not there yet, and asks for all of it.
[[nodiscard]] runtime::RunOptions session_on(const sim::SyntheticConfig& market);
// The same session asked of the command line.
[[nodiscard]] std::string command_line(const runtime::RunOptions& options);
// Its digest, by the command line's own program where it is built, else by the same function.
[[nodiscard]] std::string digest_by_command(const runtime::RunOptions& options);

// Stops the program with the sentence of an error: a benchmark has nothing else to do.
[[noreturn]] void stop(const std::string& sentence);
template <typename Value>
[[nodiscard]] Value expect(Result<Value>&& result) {
  if (!result) {
    stop(result.error().message);
  }
  return std::move(*result);
}

}  // namespace lanner::bench
