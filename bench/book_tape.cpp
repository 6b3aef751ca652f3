#include "bench/book_tape.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/random.hpp"
#include "bench/measure.hpp"
#include "bench/tapes.hpp"
#include "market/order_book.hpp"
#include "store/catalog_writer.hpp"
#include "store/import/source_name.hpp"

namespace lanner::bench {
namespace {

constexpr const char* kName = "BTCUSDT-PERP.BINANCE";
constexpr std::int64_t kStart = 1'704'067'200 * kNsPerSecond;  // 2024-01-01 00:00 UTC
constexpr std::int64_t kStep = 40 * kNsPerMs;                  // between two events of the book
constexpr std::int64_t kEvents = 300'000;                      // 200 minutes
constexpr std::int64_t kMiddle = 20'000;                       // ticks: 0.5 bps each
constexpr std::int64_t kRange = 10'000;                        // on both sides of it
constexpr std::int64_t kDeep = 20;                             // levels a side at the start
constexpr std::uint32_t kWindow = 4096;

struct Market {
  RandomStream chance{11, 1, 0};
  std::int64_t mid = kMiddle;  // best bid; the best ask is one tick above
  std::vector<store::DepthRecord> depth;
  std::vector<store::TradeRecord> trades;

  std::int64_t whole(std::int64_t below) {
    return static_cast<std::int64_t>(chance.uniform() * static_cast<double>(below));
  }
  std::int64_t some_quantity() { return (1 + whole(5000)) * (Quantity::kScale / 1000); }

