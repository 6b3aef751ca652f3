#include "base/random.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>

#include "base/mathx.hpp"

namespace {

using Block = std::array<std::uint32_t, 4>;

struct Moments {
  double mean = 0.0;
  double variance = 0.0;
};

template <typename Draw>
Moments moments(Draw draw) {
  constexpr int kDraws = 200'000;
  double sum = 0.0;
  double squares = 0.0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = draw();
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  return {mean, squares / kDraws - mean * mean};
}

}  // namespace

TEST_CASE("random: Philox4x32-10 gives the published answers") {
  using lanner::Philox;
  CHECK(Philox{0, 0}.block(0) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(Philox{~0ULL, ~0ULL}.block(~0ULL) ==
        Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(Philox{0x299f31d0a4093822, 0x0370734413198a2e}.block(0x85a308d3243f6a88) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random: the first words of a stream are the first block") {
  lanner::RandomStream stream{0, 0};
  CHECK(stream.next_u64() == 0xe169c58d6627e8d5);
  CHECK(stream.next_u64() == 0x9b00dbd8bc57ac4c);
  CHECK(stream.counter() == 2);
}

TEST_CASE("random: a stream resumes at any counter") {
  lanner::RandomStream whole{11, 5};
  for (std::uint64_t i = 0; i < 50; ++i) {
    lanner::RandomStream resumed{11, 5, i};
    lanner::RandomStream copy = whole;
    CHECK(whole.counter() == i);
    const std::uint64_t word = whole.next_u64();
    CHECK(resumed.next_u64() == word);
    CHECK(copy.next_u64() == word);
    CHECK(resumed.next_u64() == copy.next_u64());
  }
}

TEST_CASE("random: seeds and streams differ") {
  CHECK(lanner::RandomStream{1, 0}.next_u64() != lanner::RandomStream{2, 0}.next_u64());
  CHECK(lanner::RandomStream{1, 0}.next_u64() != lanner::RandomStream{1, 1}.next_u64());
}

TEST_CASE("random: moments of the samplers") {
  lanner::RandomStream random{42, 9};
  const Moments uniform = moments([&] { return random.uniform(); });
  CHECK(std::fabs(uniform.mean - 0.5) < 0.004);
  CHECK(std::fabs(uniform.variance - 1.0 / 12.0) < 0.002);
  const Moments normal = moments([&] { return random.normal(); });
  CHECK(std::fabs(normal.mean) < 0.012);
  CHECK(std::fabs(normal.variance - 1.0) < 0.02);
  const Moments exponential = moments([&] { return random.exponential(); });
  CHECK(std::fabs(exponential.mean - 1.0) < 0.012);
  CHECK(std::fabs(exponential.variance - 1.0) < 0.04);
  const Moments gamma = moments([&] { return random.gamma(3.5); });
  CHECK(std::fabs(gamma.mean - 3.5) < 0.03);
  CHECK(std::fabs(gamma.variance - 3.5) < 0.1);
  const Moments small = moments([&] { return random.gamma(0.4); });
  CHECK(std::fabs(small.mean - 0.4) < 0.01);
  CHECK(std::fabs(small.variance - 0.4) < 0.03);
  const Moments student = moments([&] { return random.student_t(8.0); });
  CHECK(std::fabs(student.mean) < 0.015);
  CHECK(std::fabs(student.variance - 8.0 / 6.0) < 0.05);
}

TEST_CASE("random: below is even over its range and stays in it") {
  lanner::RandomStream random{42, 10};
  std::array<int, 7> counts{};
  for (int i = 0; i < 70'000; ++i) {
    ++counts.at(random.below(7));
  }
  for (const int count : counts) {
    CHECK(std::abs(count - 10'000) < 500);
  }
  CHECK(random.below(1) == 0);
  CHECK(random.below(~0ULL) < ~0ULL);
}

TEST_CASE("random: the stateless helpers are pure functions of their arguments") {
  CHECK(lanner::philox_uniform(3, 4, 5) == lanner::philox_uniform(3, 4, 5));
  CHECK(lanner::philox_uniform(3, 4, 5) != lanner::philox_uniform(3, 4, 6));
  std::uint64_t at = 0;
  const Moments normal = moments([&] { return lanner::philox_normal(3, 4, at++); });
  CHECK(std::fabs(normal.mean) < 0.012);
  CHECK(std::fabs(normal.variance - 1.0) < 0.02);
  // Bits, not only values: these change only with the definition of the generator.
  CHECK(lanner::philox_uniform(0, 0, 0) == 0x1.c2d38b1acc4fdp-1);
}
