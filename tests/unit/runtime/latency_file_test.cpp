#include "runtime/inputs/latency_file.hpp"

#include <doctest/doctest.h>

#include "support/scratch_dir.hpp"

namespace lanner::runtime {
namespace {

TEST_CASE("round trips are read in milliseconds and sorted") {
  const test::ScratchDir dir{"latency_file"};
  const auto trips = read_round_trips(
      dir.write("rtt.txt", "# measured\n12.5\n3\n\n4 # near\n5\n6\n7\n8\n9\n10\n0.000001\n"));
  REQUIRE(trips.has_value());
  REQUIRE(trips->size() == 10);
  CHECK(trips->front() == Duration{1});
  CHECK(trips->back() == Duration{12'500'000});
}

TEST_CASE("a file of round trips that cannot be used is refused with its place") {
  const test::ScratchDir dir{"latency_file"};
  const auto problem = [&](const char* text) {
    const auto trips = read_round_trips(dir.write("rtt.txt", text));
    return trips ? std::string{} : trips.error().message;
  };
  CHECK(problem("1\nfast\n").find("rtt.txt:2: 'fast'") != std::string::npos);
  CHECK(problem("0\n").find("rtt.txt:1") != std::string::npos);
  CHECK(problem("60001\n").find("at most 60000") != std::string::npos);
  CHECK(problem("1\n2\n").find("holds 2 round trips") != std::string::npos);
  CHECK(!read_round_trips(dir.path() / "none").has_value());
}

}  // namespace
}  // namespace lanner::runtime
