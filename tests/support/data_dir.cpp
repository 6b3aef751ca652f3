#include "support/data_dir.hpp"

#include <cstdlib>

namespace lanner::test {

std::optional<std::filesystem::path> data_dir() {
  std::error_code ignored;
  if (const char* named = std::getenv("LANNER_DATA"); named != nullptr && *named != '\0') {
    std::filesystem::path path{named};
    if (std::filesystem::is_directory(path, ignored)) { return path; }
    return std::nullopt;
  }
  const auto beside = std::filesystem::path{LANNER_SOURCE_DIR}.parent_path() / "shared" / "data";
  if (std::filesystem::is_directory(beside, ignored)) { return beside; }
  return std::nullopt;
}

}  // namespace lanner::test
