#include "market/order_book.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace lanner;
using namespace lanner::market;
using model::BookLevel;
using model::Side;

namespace {

const Price kTick = Price::from_raw(Price::kScale / 10);

Price px(std::int64_t ticks) { return kTick * ticks; }
Quantity qty(std::int64_t units) { return Quantity::from_int(units); }
Timestamp at(std::int64_t s) { return Timestamp{} + seconds(s); }

OrderBook quoted() {
  OrderBook book{kTick};
  book.begin_snapshot();
  book.apply_delta(Side::buy, px(1000), qty(1));
  book.apply_delta(Side::sell, px(1002), qty(2));
  book.end_event(at(1));
  return book;
}

}  // namespace

TEST_CASE("order book: best, depth and quantities follow the changes") {
  OrderBook book = quoted();
  CHECK(book.is_valid());
  book.apply_delta(Side::buy, px(998), qty(5));
  book.apply_delta(Side::buy, px(1001), qty(3));
  book.apply_delta(Side::sell, px(1002), qty(0));
  book.apply_delta(Side::sell, px(90'000), qty(7));
  book.apply_delta(Side::sell, px(80'000), qty(0));  // never there: normal
  book.end_event(at(2));
  CHECK(book.best(Side::buy) == BookLevel{px(1001), qty(3)});
  CHECK(book.best(Side::sell) == BookLevel{px(90'000), qty(7)});
  std::array<BookLevel, 2> top{};
  CHECK(book.top(Side::buy, top) == 2);
  CHECK(top[1] == BookLevel{px(1000), qty(1)});
  CHECK(book.top(Side::sell, top) == 1);
  CHECK(book.level_count(Side::buy) == 3);
  CHECK(book.quantity_at(Side::buy, px(998)) == qty(5));
  CHECK(book.quantity_at(Side::buy, px(997)).is_zero());
}

TEST_CASE("order book: prices off the grid and negative numbers are left out and counted") {
  OrderBook book = quoted();
  CHECK_FALSE(book.apply_delta(Side::buy, Price::from_raw(px(1000).raw() + 1), qty(1)));
  CHECK_FALSE(book.apply_delta(Side::buy, Price{}, qty(1)));
  CHECK_FALSE(book.apply_delta(Side::buy, px(-5), qty(1)));
  CHECK_FALSE(book.apply_delta(Side::sell, px(1002), qty(-1)));
  CHECK(book.off_grid_levels() == 4);
  CHECK(book.best(Side::buy) == BookLevel{px(1000), qty(1)});
  OrderBook finest{Price::from_raw(1)};
  finest.begin_snapshot();
  CHECK_FALSE(finest.apply_delta(Side::sell, Price::max(), qty(1)));
  CHECK(finest.apply_delta(Side::sell, Price::from_raw(std::int64_t{1} << 60), qty(1)));
  finest.end_event(at(1));
  CHECK(finest.best(Side::sell)->price.raw() == std::int64_t{1} << 60);
}

TEST_CASE("order book: states") {
  OrderBook book{kTick};
  CHECK(book.state() == BookState::empty);
  book.apply_delta(Side::buy, px(10), qty(1));
  book.end_event(at(1));
  CHECK(book.state() == BookState::empty);  // changes without a snapshot
  book.begin_sync();
  CHECK(book.state() == BookState::syncing);
  book.end_event(at(1));
  CHECK(book.state() == BookState::syncing);
  book = quoted();
  book.apply_delta(Side::buy, px(1002), qty(1));
  book.end_event(at(2));
  CHECK(book.state() == BookState::valid);  // locked
  book.apply_delta(Side::buy, px(1003), qty(1));
  CHECK(book.state() == BookState::valid);  // only an ended event is judged
  book.end_event(at(3));
  CHECK(book.state() == BookState::crossed);
  book.apply_delta(Side::buy, px(1003), qty(0));
  book.end_event(at(4));
  CHECK(book.state() == BookState::valid);
  book.check_age(at(6), seconds(2));
  CHECK(book.state() == BookState::valid);
  book.check_age(at(7), seconds(2));
  CHECK(book.state() == BookState::stale);
  book.end_event(at(8));
  CHECK(book.state() == BookState::valid);
  book.mark_gap();
  book.end_event(at(9));
  CHECK(book.state() == BookState::gap);
  book.begin_snapshot();
  CHECK(book.state() == BookState::syncing);
  CHECK_FALSE(book.best(Side::buy));
  book.end_event(at(10));
  CHECK(book.state() == BookState::valid);  // an empty book is what the venue shows
}

TEST_CASE("order book: at the bound of the overflow the worst levels are forgotten and counted") {
  OrderBook book{kTick, 4};
  book.begin_snapshot();
  book.apply_delta(Side::buy, px(50'000), qty(1));
  for (std::int64_t i = 1; i <= 6; ++i) {
    book.apply_delta(Side::buy, px(1000 * i), qty(i));
  }
  book.end_event(at(1));
  CHECK(book.lost_levels() == 2);
  CHECK(book.level_count(Side::buy) == 5);
  CHECK(book.quantity_at(Side::buy, px(2000)).is_zero());
  CHECK(book.quantity_at(Side::buy, px(3000)) == qty(3));
  book.apply_delta(Side::buy, px(500), qty(9));  // worse than all that is kept
  CHECK(book.lost_levels() == 3);
  book.apply_delta(Side::buy, px(50'000), qty(0));
  CHECK(book.best(Side::buy) == BookLevel{px(6000), qty(6)});
  for (std::int64_t i = 0; i < 10; ++i) {
    book.apply_delta(Side::buy, px(6001 + i), qty(1));
  }
  book.apply_delta(Side::buy, px(90'000), qty(1));  // ten and more fall out at once
  CHECK(book.level_count(Side::buy) == 5);
  CHECK(book.quantity_at(Side::buy, px(6010)) == qty(1));
}
