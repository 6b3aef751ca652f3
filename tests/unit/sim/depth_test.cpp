// Orders against a shown book: level by level, what is taken is gone until the level is replaced.

#include "sim/depth.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <utility>
#include <vector>

#include "unit/sim/rig.hpp"

namespace lanner::sim {
namespace {

using model::Side;
using model::TimeInForce;
using test::at_ms;
using test::kPerp;
using test::market;
using test::Order;
using test::px;
using test::qty;

using Levels = std::initializer_list<std::pair<const char*, const char*>>;

std::vector<model::BookLevel> levels_of(const Levels& texts) {
  std::vector<model::BookLevel> levels;
  for (const auto& [price, quantity] : texts) {
    levels.push_back({px(price), qty(quantity)});
  }
  return levels;
}

class BookRig : public test::Rig {
 public:
  using Rig::Rig;
  void snapshot(std::int64_t ms, const Levels& bids, const Levels& asks) {
    const auto bid_levels = levels_of(bids);
    const auto ask_levels = levels_of(asks);
    run(at_ms(ms));
    exchange.on_book(model::BookSnapshot{kPerp, 0, bid_levels, ask_levels}, at_ms(ms));
    run(at_ms(ms));
  }
  void change(std::int64_t ms, const Levels& bids, const Levels& asks) {
    const auto bid_levels = levels_of(bids);
    const auto ask_levels = levels_of(asks);
    run(at_ms(ms));
    exchange.on_book(model::BookDelta{kPerp, {}, bid_levels, ask_levels}, at_ms(ms));
    run(at_ms(ms));
  }
};

Order limit(std::uint64_t id, Side side, const char* quantity, const char* price) {
  return Order{id, side, model::OrderType::limit, quantity}.limit(price);
}

ExchangeConfig with(QueueModel model) {
  ExchangeConfig config = test::plain_config();
  config.queue_model = model;
  return config;
}

}  // namespace

TEST_CASE("a market order walks the shown levels when it arrives") {
  BookRig rig;
  rig.trade(at_ms(0), "100", "1");
  rig.snapshot(10, {{"99.9", "2"}}, {{"100.1", "1"}, {"100.2", "2"}, {"100.5", "9"}});
  rig.send(market(1, Side::buy, "4"), at_ms(20));
  rig.run(at_ms(69));
  CHECK(rig.fills(1) == "");
  rig.run(at_ms(200));
  CHECK(rig.fills(1) == "1@100.1 2@100.2 1@100.5");
  CHECK(rig.exchange.depth().counters == DepthCounters{3, 0, 0});
}

TEST_CASE("what was taken is gone until the level is replaced") {
  BookRig rig;
  rig.trade(at_ms(0), "100", "1");
  rig.snapshot(10, {{"99.9", "2"}}, {{"100.1", "1"}, {"100.2", "2"}});
  rig.send(market(1, Side::buy, "1"), at_ms(20));
  rig.send(market(2, Side::buy, "1"), at_ms(30));
  rig.run(at_ms(100));
  CHECK(rig.fills(1) == "1@100.1");
  CHECK(rig.fills(2) == "1@100.2");
  rig.change(110, {}, {{"100.1", "5"}});
  rig.send(market(3, Side::buy, "1"), at_ms(120));
  rig.run(at_ms(200));
  CHECK(rig.fills(3) == "1@100.1");
}

TEST_CASE("the rest of a market order waits for two more events of the book, then it expires") {
  BookRig rig;
  rig.trade(at_ms(0), "100", "1");
  rig.snapshot(10, {{"99.9", "2"}}, {{"100.1", "1"}});
  rig.send(market(1, Side::buy, "9"), at_ms(20));
  rig.change(100, {}, {{"100.3", "1"}});
  rig.change(110, {}, {{"100.4", "1"}});
  rig.change(120, {}, {{"100.5", "1"}});
  CHECK(rig.fills(1) == "1@100.1 1@100.3 1@100.4");
  CHECK(rig.has<model::OrderExpired>(1));
}

TEST_CASE("limits take up to their price: IOC loses its rest, FOK all or nothing, GTC rests") {
  BookRig rig;
  rig.trade(at_ms(0), "100", "1");
  rig.snapshot(10, {{"99.9", "2"}}, {{"100.1", "1"}, {"100.2", "1"}, {"100.3", "1"}});
  rig.send(limit(1, Side::buy, "3", "100.2").in_force(TimeInForce::fok), at_ms(20));
  rig.run(at_ms(100));
  CHECK(rig.fills(1) == "");
  CHECK(rig.has<model::OrderExpired>(1));
  rig.send(limit(2, Side::buy, "2", "100.1").in_force(TimeInForce::ioc), at_ms(100));
  rig.run(at_ms(200));
  CHECK(rig.fills(2) == "1@100.1");
  CHECK(rig.has<model::OrderExpired>(2));
  rig.send(limit(3, Side::buy, "3", "100.2"), at_ms(200));
  rig.run(at_ms(300));
  CHECK(rig.fills(3) == "1@100.2");
  CHECK_FALSE(rig.has<model::OrderExpired>(3));
  CHECK(rig.exchange.order_count(kPerp) == 1);
}

TEST_CASE("a stop walks the book at the trade that triggers it, at no better price than that") {
  BookRig rig;
  rig.trade(at_ms(0), "100", "1");
  rig.snapshot(10, {{"99.9", "9"}}, {{"100.1", "9"}});
  rig.send(market(1, Side::buy, "3"), at_ms(20));
  rig.run(at_ms(100));
  rig.send(test::stop(2, Side::sell, "3", "99"), at_ms(100));
  rig.change(200, {{"99.9", "0"}, {"99", "1"}, {"98.8", "1"}, {"98", "4"}}, {});
  rig.trade(at_ms(210), "98.9", "1", Side::sell);
  CHECK(rig.fills(2) == "1@98.9 1@98.8 1@98");
  CHECK(rig.position() == "0");
}

TEST_CASE("a crossed, silent or broken book never fills: the trades model does, and is counted") {
  for (const int fault : {0, 1, 2}) {
    CAPTURE(fault);
    BookRig rig;
    rig.trade(at_ms(0), "100", "1");
    rig.snapshot(10, {{"99.9", "9"}}, {{"100.1", "9"}});
    std::int64_t at = 20;
    if (fault == 0) {
      rig.change(15, {{"100.2", "1"}}, {});
    } else if (fault == 1) {
      at = 10'020;
    } else {
      rig.exchange.on_book_gap(kPerp);
    }
    rig.send(market(1, Side::buy, "1"), at_ms(at));
    rig.run(at_ms(at + 100));
    CHECK(rig.fills(1) == "");
    rig.trade(at_ms(at + 200), "101", "5");
    CHECK(rig.fills(1) == "1@101");
    CHECK(rig.exchange.depth().counters == DepthCounters{0, 0, 1});
  }
}

TEST_CASE("a locked book is one: both sides fill at its price") {
  BookRig rig;
  rig.trade(at_ms(0), "100", "1");
  rig.snapshot(10, {{"100", "2"}}, {{"100", "2"}});
  rig.send(market(1, Side::buy, "1"), at_ms(20));
  rig.send(market(2, Side::sell, "2"), at_ms(30));
  rig.run(at_ms(100));
  CHECK(rig.fills(1) == "1@100");
  CHECK(rig.fills(2) == "2@100");
}

TEST_CASE("a quote is a book of one level a side") {
  BookRig rig;
  rig.trade(at_ms(0), "100", "1");
  rig.run(at_ms(10));
  rig.exchange.on_quote({kPerp, px("99.8"), qty("1"), px("100.2"), qty("2"), 7}, at_ms(10));
  rig.send(market(1, Side::buy, "1"), at_ms(20));
  rig.run(at_ms(100));
  CHECK(rig.fills(1) == "1@100.2");
  CHECK(rig.exchange.depth().top(kPerp).ask_qty == qty("1"));
}

TEST_CASE("a resting limit waits behind what is displayed; trades at its price bring it forward") {
  BookRig rig;
  rig.trade(at_ms(0), "100", "1");
  rig.snapshot(10, {{"99.9", "3"}, {"99.8", "5"}}, {{"100.1", "9"}});
  rig.send(limit(1, Side::buy, "2", "99.9"), at_ms(20));
  rig.run(at_ms(100));
  rig.trade(at_ms(110), "99.9", "2", Side::sell);
  CHECK(rig.fills(1) == "");
  rig.trade(at_ms(120), "99.9", "2", Side::sell);
  CHECK(rig.fills(1) == "1@99.9");
  rig.trade(at_ms(130), "99.8", "0.1", Side::sell);
  CHECK(rig.fills(1) == "1@99.9 1@99.9");
  CHECK(rig.all<model::OrderFilled>(1).back().liquidity_side == model::LiquiditySide::maker);
  CHECK(rig.exchange.depth().counters == DepthCounters{0, 2, 0});
}

TEST_CASE("two own orders at a price share its trades in the order of their acceptance") {
  BookRig rig;
  rig.trade(at_ms(0), "100", "1");
  rig.snapshot(10, {{"99.9", "1"}}, {{"100.1", "9"}});
  rig.send(limit(1, Side::buy, "2", "99.9"), at_ms(20));
  rig.send(limit(2, Side::buy, "2", "99.9"), at_ms(30));
  rig.run(at_ms(100));
  rig.trade(at_ms(110), "99.9", "4", Side::sell);
  CHECK(rig.fills(1) == "2@99.9");
  CHECK(rig.fills(2) == "1@99.9");
}

TEST_CASE("who leaves: behind us (conservative), before us in part (probabilistic), no queue") {
  const auto fills = [](QueueModel model) {
    BookRig rig{with(model)};
    rig.trade(at_ms(0), "100", "1");
    rig.snapshot(10, {{"99.9", "4"}, {"99.8", "5"}}, {{"100.1", "9"}});
    rig.send(limit(1, Side::buy, "2", "99.9"), at_ms(20));
    rig.run(at_ms(100));
    rig.change(110, {{"99.9", "8"}}, {});  // four came behind us
    rig.change(120, {{"99.9", "6"}}, {});  // two left: half of the eight stood before us
    rig.trade(at_ms(130), "99.9", "4", Side::sell);
    return rig.fills(1);
  };
  CHECK(fills(QueueModel::conservative) == "");
  CHECK(fills(QueueModel::probabilistic) == "1@99.9");
  CHECK(fills(QueueModel::none) == "");
}

TEST_CASE("the queue is never longer than what is displayed") {
  BookRig rig;
  rig.trade(at_ms(0), "100", "1");
  rig.snapshot(10, {{"99.9", "4"}, {"99.8", "5"}}, {{"100.1", "9"}});
  rig.send(limit(1, Side::buy, "1", "99.9"), at_ms(20));
  rig.run(at_ms(100));
  rig.change(110, {{"99.9", "1"}}, {});
  rig.trade(at_ms(130), "99.9", "2", Side::sell);
  CHECK(rig.fills(1) == "1@99.9");
}

}  // namespace lanner::sim
