#include "learn/claim_book.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "fixture.hpp"

namespace lanner::learn {
namespace {

constexpr PatternKey kClaim{model::TemplateId::p02, model::PositionSide::long_side,
                            model::ConditionSource::strategist};

TEST_CASE("the values of all blocks add up to what the candidate made") {
  fixture::World world(1, 64, fixture::free_of_cost(), Rate::from_raw(Rate::kScale / 1000));
  world.open(fixture::candidate(model::PositionSide::long_side, 99, 110, hours(12)));
  double sum = 0.0;
  double held = 0.0;
  double price = 100.0;
  RandomStream chance(1, 2);
  model::CandidateLabel label;
  for (int bar = 0; world.labels.is_empty(); ++bar) {
    const double next = std::max(99.01, price + 0.05 * chance.normal());
    world.bar(price, std::max(price, next), std::min(price, next), next);
    price = next;
    if (bar % 240 == 239) {
      world.log.close_block();
      const ClaimBook::Closed& closed = world.log.book().closed(kClaim.index());
      CHECK(closed.is_held);
      CHECK(closed.value == doctest::Approx(closed.sum_r / closed.bound_r));
      sum += closed.sum_r;
      held += 1.0;
    }
  }
  label = world.labels.items().front();
  world.log.close_block();
  sum += world.log.book().closed(kClaim.index()).sum_r;
  CHECK(held >= 2.0);
  CHECK(std::fabs(label.net_r.value()) > 0.0);
  CHECK(sum == doctest::Approx(label.net_r.value()));
  world.log.close_block();
  CHECK_FALSE(world.log.book().closed(kClaim.index()).is_held);
}

TEST_CASE("a traded candidate counts by its path, once") {
  fixture::World world;
  const CandidateId id = world.open(fixture::candidate(model::PositionSide::long_side, 99, 102));
  world.log.mark_traded(id);
  world.bar(100, 100.5, 99.5, 100);
  world.bar(100, 102.5, 100, 102.2);  // the path ends, its fills are awaited
  world.log.close_block();
  CHECK(world.log.book().closed(kClaim.index()).sum_r == doctest::Approx(2.0));
  model::TradeClosed trade;
  trade.candidate_id = id;
  trade.net_r = Score{1.9};
  world.log.on_trade_closed(trade, world.now, world.labels);
  world.log.close_block();
  CHECK_FALSE(world.log.book().closed(kClaim.index()).is_held);
}

// Blocks of some candidates each, that gain what chance says; every coin `copies` times.
std::vector<double> values_of(int copies) {
  ClaimBook book(static_cast<std::size_t>(8 * copies), 2.0);
  RandomStream chance(4, 5);
  std::vector<double> values;
  for (int block = 0; block < 200; ++block) {
    const auto candidates = static_cast<int>(chance.below(12));
    std::vector<double> units;
    for (int i = 0; i < candidates; ++i) {
      const double r = chance.normal();
      for (int copy = 0; copy < copies; ++copy) {
        units.push_back(book.admit(kClaim.index()));
        book.add(kClaim.index(), units.back() * r);
      }
    }
    for (const double unit : units) {
      book.leave(kClaim.index(), unit);
    }
    book.close_block();
    values.push_back(book.closed(kClaim.index()).value);
  }
  return values;
}

TEST_CASE("doubling every coin changes no block value") {
  const std::vector<double> once = values_of(1);
  const std::vector<double> twice = values_of(2);
  for (std::size_t i = 0; i < once.size(); ++i) {
    CHECK(once[i] == doctest::Approx(twice[i]).epsilon(1e-9));
  }
}

TEST_CASE("a crowd finds no room beyond four times the usual number") {
  ClaimBook book(8, 2.0);  // two are usual
  double taken = 0.0;
  for (int i = 0; i < 100; ++i) {
    taken += book.admit(kClaim.index());
  }
  CHECK(taken == 8.0);
  book.close_block();
  CHECK(book.closed(kClaim.index()).opened == 100);
}

TEST_CASE("an overlapping adaptation answers for its share, and a new one for none of the old") {
  fixture::World world;
  model::Candidate candidate = fixture::candidate(model::PositionSide::long_side, 99, 102);
  candidate.triggered_at = world.now;
  world.log.book().start_scope(3, 1.0);
  CandidateLog::ScopeEffects effects{};
  effects[3] = -0.5;  // it would have been half of it
  world.log.open(candidate, effects);
  world.bar(100, 100.5, 99.5, 101);
  world.log.close_block();
  CHECK(world.log.book().closed(ClaimBook::scope_claim(3)).sum_r == doctest::Approx(-0.5));
  world.log.clear_scope(3);
  world.log.book().start_scope(3, 1.0);
  world.bar(101, 102.5, 101, 102);
  world.log.close_block();
  CHECK(world.log.book().closed(ClaimBook::scope_claim(3)).sum_r == 0.0);
  CHECK(world.log.book().closed(kClaim.index()).sum_r == doctest::Approx(1.0));
}

}  // namespace
}  // namespace lanner::learn
