#include "sim/latency_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "rig.hpp"

namespace lanner::sim {
namespace {

using namespace test;
using Leg = LatencyModel::Leg;

std::vector<std::int64_t> draws(const LatencySpec& spec, std::uint64_t seed, std::size_t count) {
  LatencyModel model(spec, Latency{}, seed);
  std::vector<std::int64_t> made;
  for (std::size_t i = 0; i < count; ++i) {
    made.push_back(model.draw(Leg::order, at_ms(0)).ns());
  }
  return made;
}

double quantile_ms(std::vector<std::int64_t> values, double p) {
  std::sort(values.begin(), values.end());
  return static_cast<double>(values[static_cast<std::size_t>(
             p * static_cast<double>(values.size()))]) / 1e6;
}

TEST_CASE("constant latency is what the configuration says") {
  const auto made = draws({}, 1, 10);
  CHECK(std::all_of(made.begin(), made.end(), [](auto ns) { return ns == 50'000'000; }));
}

// Lognormal with median 50 ms and sigma .5: quantiles 50 exp(.5 z).
TEST_CASE("sampled latencies have the quantiles of their lognormal") {
  LatencySpec spec;
  spec.kind = LatencyKind::sampled;
  const auto made = draws(spec, 7, 40'000);
  CHECK(quantile_ms(made, 0.50) == doctest::Approx(50.0).epsilon(0.02));
  CHECK(quantile_ms(made, 0.05) == doctest::Approx(21.97).epsilon(0.02));
  CHECK(quantile_ms(made, 0.90) == doctest::Approx(94.90).epsilon(0.02));
  CHECK(quantile_ms(made, 0.99) == doctest::Approx(160.0).epsilon(0.03));
  CHECK(made == draws(spec, 7, 40'000));
  CHECK(made != draws(spec, 8, 40'000));
}

TEST_CASE("the tails of a wide lognormal are bounded") {
  LatencySpec spec;
  spec.kind = LatencyKind::sampled;
  spec.dispersion = Rate::from_int(5);
  const auto made = draws(spec, 7, 10'000);
  CHECK(*std::min_element(made.begin(), made.end()) == 12'500'000);
  CHECK(*std::max_element(made.begin(), made.end()) == 1'000'000'000);
}

TEST_CASE("recorded latencies are half of the measured round trips, interpolated") {
  LatencySpec spec;
  spec.kind = LatencyKind::recorded;
  spec.round_trips = {milliseconds(10), milliseconds(20), milliseconds(100)};
  const auto made = draws(spec, 3, 40'000);
  CHECK(quantile_ms(made, 0.0) == doctest::Approx(5.0).epsilon(0.01));
  CHECK(quantile_ms(made, 0.25) == doctest::Approx(7.5).epsilon(0.02));
  CHECK(quantile_ms(made, 0.5) == doctest::Approx(10.0).epsilon(0.03));
  CHECK(quantile_ms(made, 0.75) == doctest::Approx(30.0).epsilon(0.03));
  LatencyModel bad_day(spec, Latency{}, 3, 20);
  CHECK(bad_day.draw(Leg::order, at_ms(0)).ns() / 20 == made[0]);
  CHECK(bad_day.draw(Leg::feed, at_ms(0)) == milliseconds(50));
}

TEST_CASE("a busy second makes everything slower, and is forgotten after it") {
  LatencySpec spec;
  spec.kind = LatencyKind::activity;
  LatencyModel model(spec, Latency{}, 1);
  CHECK(model.draw(Leg::order, at_ms(0)) == milliseconds(50));
  for (int i = 0; i < 100; ++i) {
    model.note_activity(at_ms(1000 + 5 * i));
  }
  CHECK(model.recent_rate(at_ms(1500)) == 100);
  CHECK(model.draw(Leg::order, at_ms(1500)) == milliseconds(150));  // 1 + 100 / 50
  CHECK(model.recent_rate(at_ms(2200)) == 40);                      // from 1.3 s on
  CHECK(model.draw(Leg::response, at_ms(2200)) == milliseconds(90));
  CHECK(model.draw(Leg::order, at_ms(2600)) == milliseconds(50));
  CHECK(model.draw(Leg::order, at_ms(60'000)) == milliseconds(50));
  CHECK(model.longest().order == milliseconds(150));
  CHECK(model.longest().response == milliseconds(90));
}

TEST_CASE("messages of one connection do not overtake each other") {
  ExchangeConfig config = plain_config();
  config.latency_model.kind = LatencyKind::sampled;
  config.latency_model.dispersion = Rate::from_int(1);
  Rig rig{config};
  rig.trade(at_s(0), "100", "10");
  for (std::uint64_t id = 1; id <= 60; ++id) {
    rig.send(Order{id, model::Side::buy, model::OrderType::limit, "0.1"}.limit("99"),
             at_ms(1000 + static_cast<std::int64_t>(id)));
  }
  rig.run(at_s(60));
  std::uint64_t next = 1;
  Timestamp last;
  bool is_spread = false;
  for (const model::Event& event : rig.events) {
    const auto* accepted = std::get_if<model::OrderAccepted>(&event.payload);
    REQUIRE(accepted != nullptr);
    CHECK(accepted->client_order_id == ClientOrderId{next++});
    CHECK(event.ts_init >= last);
    is_spread = is_spread || event.ts_init - event.ts_event != milliseconds(50);
    last = event.ts_init;
  }
  CHECK(next == 61);
  CHECK(is_spread);
  CHECK(rig.exchange.latency().order > milliseconds(50));
}

}  // namespace
}  // namespace lanner::sim
