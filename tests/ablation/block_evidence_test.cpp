// Evidence is taken per block, not per trade. Real outcomes whose sign is drawn anew for each block
// have no edge by construction; how often is one confirmed?

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "learn/block.hpp"
#include "learn/e_process.hpp"
#include "support/played_session.hpp"
#include "support/recorded_market.hpp"

using namespace lanner;

namespace {

constexpr std::size_t kClaims = learn::PatternKey::kCount;
constexpr double kLossBound = 4.0;
constexpr double kAlpha = 0.1;
constexpr int kRuns = 300;

struct BlockValue {
  std::size_t claim = 0;
  std::size_t block = 0;
  double value = 0.0;
};
struct TradeOutcome {
  std::size_t claim = 0;
  std::size_t block = 0;
  double net_r = 0.0;
};
struct Outcomes {
  std::vector<BlockValue> values;    // in the order of blocks
  std::vector<TradeOutcome> trades;  // in the order in which they ended
  std::size_t blocks = 0;
};

// Seven templates on both sides.
bool is_any_confirmed(const std::array<double, kClaims>& values) {
  return std::isfinite(learn::e_bh_threshold(values, 14, kAlpha));
}

// What this project does: block values, losses in full, e-BH over the claims.
bool confirms_by_block(const Outcomes& outcomes, const std::vector<double>& signs) {
  std::vector<learn::EProcess> claims(kClaims, learn::EProcess{kLossBound});
  std::array<double, kClaims> values{};
  for (const BlockValue& each : outcomes.values) {
    claims[each.claim].on_block(signs[each.block] * each.value);
    values[each.claim] = claims[each.claim].for_claim();
    if (is_any_confirmed(values)) {
      return true;
    }
  }
  return false;
}

// The mutant: each trade is a bet of its own, clipped at 6 R; the claims are held to the same
// threshold.
bool confirms_by_trade(const Outcomes& outcomes, const std::vector<double>& signs) {
  std::vector<learn::MixtureMartingale> claims(kClaims, learn::MixtureMartingale{1.0});
  std::array<double, kClaims> values{};
  for (const TradeOutcome& trade : outcomes.trades) {
    claims[trade.claim].bet(std::clamp(signs[trade.block] * trade.net_r / 6.0, -1.0, 1.0));
    values[trade.claim] = claims[trade.claim].value();
    if (is_any_confirmed(values)) {
      return true;
    }
  }
  return false;
}

struct Rates {
  double by_block = 0.0;
  double by_trade = 0.0;
};

Rates false_confirmations(const Outcomes& outcomes) {
  Rates rates;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    RandomStream chance(run, 51);
    std::vector<double> signs;
    for (std::size_t i = 0; i < outcomes.blocks; ++i) {
      signs.push_back(chance.uniform() < 0.5 ? -1.0 : 1.0);
    }
    rates.by_block += confirms_by_block(outcomes, signs) ? 1.0 / kRuns : 0.0;
    rates.by_trade += confirms_by_trade(outcomes, signs) ? 1.0 / kRuns : 0.0;
  }
  MESSAGE("of " << outcomes.blocks << " blocks and " << outcomes.trades.size()
                << " trades without an edge, " << kRuns << " runs: confirmed per block "
                << 100 * rates.by_block << " %, per trade " << 100 * rates.by_trade << " %");
  return rates;
}

