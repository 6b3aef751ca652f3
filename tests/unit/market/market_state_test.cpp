#include "market/market_state.hpp"

#include <doctest/doctest.h>

using namespace lanner;
using market::FeedKind;
using market::MarketState;

namespace {

constexpr Timestamp kStart{1'746'057'600 * kNsPerSecond};
constexpr InstrumentId kId{0};
constexpr Duration kLatency = milliseconds(50);

model::Bar bar_of(int interval_s, std::int64_t price) {
  const Price px = Price::from_int(price);
  return {kId, interval_s, px, px, px, px, Quantity::from_int(1)};
}

model::TradeTick trade_at(std::int64_t price) {
  return {kId, model::Side::buy, Price::from_int(price), Quantity::from_int(1)};
}

// Trades every `gap`, the last one at `end`.
void play(MarketState& state, Timestamp begin, Timestamp end, Duration gap) {
  for (Timestamp ts = begin; ts <= end; ts = ts + gap) {
    state.on_trade(trade_at(100), ts, ts + kLatency);
  }
}

}  // namespace

TEST_CASE("market state: nothing known is not fresh") {
  const MarketState state(model::InstrumentTable(1));
  CHECK_FALSE(state.is_fresh(kId, kStart, model::ParameterSet{}));
  CHECK(state[kId].feed == FeedKind::none);
  CHECK(state.is_trading(kId));
}

TEST_CASE("market state: bars are fresh for 1.5 intervals and the latency") {
  MarketState state(model::InstrumentTable(1));
  const model::ParameterSet parameters;
  state.on_bar(bar_of(300, 7), kStart, kStart + kLatency);
  CHECK(state[kId].last_px == Price::from_int(7));
  CHECK(state[kId].mark_px == Price::from_int(7));
  const Timestamp last = kStart + kLatency + seconds(450) + kLatency;
  CHECK(state.is_fresh(kId, last, parameters));
  CHECK_FALSE(state.is_fresh(kId, last + Duration{1}, parameters));
  CHECK(state.age(kId, last) == seconds(450) + kLatency);
}

TEST_CASE("market state: trades are fresh for 2 s while the tape shows that rate") {
  MarketState state(model::InstrumentTable(1));
  const model::ParameterSet parameters;
  play(state, kStart, kStart + seconds(150), seconds(1));
  const Timestamp last = kStart + seconds(150) + kLatency;
  CHECK(state[kId].feed == FeedKind::trades);
  CHECK(state.is_fresh(kId, last + seconds(2), parameters));
  CHECK_FALSE(state.is_fresh(kId, last + seconds(2) + Duration{1}, parameters));
  // Still silent a minute later: the rate is gone, and so is the price by the rule of bars.
  CHECK_FALSE(state.is_fresh(kId, last + seconds(91), parameters));
  CHECK_FALSE(state.is_fresh(kId, last + hours(4), parameters));
}

TEST_CASE("market state: a thin tape falls back to the rule of 1m bars") {
  MarketState state(model::InstrumentTable(1));
  const model::ParameterSet parameters;
  play(state, kStart, kStart + seconds(300), seconds(30));
  const Timestamp last = kStart + seconds(300) + kLatency;
  CHECK(state.is_fresh(kId, last + seconds(90) + kLatency, parameters));
  CHECK_FALSE(state.is_fresh(kId, last + seconds(90) + kLatency + Duration{1}, parameters));
}

TEST_CASE("market state: marks, funding and status have their own fields") {
  MarketState state(model::InstrumentTable(1));
  state.on_mark({kId, Price::from_int(99)});
  state.on_trade(trade_at(100), kStart, kStart + kLatency);
  CHECK(state[kId].mark_px == Price::from_int(99));
  CHECK(state[kId].has_mark);
  state.on_funding({kId, Rate::from_raw(1000)}, kStart);
  CHECK(state[kId].funding == Rate::from_raw(1000));
  CHECK(state[kId].funding_at == kStart);
  state.on_status({kId, model::InstrumentState::halted, {}});
  CHECK_FALSE(state.is_trading(kId));
}

TEST_CASE("market state: counters hold at their end") {
  MarketState state(model::InstrumentTable(1));
  for (int i = 0; i < 70'000; ++i) {
    state.on_trade(trade_at(100), kStart, kStart);
  }
  CHECK(state[kId].trades_now == 65'535);
}
