// Bars of another length, built for a session from what a catalog holds.

#include <doctest/doctest.h>

#include <filesystem>

#include "runtime/inputs/built_bars.hpp"
#include "store/resample.hpp"
#include "support/made_catalog.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using namespace lanner::runtime;
using store::BarRecord;
using store::TradeRecord;

namespace {

constexpr std::int64_t kStart = 1'735'689'600;  // 2025-01-01T00:00:00Z
constexpr const char* kBars = "AAAUSDT-PERP.BINANCE";
constexpr const char* kTrades = "BBBUSDT-PERP.BINANCE";

std::int64_t at(std::int64_t seconds_in) { return (kStart + seconds_in) * kNsPerSecond; }

std::vector<BarRecord> bars(std::int64_t first_s, std::int64_t count, std::int64_t interval_s) {
  std::vector<BarRecord> out;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t px = (100 + i % 7) * Price::kScale;
    out.push_back({at(first_s + i * interval_s), px, px + Price::kScale, px - Price::kScale, px,
                   Quantity::kScale});
  }
  return out;
}

std::vector<TradeRecord> trades(std::int64_t count) {
  std::vector<TradeRecord> out;
  for (std::int64_t i = 0; i < count; ++i) {
    TradeRecord trade;
    trade.ts_event = at(i * 10);
    trade.price = (50 + i % 5) * Price::kScale;
    trade.quantity = Quantity::kScale;
    out.push_back(trade);
  }
  return out;
}

// 20 minutes of 1m bars, coarser ones from there on, and an instrument of trades alone.
struct Market {
  Market() : scratch("built") {
    const auto source = test::MadeCatalog(scratch.path() / "source")
                            .instrument(kBars)
                            .instrument(kTrades)
                            .bars(kBars, 60, bars(0, 20, 60))
                            .bars(kBars, 300, bars(600, 12, 300))
                            .trades(kTrades, trades(1000))
                            .open();
    REQUIRE(source.series().size() == 3);
    options.profile = scratch.path() / "profile";
    options.references = References::off;
  }
  [[nodiscard]] Result<store::Catalog> built(std::int32_t bars_s) {
    options.bars_s = bars_s;
    return catalog_of_bars(*store::Catalog::open(scratch.path() / "source"), options);
  }
  [[nodiscard]] static std::vector<BarRecord> rows(const store::Catalog& catalog,
                                                   const char* name, std::int32_t bars_s) {
    const auto series = catalog.bars(*catalog.find(name), bars_s);
    REQUIRE(series.has_value());
    return {(*series)->rows().begin(), (*series)->rows().end()};
  }
  test::ScratchDir scratch;
  RunOptions options;
};

}  // namespace

TEST_CASE("bars come from the finest bars, then from coarser ones, then from trades") {
  Market market;
  const auto built = market.built(600);
  REQUIRE_MESSAGE(built.has_value(), (built ? "" : built.error().message));
  auto expected = store::resample_bars(bars(0, 20, 60), 60, 600)->bars;
  const auto coarser = store::resample_bars(bars(600, 12, 300), 300, 600)->bars;
  CHECK(coarser.front() != expected.back());  // both hold 00:10: the finer one is taken
  expected.insert(expected.end(), coarser.begin() + 1, coarser.end());
  CHECK(Market::rows(*built, kBars, 600) == expected);
  CHECK(Market::rows(*built, kTrades, 600) == store::resample_trades(trades(1000), 600)->bars);
  // Nothing else would be played beside them.
  CHECK(built->series().size() == 2);
}

TEST_CASE("a length that only some series divide is built from those") {
  Market market;
  const auto built = market.built(180);
  REQUIRE(built.has_value());
  CHECK(Market::rows(*built, kBars, 180) == store::resample_bars(bars(0, 20, 60), 60, 180)->bars);
}

TEST_CASE("what nothing divides is refused before anything is written") {
  Market market;
  const auto built = market.built(90);
  REQUIRE_FALSE(built.has_value());
  CHECK(built.error().kind == ErrorKind::usage);
  CHECK(built.error().message.find("AAAUSDT-PERP.BINANCE has bars of 1m, 5m, of which 90s") !=
        std::string::npos);
  CHECK_FALSE(std::filesystem::exists(market.options.profile / "catalogs"));
  // The one with trades alone can do it.
  market.options.instruments = {kTrades};
  const auto alone = market.built(90);
  REQUIRE_MESSAGE(alone.has_value(), (alone ? "" : alone.error().message));
  CHECK(Market::rows(*alone, kTrades, 90).size() > 100);
}

TEST_CASE("the same question is built once; another source, length or choice is another place") {
  Market market;
  const auto first = market.built(600);
  const auto again = market.built(600);
  const auto longer = market.built(1200);
  REQUIRE((first && again && longer));
  CHECK(first->dir() == again->dir());
  CHECK(first->dir() != longer->dir());
  market.options.instruments = {kTrades};
  CHECK(market.built(600)->dir() != first->dir());
}

TEST_CASE("a report says which timeframes such bars make") {
  CHECK(timeframes_note(180).find("15m, 30m, 1h") != std::string::npos);
  CHECK(timeframes_note(420).find("nothing can trigger") != std::string::npos);
}
