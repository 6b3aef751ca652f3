#include "learn/coin_scorer.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "fixture.hpp"
#include "learn/knowledge.hpp"

namespace lanner::learn {
namespace {

using fixture::label;
using model::CoinStatus;
using model::CoinStatusChanged;
using model::PositionSide;
using model::StatusReason;

constexpr PositionSide kLong = PositionSide::long_side;
constexpr PositionSide kShort = PositionSide::short_side;
constexpr std::int64_t kBlock = 120'000;

struct Scored {
  explicit Scored(model::ParameterSet set = {}, model::ComponentMask mask = {})
      : table(fixture::instruments(4)), scorer(table, set, mask), buffer(64) {}

  void add(std::uint32_t coin, PositionSide side, double r, std::int64_t at) {
    buffer.clear();
    scorer.on_label(label(coin, side, r, at), Tier::middle, block_start(at + 1), buffer);
    changes.insert(changes.end(), buffer.begin(), buffer.end());
  }

  model::InstrumentTable table;
  CoinScorer scorer;
  StatusBuffer buffer;
  std::vector<CoinStatusChanged> changes;
};

TEST_CASE("a losing coin is reduced, then blocked, and lifted when the evidence turns") {
  Scored world;
  std::int64_t block = kBlock;
  for (int i = 0; i < 40; ++i) {
    world.add(0, kLong, -1.1, block);
    world.add(1, kLong, 0.4, block++);
  }
  CHECK(world.scorer.status(InstrumentId{0}, kLong) == CoinStatus::blocked);
  CHECK(world.scorer.status(InstrumentId{0}, kShort) == CoinStatus::blocked);  // the coin itself
  CHECK(world.scorer.status(InstrumentId{1}, kLong) != CoinStatus::blocked);
  for (int i = 0; i < 60; ++i) {
    world.add(0, kLong, 1.5, block++);
  }
  CHECK(world.scorer.status(InstrumentId{0}, kLong) != CoinStatus::blocked);

  std::vector<CoinStatusChanged> own;
  for (const CoinStatusChanged& change : world.changes) {
    if (change.instrument_id == InstrumentId{0} && change.side == kLong) {
      own.push_back(change);
    }
  }
  REQUIRE(own.size() >= 3);
  CHECK(own[0].after == CoinStatus::reduced);
  CHECK(own[0].reason == StatusReason::evidence_against);
  CHECK(own[1].before == CoinStatus::reduced);
  CHECK(own[1].after == CoinStatus::blocked);
  CHECK(own[1].probability.value() < 0.10);
  CHECK(own[1].n.value() >= 30);
  CHECK(own[2].before == CoinStatus::blocked);
  CHECK(own[2].after == CoinStatus::normal);
  CHECK(own[2].reason == StatusReason::evidence_turned);
  CHECK(own[2].probability.value() > 0.35);
}

TEST_CASE("no block below thirty labels, however bad") {
  Scored world;
  for (int i = 0; i < 29; ++i) {
    world.add(0, kLong, -3.0, kBlock + i);
  }
  CHECK(world.scorer.status(InstrumentId{0}, kLong) == CoinStatus::reduced);
}

TEST_CASE("thirty losses in one block are one observation, and block nothing") {
  Scored world;
  for (int i = 0; i < 200; ++i) {
    world.add(0, kLong, -1.0, kBlock);
  }
  CHECK(world.scorer.node(InstrumentId{0}, kLong).n_eff.value() == doctest::Approx(1).epsilon(.01));
  CHECK(world.scorer.node(InstrumentId{0}, kLong).n.value() > 150);
  CHECK(world.scorer.status(InstrumentId{0}, kLong) == CoinStatus::normal);
}

TEST_CASE("a block outlives its time to live by nothing") {
  Scored world;
  for (int i = 0; i < 40; ++i) {
    world.add(0, kLong, -1.1, kBlock + i);
  }
  REQUIRE(world.scorer.status(InstrumentId{0}, kLong) == CoinStatus::blocked);
  world.buffer.clear();
  world.scorer.on_time(block_start(kBlock + 41) + hours(24 * 7), world.buffer);
  CHECK(world.scorer.status(InstrumentId{0}, kLong) == CoinStatus::blocked);
  world.scorer.on_time(block_start(kBlock + 41) + hours(24 * 14), world.buffer);
  CHECK(world.scorer.status(InstrumentId{0}, kLong) == CoinStatus::normal);
  REQUIRE(world.buffer.size() == 2);  // the coin and its long side
  CHECK(world.buffer.items()[0].side == PositionSide::flat);
  CHECK(world.buffer.items()[0].reason == StatusReason::ttl_expired);
  CHECK(world.buffer.items()[1].side == kLong);
}

TEST_CASE("a winning coin is favoured on the side that wins") {
  Scored world;
  for (int i = 0; i < 60; ++i) {
    world.add(0, kLong, 1.0, kBlock + i);
  }
  CHECK(world.scorer.status(InstrumentId{0}, kLong) == CoinStatus::favoured);
  // A side without evidence of its own inherits the mean, not the certainty.
  CHECK(world.scorer.status(InstrumentId{0}, kShort) == CoinStatus::normal);
  CHECK(world.scorer.offset_r(InstrumentId{0}, kLong).value() > 0.0);
}

TEST_CASE("what all coins share is no coin's offset") {
  Scored world;
  for (int i = 0; i < 40; ++i) {
    for (std::uint32_t coin = 0; coin < 4; ++coin) {
      world.add(coin, kLong, -0.5, kBlock + i);
    }
  }
  const double own = world.scorer.offset_r(InstrumentId{0}, PositionSide::flat).value();
  const double shared = world.scorer.tier_node(Tier::middle).mean_r.value();
  CHECK(shared < -0.2);
  CHECK(own > shared / 2);
  // The tier's other members lose less: the one that loses more stands out.
  for (int i = 40; i < 80; ++i) {
    world.add(0, kLong, -1.5, kBlock + i);
    world.add(1, kLong, 0.5, kBlock + i);
  }
  CHECK(world.scorer.offset_r(InstrumentId{0}, kLong).value() < -0.1);
  CHECK(world.scorer.offset_r(InstrumentId{1}, kLong).value() > 0.1);
}

TEST_CASE("masked: offset zero, all normal, no changes") {
  model::ComponentMask mask;
  mask.mask(model::Component::coin_scorer);
  Scored world({}, mask);
  for (int i = 0; i < 60; ++i) {
    world.add(0, kLong, -2.0, kBlock + i);
  }
  CHECK(world.changes.empty());
  CHECK(world.scorer.status(InstrumentId{0}, kLong) == CoinStatus::normal);
  CHECK(world.scorer.offset_r(InstrumentId{0}, kLong).value() == 0.0);
  CHECK(world.scorer.node(InstrumentId{0}, kLong).n.value() > 50);
}

TEST_CASE("the brain feeds both, shows rows, and encodes the same bytes for the same history") {
  const model::InstrumentTable table = fixture::instruments(3);
  const model::ParameterSet set;
  const auto run = [&](double last) {
    KnowledgeBrain brain(table, set, {});
    StatusBuffer changes(64);
    for (int i = 0; i < 50; ++i) {
      changes.clear();
      brain.on_label(label(static_cast<std::uint32_t>(i % 3), kLong, i % 2 == 0 ? 1.0 : last,
                           kBlock + i),
                     Tier::top, block_start(kBlock + i + 1), changes);
    }
    const CoinRow row = brain.coin_row(InstrumentId{1});
    CHECK(row.coin.n.value() > 10);
    CHECK(row.short_side.n.value() == 0.0);
    CHECK(brain.patterns().view({model::TemplateId::p02, kLong,
                                 model::ConditionSource::strategist}).n_eff.value() > 40);
    std::vector<std::byte> bytes;
    ByteWriter out(bytes);
    brain.encode(out);
    return bytes;
  };
  CHECK(run(-1.0) == run(-1.0));
  CHECK(run(-1.0) != run(-1.01));
}

}  // namespace
}  // namespace lanner::learn
