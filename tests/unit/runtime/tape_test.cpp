#include "runtime/tape.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/made_catalog.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using runtime::Tape;
using runtime::TapeItem;
using runtime::TapeKind;
using test::flat_bars;
using test::kMadeStart;

namespace {

constexpr const char* kBtc = "BTCUSDT-PERP.BINANCE";
constexpr const char* kEth = "ETHUSDT-PERP.BINANCE";

store::TradeRecord trade(Duration after, std::int64_t units, std::int64_t quantity = 1) {
  return {(kMadeStart + after).ns(), Price::from_int(units).raw(),
          Quantity::from_int(quantity).raw(), 0, 0};
}

std::vector<TapeItem> all_of(Tape tape) {
  std::vector<TapeItem> items;
  while (!tape.is_done()) {
    const Timestamp next = tape.next_time();
    items.push_back(tape.next());
    CHECK(items.back().venue_time == next);
  }
  CHECK(tape.next_time() == Timestamp::never());
  return items;
}

std::vector<TapeItem> played(const store::Catalog& catalog, runtime::TapeSelection selection) {
  if (selection.instruments.empty()) {
    for (const model::Instrument& instrument : catalog.instruments()) {
      selection.instruments.push_back(instrument.id);
    }
  }
  auto tape = Tape::open(catalog, selection);
  REQUIRE(tape.has_value());
  return all_of(std::move(*tape));
}

// "k0@60" = kind, instrument, seconds after the start.
std::string order_of(const std::vector<TapeItem>& items) {
  std::string text;
  for (const TapeItem& item : items) {
    const char kind = item.kind == TapeKind::funding ? 'f' : item.kind == TapeKind::trade ? 't'
                                                                                          : 'b';
    text += std::string(text.empty() ? "" : " ") + kind +
            std::to_string(item.instrument_id.value()) + "@" +
            std::to_string((item.venue_time - kMadeStart).ns() / kNsPerSecond);
  }
  return text;
}

}  // namespace

TEST_CASE("rows come by time, then by kind, then by instrument, then by their place in the file") {
  const test::ScratchDir scratch("tape-order");
  auto catalog = test::MadeCatalog(scratch.path() / "c")
                     .instrument(kBtc)
                     .instrument(kEth)
                     .bars(kEth, 60, flat_bars(kMadeStart, 60, 3))
                     .bars(kBtc, 60, flat_bars(kMadeStart + minutes(1), 60, 2))
                     .funding(kEth, {{(kMadeStart + minutes(1)).ns(), 1}})
                     .funding(kBtc, {{(kMadeStart + minutes(1)).ns(), 2}})
                     .open();
  CHECK(order_of(played(catalog, {})) == "b1@0 f0@60 f1@60 b0@60 b1@60 b0@120 b1@120");
}

TEST_CASE("trades of one instant keep the order of their file, and none is lost") {
  const test::ScratchDir scratch("tape-trades");
  auto catalog = test::MadeCatalog(scratch.path() / "c")
                     .instrument(kBtc)
                     .trades(kBtc, {trade(seconds(5), 100), trade(seconds(5), 100),
                                    trade(seconds(5), 101, -2), trade(seconds(6), 99)})
                     .open();
  const auto items = played(catalog, {});
  REQUIRE(items.size() == 4);
  CHECK(items[2].trade().price == Price::from_int(101));
  CHECK(items[2].trade().quantity == Quantity::from_int(2));
  CHECK(items[2].trade().aggressor_side == model::Side::sell);
  CHECK(items[3].trade().aggressor_side == model::Side::buy);
}

TEST_CASE("where series overlap the finest is played, elsewhere the coarser one") {
  const test::ScratchDir scratch("tape-finest");
  // Five-minute bars of an hour; minutes from the 20th to the 40th; trades from the 30th to the
  // 35th.
  std::vector<store::TradeRecord> trades;
  for (int second = 0; second <= 300; second += 10) {
    trades.push_back(trade(minutes(30) + seconds(second), 100));
  }
  auto catalog = test::MadeCatalog(scratch.path() / "c")
                     .instrument(kBtc)
                     .bars(kBtc, 300, flat_bars(kMadeStart, 300, 12))
                     .bars(kBtc, 60, flat_bars(kMadeStart + minutes(20), 60, 20))
                     .trades(kBtc, trades)
                     .open();
  std::size_t five = 0;
  std::size_t one = 0;
  std::size_t ticks = 0;
  for (const TapeItem& item : played(catalog, {})) {
    const std::int64_t minute = (item.venue_time - kMadeStart).ns() / kNsPerMinute;
    if (item.kind == TapeKind::trade) {
      ++ticks;
    } else if (item.interval_s == 300) {
      CHECK((minute < 20 || minute >= 40));
      ++five;
    } else {
      CHECK((minute < 30 || minute >= 35));
      ++one;
    }
  }
  CHECK(ticks == trades.size());
  CHECK(five == 8);
  CHECK(one == 15);
}

