#include "store/resample.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "base/fixed.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

using namespace lanner;
using store::BarRecord;
using store::TradeRecord;

namespace {

constexpr std::int64_t kFrom = 1'700'000'000 * kNsPerSecond;  // 22:13:20, on no even minute

std::vector<TradeRecord> made_trades(std::size_t count) {
  RandomStream chance(4, 4);
  std::vector<TradeRecord> trades;
  std::int64_t at = kFrom;
  for (std::size_t i = 0; i < count; ++i) {
    at += static_cast<std::int64_t>(chance.exponential() * 7e9);
    const auto price = static_cast<std::int64_t>(1e11 + 1e9 * chance.normal());
    const auto size = static_cast<std::int64_t>(1 + chance.below(1'000'000));
    trades.push_back({at, price, chance.uniform() < 0.5 ? size : -size, 0, 0});
  }
  return trades;
}

// Each window looked at by itself, over all the trades.
std::vector<BarRecord> naive(const std::vector<TradeRecord>& trades, std::int64_t interval_s) {
  std::map<std::int64_t, std::vector<TradeRecord>> windows;
  for (const TradeRecord& trade : trades) {
    windows[trade.ts_event / (interval_s * kNsPerSecond)].push_back(trade);
  }
  windows.erase(windows.begin());
  if (!windows.empty()) {
    windows.erase(std::prev(windows.end()));
  }
  std::vector<BarRecord> bars;
  for (const auto& [number, inside] : windows) {
    BarRecord bar{number * interval_s * kNsPerSecond, inside.front().price, 0, 0,
                  inside.back().price, 0};
    const auto by_price = [](const TradeRecord& a, const TradeRecord& b) {
      return a.price < b.price;
    };
    bar.low = std::min_element(inside.begin(), inside.end(), by_price)->price;
    bar.high = std::max_element(inside.begin(), inside.end(), by_price)->price;
    for (const TradeRecord& trade : inside) {
      bar.volume += trade.quantity < 0 ? -trade.quantity : trade.quantity;
    }
    bars.push_back(bar);
  }
  return bars;
}

}  // namespace

TEST_CASE("bars from trades at any interval are what a naive look at each window gives") {
  const auto trades = made_trades(5'000);
  for (const std::int32_t interval_s : {1, 7, 60, 90, 420, 3'600, 5'461}) {
    const auto made = store::resample_trades(trades, interval_s);
    REQUIRE(made);
    CHECK(made->bars == naive(trades, interval_s));
    CHECK(made->cut == 2);
  }
}

TEST_CASE("bars from bars are bars from the trades below them") {
  const auto trades = made_trades(5'000);
  const auto minutes = store::resample_trades(trades, 60);
  REQUIRE(minutes);
  for (const std::int32_t interval_s : {420, 900, 3'600}) {
    const auto from_bars = store::resample_bars(minutes->bars, 60, interval_s);
    const auto from_trades = store::resample_trades(trades, interval_s);
    REQUIRE(from_bars);
    REQUIRE(from_trades);
    CHECK(from_bars->bars == from_trades->bars);
  }
}

TEST_CASE("what is known at the end of a bar does not change with what comes after") {
  const auto trades = made_trades(2'000);
  const auto whole = store::resample_trades(trades, 420);
  REQUIRE(whole);
  for (const std::size_t cut : {500U, 1'000U, 1'501U}) {
    const auto part = store::resample_trades(std::span{trades}.first(cut), 420);
    REQUIRE(part);
    REQUIRE(part->bars.size() < whole->bars.size());
    CHECK(std::equal(part->bars.begin(), part->bars.end(), whole->bars.begin()));
    CHECK(part->bars.back().open_time + 420 * kNsPerSecond <= trades[cut - 1].ts_event);
  }
}

TEST_CASE("bars that would lie across two are refused, and volumes end at the scale") {
  CHECK_FALSE(store::resample_bars({}, 60, 90));
  CHECK_FALSE(store::resample_bars({}, 300, 60));
  CHECK_FALSE(store::resample_trades({}, 0));
  CHECK(store::resample_trades({}, 7)->bars.empty());
  const std::int64_t most = Quantity::max().raw();
  const std::vector<BarRecord> bars{{0, 1, 1, 1, 1, most}, {60 * kNsPerSecond, 1, 1, 1, 1, 5}};
  const auto made = store::resample_bars(bars, 60, 120);
  REQUIRE(made);
  CHECK(made->bars[0].volume == most);
  CHECK(made->saturated == 1);
}
