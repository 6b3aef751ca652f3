#include "runtime/statistics.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/isotime.hpp"
#include "store/import/source_name.hpp"

using namespace lanner;

namespace {

constexpr Timestamp kStart{1'700'006'400 * kNsPerSecond};

core::EngineConfig two_coins() {
  core::EngineConfig config;
  config.instruments = {*store::instrument_of("BTCUSDT-PERP.BINANCE"),
                        *store::instrument_of("ETHUSDT-PERP.BINANCE")};
  for (std::uint32_t i = 0; i < 2; ++i) {
    config.instruments[i].id = InstrumentId{i};
    config.instruments[i].venue_id = VenueId{0};
    config.instruments[i].tick = *parse_fixed<Price>("0.1");
    config.instruments[i].step = *parse_fixed<Quantity>("0.001");
  }
  config.is_active = {1, 1};
  config.balance_by_venue = {Money::from_int(10'000)};
  return config;
}

// An engine that is fed by hand, watched.
class Watched {
 public:
  Watched() : engine_(two_coins()), statistics_(engine_) {}

  template <typename Payload>
  void tell(Timestamp at, const Payload& payload) {
    model::Event event;
    event.sequence = ++sequence_;
    event.ts_event = at;
    event.ts_init = at;
    event.payload = payload;
    sink_.clear();
    engine_.apply(event, sink_);
    statistics_.on_event(event, sink_);
  }
  void bar(Timestamp at, std::uint32_t id, std::int64_t open, std::int64_t close) {
    tell(at, model::Bar{InstrumentId{id}, 60, Price::from_int(open),
                        Price::from_int(std::max(open, close)),
                        Price::from_int(std::min(open, close)), Price::from_int(close),
                        Quantity::from_int(1000)});
  }
  // What the engine would tell of a trade that came back to flat.
  void closed(std::int64_t net, double net_r, std::uint32_t id) {
    model::TradeClosed trade;
    trade.instrument_id = InstrumentId{id};
    trade.net_pnl = Money::from_int(net);
    trade.net_r = Score{net_r};
    sink_.clear();
    sink_.notify(trade);
    statistics_.on_event({++sequence_, kStart, kStart, model::TimerFired{}}, sink_);
  }
  [[nodiscard]] views::RunResult result() const { return statistics_.result(); }
  [[nodiscard]] views::LiveView live() const { return statistics_.live_view(); }

 private:
  core::Engine engine_;
  runtime::Statistics statistics_;
  model::CommandSink sink_;
  std::uint64_t sequence_ = 0;
};

}  // namespace

TEST_CASE("an empty session has figures, and none of them is invented") {
  const Watched watched;
  const auto result = watched.result();
  CHECK(result.events == 0);
  CHECK(result.trades == 0);
  CHECK(result.start_equity == Money::from_int(10'000));
  CHECK(result.end_equity == result.start_equity);
  CHECK(result.buy_and_hold.is_zero());
  CHECK(result.profit_factor == Score{});
  CHECK(result.expectancy_r == Score{});
  CHECK(result.instruments.empty());
}

TEST_CASE("buy and hold is equal parts of each instrument from its first price on") {
  Watched watched;
  watched.bar(kStart, 0, 100, 110);
  CHECK(to_string(watched.result().buy_and_hold) == "500");  // half of it rose by a tenth
  watched.bar(kStart, 1, 50, 50);
  watched.bar(kStart + minutes(1), 1, 50, 25);
  CHECK(to_string(watched.result().buy_and_hold) == "-2000");
  CHECK(watched.result().instruments ==
        std::vector<std::string>{"BTCUSDT-PERP.BINANCE", "ETHUSDT-PERP.BINANCE"});
}

TEST_CASE("profit factor and expectancy are those of the trades that were told") {
  Watched watched;
  watched.closed(30, 1.5, 0);
  CHECK(!watched.result().profit_factor.is_finite());  // nothing was lost
  watched.closed(-10, -0.5, 1);
  watched.closed(-10, -1.0, 1);
  const auto result = watched.result();
  CHECK(result.profit_factor == Score{1.5});
  CHECK(result.expectancy_r == Score{0.0});
  CHECK(result.trade_list.size() == 3);
  CHECK(result.coins[1].trades == 2);
  CHECK(result.coins[1].net_pnl == Money::from_int(-20));
  const auto live = watched.live();
  CHECK(live.last_trades.size() == 3);
  CHECK(live.last_trades.front().net_r == Score{-1.0});  // latest first
}

TEST_CASE("the equity line has a point each hour and one at the end, and never grows unbounded") {
  Watched watched;
  for (std::int64_t minute = 0; minute < 3 * 60; ++minute) {
    watched.bar(kStart + minutes(minute), 0, 100, 100);
  }
  const auto day = watched.result();
  CHECK(day.equity.size() == 4);
  CHECK(day.equity.front().at == kStart);
  CHECK(day.equity.back().at == kStart + minutes(179));
  for (std::int64_t hour = 3; hour < 24 * 400; ++hour) {
    watched.bar(kStart + hours(hour), 0, 100, 100);
  }
  const auto year = watched.result();
  CHECK(year.equity.size() <= 4097);
  CHECK(year.equity.size() >= 2048);
  CHECK(year.from == kStart);
  CHECK(year.to == kStart + hours(24 * 400 - 1));
}

TEST_CASE("start plus net is end, exactly, whatever happened") {
  Watched watched;
  watched.bar(kStart, 0, 100, 110);
  const auto result = watched.result();
  CHECK(result.start_equity + result.net_pnl == result.end_equity);
}
