#pragma once

#include <string>
#include <string_view>

namespace lanner::test {

/// Compares text with the approved file tests/golden/expected/<name>. Empty when equal; otherwise a
/// sentence with the first line that differs. With LANNER_APPROVE=1 (`./x approve`) the file is
/// rewritten instead, and the change is judged in the diff.
[[nodiscard]] std::string difference_from_golden(std::string_view name, std::string_view text);

}  // namespace lanner::test

/// Fails the test case when the text differs from the approved file.
#define CHECK_GOLDEN(name, text)                                                            \
  do {                                                                                      \
    const std::string difference_ = ::lanner::test::difference_from_golden((name), (text)); \
    CHECK_MESSAGE(difference_.empty(), difference_);                                        \
  } while (false)