Outcomes recorded_outcomes() {
  const auto plan = test::plan_recorded(test::recorded_may());
  runtime::SimulatedSession session(plan.spec, test::must(runtime::open_tape(plan)),
                                    store::JournalWriter::in_memory());
  Outcomes outcomes;
  std::int64_t first = -1;
  std::int64_t taken = -1;
  while (session.next_time() != Timestamp::never()) {
    session.apply_next();
    const Timestamp now = session.engine().now();
    const std::int64_t block = learn::block_of(now);
    first = first < 0 ? block : first;
    // A minute into a block the one before it is closed for certain.
    if (block != taken && now >= learn::block_start(block) + minutes(1)) {
      for (std::size_t claim = 0; block > first && claim < kClaims; ++claim) {
        const auto& closed = session.engine().candidates().book().closed(claim);
        if (closed.is_held) {
          outcomes.values.push_back(
              {claim, static_cast<std::size_t>(block - 1 - first), closed.value});
        }
      }
      taken = block;
    }
    for (const model::Notice& notice : session.sink().notices()) {
      const auto* label = std::get_if<model::CandidateLabel>(&notice);
      if (label != nullptr && label->is_filled) {
        const learn::PatternKey key{label->template_id, label->side, label->condition_source};
        outcomes.trades.push_back({key.index(),
                                   static_cast<std::size_t>(label->block_id - first),
                                   label->net_r.value()});
      }
    }
    outcomes.blocks = static_cast<std::size_t>(block - first) + 1;
  }
  return outcomes;
}

// Forty-five coins whose outcomes of one block correlate .62, three patterns on both sides.
Outcomes made_outcomes() {
  Outcomes outcomes;
  RandomStream chance(1, 52);
  constexpr std::size_t kBlocks = 210;
  constexpr std::size_t kCoins = 45;
  for (std::size_t block = 0; block < kBlocks; ++block) {
    for (std::size_t pattern = 0; pattern < 6; ++pattern) {
      const std::size_t claim = 4 * (pattern / 2) + 2 * (pattern % 2);
      const double common = chance.student_t(4.0);
      double sum = 0.0;
      std::size_t open = 0;
      for (std::size_t coin = 0; coin < kCoins; ++coin) {
        if (chance.uniform() < 0.8) {
          continue;
        }
        const double r = std::clamp(0.79 * common + 0.62 * chance.normal(), -1.1, 3.0);
        outcomes.trades.push_back({claim, block, r});
        sum += r;
        ++open;
      }
      if (open > 0) {
        outcomes.values.push_back({claim, block, sum / (2.0 * 9.0)});
      }
    }
  }
  outcomes.blocks = kBlocks;
  return outcomes;
}

// The same outcomes with so many R of a block added to each value of each claim.
double confirmed_with_edge(const Outcomes& outcomes, double edge) {
  Outcomes better = outcomes;
  for (BlockValue& value : better.values) {
    value.value += edge;
  }
  int confirmed = 0;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    // An edge has no sign to draw, so each run draws its blocks instead, with replacement.
    RandomStream chance(run, 53);
    Outcomes drawn;
    std::vector<std::vector<BlockValue>> by_block(better.blocks);
    for (const BlockValue& value : better.values) {
      by_block[value.block].push_back(value);
    }
    for (std::size_t i = 0; i < better.blocks; ++i) {
      const auto& picked = by_block[chance.below(better.blocks)];
      drawn.values.insert(drawn.values.end(), picked.begin(), picked.end());
    }
    confirmed += confirms_by_block(drawn, std::vector<double>(better.blocks, 1.0)) ? 1 : 0;
  }
  const double rate = static_cast<double>(confirmed) / kRuns;
  MESSAGE("with " << edge << " of a block's bound added to each block: confirmed in "
                  << 100 * rate << " % of " << kRuns << " runs");
  return rate;
}

}  // namespace

TEST_CASE("per-block evidence on made outcomes without an edge confirms nothing too often") {
  const Rates rates = false_confirmations(made_outcomes());
  CHECK(rates.by_block <= 0.05);
  CHECK(rates.by_trade > 0.05);
}

TEST_CASE("per-block evidence on the recorded paths of May 2025 with signs drawn at random") {
  SKIP_WITHOUT_DATA();
  const Outcomes outcomes = recorded_outcomes();
  REQUIRE(outcomes.blocks >= 150);
  REQUIRE(outcomes.trades.size() >= 300);
  const Rates rates = false_confirmations(outcomes);
  CHECK(rates.by_block <= 0.05);
  CHECK(rates.by_trade > 0.05);
  // What never confirms anything would pass as well: a large edge must be seen in these blocks.
  CHECK(confirmed_with_edge(outcomes, 0.1) < 1.0);
  CHECK(confirmed_with_edge(outcomes, 0.25) >= 0.95);
}
