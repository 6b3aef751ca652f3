// Laws of the posteriors: they do not depend on order, names or copies, and shrink as they say.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <rapidcheck.h>
#include <vector>

#include "learn/knowledge.hpp"
#include "unit/learn/fixture.hpp"

namespace lanner::learn {
namespace {

using fixture::Settings;
using model::CandidateLabel;
using model::PositionSide;

constexpr std::int64_t kBlock = 120'000;
constexpr std::uint32_t kCoins = 4;

std::vector<CandidateLabel> random_labels(int blocks) {
  std::vector<CandidateLabel> labels;
  const int count = *rc::gen::inRange(1, 120);
  for (int i = 0; i < count; ++i) {
    const auto coin = *rc::gen::inRange<std::uint32_t>(0, kCoins);
    const auto side = *rc::gen::arbitrary<bool>() ? PositionSide::long_side
                                                  : PositionSide::short_side;
    const double r = 0.1 * *rc::gen::inRange(-30, 40);
    const double weight = *rc::gen::arbitrary<bool>() ? 1.0 : 0.5;
    labels.push_back(
        fixture::label(coin, side, r, kBlock + *rc::gen::inRange(0, blocks), weight));
  }
  return labels;
}

// Fixed tiers, so that a coin keeps its own.
Tier tier_of(const CandidateLabel& label) {
  return label.instrument_id.value() < 2 ? Tier::top : Tier::low;
}

struct Brain {
  explicit Brain(const Settings& settings = {}, std::size_t coins = kCoins)
      : table(fixture::instruments(coins)),
        set(fixture::parameters(settings)),
        brain(table, set, {}),
        changes(64) {}
  void add(const CandidateLabel& label, Timestamp now) {
    changes.clear();
    brain.on_label(label, tier_of(label), now, changes);
  }
  void add_all(const std::vector<CandidateLabel>& labels) {
    for (const CandidateLabel& label : labels) {
      add(label, block_start(kBlock + 16));
    }
  }
  NodeView node(std::uint32_t coin, PositionSide side) const {
    return brain.coins().node(InstrumentId{coin}, side);
  }

  model::InstrumentTable table;
  model::ParameterSet set;
  KnowledgeBrain brain;
  StatusBuffer changes;
};

bool is_close(Score a, Score b, double tolerance = 1e-12) {
  return std::fabs(a.value() - b.value()) <= tolerance;
}

constexpr PositionSide kSides[] = {PositionSide::flat, PositionSide::long_side,
                                   PositionSide::short_side};

PatternKey key_of(PositionSide side) {
  return {model::TemplateId::p02, side, model::ConditionSource::strategist};
}

TEST_CASE("posteriors do not depend on the order of labels") {
  const bool holds = rc::check([] {
    const std::vector<CandidateLabel> labels = random_labels(16);
    std::vector<CandidateLabel> shuffled = labels;
    for (std::size_t i = shuffled.size(); i > 1; --i) {
      std::swap(shuffled[i - 1], shuffled[*rc::gen::inRange<std::size_t>(0, i)]);
    }
    Brain one;
    Brain two;
    one.add_all(labels);
    two.add_all(shuffled);
    for (std::uint32_t coin = 0; coin < kCoins; ++coin) {
      for (const PositionSide side : kSides) {
        RC_ASSERT(is_close(one.node(coin, side).mean_r, two.node(coin, side).mean_r));
        RC_ASSERT(is_close(one.node(coin, side).n_eff, two.node(coin, side).n_eff));
      }
    }
    const PatternKey key = key_of(PositionSide::long_side);
    RC_ASSERT(is_close(one.brain.patterns().view(key).mean_r,
                       two.brain.patterns().view(key).mean_r));
  });
  CHECK(holds);
}

// The whole hierarchy written down once more, from the list of labels.
struct Batch {
  const std::vector<CandidateLabel>& labels;
  double half_life_days;
  double kappa;
  Timestamp now;

