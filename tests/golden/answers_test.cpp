#include <doctest/doctest.h>

#include "app/answers.hpp"
#include "support/golden.hpp"

using namespace lanner;

TEST_CASE("components --json is as approved") {
  CHECK_GOLDEN("components.json", app::components_json() + "\n");
}

TEST_CASE("version --json keeps its shape") {
  const BuildInfo made{"1.2.3", "abcdef", "g++ 12.2", "release"};
  CHECK_GOLDEN("version.json", app::version_json(made) + "\n");
}
