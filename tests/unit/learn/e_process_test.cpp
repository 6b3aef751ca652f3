#include "learn/e_process.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/random.hpp"

namespace lanner::learn {
namespace {

TEST_CASE("a constant bet: known answers") {
  constexpr std::array kStake{1.0};
  constexpr std::array kOutcomes{0.6, 0.7, 0.4, 0.8, 0.65};
  constexpr std::array kWealth{1.1, 1.32, 1.188, 1.5444, 1.77606};
  MixtureMartingale bettor(kStake, 1.0);
  for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
    bettor.bet(kOutcomes[i] - 0.5);
    CHECK(bettor.value() == doctest::Approx(kWealth[i]).epsilon(1e-12));
  }
}

TEST_CASE("e-BH: known answers") {
  constexpr std::array kValues{40.0, 15.0, 8.0, 1.0};
  const auto rejected = [&kValues](double alpha) {
    const double threshold = e_bh_threshold(kValues, kValues.size(), alpha);
    return std::count_if(kValues.begin(), kValues.end(),
                         [threshold](double e) { return e >= threshold; });
  };
  CHECK(rejected(0.1) == 1);
  CHECK(rejected(0.2) == 3);
  // Claims that expired stay in the number of claims.
  CHECK(std::isinf(e_bh_threshold(kValues, 60, 0.1)));
}

double median_blocks_to(double threshold, double effect, int runs) {
  std::vector<int> blocks;
  for (int run = 0; run < runs; ++run) {
    RandomStream chance(static_cast<std::uint64_t>(run), 5);
    MixtureMartingale bettor(1.0);
    int n = 0;
    while (bettor.value() < threshold && n < 5000) {
      bettor.bet(effect + 0.25 * chance.normal());
      ++n;
    }
    blocks.push_back(n);
  }
  std::nth_element(blocks.begin(), blocks.begin() + runs / 2, blocks.end());
  return blocks[static_cast<std::size_t>(runs) / 2];
}

TEST_CASE("blocks that an effect takes to be confirmed or undone") {
  CHECK(median_blocks_to(20, 0.10, 1500) == doctest::Approx(75).epsilon(0.08));
  CHECK(median_blocks_to(20, 0.05, 800) == doctest::Approx(193).epsilon(0.1));
  CHECK(median_blocks_to(10, 0.10, 1500) == doctest::Approx(61).epsilon(0.08));
}

TEST_CASE("without an effect the threshold is crossed no more often than it may") {
  int at_twenty = 0;
  int at_ten = 0;
  constexpr int kRuns = 1000;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    RandomStream chance(run, 6);
    MixtureMartingale bettor(1.0);
    double highest = 0.0;
    for (int n = 0; n < 2000; ++n) {
      bettor.bet(0.25 * chance.normal());
      highest = std::max(highest, bettor.value());
    }
    at_twenty += highest >= 20 ? 1 : 0;
    at_ten += highest >= 10 ? 1 : 0;
  }
  CHECK(at_twenty <= kRuns * 4 / 100);  // 1.8 %, three standard errors
  CHECK(at_ten <= kRuns * 7 / 100);     // 4.4 %
}

// Wins a little nearly always, loses a lot rarely; not worth it on average.
double insurance_outcome(RandomStream& chance) {
  return chance.uniform() < 0.03 ? -3.9 : 0.1;
}

TEST_CASE("one who sells insurance at a loss is never confirmed, and insurance never removed") {
  int confirmed = 0;
  int removed = 0;
  int confirmed_clipped_both_ways = 0;
  for (std::uint64_t run = 0; run < 300; ++run) {
    RandomStream chance(run, 7);
    EProcess seller(4.0);
    EProcess holder(4.0);
    MixtureMartingale symmetric(1.0);
    bool is_confirmed = false;
    bool is_removed = false;
    bool is_mutant_confirmed = false;
    for (int n = 0; n < 1000; ++n) {
      const double d = insurance_outcome(chance);
      seller.on_block(d);
      holder.on_block(-d);
      symmetric.bet(std::max(d, -1.0));
      is_confirmed = is_confirmed || seller.for_claim() >= 140;
      is_removed = is_removed || holder.against_claim() >= 140;
      is_mutant_confirmed = is_mutant_confirmed || symmetric.value() >= 140;
    }
    confirmed += is_confirmed ? 1 : 0;
    removed += is_removed ? 1 : 0;
    confirmed_clipped_both_ways += is_mutant_confirmed ? 1 : 0;
    CHECK(seller.record().clipped > 0);
    CHECK(seller.record().worst.front() == -3.9);
  }
  CHECK(confirmed == 0);
  CHECK(removed == 0);
  CHECK(confirmed_clipped_both_ways > 250);
}

TEST_CASE("the detector is patient with what lasts and sees what dies") {
  constexpr double kEdge = 0.15;
  constexpr double kThreshold = 1000.0;
  std::vector<int> delays;
  double patience = 0.0;
  constexpr int kRuns = 200;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    RandomStream chance(run, 8);
    EDetector calm(4.0);
    calm.start(kEdge / 2);
    int n = 0;
    while (calm.value() < kThreshold && n < 5000) {
      calm.on_block(kEdge / 2 + 0.25 * chance.normal());
      ++n;
    }
    patience += n;
    EDetector watching(4.0);
    watching.start(kEdge / 2);
    for (int i = 0; i < 500; ++i) {
      watching.on_block(kEdge + 0.25 * chance.normal());
    }
    int delay = 0;
    while (watching.value() < kThreshold && delay < 5000) {
      watching.on_block(-0.05 + 0.25 * chance.normal());
      ++delay;
    }
    delays.push_back(delay);
  }
  CHECK(patience / kRuns >= 1000.0);
  std::nth_element(delays.begin(), delays.begin() + kRuns / 2, delays.end());
  CHECK(delays[kRuns / 2] >= 30);
  CHECK(delays[kRuns / 2] <= 220);
}

TEST_CASE("evidence goes on where it was encoded") {
  RandomStream chance(9, 9);
  MixtureMartingale whole(4.0);
  MixtureMartingale first(4.0);
  for (int i = 0; i < 50; ++i) {
    const double z = chance.normal();
    whole.bet(z);
    first.bet(z);
  }
  std::vector<std::byte> bytes;
  ByteWriter out(bytes);
  first.encode(out);
  MixtureMartingale second(4.0);
  ByteReader in(bytes);
  REQUIRE(second.decode(in).has_value());
  for (int i = 0; i < 50; ++i) {
    const double z = chance.normal();
    whole.bet(z);
    second.bet(z);
  }
  CHECK(second.value() == whole.value());
  ByteReader cut(std::span<const std::byte>(bytes).first(9));
  CHECK_FALSE(second.decode(cut).has_value());
}

TEST_CASE("wealth neither overflows nor falls into denormals") {
  MixtureMartingale bettor(1.0);
  for (int i = 0; i < 20'000; ++i) {
    bettor.bet(1.0);
  }
  CHECK(bettor.value() <= 1e100);
  for (int i = 0; i < 100'000; ++i) {
    bettor.bet(-1.0);
  }
  CHECK(bettor.value() == 0.0);
}

}  // namespace
}  // namespace lanner::learn
