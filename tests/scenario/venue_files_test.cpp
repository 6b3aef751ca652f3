// Every file in tests/scenario/venue is a test case of its own, named by the sentence in its first
// line. The language is described in venue_script.hpp.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "scenario/script.hpp"
#include "scenario/venue_script.hpp"

namespace lanner::test {
namespace {

std::vector<std::filesystem::path> venue_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(LANNER_SOURCE_DIR) / "tests/scenario/venue")) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// doctest keeps pointers to the names, so they live as long as the process.
std::map<std::string, std::filesystem::path>& venue_files_by_case() {
  static std::map<std::string, std::filesystem::path> files;
  return files;
}

void run_venue_case() {
  const doctest::detail::TestCase* current = doctest::getContextOptions()->currentTest;
  const std::string failure = run_venue_script(venue_files_by_case().at(current->m_name));
  CHECK_MESSAGE(failure.empty(), failure);
}

int register_venue_files() {
  int line = 0;
  for (const auto& file : venue_files()) {
    const std::string name = "venue: " + file.stem().string() + ": " + scenario_sentence(file);
    const auto [known, is_new] = venue_files_by_case().emplace(name, file);
    doctest::detail::regTest(
        doctest::detail::TestCase(&run_venue_case, __FILE__,
                                  static_cast<unsigned>(__LINE__ + ++line),
                                  doctest_detail_test_suite_ns::getCurrentTestSuite()) *
        known->first.c_str());
  }
  return line;
}

[[maybe_unused]] const int kVenueFiles = register_venue_files();

TEST_CASE("venue files: each begins with its sentence, and no two say the same") {
  std::vector<std::string> sentences;
  for (const auto& file : venue_files()) {
    CHECK_MESSAGE(file.extension() == ".txt", file.string());
    sentences.push_back(scenario_sentence(file));
    CHECK_MESSAGE(!sentences.back().empty(), file.string());
  }
  CHECK(sentences.size() >= 40);
  std::sort(sentences.begin(), sentences.end());
  const auto twice = std::adjacent_find(sentences.begin(), sentences.end());
  CHECK_MESSAGE(twice == sentences.end(), (twice == sentences.end() ? "" : *twice));
}

}  // namespace
}  // namespace lanner::test
