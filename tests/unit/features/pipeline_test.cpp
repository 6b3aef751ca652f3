#include "features/pipeline.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "base/random.hpp"

using namespace lanner;
using features::FeaturePipeline;
using features::FrameSet;
using model::FeatureId;
using model::Timeframe;

namespace {

constexpr Timestamp kStart{1'746'057'600 * kNsPerSecond};  // 2025-05-01 00:00 UTC
constexpr InstrumentId kBtc{0};
constexpr InstrumentId kEth{1};
constexpr InstrumentId kSol{2};

model::Instrument instrument(std::uint32_t id, const char* base, const char* quote = "USDT") {
  model::Instrument out;
  out.id = InstrumentId{id};
  out.base = base;
  out.quote = quote;
  out.venue_id = VenueId{0};
  return out;
}

model::InstrumentTable instruments() {
  return {instrument(0, "BTC"), instrument(1, "ETH"), instrument(2, "SOL", "USDC")};
}

model::Bar bar_of(InstrumentId id, double price, double volume = 1.0, int interval_s = 60) {
  const auto as_price = [](double value) {
    return Price::from_raw(static_cast<std::int64_t>(std::llround(value * 1e9)));
  };
  return {id,
          interval_s,
          as_price(price),
          as_price(price * 1.001),
          as_price(price * 0.999),
          as_price(price),
          Quantity::from_raw(static_cast<std::int64_t>(std::llround(volume * 1e8)))};
}

double walk_price(std::int64_t minute) {
  return 100.0 + 10.0 * philox_uniform(11, 2, static_cast<std::uint64_t>(minute));
}

Timestamp at(std::int64_t minute) { return kStart + minutes(minute); }

bool is_absent(double value) { return std::isnan(value); }

bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof(double)) == 0; }

void subscribe_everywhere(FeaturePipeline& pipeline, FeatureId id) {
  for (const auto tf : {Timeframe::m1, Timeframe::m5, Timeframe::m15, Timeframe::m30,
                        Timeframe::h1}) {
    pipeline.subscribe(id, tf);
  }
}

}  // namespace

TEST_CASE("pipeline: each timeframe closes at its boundary with the base bars inside it") {
  FeaturePipeline pipeline(instruments());
  for (int i = 1; i <= 60; ++i) {
    const FrameSet closed = pipeline.on_bar(bar_of(kEth, 100 + i), at(i));
    CHECK(closed.has(Timeframe::m1));
    CHECK(closed.has(Timeframe::m5) == (i % 5 == 0));
    CHECK(closed.has(Timeframe::m15) == (i % 15 == 0));
    CHECK(closed.has(Timeframe::m30) == (i % 30 == 0));
    CHECK(closed.has(Timeframe::h1) == (i == 60));
  }
  CHECK(pipeline.bars_closed(kEth, Timeframe::m15) == 4);
  CHECK(pipeline.frame_close(kEth, Timeframe::h1) == at(60));
  CHECK(pipeline.view(kEth).value(FeatureId::price, Timeframe::m15) == 160.0);
  CHECK(pipeline.view(kEth).previous(FeatureId::price, Timeframe::m15) == 145.0);
  CHECK(pipeline.view(kEth).value(FeatureId::ret_bps, Timeframe::m15) ==
        doctest::Approx(15.0 / 145 * 1e4));
}

TEST_CASE("pipeline: base bars longer than a timeframe leave it absent") {
  FeaturePipeline pipeline(instruments());
  const FrameSet closed = pipeline.on_bar(bar_of(kEth, 100, 1, 900), at(15));
  CHECK_FALSE(closed.has(Timeframe::m5));
  CHECK(closed.has(Timeframe::m15));
  CHECK(is_absent(pipeline.view(kEth).value(FeatureId::price, Timeframe::m5)));
  CHECK(pipeline.on_bar(bar_of(kEth, 101, 1, 900), at(30)).has(Timeframe::m30));
}

