#include <cstdio>
#include <exception>

#include "app/command_line.hpp"

extern char** environ;

int main(int argc, char** argv) {
  std::size_t variables = 0;
  while (environ != nullptr && environ[variables] != nullptr) {
    ++variables;
  }
  const std::span<const char* const> words(argv, static_cast<std::size_t>(argc));
  try {
    return lanner::app::run_command_line(lanner::app::CommandLine{
        words.subspan(words.empty() ? 0 : 1), {environ, variables}});
  } catch (const std::exception& error) {
    // Out of memory, a full disk behind a library: say it and end; sessions recover on restart.
    std::fprintf(stderr, "lanner: %s\n", error.what());
    return 1;
  }
}