  void level(std::int64_t at, model::Side side, std::int64_t ticks, std::int64_t quantity) {
    store::DepthRecord row;
    row.ts_event = at;
    row.price = ticks * (Price::kScale / 10);
    row.quantity = quantity;
    row.side = side;
    depth.push_back(row);
  }
  void close_event(std::size_t first, std::uint8_t flags) {
    depth[first].flags |= store::DepthRecord::event_begin;
    depth.back().flags |= store::DepthRecord::event_end;
    for (std::size_t i = first; i < depth.size(); ++i) {
      depth[i].flags |= flags;
    }
  }
  void snapshot(std::int64_t at) {
    for (std::int64_t i = 0; i < kDeep; ++i) {
      level(at, model::Side::buy, mid - i, some_quantity());
      level(at, model::Side::sell, mid + 1 + i, some_quantity());
    }
    close_event(0, store::DepthRecord::snapshot);
  }
  // The price goes up or down a tick, or stays; three more levels near it change.
  void event(std::int64_t at) {
    const std::size_t first = depth.size();
    const std::int64_t drift = mid > kMiddle + kRange ? -1 : mid < kMiddle - kRange ? 1 : 0;
    const std::int64_t move = std::clamp<std::int64_t>(whole(3) - 1 + drift, -1, 1);
    if (move > 0) {
      level(at, model::Side::sell, mid + 1, 0);
      level(at, model::Side::sell, mid + kDeep + 1, some_quantity());
      level(at, model::Side::buy, mid + 1, some_quantity());
    } else if (move < 0) {
      level(at, model::Side::buy, mid, 0);
      level(at, model::Side::buy, mid - kDeep, some_quantity());
      level(at, model::Side::sell, mid, some_quantity());
    }
    mid += move;
    for (int i = 0; i < 3; ++i) {
      const std::int64_t back = 1 + whole(kDeep - 1);
      const bool is_buy = chance.uniform() < 0.5;
      const std::int64_t quantity = chance.uniform() < 0.2 ? 0 : some_quantity();
      level(at, is_buy ? model::Side::buy : model::Side::sell,
            is_buy ? mid - back : mid + 1 + back, quantity);
    }
    close_event(first, 0);
  }
  void trade(std::int64_t at) {
    const bool is_buyer = chance.uniform() < 0.5;
    const std::int64_t ticks = is_buyer ? mid + 1 : mid;
    const std::int64_t quantity = some_quantity();
    trades.push_back({at, ticks * (Price::kScale / 10), is_buyer ? quantity : -quantity, 0, 0});
  }
};

Status make_catalog(const std::filesystem::path& dir) {
  Market market;
  market.snapshot(kStart);
  for (std::int64_t i = 1; i < kEvents; ++i) {
    market.event(kStart + i * kStep);
    if (i % 4 == 0) {
      market.trade(kStart + i * kStep + kStep / 2);
    }
  }
  auto writer = store::CatalogWriter::create(dir, store::Origin::synthetic, "book, seed 11");
  auto instrument = store::instrument_of(kName);
  if (!writer || !instrument) {
    return tl::unexpected{!writer ? writer.error() : instrument.error()};
  }
  instrument->tick = Price::from_raw(Price::kScale / 10);
  instrument->step = Quantity::from_raw(Quantity::kScale / 1000);
  if (const auto added = writer->add_instrument(*instrument); !added) {
    return added;
  }
  if (const auto written = writer->write_depth(kName, market.depth); !written) {
    return written;
  }
  if (const auto written = writer->write_trades(kName, market.trades); !written) {
    return written;
  }
  return writer->finish();
}

}  // namespace

runtime::RunOptions session_on_book() {
  const auto dir = scratch_dir() / "book-2";
  if (!store::is_catalog(dir)) {
    if (const auto made = make_catalog(dir); !made) {
      stop(made.error().message);
    }
  }
  runtime::RunOptions options = session_rules();
  options.data = dir;
  options.conditions =
      std::filesystem::path(LANNER_SOURCE_DIR) / "bench" / "conditions_book.tc1.json";
  return options;
}

std::vector<FlatChange> flat_changes(std::span<const store::DepthRecord> rows, Price tick) {
  std::vector<FlatChange> changes;
  changes.reserve(rows.size());
  for (const store::DepthRecord& row : rows) {
    const bool is_buy = row.side == model::Side::buy;
    const std::int64_t ticks = row.price / tick.raw();
    const auto index = static_cast<std::uint32_t>(is_buy ? ticks : -ticks) % kWindow;
    changes.push_back({is_buy ? 0U : 1U, index, row.quantity});
  }
  return changes;
}

double flat_window_update(std::span<const FlatChange> changes) {
  struct Side {
    std::array<std::int64_t, kWindow> quantity{};
    std::array<std::uint64_t, kWindow / 64> occupied{};
    std::uint64_t summary = 0;
  };
  static std::array<Side, 2> sides;
  std::int64_t sum = 0;
  const std::int64_t from = thread_ns();
  for (const FlatChange& change : changes) {
    Side& side = sides[change.side];
    side.quantity[change.index] = change.quantity;
    const std::uint32_t word = change.index / 64;
    const std::uint64_t bit = std::uint64_t{1} << (change.index % 64);
    const std::uint64_t bits =
        change.quantity == 0 ? side.occupied[word] & ~bit : side.occupied[word] | bit;
    side.occupied[word] = bits;
    const std::uint64_t flag = std::uint64_t{1} << word;
    side.summary = bits == 0 ? side.summary & ~flag : side.summary | flag;
    const auto best_word = static_cast<int>(std::bit_width(side.summary | 1)) - 1;
    const std::uint64_t best = side.occupied[static_cast<std::size_t>(best_word)];
    sum += best_word * 64 + static_cast<int>(std::bit_width(best));
  }
  keep(sum);
  return static_cast<double>(thread_ns() - from) / static_cast<double>(changes.size());
}

double order_book_update(std::span<const store::DepthRecord> rows, Price tick) {
  market::OrderBook book{tick};
  std::int64_t sum = 0;
  const std::int64_t from = thread_ns();
  for (const store::DepthRecord& row : rows) {
    book.apply_delta(row.side, Price::from_raw(row.price), Quantity::from_raw(row.quantity));
    const auto best = book.best(row.side);
    sum += best ? best->price.raw() : 0;
  }
  keep(sum);
  return static_cast<double>(thread_ns() - from) / static_cast<double>(rows.size());
}

}  // namespace lanner::bench
