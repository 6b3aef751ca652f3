#include <doctest/doctest.h>

#include "app/answers.hpp"
#include "support/golden.hpp"

using namespace lanner;

namespace {

// One entry a line, so that a change shows as the entries that it touches.
std::string entries_on_lines(std::string text) {
  for (std::size_t at = 0; (at = text.find("},{", at)) != std::string::npos; at += 4) {
    text.replace(at, 3, "},\n{");
  }
  return text + "\n";
}

}  // namespace

TEST_CASE("components --json is as approved") {
  CHECK_GOLDEN("components.json", entries_on_lines(app::components_json()));
}

TEST_CASE("version --json keeps its shape") {
  const BuildInfo made{"1.2.3", "abcdef", "g++ 12.2", "release"};
  CHECK_GOLDEN("version.json", app::version_json(made) + "\n");
}
