// A longer timeframe is the same whether its base bars are minutes or already the bars themselves,
// and the order of instruments at one instant is without effect.

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <vector>

#include "features/pipeline.hpp"

using namespace lanner;
using features::FeaturePipeline;
using model::FeatureId;
using model::Timeframe;

namespace {

constexpr Timestamp kStart{1'746'057'600 * kNsPerSecond};
constexpr InstrumentId kId{0};

struct Minute {
  bool is_missing = false;
  std::int64_t open = 1;
  std::int64_t close = 1;
  std::int64_t reach = 0;
  std::int64_t volume = 0;
};

rc::Gen<Minute> minutes_of_a_market() {
  const auto price = rc::gen::inRange<std::int64_t>(90'000'000'000, 110'000'000'000);
  return rc::gen::build<Minute>(
      rc::gen::set(&Minute::is_missing, rc::gen::weightedElement<bool>({{4, false}, {1, true}})),
      rc::gen::set(&Minute::open, price), rc::gen::set(&Minute::close, price),
      rc::gen::set(&Minute::reach, rc::gen::inRange<std::int64_t>(0, 1'000'000'000)),
      rc::gen::set(&Minute::volume, rc::gen::inRange<std::int64_t>(0, 1'000'000'000)));
}

model::Bar to_bar(const Minute& minute) {
  return {kId,
          60,
          Price::from_raw(minute.open),
          Price::from_raw(std::max(minute.open, minute.close) + minute.reach),
          Price::from_raw(std::min(minute.open, minute.close) - minute.reach),
          Price::from_raw(minute.close),
          Quantity::from_raw(minute.volume)};
}

bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof(double)) == 0; }

bool nearly_equal(double a, double b) {
  return std::isnan(a) ? std::isnan(b)
                       : std::fabs(a - b) <= 1e-9 * std::max({1.0, std::fabs(a), std::fabs(b)});
}

std::vector<Minute> some_hours() {
  return *rc::gen::container<std::vector<Minute>>(600, minutes_of_a_market());
}

// Merges the minutes of each five into one bar; none without a minute.
void feed_fives(FeaturePipeline& pipeline, const std::vector<Minute>& plan) {
  for (std::size_t first = 0; first < plan.size(); first += 5) {
    std::optional<model::Bar> whole;
    for (std::size_t i = first; i < first + 5; ++i) {
      if (plan[i].is_missing) {
        continue;
      }
      const model::Bar part = to_bar(plan[i]);
      if (!whole) {
        whole = part;
        whole->interval_s = 300;
        continue;
      }
      whole->high = std::max(whole->high, part.high);
      whole->low = std::min(whole->low, part.low);
      whole->close = part.close;
      whole->volume += part.volume;
    }
    if (whole) {
      pipeline.on_bar(*whole, kStart + minutes(static_cast<std::int64_t>(first) + 5));
    }
  }
}

void feed_ones(FeaturePipeline& pipeline, const std::vector<Minute>& plan) {
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (!plan[i].is_missing) {
      pipeline.on_bar(to_bar(plan[i]), kStart + minutes(static_cast<std::int64_t>(i) + 1));
    }
  }
}

}  // namespace

TEST_CASE("features property: bars of five minutes give what their minutes give") {
  const model::InstrumentTable table(1);
  const bool holds = rc::check([&] {
    std::vector<Minute> plan = some_hours();
    plan.back().is_missing = false;  // so that the last bars close on time in both
    FeaturePipeline ones(table);
    FeaturePipeline fives(table);
    feed_ones(ones, plan);
    feed_fives(fives, plan);
    for (const FeatureId id :
         {FeatureId::price, FeatureId::ret_bps, FeatureId::rsi14, FeatureId::ema9,
          FeatureId::atr14, FeatureId::don20_hi, FeatureId::don20_lo, FeatureId::er20,
          FeatureId::bb_pos}) {
      for (const Timeframe tf : {Timeframe::m5, Timeframe::m15, Timeframe::m30, Timeframe::h1}) {
        RC_ASSERT(nearly_equal(ones.view(kId).value(id, tf), fives.view(kId).value(id, tf)));
      }
    }
  });
  CHECK(holds);
}

TEST_CASE("features property: who comes first at one instant changes nothing") {
  model::InstrumentTable table(2);
  table[0].base = "BTC";
  table[1].base = "ETH";
  const bool holds = rc::check([&] {
    const std::vector<Minute> btc = some_hours();
    const std::vector<Minute> eth = some_hours();
    FeaturePipeline btc_first(table);
    FeaturePipeline eth_first(table);
    const auto feed = [](FeaturePipeline& pipeline, std::uint32_t id, const Minute& minute,
                         Timestamp close) {
      model::Bar bar = to_bar(minute);
      bar.instrument_id = InstrumentId{id};
      if (!minute.is_missing) {
        pipeline.on_bar(bar, close);
      }
    };
    for (std::size_t i = 0; i < btc.size(); ++i) {
      const Timestamp close = kStart + minutes(static_cast<std::int64_t>(i) + 1);
      feed(btc_first, 0, btc[i], close);
      feed(btc_first, 1, eth[i], close);
      feed(eth_first, 1, eth[i], close);
      feed(eth_first, 0, btc[i], close);
      for (const InstrumentId id : {InstrumentId{0}, InstrumentId{1}}) {
        const auto a = btc_first.view(id);
        const auto b = eth_first.view(id);
        for (std::size_t k = 0; k < model::kTimeframeCount * model::kFeatureCount; ++k) {
          const auto feature = static_cast<model::FeatureId>(k % model::kFeatureCount);
          const auto tf = static_cast<model::Timeframe>(k / model::kFeatureCount);
          RC_ASSERT(same_bits(a.value(feature, tf), b.value(feature, tf)));
        }
      }
    }
  });
  CHECK(holds);
}
