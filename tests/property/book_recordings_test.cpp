// Books rebuilt from recordings against what the exchanges said about them at the same time.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "market/order_book.hpp"
#include "store/catalog.hpp"
#include "store/depth_replay.hpp"
#include "store/import/importer.hpp"
#include "support/data_dir.hpp"
#include "support/scratch_dir.hpp"

namespace lanner {
namespace {

using market::OrderBook;
using model::BookLevel;
using model::Side;
using store::DepthEvent;
using store::DepthRecord;
using store::DepthReplay;
using store::QuoteRecord;

constexpr std::size_t kFarLevels = 1 << 15;

store::Catalog imported(const test::ScratchDir& dir, const char* file) {
  const auto report = store::import_files(
      {{*test::data_dir() / file}, "", dir.path() / "catalog", {}});
  REQUIRE_MESSAGE(report, report.error().message);
  CHECK(report->rejected.empty());
  auto catalog = store::Catalog::open(dir.path() / "catalog");
  REQUIRE_MESSAGE(catalog, catalog.error().message);
  return std::move(*catalog);
}

struct Comparison {
  std::uint64_t matching = 0;  // quotes whose update id is that of a book state
  std::uint64_t equal = 0;
  std::uint64_t between = 0;   // quotes inside one change
  std::uint64_t reachable = 0;
  std::uint64_t fleeting = 0;  // reachable by a level that came and went inside the change
};

bool is_touched(const DepthEvent& event, Side side, Price price) {
  return std::any_of(event.levels.begin(), event.levels.end(), [&](const DepthRecord& level) {
    return level.side == side && level.price == price.raw();
  });
}

enum class Reach { no, yes, fleeting };

// Whether a best level could be seen while `event` turned the book into the next one: what the
// event does not touch rested all the while, but for levels that came and went: their quantity is
// gone at both ends, and the venue leaves them out.
Reach reach(const OrderBook& before, const DepthEvent& event, Side side, const BookLevel& best) {
  bool is_free = true;
  before.visit(side, [&](const BookLevel& level) {
    const bool is_better =
        side == Side::buy ? level.price > best.price : level.price < best.price;
    is_free = is_free && (!is_better || is_touched(event, side, level.price));
    return is_better && is_free;
  });
  const Quantity rested = before.quantity_at(side, best.price);
  if (!is_free) {
    return Reach::no;
  }
  if (is_touched(event, side, best.price) || rested == best.quantity) {
    return Reach::yes;
  }
  return rested.is_zero() ? Reach::fleeting : Reach::no;
}

// Quotes against the book before and after each change that covers their update ids.
class Quotes {
 public:
  explicit Quotes(std::span<const QuoteRecord> rows) : rows_(rows) {}

  void skip_until(std::uint64_t id) {
    while (at_ < rows_.size() && update_id() <= id) {
      ++at_;
    }
  }
  void compare_before(const OrderBook& book, const DepthEvent& event) {
    for (; at_ < rows_.size() && update_id() < event.ids.last; ++at_) {
      const Reach bid_reach = reach(book, event, Side::buy, bid());
      const Reach ask_reach = reach(book, event, Side::sell, ask());
      const bool is_reachable = bid_reach != Reach::no && ask_reach != Reach::no;
      ++counts_.between;
      counts_.reachable += is_reachable ? 1 : 0;
      counts_.fleeting +=
          is_reachable && (bid_reach == Reach::fleeting || ask_reach == Reach::fleeting) ? 1 : 0;
    }
  }
  void compare_after(const OrderBook& book, std::uint64_t id) {
    for (; at_ < rows_.size() && update_id() == id; ++at_) {
      ++counts_.matching;
      counts_.equal += book.best(Side::buy) == bid() && book.best(Side::sell) == ask() ? 1 : 0;
    }
  }
  const Comparison& counts() const { return counts_; }

 private:
  std::uint64_t update_id() const { return static_cast<std::uint64_t>(rows_[at_].update_id); }
  BookLevel bid() const {
    return {Price::from_raw(rows_[at_].bid_px), Quantity::from_raw(rows_[at_].bid_qty)};
  }
  BookLevel ask() const {
    return {Price::from_raw(rows_[at_].ask_px), Quantity::from_raw(rows_[at_].ask_qty)};
  }

