#include "support/golden.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace lanner::test {
namespace {

bool is_approving() {
  const char* wanted = std::getenv("LANNER_APPROVE");
  return wanted != nullptr && std::string_view{wanted} == "1";
}

// The part of a long line where it stops being the other one.
std::string around_difference(const std::string& line, const std::string& other) {
  constexpr std::size_t kBefore = 40;
  constexpr std::size_t kShown = 160;
  const auto place = std::mismatch(line.begin(), line.end(), other.begin(), other.end()).first;
  const auto at = static_cast<std::size_t>(place - line.begin());
  const std::size_t from = at > kBefore ? at - kBefore : 0;
  return (from == 0 ? "" : "...") + line.substr(from, kShown) +
         (line.size() > from + kShown ? "..." : "");
}

std::string first_difference(std::string_view approved, std::string_view text) {
  std::istringstream left{std::string{approved}};
  std::istringstream right{std::string{text}};
  std::string left_line;
  std::string right_line;
  for (int line = 1;; ++line) {
    const bool has_left = static_cast<bool>(std::getline(left, left_line));
    const bool has_right = static_cast<bool>(std::getline(right, right_line));
    if (!has_left && !has_right) { return "only the last line's end differs"; }
    if (has_left != has_right || left_line != right_line) {
      return "line " + std::to_string(line) + ": approved \"" +
             (has_left ? around_difference(left_line, right_line) : "(end)") + "\", now \"" +
             (has_right ? around_difference(right_line, left_line) : "(end)") + "\"";
    }
  }
}

}  // namespace

std::string difference_from_golden(std::string_view name, std::string_view text) {
  const auto path = std::filesystem::path{LANNER_SOURCE_DIR} / "tests/golden/expected" / name;
  if (is_approving()) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << text;
    return {};
  }
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    return std::string{name} + ": no approved text yet; look at it, then run ./x approve";
  }
  const std::string approved{std::istreambuf_iterator<char>{file}, {}};
  if (approved == text) { return {}; }
  return std::string{name} + ": " + first_difference(approved, text) +
         "; if the change is meant, run ./x approve";
}

}  // namespace lanner::test