TEST_CASE("pipeline: a missing last minute closes the bar late, an outage makes no bars") {
  FeaturePipeline pipeline(instruments());
  for (int i = 1; i <= 14; ++i) {
    pipeline.on_bar(bar_of(kEth, 100 + i), at(i));
  }
  CHECK(pipeline.bars_closed(kEth, Timeframe::m15) == 0);
  // 284 minutes without data.
  const FrameSet closed = pipeline.on_bar(bar_of(kEth, 200), at(14 + 285));
  CHECK(closed.has(Timeframe::m5));
  CHECK(closed.has(Timeframe::m15));
  CHECK(closed.has(Timeframe::h1));
  CHECK(pipeline.bars_closed(kEth, Timeframe::m15) == 1);
  CHECK(pipeline.bars_closed(kEth, Timeframe::h1) == 1);
  // The late bar holds what was known before the gap, and is stamped with its own end.
  CHECK(pipeline.view(kEth).value(FeatureId::price, Timeframe::m15) == 114.0);
  CHECK(pipeline.frame_close(kEth, Timeframe::m15) == at(15));
}

TEST_CASE("pipeline: a late and a punctual bar may close with one base bar") {
  FeaturePipeline pipeline(instruments());
  pipeline.on_bar(bar_of(kEth, 100), at(1));
  pipeline.on_bar(bar_of(kEth, 110), at(10));
  CHECK(pipeline.bars_closed(kEth, Timeframe::m5) == 2);
  CHECK(pipeline.view(kEth).previous(FeatureId::price, Timeframe::m5) == 100.0);
  CHECK(pipeline.view(kEth).value(FeatureId::price, Timeframe::m5) == 110.0);
}

TEST_CASE("pipeline: VWAP is anchored at 00:00 UTC and measured in the timeframe's ATR") {
  FeaturePipeline pipeline(instruments());
  double turnover = 0.0;
  double volume = 0.0;
  for (int i = 1; i <= 1440; ++i) {
    const double price = walk_price(i);
    const double size = 1.0 + i % 3;
    const model::Bar bar = bar_of(kEth, price, size);
    turnover += size * (to_score(bar.high) + to_score(bar.low) + to_score(bar.close)).value() / 3;
    volume += size;
    pipeline.on_bar(bar, at(i));
  }
  const auto view = pipeline.view(kEth);
  const double vwap = turnover / volume;
  for (const Timeframe tf : {Timeframe::m1, Timeframe::h1}) {
    const double price = view.value(FeatureId::price, tf);
    CHECK(view.value(FeatureId::vwap_dev_bps, tf) ==
          doctest::Approx((price / vwap - 1) * 1e4).epsilon(1e-9));
    CHECK(view.value(FeatureId::vwap_dev_atr, tf) ==
          doctest::Approx((price - vwap) / view.value(FeatureId::atr14, tf)).epsilon(1e-9));
  }
  // The first bar of the next day stands alone; a day without volume has no VWAP.
  pipeline.on_bar(bar_of(kEth, 50, 0.0), at(1441));
  CHECK(is_absent(view.value(FeatureId::vwap_dev_bps, Timeframe::m1)));
  pipeline.on_bar(bar_of(kEth, 60, 2.0), at(1442));
  CHECK(view.value(FeatureId::vwap_dev_bps, Timeframe::m1) == doctest::Approx(0.0).epsilon(1e-6));
}

TEST_CASE("pipeline: funding is absent before the first, then the last one known at the close") {
  FeaturePipeline pipeline(instruments());
  const auto view = pipeline.view(kEth);
  pipeline.on_bar(bar_of(kEth, 100), at(1));
  CHECK(is_absent(view.value(FeatureId::funding_bps, Timeframe::m1)));
  pipeline.on_funding({kEth, Rate::from_raw(1'000'000)}, at(1));
  CHECK(is_absent(view.value(FeatureId::funding_bps, Timeframe::m1)));
  pipeline.on_bar(bar_of(kEth, 100), at(2));
  CHECK(view.value(FeatureId::funding_bps, Timeframe::m1) == doctest::Approx(1.0));
  CHECK(pipeline.funding_age(kEth, at(5)) == minutes(4));
  CHECK(pipeline.is_warm(kEth, FeatureId::funding_bps, Timeframe::m1));
  CHECK_FALSE(pipeline.is_warm(kBtc, FeatureId::funding_bps, Timeframe::m1));
}

