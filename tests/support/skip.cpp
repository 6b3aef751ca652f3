#include "support/skip.hpp"

#include <algorithm>

namespace lanner::test {
namespace {

struct SkipLog {
  std::string running;
  std::vector<SkippedCase> cases;
};

SkipLog& skip_log() {
  static SkipLog log;
  return log;
}

}  // namespace

void record_skip(std::string_view reason, SkipCause cause) {
  auto& log = skip_log();
  // A case with subcases is entered several times and still is one case.
  const bool is_known = std::any_of(log.cases.begin(), log.cases.end(),
                                    [&](const auto& known) { return known.name == log.running; });
  if (!is_known) {
    log.cases.push_back({.name = log.running, .reason = std::string{reason}, .cause = cause});
  }
}

const std::vector<SkippedCase>& skipped_cases() { return skip_log().cases; }

void set_running_case(std::string_view name) { skip_log().running = name; }

}  // namespace lanner::test
