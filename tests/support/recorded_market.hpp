#pragma once

// The recorded perpetuals of May 2025, for tests of the whole loop. Import once per build
// directory; the catalog is named by the content of the files, so it can never be an old one.

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/isotime.hpp"
#include "runtime/run_options.hpp"
#include "runtime/session_plan.hpp"
#include "support/data_dir.hpp"

namespace lanner::test {

// Where catalogs made for tests are kept between runs.
inline std::filesystem::path test_profile() {
  return std::filesystem::path{LANNER_BINARY}.parent_path() / "test-profile";
}

// The value, or an exception that fails the test case with the error's own sentence.
template <typename T>
T must(Result<T> result) {
  if (!result) {
    throw std::runtime_error(result.error().message);
  }
  return std::move(*result);
}
inline void must(Status status) {
  if (!status) {
    throw std::runtime_error(status.error().message);
  }
}

// All perpetuals of the span of most instruments: 2025-05-04 15:33 to 2025-06-09, 11 of them.
inline runtime::RunOptions recorded_may() {
  runtime::RunOptions options;
  options.data = *data_dir();
  options.profile = test_profile();
  options.best_span = true;
  options.with_bad_day = false;
  return options;
}

// Two test programs must not import into one directory at the same time.
inline runtime::SessionPlan plan_recorded(const runtime::RunOptions& options) {
  std::filesystem::create_directories(test_profile());
  const int fd = ::open((test_profile() / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  ::flock(fd, LOCK_EX);
  auto plan = runtime::plan_session(options);
  ::close(fd);
  return must(std::move(plan));
}

}  // namespace lanner::test
