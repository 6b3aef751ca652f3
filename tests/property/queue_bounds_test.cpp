// Random resting limits on real books: no queue model fills outside of what the tape alone allows.

#include "support/queue_bounds.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <variant>
#include <vector>

#include "base/random.hpp"
#include "support/recorded_book.hpp"

namespace lanner {
namespace {

using model::Side;
using sim::QueueModel;
using test::QueueBounds;
using test::RestingLimit;

struct Recording {
  const char* name;
  const char* instrument;
  std::vector<const char*> files;
  int every;      // an order after so many items of the tape
  Duration from;  // of the span that is played, after the first trade
  Duration to;
};

struct Outcome {
  std::uint64_t orders = 0;
  std::uint64_t filled = 0;
  std::uint64_t early = 0;      // fills before the optimistic bound
  std::uint64_t late = 0;       // not whole by the pessimistic bound
  std::uint64_t at_once = 0;    // filled whole at the optimistic bound: the queue was short
  std::uint64_t waited = 0;     // filled whole later than that
};

// Sends limits at or behind the best price now and then; one at a price at a time, so that no two
// share a queue.
class Orders {
 public:
  Orders(test::RecordedVenue& venue, InstrumentId id, std::uint64_t seed)
      : venue_(venue), id_(id), chance_(seed, 1, 0) {}

  void send_one() {
    const sim::DepthBooks& depth = venue_.exchange.depth();
    const Timestamp now = venue_.next_time();
    if (!depth.has(id_) || depth.usable(id_, now) == nullptr || sent_.size() >= kMost) {
      return;
    }
    const market::OrderBook& book = depth.book(id_);
    const Side side = chance_.uniform() < 0.5 ? Side::buy : Side::sell;
    const auto best = book.best(side);
    const auto other = book.best(model::opposite(side));
    const auto back = static_cast<std::int64_t>(chance_.uniform() * 6.0);
    if (!best || !other) {
      return;
    }
    model::OrderRequest order;
    order.client_order_id = ClientOrderId{sent_.size() + 1};
    order.instrument_id = id_;
    order.side = side;
    order.type = model::OrderType::limit;
    const Price tick = venue_.table[id_.index()].tick;
    order.price = best->price + tick * (side == Side::buy ? -back : back);
    const bool is_taken = std::any_of(sent_.begin(), sent_.end(), [&](const RestingLimit& one) {
      return one.price == order.price;
    });
    const bool is_taker = side == Side::buy ? order.price >= other->price
                                            : order.price <= other->price;
    if (is_taken || is_taker || !sim::is_in_view(order, book)) {
      return;
    }
    order.quantity = venue_.table[id_.index()].step * (1 + static_cast<std::int64_t>(
                                                               chance_.uniform() * 400.0));
    if (notional_of(order.price, order.quantity) < venue_.table[id_.index()].notional_min) {
      return;
    }
    sent_.push_back({side, order.price, order.quantity, {}, {}});
    // Without latency it arrives at once: the book that it joins is the one seen here.
    venue_.exchange.submit(model::SubmitOrder{order}, now);
    pending_ = true;
  }
  // The displayed quantity is the book's of the moment of arrival.
  void note_arrival() {
    if (pending_) {
      RestingLimit& last = sent_.back();
      last.displayed = venue_.exchange.depth().book(id_).quantity_at(last.side, last.price);
      pending_ = false;
    }
  }
  [[nodiscard]] const std::vector<RestingLimit>& sent() const { return sent_; }