  template <typename Belongs>
  double mean(double parent, Belongs belongs) const {
    double n = 0;
    double sum = 0;
    for (std::int64_t block = kBlock; block < kBlock + 16; ++block) {
      double best = 0, weights = 0, weighted = 0;
      for (const CandidateLabel& label : labels) {
        if (label.block_id == block && belongs(label)) {
          best = std::max(best, label.weight.value());
          weights += label.weight.value();
          weighted += label.weight.value() * label.net_r.value();
        }
      }
      if (weights > 0) {
        const double age = to_days(now - block_start(block));
        const double weight = best * std::exp2(-age / half_life_days);
        n += weight;
        sum += weight * weighted / weights;
      }
    }
    return (sum + kappa * parent) / (n + kappa);
  }
  static double to_days(Duration age) {
    return static_cast<double>(age.ns()) / static_cast<double>(kNsPerDay);
  }
};

TEST_CASE("one label at a time gives what all at once give") {
  const bool holds = rc::check([] {
    const std::vector<CandidateLabel> labels = random_labels(16);
    Brain brain;
    brain.add_all(labels);
    const Batch batch{labels, 30.0, 64.0, block_start(kBlock + 16)};
    const double global = batch.mean(0.0, [](const CandidateLabel&) { return true; });
    RC_ASSERT(std::fabs(brain.brain.coins().global_node().mean_r.value() - global) < 1e-12);
    for (std::uint32_t coin = 0; coin < kCoins; ++coin) {
      const CandidateLabel* any = nullptr;
      for (const CandidateLabel& label : labels) {
        any = label.instrument_id == InstrumentId{coin} ? &label : any;
      }
      if (any == nullptr) {
        continue;
      }
      const Tier tier = tier_of(*any);
      const double tier_mean =
          batch.mean(global, [&](const CandidateLabel& x) { return tier_of(x) == tier; });
      const auto is_own = [&](const CandidateLabel& x) {
        return x.instrument_id == InstrumentId{coin};
      };
      const double whole = batch.mean(tier_mean, is_own);
      const double side = batch.mean(whole, [&](const CandidateLabel& x) {
        return is_own(x) && x.side == PositionSide::long_side;
      });
      RC_ASSERT(std::fabs(brain.node(coin, PositionSide::flat).mean_r.value() - whole) < 1e-12);
      RC_ASSERT(std::fabs(brain.node(coin, PositionSide::long_side).mean_r.value() - side) <
                1e-12);
      const double offset =
          brain.brain.coins().offset_r(InstrumentId{coin}, PositionSide::flat).value();
      RC_ASSERT(std::fabs(offset - (whole - tier_mean)) < 1e-12);
    }
  });
  CHECK(holds);
}

TEST_CASE("a strong prior is the parent, a weak one the sample") {
  const bool holds = rc::check([] {
    std::vector<CandidateLabel> labels = random_labels(16);
    labels.push_back(fixture::label(0, PositionSide::long_side, 1.0, kBlock));
    Brain strong({{"coin.sigma_r", "10"}, {"coin.tau_r", "0.001"}});
    strong.add_all(labels);
    RC_ASSERT(std::fabs(strong.node(0, PositionSide::long_side).mean_r.value()) < 1e-5);

    Brain weak({{"coin.sigma_r", "0.1"}, {"coin.tau_r", "10"}, {"coin.half_life_days", "3650"}});
    weak.add_all(labels);
    const Batch batch{labels, 3650.0, 1e-4, block_start(kBlock + 16)};
    const double sample = batch.mean(0.0, [](const CandidateLabel& x) {
      return x.instrument_id == InstrumentId{0} && x.side == PositionSide::long_side;
    });
    RC_ASSERT(std::fabs(weak.node(0, PositionSide::long_side).mean_r.value() - sample) < 2e-3);
  });
  CHECK(holds);
}

TEST_CASE("a loss beyond every mean never raises the probability of an edge") {
  const bool holds = rc::check([] {
    const std::vector<CandidateLabel> labels = random_labels(15);
    Brain brain;
    brain.add_all(labels);
    const Score before = brain.node(0, PositionSide::long_side).probability_positive;
    const double r = -3.1 - 0.1 * *rc::gen::inRange(0, 40);
    brain.add(fixture::label(0, PositionSide::long_side, r, kBlock + 15), block_start(kBlock + 16));
    RC_ASSERT(brain.node(0, PositionSide::long_side).probability_positive <= before);
  });
  CHECK(holds);
}

TEST_CASE("doubling every coin changes no posterior") {
  const bool holds = rc::check([] {
    const std::vector<CandidateLabel> labels = random_labels(16);
    Brain single({}, kCoins);
    Brain doubled({}, 2 * kCoins);
    for (const CandidateLabel& label : labels) {
      single.add(label, block_start(kBlock + 16));
      CandidateLabel twin = label;
      twin.instrument_id = InstrumentId{label.instrument_id.value() + kCoins};
      doubled.changes.clear();
      doubled.brain.on_label(label, tier_of(label), block_start(kBlock + 16), doubled.changes);
      doubled.changes.clear();
      doubled.brain.on_label(twin, tier_of(label), block_start(kBlock + 16), doubled.changes);
    }
    for (const PositionSide side : {PositionSide::long_side, PositionSide::short_side}) {
      const PatternPosterior::View a = single.brain.patterns().view(key_of(side));
      const PatternPosterior::View b = doubled.brain.patterns().view(key_of(side));
      RC_ASSERT(is_close(a.mean_r, b.mean_r));
      RC_ASSERT(is_close(a.sd_r, b.sd_r));
      RC_ASSERT(is_close(a.n_eff, b.n_eff));
    }
    for (std::uint32_t coin = 0; coin < kCoins; ++coin) {
      for (const PositionSide side : kSides) {
        RC_ASSERT(is_close(single.node(coin, side).mean_r, doubled.node(coin, side).mean_r));
        RC_ASSERT(is_close(single.node(coin, side).sd_r, doubled.node(coin, side).sd_r));
      }
    }
  });
  CHECK(holds);
}

TEST_CASE("relabelling coins permutes what is known of them") {
  const bool holds = rc::check([] {
    const std::vector<CandidateLabel> labels = random_labels(16);
    Brain one;
    Brain two;
    one.add_all(labels);
    for (CandidateLabel label : labels) {
      const Tier tier = tier_of(label);
      label.instrument_id = InstrumentId{kCoins - 1 - label.instrument_id.value()};
      two.changes.clear();
      two.brain.on_label(label, tier, block_start(kBlock + 16), two.changes);
    }
    for (std::uint32_t coin = 0; coin < kCoins; ++coin) {
      for (const PositionSide side : kSides) {
        const NodeView a = one.node(coin, side);
        const NodeView b = two.node(kCoins - 1 - coin, side);
        if (a.n > Score{}) {
          RC_ASSERT(a.mean_r == b.mean_r);
          RC_ASSERT(a.status == b.status);
        }
      }
    }
  });
  CHECK(holds);
}

}  // namespace
}  // namespace lanner::learn
