#include "runtime/synthetic_catalog.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "features/pipeline.hpp"
#include "sim/synthetic/market.hpp"

namespace {

using namespace lanner;

struct TemporaryDirectory {
  explicit TemporaryDirectory(const std::string& name)
      : path(std::filesystem::temp_directory_path() / ("lanner-synthetic-" + name)) {
    std::filesystem::remove_all(path);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::filesystem::path path;
};

sim::SyntheticConfig two_days() {
  sim::SyntheticConfig config;
  config.instruments = 3;
  config.length = hours(48);
  return config;
}

// P02 as decisions.md 8 has it, read from the features that a session trades on.
int breakout_of(const features::FeatureView& view) {
  using model::FeatureId;
  constexpr auto kQuarter = model::Timeframe::m15;
  if (!(view.value(FeatureId::vol_z, kQuarter) > 1.5)) {
    return 0;
  }
  const double price = view.value(FeatureId::price, kQuarter);
  const double before = view.previous(FeatureId::price, kQuarter);
  if (before < view.previous(FeatureId::don20_hi, kQuarter) &&
      price >= view.value(FeatureId::don20_hi, kQuarter)) {
    return 1;
  }
  return before > view.previous(FeatureId::don20_lo, kQuarter) &&
                 price <= view.value(FeatureId::don20_lo, kQuarter)
             ? -1
             : 0;
}

int pullback_of(const features::FeatureView& view) {
  using model::FeatureId;
  constexpr auto kQuarter = model::Timeframe::m15;
  constexpr auto kHour = model::Timeframe::h1;
  const double spread = view.value(FeatureId::ema21, kHour) - view.value(FeatureId::ema50, kHour);
  const double deviation = view.value(FeatureId::vwap_dev_atr, kHour);
  const double rsi = view.value(FeatureId::rsi14, kQuarter);
  const double before = view.previous(FeatureId::rsi14, kQuarter);
  if (!(view.value(FeatureId::er20, kHour) > 0.25)) {
    return 0;
  }
  if (spread > 0.0 && deviation >= -1.0 && before < 40.0 && rsi >= 40.0) {
    return 1;
  }
  return spread < 0.0 && deviation <= 1.0 && before > 60.0 && rsi <= 60.0 ? -1 : 0;
}

int reversion_of(const features::FeatureView& view) {
  using model::FeatureId;
  constexpr auto kQuarter = model::Timeframe::m15;
  const double band = view.value(FeatureId::bb_pos, kQuarter);
  const double before = view.previous(FeatureId::bb_pos, kQuarter);
  const double rsi = view.value(FeatureId::rsi14, kQuarter);
  if (!(view.value(FeatureId::er20, kQuarter) < 0.25)) {
    return 0;
  }
  if (before < -2.0 && band >= -2.0 && rsi < 35.0) {
    return 1;
  }
  return before > 2.0 && band <= 2.0 && rsi > 65.0 ? -1 : 0;
}

}  // namespace

TEST_CASE("a synthetic catalog says what it is and holds every row of its market") {
  const TemporaryDirectory directory{"rows"};
  auto config = two_days();
  config.trades_from = config.from + hours(47);
  config.trades_per_second = 2.0;
  const auto catalog = runtime::make_synthetic_catalog(config, directory.path);
  REQUIRE_MESSAGE(catalog.has_value(), (catalog ? "" : catalog.error().message));
  CHECK(catalog->origin() == store::Origin::synthetic);
  CHECK(catalog->origin_note().find("seed 1") != std::string_view::npos);
  const sim::SyntheticMarket market{config};
  REQUIRE(catalog->instruments().size() == 3);
  for (const auto& instrument : market.instruments()) {
    CHECK(catalog->instruments()[instrument.id.index()].name == instrument.name);
    CHECK(catalog->instruments()[instrument.id.index()].tick == instrument.tick);
    const auto bars = catalog->bars(instrument.id, 60);
    REQUIRE(bars.has_value());
    CHECK((*bars)->rows().size() == 47 * 60);
    const auto trades = catalog->trades(instrument.id);
    REQUIRE(trades.has_value());
    CHECK((*trades)->rows().size() == 7200);
    const auto funding = catalog->funding(instrument.id);
    REQUIRE(funding.has_value());
    CHECK((*funding)->rows().size() == 6);
    sim::SyntheticSeries series = market.series(instrument.id);
    sim::SyntheticRow row;
    REQUIRE(series.next(row));
    CHECK((*bars)->rows()[0].close == row.bar.close.raw());
  }
}

TEST_CASE("the same market is made once, another one replaces it") {
  const TemporaryDirectory directory{"again"};
  auto config = two_days();
  REQUIRE(runtime::make_synthetic_catalog(config, directory.path).has_value());
  const auto index = directory.path / "index.txt";
  const auto written = std::filesystem::last_write_time(index);
  REQUIRE(runtime::make_synthetic_catalog(config, directory.path).has_value());
  CHECK(std::filesystem::last_write_time(index) == written);
  const std::string name = runtime::synthetic_catalog_name(config);
  config.seed = 2;
  config.instruments = 2;
  const auto other = runtime::make_synthetic_catalog(config, directory.path);
  REQUIRE(other.has_value());
  CHECK(other->instruments().size() == 2);
  CHECK(other->origin_note().find("seed 2") != std::string_view::npos);
  CHECK(runtime::synthetic_catalog_name(config) != name);
  config.instruments = 0;
  CHECK_FALSE(runtime::make_synthetic_catalog(config, directory.path).has_value());
}

TEST_CASE("the market sees the triggers that a session sees") {
  sim::SyntheticConfig config;
  config.instruments = 8;
  config.length = hours(24 * 30);
  config.outages = {{"", config.from + minutes(14'000), config.from + minutes(14'284)}};
  const sim::SyntheticMarket market{config};
  features::FeaturePipeline pipeline{market.instruments()};
  std::size_t triggers = 0;
  std::size_t different = 0;
  for (const auto& instrument : market.instruments()) {
    sim::SyntheticSeries series = market.series(instrument.id);
    for (sim::SyntheticRow row; series.next(row);) {
      if (!row.has_bar) {
        continue;
      }
      const auto closed = pipeline.on_bar(row.bar, row.open_time + minutes(1));
      if (!closed.has(model::Timeframe::m15)) {
        continue;
      }
      const auto view = pipeline.view(instrument.id);
      triggers += row.triggers.p01 != 0 || row.triggers.p02 != 0 || row.triggers.p03 != 0 ? 1 : 0;
      different += row.triggers.p01 != pullback_of(view) || row.triggers.p02 != breakout_of(view) ||
                           row.triggers.p03 != reversion_of(view)
                       ? 1
                       : 0;
    }
  }
  CHECK(triggers > 400);
  CHECK(different == 0);
}
