#include "base/random.hpp"

#include <cmath>

#include "base/ensure.hpp"
#include "base/mathx.hpp"

namespace lanner {

namespace {

__extension__ using Uint128 = unsigned __int128;

struct Words {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

Words words_of(const std::array<std::uint32_t, 4>& block) noexcept {
  return {block[0] | (std::uint64_t{block[1]} << 32U), block[2] | (std::uint64_t{block[3]} << 32U)};
}

double to_unit(std::uint64_t word) noexcept {
  return static_cast<double>(word >> 11U) * 0x1p-53;
}

// (0, 1): the middle of each of 2^52 cells, so that a quantile of it is always finite.
double to_open_unit(std::uint64_t word) noexcept {
  return (static_cast<double>(word >> 12U) + 0.5) * 0x1p-52;
}

}  // namespace

std::array<std::uint32_t, 4> Philox::block(std::uint64_t counter) const noexcept {
  constexpr std::uint64_t kMultiplier0 = 0xD2511F53U;
  constexpr std::uint64_t kMultiplier1 = 0xCD9E8D57U;
  constexpr std::uint32_t kWeyl0 = 0x9E3779B9U;
  constexpr std::uint32_t kWeyl1 = 0xBB67AE85U;
  constexpr int kRounds = 10;
  auto x0 = static_cast<std::uint32_t>(counter);
  auto x1 = static_cast<std::uint32_t>(counter >> 32U);
  auto x2 = static_cast<std::uint32_t>(stream_);
  auto x3 = static_cast<std::uint32_t>(stream_ >> 32U);
  auto key0 = static_cast<std::uint32_t>(seed_);
  auto key1 = static_cast<std::uint32_t>(seed_ >> 32U);
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t product0 = kMultiplier0 * x0;
    const std::uint64_t product1 = kMultiplier1 * x2;
    x0 = static_cast<std::uint32_t>(product1 >> 32U) ^ x1 ^ key0;
    x2 = static_cast<std::uint32_t>(product0 >> 32U) ^ x3 ^ key1;
    x1 = static_cast<std::uint32_t>(product1);
    x3 = static_cast<std::uint32_t>(product0);
    key0 += kWeyl0;
    key1 += kWeyl1;
  }
  return {x0, x1, x2, x3};
}

double philox_uniform(std::uint64_t seed, std::uint64_t stream, std::uint64_t counter) noexcept {
  return to_unit(words_of(Philox{seed, stream}.block(counter)).first);
}

double philox_normal(std::uint64_t seed, std::uint64_t stream, std::uint64_t counter) noexcept {
  const auto word = words_of(Philox{seed, stream}.block(counter)).first;
  return mathx::normal_quantile(to_open_unit(word));
}

std::uint64_t RandomStream::next_u64() noexcept {
  const std::uint64_t at = counter_++;
  const bool is_second = at % 2 != 0;
  if (is_second && has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const Words words = words_of(philox_.block(at / 2));
  spare_ = words.second;
  has_spare_ = !is_second;
  return is_second ? words.second : words.first;
}

double RandomStream::uniform() noexcept { return to_unit(next_u64()); }

// D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019). A round is
// refused with probability n / 2^64 at most, so the loop ends at once in practice.
std::uint64_t RandomStream::below(std::uint64_t n) noexcept {
  ENSURE(n > 0);
  Uint128 product = Uint128{next_u64()} * n;
  if (static_cast<std::uint64_t>(product) < n) {
    const std::uint64_t threshold = (0 - n) % n;
    while (static_cast<std::uint64_t>(product) < threshold) {
      product = Uint128{next_u64()} * n;
    }
  }
  return static_cast<std::uint64_t>(product >> 64U);
}

double RandomStream::exponential() noexcept { return -mathx::log(to_open_unit(next_u64())); }

double RandomStream::normal() noexcept { return mathx::normal_quantile(to_open_unit(next_u64())); }

// G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26
// (2000). Accepts more than 95 % of the tries.
double RandomStream::gamma(double shape) noexcept {
  ENSURE(shape > 0.0);
  if (shape < 1.0) {
    const double larger = gamma(shape + 1.0);
    return larger * mathx::pow(to_open_unit(next_u64()), 1.0 / shape);
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double x = normal();
    const double root = 1.0 + c * x;
    if (root <= 0.0) {
      continue;
    }
    const double v = root * root * root;
    const double u = to_open_unit(next_u64());
    if (mathx::log(u) < 0.5 * x * x + d * (1.0 - v + mathx::log(v))) {
      return d * v;
    }
  }
}

double RandomStream::student_t(double dof) noexcept {
  ENSURE(dof > 0.0);
  const double z = normal();
  const double chi_square = 2.0 * gamma(0.5 * dof);
  return z * std::sqrt(dof / chi_square);
}

}  // namespace lanner