TEST_CASE("pipeline: BTC is seen only as it was strictly before the reader's event") {
  FeaturePipeline early(instruments());  // BTC first at each instant
  FeaturePipeline late(instruments());   // BTC last
  for (int i = 1; i <= 120; ++i) {
    early.on_bar(bar_of(kBtc, walk_price(i)), at(i));
    early.on_bar(bar_of(kEth, walk_price(i + 500)), at(i));
    late.on_bar(bar_of(kEth, walk_price(i + 500)), at(i));
    late.on_bar(bar_of(kBtc, walk_price(i)), at(i));
    for (std::size_t k = 0; k < model::kTimeframeCount; ++k) {
      const auto tf = static_cast<Timeframe>(k);
      CHECK(same_bits(early.view(kEth).value(FeatureId::btc_ret_bps, tf),
                      late.view(kEth).value(FeatureId::btc_ret_bps, tf)));
    }
    if (i >= 3) {
      CHECK(early.view(kEth).value(FeatureId::btc_ret_bps, Timeframe::m1) ==
            doctest::Approx((walk_price(i - 1) / walk_price(i - 2) - 1) * 1e4));
    }
    CHECK(is_absent(early.view(kBtc).value(FeatureId::btc_ret_bps, Timeframe::m1)));
  }
  CHECK(early.btc_of(kEth) == kBtc);
  CHECK_FALSE(early.btc_of(kBtc).is_valid());
  CHECK_FALSE(early.btc_of(kSol).is_valid());  // no BTC in its quote
  CHECK(early.is_warm(kEth, FeatureId::btc_ret_bps, Timeframe::m15));
  CHECK_FALSE(early.is_warm(kSol, FeatureId::btc_ret_bps, Timeframe::m15));
  // A silent BTC does not lead.
  early.on_bar(bar_of(kEth, 100), at(123));
  CHECK(is_absent(early.view(kEth).value(FeatureId::btc_ret_bps, Timeframe::m1)));
}

TEST_CASE("pipeline: MACD costs nothing until something reads it") {
  FeaturePipeline pipeline(instruments());
  const auto add = [&](int from, int to) {
    for (int i = from; i <= to; ++i) {
      pipeline.on_bar(bar_of(kEth, walk_price(i)), at(i));
    }
  };
  add(1, 60);
  CHECK(is_absent(pipeline.view(kEth).value(FeatureId::macd_hist, Timeframe::m1)));
  CHECK_FALSE(pipeline.is_warm(kEth, FeatureId::macd_hist, Timeframe::m1));
  subscribe_everywhere(pipeline, FeatureId::macd_hist);
  add(61, 93);
  CHECK(is_absent(pipeline.view(kEth).value(FeatureId::macd_hist, Timeframe::m1)));
  add(94, 94);
  CHECK(std::isfinite(pipeline.view(kEth).value(FeatureId::macd_hist, Timeframe::m1)));
  CHECK(pipeline.is_warm(kEth, FeatureId::macd_hist, Timeframe::m1));
}

TEST_CASE("pipeline: a value that is asked for alone has its value before too") {
  FeaturePipeline pipeline(instruments());
  pipeline.subscribe(FeatureId::adx14, Timeframe::m1);
  for (int i = 1; i <= 60; ++i) {
    pipeline.on_bar(bar_of(kEth, walk_price(i)), at(i));
  }
  const auto view = pipeline.view(kEth);
  for (int i = 61; const FeatureId id : {FeatureId::adx14, FeatureId::er20, FeatureId::rsi14}) {
    const double before = view.value(id, Timeframe::m1);
    CHECK(std::isfinite(before));
    pipeline.on_bar(bar_of(kEth, walk_price(i)), at(i));
    ++i;
    CHECK(view.previous(id, Timeframe::m1) == before);
    CHECK(view.value(id, Timeframe::m1) != before);
  }
}

TEST_CASE("pipeline: bars that overlap the past or have no price are ignored and counted") {
  FeaturePipeline pipeline(instruments());
  pipeline.on_bar(bar_of(kEth, 100, 1, 300), at(5));
  CHECK_FALSE(pipeline.on_bar(bar_of(kEth, 100, 1, 300), at(5)).any());
  CHECK_FALSE(pipeline.on_bar(bar_of(kEth, 100), at(3)).any());
  CHECK_FALSE(pipeline.on_bar(bar_of(kEth, 0.0), at(6)).any());
  CHECK(pipeline.ignored_bars(kEth) == 3);
  CHECK(pipeline.bars_closed(kEth, Timeframe::m5) == 1);
  CHECK(pipeline.on_bar(bar_of(kEth, 100), at(6)).has(Timeframe::m1));
}