TEST_CASE("the end is exclusive: a bar counts when it closes at or before it") {
  const test::ScratchDir scratch("tape-end");
  auto catalog = test::MadeCatalog(scratch.path() / "c")
                     .instrument(kBtc)
                     .bars(kBtc, 60, flat_bars(kMadeStart, 60, 10))
                     .open();
  runtime::TapeSelection selection;
  selection.from = kMadeStart + minutes(2);
  selection.to = kMadeStart + minutes(5);
  CHECK(order_of(played(catalog, selection)) == "b0@120 b0@180 b0@240");
  selection.to = selection.to - Duration{1};
  CHECK(order_of(played(catalog, selection)) == "b0@120 b0@180");
  selection.to = selection.from;
  CHECK(played(catalog, selection).empty());
}

TEST_CASE("only what is selected is played, and rows are counted") {
  const test::ScratchDir scratch("tape-select");
  auto catalog = test::MadeCatalog(scratch.path() / "c")
                     .instrument(kBtc)
                     .instrument(kEth)
                     .bars(kBtc, 60, flat_bars(kMadeStart, 60, 4))
                     .bars(kEth, 60, flat_bars(kMadeStart, 60, 4))
                     .open();
  runtime::TapeSelection selection;
  selection.instruments = {*catalog.find(kEth)};
  auto tape = Tape::open(catalog, selection);
  REQUIRE(tape.has_value());
  CHECK(tape->rows() == 4);
  const auto first = tape->next();
  CHECK(first.instrument_id == *catalog.find(kEth));
  CHECK(first.bar().close == Price::from_int(100));
  CHECK(tape->played() == 1);
}

TEST_CASE("the levels of a book event come as one item, before the trades of their instant") {
  const test::ScratchDir scratch("tape-depth");
  const auto level = [](Duration after, std::int64_t units, int flags) {
    store::DepthRecord row;
    row.ts_event = (kMadeStart + after).ns();
    row.price = Price::from_int(units).raw();
    row.quantity = Quantity::from_int(1).raw();
    row.flags = static_cast<std::uint8_t>(flags);
    return row;
  };
  using Row = store::DepthRecord;
  auto catalog = test::MadeCatalog(scratch.path() / "c")
                     .instrument(kBtc)
                     .trades(kBtc, {trade(seconds(1), 100)})
                     .depth(kBtc, {level(seconds(1), 99, Row::snapshot | Row::event_begin),
                                   level(seconds(1), 98, 0),
                                   level(seconds(1), 97, Row::event_end),
                                   level(seconds(1), 96, Row::event_begin | Row::event_end),
                                   level(seconds(2), 95, Row::event_begin | Row::event_end)})
                     .quotes(kBtc, {{.ts_event = (kMadeStart + seconds(1)).ns(), .bid_px = 1}})
                     .open();
  const auto items = played(catalog, {});
  REQUIRE(items.size() == 4);  // no quote: the book tells its best levels itself
  CHECK(items[0].kind == TapeKind::depth);
  CHECK(items[0].depth().size() == 3);
  CHECK(items[1].depth().size() == 1);
  CHECK(items[1].depth()[0].price == Price::from_int(96).raw());
  CHECK(items[2].kind == TapeKind::trade);
  CHECK(items[3].kind == TapeKind::depth);
}

