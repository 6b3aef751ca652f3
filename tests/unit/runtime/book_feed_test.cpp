#include "runtime/book_feed.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace lanner::runtime {
namespace {

using store::DepthRecord;

constexpr std::int64_t kStart = 1'700'006'400 * kNsPerSecond;

// A bid of `quantity` at `units`, as one event of a futures stream.
DepthRecord row(std::int64_t at, std::uint64_t first, std::uint64_t last, std::uint64_t prior,
                std::int64_t units, std::int64_t quantity) {
  DepthRecord made;
  made.ts_event = kStart + at;
  made.price = Price::from_int(units).raw();
  made.quantity = Quantity::from_int(quantity).raw();
  made.last_id = static_cast<std::int64_t>(last);
  made.first_back = static_cast<std::uint32_t>(last - first);
  made.prior_back = static_cast<std::uint32_t>(last - prior);
  made.flags = DepthRecord::event_begin | DepthRecord::event_end | DepthRecord::has_prior;
  return made;
}
DepthRecord snapshot(std::int64_t at, std::uint64_t last, std::int64_t units,
                     std::int64_t quantity) {
  DepthRecord made = row(at, last, last, last, units, quantity);
  made.flags = DepthRecord::event_begin | DepthRecord::event_end | DepthRecord::snapshot;
  return made;
}

struct World {
  World() {
    model::Instrument instrument;
    instrument.id = InstrumentId{0};
    instrument.venue_id = VenueId{0};
    instrument.tick = Price::from_int(1);
    instrument.step = Quantity::from_int(1);
    table.push_back(instrument);
    exchange.emplace(table, model::ParameterSet{}, config());
  }
  static sim::ExchangeConfig config() {
    sim::ExchangeConfig made;
    made.balances = {Money::from_int(1000)};
    return made;
  }
  void play(const std::vector<DepthRecord>& rows) {
    for (const DepthRecord& one : rows) {
      feed.on_event({&one, 1}, *exchange);
      states.push_back(exchange->depth().has(InstrumentId{0})
                           ? exchange->depth().book(InstrumentId{0}).state()
                           : market::BookState::empty);
    }
  }
  [[nodiscard]] std::int64_t bid(std::int64_t units) const {
    return exchange->depth()
               .book(InstrumentId{0})
               .quantity_at(model::Side::buy, Price::from_int(units))
               .raw() /
           Quantity::kScale;
  }

  model::InstrumentTable table;
  std::optional<sim::Exchange> exchange;
  BookFeed feed{InstrumentId{0}};
  std::vector<market::BookState> states;
};

}  // namespace

TEST_CASE("changes before their snapshot are held and applied with it") {
  World world;
  const std::vector<DepthRecord> rows{row(1, 5, 8, 4, 90, 1),      // older than the snapshot
                                      row(2, 9, 12, 8, 91, 2),     // bridges it
                                      row(3, 13, 15, 12, 92, 3),
                                      snapshot(4, 10, 80, 7),
                                      row(5, 16, 18, 15, 93, 4)};
  world.play(rows);
  using market::BookState;
  CHECK(world.states == std::vector{BookState::empty, BookState::empty, BookState::empty,
                                    BookState::valid, BookState::valid});
  CHECK(world.bid(80) == 7);
  CHECK(world.bid(90) == 0);
  CHECK(world.bid(91) == 2);
  CHECK(world.bid(92) == 3);
  CHECK(world.bid(93) == 4);
  CHECK(world.feed.gaps() == 0);
}

TEST_CASE("a missing change breaks the book until the next snapshot") {
  World world;
  const std::vector<DepthRecord> rows{snapshot(1, 10, 80, 7), row(2, 9, 12, 8, 91, 2),
                                      row(3, 16, 18, 15, 92, 3), snapshot(4, 17, 81, 5),
                                      row(5, 19, 20, 18, 93, 4)};
  world.play(rows);
  using market::BookState;
  CHECK(world.states == std::vector{BookState::valid, BookState::valid, BookState::gap,
                                    BookState::valid, BookState::valid});
  CHECK(world.bid(91) == 0);
  CHECK(world.bid(92) == 3);
  CHECK(world.bid(93) == 4);
  CHECK(world.feed.gaps() == 1);
}

}  // namespace lanner::runtime
