#include "market/cost_model.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace lanner;
using market::CostModel;
using Tier = CostModel::Tier;

namespace {

constexpr Timestamp kStart{1'746'057'600 * kNsPerSecond};  // 2025-05-01 00:00 UTC

model::InstrumentTable instruments(std::uint32_t count, const char* tick = "0.01") {
  model::InstrumentTable table(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    table[i].id = InstrumentId{i};
    table[i].tick = *parse_fixed<Price>(tick);
    table[i].step = Quantity::from_raw(1);
  }
  return table;
}

model::Bar flat_bar(std::uint32_t id, std::int64_t price, std::int64_t volume, int interval = 60) {
  const Price px = Price::from_int(price);
  return {InstrumentId{id}, interval, px, px, px, px, Quantity::from_int(volume)};
}

model::TradeTick trade(std::uint32_t id, const char* price, std::int64_t quantity) {
  return {InstrumentId{id}, model::Side::buy, *parse_fixed<Price>(price),
          Quantity::from_int(quantity)};
}

const Price k100 = Price::from_int(100);

}  // namespace

TEST_CASE("cost model: before any data the priors hold") {
  const CostModel costs(instruments(1), model::ParameterSet{});
  const InstrumentId id{0};
  CHECK(costs.tier(id) == Tier::middle);
  CHECK(costs.half_spread_fraction(id).value() == doctest::Approx(1.5e-4));
  CHECK(to_string(costs.half_spread(id, k100)) == "0.015");
  CHECK(costs.sigma_1m(id).value() == 1e-3);
  CHECK(costs.volume_1d(id).is_zero());
  // 1 x sigma_1d x sqrt(1 %) of 100.
  CHECK(to_score(costs.impact(id, k100, Quantity::from_int(5))).value() ==
        doctest::Approx(100 * 1e-3 * std::sqrt(1440.0) * 0.1).epsilon(1e-6));
  CHECK(costs.impact(id, k100, Quantity{}).is_zero());
}

TEST_CASE("cost model: half a tick is the least half spread") {
  const CostModel costs(instruments(1, "0.5"), model::ParameterSet{});
  CHECK(to_string(costs.half_spread(InstrumentId{0}, k100)) == "0.25");
}

TEST_CASE("cost model: stop slippage adds spread, drift over the latency and impact") {
  CostModel costs(instruments(1), model::ParameterSet{});
  const InstrumentId id{0};
  costs.on_bar(flat_bar(0, 100, 1000), kStart + minutes(1));
  const Quantity quantity = Quantity::from_int(10);
  const double drift = 5 * costs.sigma_1m(id).value() * std::sqrt(0.05 / 60);
  const double expected = 0.015 + 100 * drift + to_score(costs.impact(id, k100, quantity)).value();
  CHECK(to_score(costs.stop_slippage(id, k100, quantity, milliseconds(50))).value() ==
        doctest::Approx(expected).epsilon(1e-6));
}

TEST_CASE("cost model: tiers are terciles of turnover, ranked with the first event of a day") {
  CostModel costs(instruments(7), model::ParameterSet{});
  for (std::uint32_t i = 0; i < 6; ++i) {
    costs.on_bar(flat_bar(i, 100, 10 * (6 - i)), kStart + minutes(1));
    CHECK(costs.tier(InstrumentId{i}) == Tier::middle);
  }
  costs.on_bar(flat_bar(0, 100, 1), kStart + hours(24) + minutes(1));
  const Tier expected[] = {Tier::top, Tier::top, Tier::middle, Tier::middle, Tier::low, Tier::low,
                           Tier::low};  // the last one has no turnover
  for (std::uint32_t i = 0; i < 7; ++i) {
    CHECK(costs.tier(InstrumentId{i}) == expected[i]);
  }
  // Equal turnover: the smaller id first. The bar of the last minute of a day belongs to it.
  CostModel ties(instruments(3), model::ParameterSet{});
  for (std::uint32_t i = 0; i < 3; ++i) {
    ties.on_bar(flat_bar(2 - i, 100, 5), kStart + hours(24));
  }
  CHECK(ties.tier(InstrumentId{0}) == Tier::middle);
  ties.on_trade(trade(1, "100", 1), kStart + hours(24) + seconds(1));
  CHECK(ties.tier(InstrumentId{0}) == Tier::top);
  CHECK(ties.tier(InstrumentId{1}) == Tier::middle);
  CHECK(ties.tier(InstrumentId{2}) == Tier::low);
}

TEST_CASE("cost model: turnover is forgotten after 30 days, and two instruments have no terciles") {
  CostModel costs(instruments(3), model::ParameterSet{});
  for (std::uint32_t i = 0; i < 3; ++i) {
    costs.on_bar(flat_bar(i, 100, 9 - i), kStart + minutes(1));
  }
  costs.on_bar(flat_bar(0, 100, 1), kStart + hours(24 * 30) + minutes(1));
  CHECK(costs.tier(InstrumentId{0}) == Tier::top);
  costs.on_bar(flat_bar(0, 100, 1), kStart + hours(24 * 31) + minutes(1));
  CHECK(costs.tier(InstrumentId{0}) == Tier::middle);
  CHECK(costs.tier(InstrumentId{2}) == Tier::middle);
}

TEST_CASE("cost model: sigma is an exponential mean of squared returns per elapsed minute") {
  CostModel costs(instruments(1), model::ParameterSet{});
  const InstrumentId id{0};
  double variance = 1e-6;
  costs.on_bar(flat_bar(0, 1000, 1, 300), kStart + minutes(5));
  costs.on_bar(flat_bar(0, 1010, 1, 300), kStart + minutes(10));
  variance = 0.94 * variance + 0.06 * 0.01 * 0.01 / 5;
  CHECK(costs.sigma_1m(id).value() == doctest::Approx(std::sqrt(variance)).epsilon(1e-12));
  // An outage of 284 minutes counts by its length.
  costs.on_bar(flat_bar(0, 1000, 1, 300), kStart + minutes(10 + 284));
  const double back = 1000.0 / 1010.0 - 1;
  variance = 0.94 * variance + 0.06 * back * back / 284;
  CHECK(costs.sigma_1m(id).value() == doctest::Approx(std::sqrt(variance)).epsilon(1e-12));
  CHECK(costs.sigma_1d(id).value() ==
        doctest::Approx(std::sqrt(variance * 1440)).epsilon(1e-12));
}

TEST_CASE("cost model: a -99 % print moves sigma by a bounded amount and fades") {
  CostModel costs(instruments(1), model::ParameterSet{});
  const InstrumentId id{0};
  Timestamp close = kStart;
  const auto next = [&](std::int64_t price) {
    close = close + minutes(1);
    costs.on_bar(flat_bar(0, price, 1), close);
  };
  next(1000);
  next(10);
  next(1000);
  CHECK(costs.sigma_1m(id).value() < 0.04);
  for (int i = 0; i < 120; ++i) {
    next(1000);
  }
  CHECK(costs.sigma_1m(id).value() < 1e-3);
  for (int i = 0; i < 100'000; ++i) {
    next(1000);
  }
  CHECK(costs.sigma_1m(id).is_finite());
  CHECK(costs.stop_slippage(id, k100, Quantity::from_int(1), milliseconds(50)) >=
        costs.half_spread(id, k100));
}

TEST_CASE("cost model: the day's volume is a window of 24 hours, scaled up while it fills") {
  CostModel costs(instruments(1), model::ParameterSet{});
  const InstrumentId id{0};
  costs.on_bar(flat_bar(0, 100, 2), kStart + minutes(1));
  CHECK(costs.volume_1d(id) == Quantity::from_int(2 * 1440));
  for (int i = 2; i <= 3 * 1440; ++i) {
    costs.on_bar(flat_bar(0, 100, 2), kStart + minutes(i));
  }
  CHECK(costs.volume_1d(id) == Quantity::from_int(2 * 1440));
  for (int i = 3 * 1440 + 1; i <= 4 * 1440; ++i) {
    costs.on_bar(flat_bar(0, 100, 6), kStart + minutes(i));
  }
  CHECK(costs.volume_1d(id) == Quantity::from_int(6 * 1440));
}

TEST_CASE("cost model: saturated volume stays at the end of the scale") {
  CostModel costs(instruments(1), model::ParameterSet{});
  model::Bar bar = flat_bar(0, 100, 1);
  bar.volume = Quantity::max();
  costs.on_bar(bar, kStart + minutes(1));
  costs.on_bar(bar, kStart + minutes(2));
  CHECK(costs.volume_1d(InstrumentId{0}) == Quantity::max());
}

TEST_CASE("cost model: trades count as the bars that they make, and each stretch of time once") {
  CostModel bars(instruments(1), model::ParameterSet{});
  CostModel trades(instruments(1), model::ParameterSet{});
  CostModel both(instruments(1), model::ParameterSet{});
  const InstrumentId id{0};
  for (int i = 0; i < 500; ++i) {
    const Timestamp open = kStart + minutes(i);
    const std::string price = std::to_string(100 + i % 7);
    for (CostModel* model : {&trades, &both}) {
      model->on_trade(trade(0, "90", 1), open + seconds(1));
      model->on_trade(trade(0, price.c_str(), 2), open + seconds(59));
    }
    bars.on_bar(flat_bar(0, 100 + i % 7, 3), open + minutes(1));
    both.on_bar(flat_bar(0, 100 + i % 7, 3), open + minutes(1));
    both.on_bar(flat_bar(0, 100 + i % 7, 3), open + minutes(1));  // a duplicate
  }
  // The first trade of the next minute closes the last one.
  trades.on_trade(trade(0, "90", 1), kStart + minutes(500));
  CHECK(trades.sigma_1m(id) == bars.sigma_1m(id));
  CHECK(trades.volume_1d(id) == bars.volume_1d(id));
  CHECK(both.sigma_1m(id) == bars.sigma_1m(id));
  CHECK(both.volume_1d(id) == bars.volume_1d(id));
}

TEST_CASE("cost model: impact without any traded volume is that of a whole day's, and bounded") {
  CostModel costs(instruments(1), model::ParameterSet{});
  const InstrumentId id{0};
  costs.on_bar(flat_bar(0, 100, 0), kStart + minutes(1));
  const double whole_day = costs.sigma_1d(id).value() * 100;
  CHECK(to_score(costs.impact(id, k100, Quantity::from_int(1))).value() ==
        doctest::Approx(whole_day).epsilon(1e-6));
  costs.on_bar(flat_bar(0, 100, 1), kStart + minutes(2));
  CHECK(costs.impact(id, k100, Quantity::from_int(1'000'000'000)) == Price::from_int(50));
}
