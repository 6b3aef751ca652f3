#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lanner::test {

/// Why a test case was left early. Missing data can be made an error (LANNER_REQUIRE_DATA=1);
/// a missing property of the machine cannot.
enum class SkipCause { data, machine };

struct SkippedCase {
  std::string name;
  std::string reason;
  SkipCause cause;
};

/// Notes the running test case as skipped; the caller returns from it afterwards.
void record_skip(std::string_view reason, SkipCause cause);

/// The cases skipped so far, each once, in order.
[[nodiscard]] const std::vector<SkippedCase>& skipped_cases();

/// Told by the reporter, so that record_skip knows whose skip it notes.
void set_running_case(std::string_view name);

}  // namespace lanner::test

/// Leaves the test case, counted and listed as skipped, for a reason that lies in the machine.
#define SKIP_BECAUSE(reason)                                                   \
  do {                                                                         \
    ::lanner::test::record_skip((reason), ::lanner::test::SkipCause::machine); \
    return;                                                                    \
  } while (false)
