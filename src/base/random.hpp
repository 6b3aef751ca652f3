#pragma once

// Chance as data: a random number is a pure function of (seed, stream, counter). Philox4x32-10,
// J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011. All samplers go
// through mathx, so that the same seed gives the same numbers on every CPU.

#include <array>
#include <cstdint>

namespace lanner {

class Philox {
 public:
  constexpr Philox(std::uint64_t seed, std::uint64_t stream) noexcept
      : seed_(seed), stream_(stream) {}

  // 128 random bits. The counter words of the paper are (counter, stream), the key is the seed.
  [[nodiscard]] std::array<std::uint32_t, 4> block(std::uint64_t counter) const noexcept;

 private:
  std::uint64_t seed_;
  std::uint64_t stream_;
};

// The same numbers without a stream object: [0, 1) with 53 bits, and a standard normal.
[[nodiscard]] double philox_uniform(std::uint64_t seed, std::uint64_t stream,
                                    std::uint64_t counter) noexcept;
[[nodiscard]] double philox_normal(std::uint64_t seed, std::uint64_t stream,
                                   std::uint64_t counter) noexcept;

// A position in a Philox stream. Copying it forks the sequence; keeping counter() and passing it
// as counter0 resumes it. The counter counts 64-bit words; a block holds two.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint64_t stream, std::uint64_t counter0 = 0) noexcept
      : philox_(seed, stream), counter_(counter0) {}

  [[nodiscard]] std::uint64_t next_u64() noexcept;
  // [0, 1), a multiple of 2^-53.
  [[nodiscard]] double uniform() noexcept;
  // Uniform on 0 .. n - 1 without bias; n > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t n) noexcept;
  // Mean 1.
  [[nodiscard]] double exponential() noexcept;
  [[nodiscard]] double normal() noexcept;
  // Scale 1; shape > 0.
  [[nodiscard]] double gamma(double shape) noexcept;
  // dof > 0; its variance is dof / (dof - 2), not 1.
  [[nodiscard]] double student_t(double dof) noexcept;

  [[nodiscard]] std::uint64_t counter() const noexcept { return counter_; }

 private:
  Philox philox_;
  std::uint64_t counter_;
  std::uint64_t spare_ = 0;  // the second word of the block before; valid when counter_ is odd
  bool has_spare_ = false;
};

}  // namespace lanner
