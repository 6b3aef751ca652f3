// The flat book against a plain map, whatever the changes.

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <rapidcheck.h>
#include <vector>

#include "market/order_book.hpp"

namespace lanner::market {
namespace {

using model::BookLevel;
using model::Side;

struct Reference {
  std::map<std::int64_t, std::int64_t, std::greater<>> bids;
  std::map<std::int64_t, std::int64_t> asks;

  void set(Side side, std::int64_t ticks, std::int64_t units) {
    const auto apply = [&](auto& levels) {
      if (units == 0) {
        levels.erase(ticks);
      } else {
        levels[ticks] = units;
      }
    };
    side == Side::buy ? apply(bids) : apply(asks);
  }
};

template <typename Levels>
void check_side(const OrderBook& book, Side side, const Levels& levels) {
  RC_ASSERT(book.level_count(side) == levels.size());
  auto expected = levels.begin();
  book.visit(side, [&](const BookLevel& level) {
    RC_ASSERT(expected != levels.end());
    RC_ASSERT(level.price.raw() == book.tick().raw() * expected->first);
    RC_ASSERT(level.quantity.raw() == expected->second);
    ++expected;
    return true;
  });
  RC_ASSERT(expected == levels.end());
  const auto best = book.best(side);
  RC_ASSERT(best.has_value() == !levels.empty());
  if (best) {
    RC_ASSERT(best->quantity.raw() == levels.begin()->second);
    RC_ASSERT(book.quantity_at(side, best->price) == best->quantity);
  }
}

// Mostly near a price that drifts, sometimes far from it, sometimes the best level itself goes.
void random_changes() {
  const auto tick = *rc::gen::element<std::int64_t>(1, 10'000'000, 100'000'000, 2'500'000'000);
  OrderBook book{Price::from_raw(tick), 4096};
  Reference reference;
  std::int64_t middle = *rc::gen::inRange<std::int64_t>(20'000, 2'000'000);
  const auto spread = *rc::gen::element<std::int64_t>(5, 300, 5'000);
  book.begin_snapshot();
  const int count = *rc::gen::inRange(1, 3000);
  // One seed for many draws: a draw from the generator costs microseconds.
  std::uint64_t seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto draw = [&seed](std::int64_t bound) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::int64_t>((seed >> 33) % static_cast<std::uint64_t>(bound));
  };
  for (int i = 0; i < count; ++i) {
    middle += draw(2 * spread + 1) - spread;
    middle = middle < 20'000 ? 20'000 : middle;
    const Side side = draw(2) == 0 ? Side::buy : Side::sell;
    const bool is_far = draw(8) == 0;
    std::int64_t ticks = middle + draw(is_far ? 15'000 : 200) - (is_far ? 7'500 : 100);
    std::int64_t units = draw(3) == 0 ? 0 : 1 + draw(1'000);
    if (draw(4) == 0) {
      if (const auto best = book.best(side)) {
        ticks = best->price.raw() / tick;
        units = 0;
      }
    }
    RC_ASSERT(book.apply_delta(side, Price::from_raw(ticks * tick), Quantity::from_raw(units)));
    reference.set(side, ticks, units);
    if (i % 16 == 0 || i + 1 == count) {
      check_side(book, Side::buy, reference.bids);
      check_side(book, Side::sell, reference.asks);
    }
    if (draw(200) == 0) {
      book.begin_snapshot();
      reference = {};
    }
  }
  RC_ASSERT(book.lost_levels() == 0);
}

}  // namespace

TEST_CASE("order book equals a map of prices under random changes, far levels and drift") {
  CHECK(rc::check("book = map", random_changes));
}

}  // namespace lanner::market