TEST_CASE("pipeline: warm features are there on a random walk, asleep ones never") {
  FeaturePipeline pipeline(instruments());
  subscribe_everywhere(pipeline, FeatureId::macd_hist);
  for (int i = 1; i <= 60 * 52; ++i) {
    if (i % 480 == 1) {
      pipeline.on_funding({kEth, Rate::from_raw(i)}, at(i - 1));
    }
    pipeline.on_bar(bar_of(kBtc, walk_price(i)), at(i));
    pipeline.on_bar(bar_of(kEth, walk_price(i + 9000), 1 + walk_price(i)), at(i));
    for (std::size_t k = 0; k < model::kTimeframeCount; ++k) {
      for (std::size_t f = 0; f < model::kFeatureCount; ++f) {
        const auto id = static_cast<FeatureId>(f);
        const auto tf = static_cast<Timeframe>(k);
        const bool is_there = std::isfinite(pipeline.view(kEth).value(id, tf));
        if (is_there != pipeline.is_warm(kEth, id, tf) && id != FeatureId::btc_ret_bps) {
          FAIL(model::name_of(id), " on ", model::name_of(tf), " at minute ", i);
        }
      }
    }
  }
  CHECK(pipeline.is_warm(kEth, FeatureId::ema50, Timeframe::h1));
  CHECK_FALSE(pipeline.is_warm(kEth, FeatureId::spread_bps, Timeframe::m1));
  CHECK_FALSE(pipeline.is_warm(kEth, FeatureId::oi_chg_pct, Timeframe::m1));
}

TEST_CASE("pipeline: gaps of 53 % and a -99 % print never make a value that is not finite") {
  FeaturePipeline pipeline(instruments());
  subscribe_everywhere(pipeline, FeatureId::macd_hist);
  RandomStream random(3, 4);
  for (int i = 1; i <= 20'000; ++i) {
    if (random.uniform() < 0.53) {
      continue;
    }
    const double price = i == 9000 ? 1.0 : walk_price(i);
    pipeline.on_bar(bar_of(kEth, price, random.uniform() < 0.3 ? 0.0 : 1.0), at(i));
    const auto view = pipeline.view(kEth);
    for (std::size_t k = 0; k < model::kTimeframeCount * model::kFeatureCount; ++k) {
      const auto id = static_cast<FeatureId>(k % model::kFeatureCount);
      if (std::isinf(view.value(id, static_cast<Timeframe>(k / model::kFeatureCount)))) {
        FAIL("infinite value ", k, " at minute ", i);
      }
    }
  }
  const auto view = pipeline.view(kEth);
  for (const FeatureId id : {FeatureId::rsi14, FeatureId::atr14, FeatureId::ema50, FeatureId::er20,
                             FeatureId::bb_pos, FeatureId::macd_hist, FeatureId::vwap_dev_atr}) {
    for (std::size_t k = 0; k < model::kTimeframeCount; ++k) {
      CHECK(std::isfinite(view.value(id, static_cast<Timeframe>(k))));
    }
  }
  CHECK(pipeline.bars_closed(kEth, Timeframe::h1) >= 330);
}

TEST_CASE("pipeline: one bar, and equal prices for ever") {
  FeaturePipeline pipeline(instruments());
  const auto view = pipeline.view(kEth);
  pipeline.on_bar(bar_of(kEth, 100), at(1));
  CHECK(view.value(FeatureId::price, Timeframe::m1) == 100.0);
  CHECK(is_absent(view.previous(FeatureId::price, Timeframe::m1)));
  CHECK(is_absent(view.value(FeatureId::ret_bps, Timeframe::m1)));
  for (int i = 2; i <= 300; ++i) {
    model::Bar flat = bar_of(kEth, 100);
    flat.high = flat.low = flat.close;
    pipeline.on_bar(flat, at(i));
  }
  CHECK(view.value(FeatureId::rsi14, Timeframe::m1) == 50.0);
  CHECK(is_absent(view.value(FeatureId::bb_pos, Timeframe::m1)));
  CHECK(is_absent(view.value(FeatureId::er20, Timeframe::m1)));
}