 private:
  static constexpr std::size_t kMost = 150;
  test::RecordedVenue& venue_;
  InstrumentId id_;
  RandomStream chance_;
  std::vector<RestingLimit> sent_;
  bool pending_ = false;
};

Outcome judge(const std::vector<RestingLimit>& sent, const std::vector<model::Event>& events,
              std::span<const store::TradeRecord> trades, Timestamp end) {
  std::map<std::uint64_t, std::vector<Timestamp>> fills;
  std::map<std::uint64_t, Timestamp> accepted;
  std::map<std::uint64_t, bool> is_whole;
  for (const model::Event& event : events) {
    if (const auto* fill = std::get_if<model::OrderFilled>(&event.payload)) {
      fills[fill->client_order_id.value()].push_back(event.ts_event);
      is_whole[fill->client_order_id.value()] = fill->leaves_qty.is_zero();
    } else if (const auto* one = std::get_if<model::OrderAccepted>(&event.payload)) {
      accepted[one->client_order_id.value()] = event.ts_event;
    }
  }
  Outcome outcome;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (accepted.find(i + 1) == accepted.end()) {
      continue;
    }
    RestingLimit order = sent[i];
    order.accepted_at = accepted[i + 1];
    const QueueBounds bounds = test::queue_bounds(order, trades);
    ++outcome.orders;
    for (const Timestamp at : fills[i + 1]) {
      outcome.early += at < bounds.optimistic;
      outcome.late += at > bounds.pessimistic;
    }
    const bool is_filled = is_whole[i + 1];
    outcome.late += !is_filled && bounds.pessimistic < end;
    outcome.filled += is_filled;
    outcome.at_once += is_filled && fills[i + 1].back() == bounds.optimistic;
    outcome.waited += is_filled && fills[i + 1].back() > bounds.optimistic;
  }
  return outcome;
}

Outcome play(const store::Catalog& catalog, InstrumentId id, const Recording& recording,
             QueueModel model, std::uint64_t seed) {
  const auto trades = catalog.trades(id);
  const auto depth = catalog.depth(id);
  REQUIRE(trades);
  REQUIRE(depth);
  const Timestamp begin = (*depth)->from();
  sim::ExchangeConfig config;
  config.latency = {Duration{}, Duration{}, Duration{}};
  config.queue_model = model;
  const Timestamp from = begin + recording.from;
  const Timestamp to = begin + recording.to;
  test::RecordedVenue venue{catalog, id, config, from, to};
  Orders orders{venue, id, seed};
  for (int i = 1; !venue.is_done(); ++i) {
    if (i % recording.every == 0) {
      orders.send_one();
      // Nothing of the tape is between the sending and the arrival.
      venue.exchange.advance(venue.next_time(), venue.events);
      orders.note_arrival();
    }
    venue.step();
  }
  return judge(orders.sent(), venue.events, (*trades)->between(from, to), to);
}

void check(const Recording& recording) {
  const test::ScratchDir dir{"queue-bounds"};
  const store::Catalog catalog = test::import_recorded(dir, recording.files);
  const auto id = catalog.find(recording.instrument);
  REQUIRE(id);
  for (const QueueModel model : {QueueModel::conservative, QueueModel::probabilistic}) {
    Outcome all;
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      const Outcome one = play(catalog, *id, recording, model, seed);
      all.orders += one.orders;
      all.filled += one.filled;
      all.early += one.early;
      all.late += one.late;
      all.at_once += one.at_once;
      all.waited += one.waited;
    }
    std::printf("queue bounds, %s, %s: %lu orders, %lu filled (%lu at the optimistic bound, %lu "
                "later), %lu early, %lu late\n",
                recording.name, sim::name_of(model), all.orders, all.filled, all.at_once,
                all.waited, all.early, all.late);
    CHECK(all.orders >= 300);
    CHECK(all.filled >= 100);
    CHECK(all.waited >= 20);
    CHECK(all.early == 0);
    CHECK(all.late == 0);
  }
}

}  // namespace

TEST_CASE("queue bounds: Binance futures of 2024-08-08") {
  SKIP_WITHOUT_DATA();
  check({"binance-usdm", "BTCUSDT-PERP.BINANCE",
         {"l2_raw/binance/usdm_btcusdt_20240808.jsonl.zst"}, 150, {}, minutes(6)});
}

TEST_CASE("queue bounds: Binance spot of 2024-08-08") {
  SKIP_WITHOUT_DATA();
  check({"binance-spot", "BTCUSDT.BINANCE",
         {"l2_raw/binance/spot_btcusdt_20240808.jsonl.zst"}, 80, {}, minutes(6)});
}

TEST_CASE("queue bounds: StandX of 2026-01-06") {
  SKIP_WITHOUT_DATA();
  check({"standx", "BTC-USD-PERP.STANDX",
         {"l2_book/standx_BTC-USD_20260106_00-11.csv.zst",
          "trades/standx_BTC-USD_20260105-06.csv.zst"}, 250, {}, hours(2)});
}

TEST_CASE("queue bounds: Hyperliquid of 2025-09-04, whole books and trades") {
  SKIP_WITHOUT_DATA();
  check({"hyperliquid", "BTC-PERP.HYPERLIQUID",
         {"l2_book/hyperliquid_BTC_20250904.csv.zst", "trades/hyperliquid_BTC_20250904.csv.zst"},
         60, {}, minutes(36)});
}

}  // namespace lanner