  std::span<const QuoteRecord> rows_;
  std::size_t at_ = 0;
  Comparison counts_;
};

void check_recording(const char* file, const char* name, std::uint64_t matching_min) {
  const test::ScratchDir dir{"book-recording"};
  const store::Catalog catalog = imported(dir, file);
  const auto id = catalog.find(name);
  REQUIRE(id);
  const auto depth = catalog.depth(*id);
  const auto recorded = catalog.quotes(*id);
  REQUIRE_MESSAGE(depth, depth.error().message);
  REQUIRE_MESSAGE(recorded, recorded.error().message);
  Quotes quotes{(*recorded)->rows()};
  DepthReplay replay{(*depth)->rows(), catalog.instruments()[id->index()].tick, kFarLevels};
  std::uint64_t last_id = 0;
  while (const DepthEvent* const event = replay.next()) {
    if (event->is_snapshot) {
      quotes.skip_until(event->ids.last);
    } else {
      quotes.skip_until(last_id);
      quotes.compare_before(replay.book(), *event);
    }
    last_id = event->ids.last;
    replay.apply();
    CHECK(replay.book().is_valid());
    quotes.compare_after(replay.book(), last_id);
  }
  const Comparison& counts = quotes.counts();
  std::printf("%s %s: %lu events applied, %lu dropped, %lu breaks; bookTicker: %lu at a matching "
              "update id, %lu equal; %lu between, %lu reachable, of them %lu by a level that came "
              "and went\n",
              file, name, replay.applied(), replay.dropped(), replay.breaks(), counts.matching,
              counts.equal, counts.between, counts.reachable, counts.fleeting);
  CHECK(replay.breaks() == 0);
  CHECK(replay.applied() > 3'000);
  CHECK(replay.book().off_grid_levels() == 0);
  CHECK(replay.book().lost_levels() == 0);
  CHECK(counts.matching >= matching_min);
  CHECK(counts.equal == counts.matching);
  CHECK(counts.between > 20'000);
  CHECK(counts.reachable == counts.between);
  CHECK(counts.fleeting * 1'000 < counts.between);
  const auto check = catalog.check();
  REQUIRE_FALSE(check.empty());
  for (const store::SeriesCheck& one : check) {
    for (const store::Problem& problem : one.problems) {
      // Some resting quantities are finer than the step that 99 % of them keep to.
      CHECK(problem.kind == store::ProblemKind::off_grid);
      CHECK(problem.missing < 10);
    }
  }
}

// A book as the file says it, level by level; it goes by nothing of market::OrderBook.
class PlainBook {
 public:
  // How many of the changes cannot have happened to this book.
  std::size_t apply(const DepthEvent& event) {
    std::size_t misfits = 0;
    for (const DepthRecord& level : event.levels) {
      auto& side = sides_[level.side == Side::buy ? 0 : 1];
      const auto found = side.find(level.price);
      // Removing needs something there, changing something else there.
      misfits += (found == side.end() ? 0 : found->second) == level.quantity ? 1 : 0;
      if (level.quantity == 0) {
        side.erase(level.price);
      } else {
        side[level.price] = level.quantity;
      }
    }
    return misfits + (sides_[0].size() != 20 || sides_[1].size() != 20 ? 1 : 0);
  }
  void become(const DepthEvent& snapshot) {
    sides_ = {};
    for (const DepthRecord& level : snapshot.levels) {
      sides_[level.side == Side::buy ? 0 : 1][level.price] = level.quantity;
    }
  }
  // Prices at which the two do not hold the same.
  [[nodiscard]] std::size_t differing_levels(const PlainBook& other) const {
    std::size_t differing = 0;
    for (std::size_t side = 0; side < sides_.size(); ++side) {
      for (const auto& [price, quantity] : sides_[side]) {
        const auto found = other.sides_[side].find(price);
        differing += found == other.sides_[side].end() || found->second != quantity ? 1 : 0;
      }
      for (const auto& [price, quantity] : other.sides_[side]) {
        differing += sides_[side].contains(price) ? 0 : 1;
      }
    }
    return differing;
  }

 private:
  std::array<std::map<std::int64_t, std::int64_t>, 2> sides_;  // price -> quantity
};

}  // namespace

TEST_CASE("recorded futures book: no break, its top is the recorded bookTicker") {
  SKIP_WITHOUT_DATA();
  check_recording("l2_raw/binance/usdm_btcusdt_20240808.jsonl.zst", "BTCUSDT-PERP.BINANCE", 600);
}

TEST_CASE("recorded spot book: no break over two files, its top is the recorded bookTicker") {
  SKIP_WITHOUT_DATA();
  check_recording("l2_raw/binance/spot_btcusdt_20240808.jsonl.zst", "BTCUSDT.BINANCE", 500);
  check_recording("l2_raw/binance", "BTCUSDT.BINANCE", 1'000);
}

// The step to the first book of an hour is not in the file as changes: that book is written whole
// in its place, so it has to be taken as a new beginning (docs/adr/014-hourly-snapshots.md). Both
// halves are shown: what follows fits it without exception, and contradicts the book that the
// changes before it had built, each of the eleven times.
TEST_CASE("recorded StandX snapshots are right and necessary, all eleven times") {
  SKIP_WITHOUT_DATA();
  const test::ScratchDir dir{"book-standx"};
  const store::Catalog catalog = imported(dir, "l2_book/standx_BTC-USD_20260106_00-11.csv.zst");
  const auto id = catalog.find("BTC-USD-PERP.STANDX");
  REQUIRE(id);
  const auto depth = catalog.depth(*id);
  REQUIRE_MESSAGE(depth, depth.error().message);
  CHECK((*depth)->rows().size() == 742'494);
  DepthReplay replay{(*depth)->rows(), catalog.instruments()[id->index()].tick, kFarLevels};
  const OrderBook& book = replay.book();
  PlainBook plain;
  PlainBook without;  // never told of the latest snapshot
  std::uint64_t misfits = 0;
  std::uint64_t locked = 0;
  std::vector<std::size_t> contradictions;  // by snapshot, of the book that skipped it
  std::vector<std::size_t> steps;           // levels that each snapshot changes
  bool is_first = true;
  while (const DepthEvent* const event = replay.next()) {
    if (event->is_snapshot) {
      without = plain;
      plain.become(*event);
      if (!is_first) {
        CHECK(event->ts_event > book.last_event());
        steps.push_back(plain.differing_levels(without));
        contradictions.push_back(0);
      }
      is_first = false;
    } else {
      misfits += plain.apply(*event);
      if (!contradictions.empty()) {
        contradictions.back() += without.apply(*event);
      }
    }
    replay.apply();
    CHECK(book.is_valid());
    misfits += book.level_count(Side::buy) != 20 || book.level_count(Side::sell) != 20;
    for (const DepthRecord& level : event->levels) {
      misfits += book.quantity_at(level.side, Price::from_raw(level.price)).raw() !=
                 level.quantity;
    }
    locked += book.best(Side::buy)->price == book.best(Side::sell)->price;
  }
  std::printf("standx: %lu events, %lu misfits, locked in %lu%%; levels each snapshot changes, and "
              "changes that contradict the book without it:",
              replay.applied(), misfits, locked * 100 / replay.applied());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    std::printf(" %zu/%zu", steps[i], contradictions[i]);
  }
  std::printf("\n");
  CHECK(misfits == 0);
  CHECK(steps == std::vector<std::size_t>{22, 36, 7, 8, 3, 17, 17, 4, 22, 9, 22});
  CHECK(contradictions.size() == 11);
  CHECK(std::count(contradictions.begin(), contradictions.end(), 0U) == 0);
  CHECK(book.off_grid_levels() == 0);
}

TEST_CASE("recorded Hyperliquid books: twenty levels a side, each row a whole book") {
  SKIP_WITHOUT_DATA();
  const test::ScratchDir dir{"book-hyperliquid"};
  const store::Catalog catalog = imported(dir, "l2_book/hyperliquid_BTC_20250904.csv.zst");
  const auto id = catalog.find("BTC-PERP.HYPERLIQUID");
  REQUIRE(id);
  const auto depth = catalog.depth(*id);
  REQUIRE_MESSAGE(depth, depth.error().message);
  DepthReplay replay{(*depth)->rows(), catalog.instruments()[id->index()].tick};
  while (const DepthEvent* const event = replay.next()) {
    CHECK(event->is_snapshot);
    CHECK(event->delay > Duration{});
    replay.apply();
    CHECK(replay.book().is_valid());
    CHECK(replay.book().level_count(Side::buy) == 20);
    CHECK(replay.book().level_count(Side::sell) == 20);
  }
  CHECK(replay.applied() == 3785);
}

}  // namespace lanner
