// The main of every test executable: doctest's runner, the list of skipped cases, and one line that
// ./x adds up: "lanner-tests <kind> passed=N failed=N skipped=N".
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "support/skip.hpp"

namespace {

struct CaseCounts {
  unsigned run = 0;
  unsigned failed = 0;
  std::vector<std::string> failed_names;
};

CaseCounts& counts() {
  static CaseCounts value;
  return value;
}

/// Keeps the counts that doctest itself only prints. Purely a listener: it reports nothing.
struct CountingListener : doctest::IReporter {
  std::string running;

  explicit CountingListener(const doctest::ContextOptions& /*options*/) {}
  void report_query(const doctest::QueryData& /*query*/) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats& stats) override {
    counts().run = stats.numTestCasesPassingFilters;
    counts().failed = stats.numTestCasesFailed;
  }
  void test_case_start(const doctest::TestCaseData& data) override {
    running = data.m_name;
    lanner::test::set_running_case(running);
  }
  void test_case_reenter(const doctest::TestCaseData& /*data*/) override {}
  void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
    if (stats.failure_flags != 0) { counts().failed_names.push_back(running); }
  }
  void test_case_exception(const doctest::TestCaseException& /*error*/) override {}
  void subcase_start(const doctest::SubcaseSignature& /*subcase*/) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData& /*data*/) override {}
  void log_message(const doctest::MessageData& /*message*/) override {}
  void test_case_skipped(const doctest::TestCaseData& /*data*/) override {}
};

/// Where the data lies beside the tree, a test that skips for want of it hides something.
bool data_is_required() {
  const char* wanted = std::getenv("LANNER_REQUIRE_DATA");
  if (wanted == nullptr || std::string_view{wanted} != "1") { return false; }
  const auto beside = std::filesystem::path{LANNER_SOURCE_DIR}.parent_path() / "shared" / "data";
  std::error_code ignored;
  return std::filesystem::is_directory(beside, ignored);
}

}  // namespace

REGISTER_LISTENER("lanner-counts", 1, CountingListener);

int main(int argc, char** argv) {
  // The same cases on every machine; RC_PARAMS="seed=..." looks at others.
  setenv("RC_PARAMS", "seed=20250504", 0);
  doctest::Context context;
  context.setOption("no-intro", true);
  context.setOption("no-version", true);
  context.applyCommandLine(argc, argv);
  const int status = context.run();
  if (context.shouldExit()) { return status; }

  unsigned skipped = 0;
  unsigned failed = counts().failed;
  const bool must_have_data = data_is_required();
  const auto& failed_names = counts().failed_names;
  for (const auto& skip : lanner::test::skipped_cases()) {
    std::printf("skipped: %s: %s\n", skip.name.c_str(), skip.reason.c_str());
    if (std::find(failed_names.begin(), failed_names.end(), skip.name) != failed_names.end()) {
      continue;
    }
    if (must_have_data && skip.cause == lanner::test::SkipCause::data) {
      std::printf("failed: %s: the data is here, so the test may not skip\n",
            skip.name.c_str());
      ++failed;
    } else {
      ++skipped;
    }
  }
  std::printf("lanner-tests %s passed=%u failed=%u skipped=%u\n", LANNER_TEST_KIND,
        counts().run - failed - skipped, failed, skipped);
  return failed == 0 && status == 0 ? 0 : 1;
}
