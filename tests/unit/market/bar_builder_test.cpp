#include "market/bar_builder.hpp"

#include <doctest/doctest.h>

using namespace lanner;
using market::BarBuilder;
using Use = BarBuilder::Use;

namespace {

constexpr Timestamp kStart{1'746'057'600 * kNsPerSecond};
constexpr InstrumentId kId{0};

model::TradeTick trade_at(std::int64_t price, std::int64_t quantity = 1) {
  return {kId, model::Side::buy, Price::from_int(price), Quantity::from_int(quantity)};
}

}  // namespace

TEST_CASE("bar builder: open, high, low, close and volume of a minute") {
  BarBuilder builder(model::InstrumentTable(1));
  builder.on_trade(trade_at(10, 1), kStart);
  builder.on_trade(trade_at(14, 2), kStart + seconds(10));
  builder.on_trade(trade_at(8, 3), kStart + seconds(20));
  builder.on_trade(trade_at(11, 4), kStart + minutes(1) - Duration{1});
  model::Bar bar;
  CHECK_FALSE(builder.close_until(kId, kStart + seconds(59), bar));
  CHECK(builder.has_open(kId));
  REQUIRE(builder.close_until(kId, kStart + minutes(1), bar));
  CHECK(bar == model::Bar{kId, 60, Price::from_int(10), Price::from_int(14), Price::from_int(8),
                          Price::from_int(11), Quantity::from_int(10)});
  CHECK(builder.closed_until(kId) == kStart + minutes(1));
  CHECK_FALSE(builder.close_until(kId, kStart + minutes(1), bar));
}

TEST_CASE("bar builder: a minute without trades makes no bar") {
  BarBuilder builder(model::InstrumentTable(1));
  model::Bar bar;
  builder.on_trade(trade_at(10), kStart);
  REQUIRE(builder.close_until(kId, kStart + minutes(5), bar));
  CHECK(builder.closed_until(kId) == kStart + minutes(1));
  CHECK_FALSE(builder.close_until(kId, kStart + minutes(5), bar));
  CHECK(builder.closed_until(kId) == kStart + minutes(5));
}

TEST_CASE("bar builder: a late trade is counted and changes nothing") {
  BarBuilder builder(model::InstrumentTable(1));
  model::Bar bar;
  builder.on_trade(trade_at(10), kStart);
  REQUIRE(builder.close_until(kId, kStart + minutes(1), bar));
  CHECK(builder.on_trade(trade_at(99), kStart + seconds(59)) == Use::late);
  CHECK(builder.late_trades(kId) == 1);
  CHECK_FALSE(builder.close_until(kId, kStart + minutes(2), bar));
}

TEST_CASE("bar builder: the next minute may begin before the last one is closed") {
  BarBuilder builder(model::InstrumentTable(1));
  model::Bar bar;
  CHECK(builder.on_trade(trade_at(20), kStart + seconds(61)) == Use::taken);
  // Out of order, but its minute is open.
  CHECK(builder.on_trade(trade_at(10), kStart + seconds(59)) == Use::taken);
  CHECK(builder.on_trade(trade_at(21), kStart + seconds(62)) == Use::taken);
  CHECK(builder.on_trade(trade_at(30), kStart + seconds(121)) == Use::blocked);
  REQUIRE(builder.close_until(kId, kStart + minutes(1), bar));
  CHECK(bar.close == Price::from_int(10));
  CHECK(builder.on_trade(trade_at(30), kStart + seconds(121)) == Use::taken);
  REQUIRE(builder.close_until(kId, kStart + minutes(3), bar));
  CHECK(bar.open == Price::from_int(20));
  CHECK(bar.close == Price::from_int(21));
  REQUIRE(builder.close_until(kId, kStart + minutes(3), bar));
  CHECK(bar.close == Price::from_int(30));
  CHECK_FALSE(builder.close_until(kId, kStart + minutes(3), bar));
}