TEST_CASE("quotes are played where there is no depth") {
  const test::ScratchDir scratch("tape-quotes");
  auto catalog = test::MadeCatalog(scratch.path() / "c")
                     .instrument(kBtc)
                     .trades(kBtc, {trade(seconds(1), 100)})
                     .quotes(kBtc, {{.ts_event = (kMadeStart + seconds(1)).ns(),
                                     .bid_px = Price::from_int(99).raw()}})
                     .open();
  const auto items = played(catalog, {});
  REQUIRE(items.size() == 2);
  CHECK(items[0].kind == TapeKind::quote);
  CHECK(items[0].quote().bid_px == Price::from_int(99));
  CHECK(items[1].kind == TapeKind::trade);
}

TEST_CASE("depth that leads from the last snapshot to the start is played at the start") {
  const test::ScratchDir scratch("tape-depth-before");
  using Row = store::DepthRecord;
  const auto level = [](Duration after, int flags) {
    Row row;
    row.ts_event = (kMadeStart + after).ns();
    row.price = Price::from_int(99).raw();
    row.quantity = Quantity::from_int(1).raw();
    row.flags = static_cast<std::uint8_t>(flags | Row::event_begin | Row::event_end);
    return row;
  };
  auto catalog = test::MadeCatalog(scratch.path() / "c")
                     .instrument(kBtc)
                     .trades(kBtc, {trade(seconds(4), 100)})
                     .depth(kBtc, {level(seconds(1), Row::snapshot), level(seconds(2), 0),
                                   level(seconds(5), 0)})
                     .open();
  const auto items = played(catalog, {.instruments = {}, .from = kMadeStart + seconds(3)});
  REQUIRE(items.size() == 4);
  CHECK(items[0].venue_time == kMadeStart + seconds(3));
  CHECK(items[0].depth()[0].is(Row::snapshot));
  CHECK(items[1].venue_time == kMadeStart + seconds(3));
  CHECK(items[2].kind == TapeKind::trade);
  CHECK(items[3].venue_time == kMadeStart + seconds(5));
}

TEST_CASE("tape: what a venue tells beside prices is played at its stamp, the mood at once") {
  const test::ScratchDir dir{"tape-inputs"};
  const auto at = [](Duration after) { return (kMadeStart + after).ns(); };
  const std::int64_t px = Price::from_int(99).raw();
  const std::int64_t size = Quantity::from_int(3).raw();
  const store::Catalog catalog =
      test::MadeCatalog(dir.path())
          .instrument(kBtc)
          .instrument("BTCUSDT.BINANCE")
          .instrument("FEARGREED.INDEX")
          .bars(kBtc, 60, flat_bars(kMadeStart + minutes(5), 60, 3))
          .bars("BTCUSDT.BINANCE", 60, flat_bars(kMadeStart + minutes(5), 60, 3))
          .trades("BTCUSDT.BINANCE", {trade(minutes(5), 7)})
          .sentiment("FEARGREED.INDEX",
                     {{at(hours(-24)), 20}, {at(Duration{}), 30}, {at(hours(24)), 40}})
          .open_interest(kBtc, {{at(minutes(6)), size}})
          .liquidations(kBtc, {{at(minutes(6)), px, -size}, {at(minutes(6)), px, size}})
          .marks(kBtc, {{at(minutes(6)), px, 0}})
          .open();
  runtime::TapeSelection selection;
  selection.instruments = {*catalog.find(kBtc)};
  selection.references = {*catalog.find("BTCUSDT.BINANCE")};
  selection.has_mood = true;
  selection.from = kMadeStart + minutes(5);
  selection.to = kMadeStart + minutes(8);
  const auto items = played(catalog, selection);
  // Bars at their open: two at 5 min. Then all of 6 min by kind; the reference's trade stays away.
  REQUIRE(items.size() == 11);
  CHECK(items[2].kind == TapeKind::mark);
  CHECK(items[2].mark() == model::MarkPrice{*catalog.find(kBtc), Price::from_raw(px)});
  CHECK(items[3].open_interest().quantity == Quantity::from_raw(size));
  CHECK(items[4].liquidation().position_side == model::PositionSide::long_side);
  CHECK(items[4].liquidation().quantity == Quantity::from_raw(size));
  CHECK(items[5].liquidation().position_side == model::PositionSide::short_side);
  // Today's mood, when the first bar is heard; not yesterday's, and tomorrow's is beyond the end.
  CHECK(items[6].sentiment() == model::Sentiment{30});
  CHECK(items[6].venue_time == kMadeStart + minutes(6));
  selection.has_mood = false;
  CHECK(played(catalog, selection).size() == 10);
}
