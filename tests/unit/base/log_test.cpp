#include "base/log.hpp"

#include <doctest/doctest.h>

TEST_CASE("log: the level is kept, and a message below it passes silently") {
  const lanner::LogLevel before = lanner::log_level();
  for (const auto level : {lanner::LogLevel::info, lanner::LogLevel::warn, lanner::LogLevel::error,
                           lanner::LogLevel::off}) {
    lanner::set_log_level(level);
    CHECK(lanner::log_level() == level);
  }
  // Braces are text, not places for arguments.
  lanner::log_info("{} {");
  lanner::log_warn("unseen");
  lanner::log_error("unseen");
  lanner::set_log_level(before);
}
