#pragma once

#include <filesystem>
#include <optional>

#include "support/skip.hpp"

namespace lanner::test {

/// Recorded market data for tests: the directory named by LANNER_DATA, else shared/data beside the
/// repository, else nothing. The data is never part of the repository.
[[nodiscard]] std::optional<std::filesystem::path> data_dir();

}  // namespace lanner::test

/// Leaves the test case, counted and listed as skipped, where there is no recorded data.
#define SKIP_WITHOUT_DATA()                                                        \
  do {                                                                             \
    if (!::lanner::test::data_dir()) {                                             \
      ::lanner::test::record_skip(                                                 \
          "no recorded data: set LANNER_DATA, or put shared/data beside the tree", \
          ::lanner::test::SkipCause::data);                                        \
      return;                                                                      \
    }                                                                              \
  } while (false)
