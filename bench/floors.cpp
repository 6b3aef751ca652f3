#include "bench/floors.hpp"

#include <algorithm>
#include <array>

#include "bench/measure.hpp"

namespace lanner::bench {
namespace {

constexpr double kTakerFee = 0.0005;
constexpr double kStop = 0.01;
constexpr double kTarget = 0.02;

// Fast and slow mean, one position at most, money in quote for one unit of cash.
struct ScalarRule {
  double fast = 0.0;
  double slow = 0.0;
  double entry = 0.0;
  double cash = 1.0;
  int side = 0;
  bool was_above = false;

  void on_bar(double high, double low, double close) noexcept {
    fast += (close - fast) * (2.0 / 10.0);
    slow += (close - slow) * (2.0 / 22.0);
    if (side > 0) {
      if (low <= entry * (1.0 - kStop)) {
        leave(entry * (1.0 - kStop));
      } else if (high >= entry * (1.0 + kTarget)) {
        leave(entry * (1.0 + kTarget));
      }
    } else if (side < 0) {
      if (high >= entry * (1.0 + kStop)) {
        leave(entry * (1.0 + kStop));
      } else if (low <= entry * (1.0 - kTarget)) {
        leave(entry * (1.0 - kTarget));
      }
    }
    const bool is_above = fast > slow;
    if (side == 0 && is_above != was_above) {
      side = is_above ? 1 : -1;
      entry = close;
      cash -= cash * kTakerFee;
    }
    was_above = is_above;
  }
  void leave(double price) noexcept {
    cash *= 1.0 + side * (price / entry - 1.0) - kTakerFee;
    side = 0;
  }
};

}  // namespace

double scan_records(std::span<const std::span<const store::TradeRecord>> series) {
  std::int64_t latest = 0;
  std::uint64_t sum = 0;
  std::size_t rows = 0;
  const std::int64_t from = thread_ns();
  for (const auto part : series) {
    for (const store::TradeRecord& row : part) {
      sum += static_cast<std::uint64_t>(row.price) * static_cast<std::uint64_t>(row.quantity);
      latest = std::max(latest, row.ts_event);
    }
    rows += part.size();
  }
  keep(sum);
  keep(latest);
  return static_cast<double>(thread_ns() - from) / static_cast<double>(rows);
}

double scalar_bar_loop(std::span<const std::span<const store::BarRecord>> series) {
  std::size_t rows = 0;
  double cash = 0.0;
  const std::int64_t from = thread_ns();
  for (const auto part : series) {
    ScalarRule rule;
    for (const store::BarRecord& row : part) {
      rule.on_bar(static_cast<double>(row.high), static_cast<double>(row.low),
                  static_cast<double>(row.close));
    }
    cash += rule.cash;
    rows += part.size();
  }
  keep(cash);
  return static_cast<double>(thread_ns() - from) / static_cast<double>(rows);
}

double chain_of_five() {
  constexpr std::size_t kTimes = 2'000'000;
  double state = 1.0;
  const std::int64_t from = thread_ns();
  for (std::size_t i = 0; i < kTimes; ++i) {
    for (int step = 0; step < 5; ++step) {
      state = state * 0.999 + 0.001;
    }
    keep(state);
  }
  return static_cast<double>(thread_ns() - from) / static_cast<double>(kTimes);
}

double dependent_pair_of_loads() {
  constexpr std::size_t kPlaces = 1024;  // 8 KiB
  constexpr std::size_t kPairs = 4'000'000;
  static const auto next = [] {
    // One cycle over all places, in steps that no prefetcher follows.
    std::array<std::uint64_t, kPlaces> made{};
    for (std::size_t i = 0; i < kPlaces; ++i) {
      made[i] = (i * 389 + 577) % kPlaces;
    }
    return made;
  }();
  std::uint64_t at = 0;
  const std::int64_t from = thread_ns();
  for (std::size_t i = 0; i < kPairs; ++i) {
    at = next[next[at]];
  }
  keep(at);
  return static_cast<double>(thread_ns() - from) / static_cast<double>(kPairs);
}

}  // namespace lanner::bench
