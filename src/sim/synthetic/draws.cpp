#include "sim/synthetic/draws.hpp"

#include <cmath>

#include "base/mathx.hpp"

namespace lanner::sim {
namespace {

constexpr double kBarNoise = 0.6;
constexpr double kTradeNoise = 1.3;
// Blocks of one minute in a stream; 26 are used by the fine grain.
constexpr std::uint64_t kBlocksPerMinute = 32;
static_assert(kFineSteps <= kBlocksPerMinute * DrawTables::kPerBlock);
static_assert(kCoarseSteps == 8);

using Table = std::array<double, DrawTables::kSize>;

double middle_of(std::size_t cell) noexcept {
  return (static_cast<double>(cell) + 0.5) / static_cast<double>(DrawTables::kSize);
}

void fill_normal(Table& out) {
  constexpr std::size_t kHalf = DrawTables::kSize / 2;
  double squares = 0.0;
  std::array<double, kHalf> below{};
  for (std::size_t i = 0; i < kHalf; ++i) {
    below[i] = mathx::normal_quantile(middle_of(i));
    squares += below[i] * below[i];
  }
  const double scale = std::sqrt(static_cast<double>(kHalf) / squares);
  for (std::size_t i = 0; i < kHalf; ++i) {
    out[i] = below[i] * scale;
    out[DrawTables::kSize - 1 - i] = -out[i];
  }
}

template <typename Quantile>
void fill_positive(Table& out, Quantile quantile) {
  double sum = 0.0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    sum += quantile(middle_of(i));
  }
  const double scale = static_cast<double>(out.size()) / sum;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = quantile(middle_of(i)) * scale;
  }
}

DrawTables make_tables() {
  DrawTables tables{};
  fill_normal(tables.normal);
  fill_positive(tables.exponential, [](double p) { return -mathx::log1p(-p); });
  const auto log_normal = [](double width) {
    return [width](double p) { return mathx::exp(width * mathx::normal_quantile(p)); };
  };
  fill_positive(tables.bar_noise, log_normal(kBarNoise));
  fill_positive(tables.trade_noise, log_normal(kTradeNoise));
  return tables;
}

}  // namespace

const DrawTables& DrawTables::get() {
  static const DrawTables tables = make_tables();
  return tables;
}

std::uint64_t fill_steps(const DrawTables& tables, const StepSource& source, std::uint64_t minute,
                         Grain grain, Steps& out) noexcept {
  const std::uint64_t first = minute * kBlocksPerMinute;
  const auto take = [&](std::uint64_t word, std::size_t at) {
    out[at] = tables.normal[word & DrawTables::kMask];
  };
  Words words = draw(source.seed, source.kind, source.index, first);
  const std::uint64_t rest = words.high >> 36U;
  if (grain == Grain::coarse) {
    for (std::size_t i = 0; i < 5; ++i, words.low >>= DrawTables::kBits) {
      take(words.low, i);
    }
    for (std::size_t i = 5; i < 8; ++i, words.high >>= DrawTables::kBits) {
      take(words.high, i);
    }
    return rest;
  }
  // The first block's upper bits belong to the caller, so the steps begin with the second.
  std::size_t at = 0;
  for (std::uint64_t block = 1; at < kFineSteps; ++block) {
    words = draw(source.seed, source.kind, source.index, first + block);
    for (std::size_t i = 0; i < DrawTables::kPerWord && at < kFineSteps; ++i) {
      take(words.low, at++);
      words.low >>= DrawTables::kBits;
    }
    for (std::size_t i = 0; i < DrawTables::kPerWord && at < kFineSteps; ++i) {
      take(words.high, at++);
      words.high >>= DrawTables::kBits;
    }
  }
  return rest;
}

}  // namespace lanner::sim
