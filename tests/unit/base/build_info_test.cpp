#include "base/build_info.hpp"

#include <doctest/doctest.h>

TEST_CASE("the binary knows its version, commit, compiler and preset") {
  const auto& info = lanner::build_info();
  CHECK(info.version == "0.1.0");
  CHECK_FALSE(info.build_id.empty());
  CHECK(info.compiler.find("GNU") != std::string_view::npos);
  CHECK_FALSE(info.preset.empty());
}
