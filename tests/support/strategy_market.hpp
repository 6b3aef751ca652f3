#pragma once

// A small market of 15m bars, warm enough for the templates.

#include <string>

#include "base/fixed_round.hpp"
#include "features/pipeline.hpp"
#include "market/cost_model.hpp"
#include "market/market_state.hpp"
#include "model/instrument.hpp"
#include "model/parameters.hpp"

namespace lanner::test {

inline model::InstrumentTable strategy_instruments(std::size_t count) {
  model::InstrumentTable table;
  for (std::size_t i = 0; i < count; ++i) {
    model::Instrument instrument;
    instrument.id = InstrumentId{static_cast<std::uint32_t>(i)};
    instrument.base = i == 0 ? "BTC" : "C" + std::to_string(i);
    instrument.quote = "USDT";
    instrument.symbol = instrument.base + "USDT";
    instrument.venue = "BINANCE";
    instrument.venue_id = VenueId{0};
    instrument.name = instrument.symbol + "-PERP.BINANCE";
    instrument.kind = model::InstrumentKind::perpetual;
    instrument.tick = Price::from_raw(Price::kScale / 10);
    instrument.step = Quantity::from_raw(Quantity::kScale / 1000);
    instrument.quantity_min = instrument.step;
    instrument.notional_min = Money::from_int(5);
    instrument.maker_fee = Rate::from_raw(Rate::kScale / 10'000 * 2);
    instrument.taker_fee = Rate::from_raw(Rate::kScale / 10'000 * 5);
    instrument.tiers = {{Money::max(), 20, Rate::from_raw(Rate::kScale / 40)}};
    table.push_back(instrument);
  }
  return table;
}

struct StrategyMarket {
  explicit StrategyMarket(std::size_t count)
      : instruments(strategy_instruments(count)),
        market(instruments),
        features(instruments),
        costs(instruments, parameters) {}

  // One 15m bar of every instrument: a swing of `swing` units around 1000 per bar.
  void bar(std::int64_t swing) {
    now = now + minutes(15);
    const std::int64_t mid = 1000 + (bars % 7) * swing / 4;
    for (const model::Instrument& instrument : instruments) {
      const model::Bar bar{instrument.id,
                           900,
                           Price::from_int(mid),
                           Price::from_int(mid + swing),
                           Price::from_int(mid - swing),
                           Price::from_int(mid + swing / 2),
                           Quantity::from_int(1'000'000 + bars * 10)};
      market.on_bar(bar, now, now);
      costs.on_bar(bar, now);
      (void)features.on_bar(bar, now);
    }
    ++bars;
  }
  void warm_up(std::int64_t swing) {
    for (int i = 0; i < 300; ++i) {
      bar(swing);
    }
  }

  model::ParameterSet parameters;
  model::InstrumentTable instruments;
  market::MarketState market;
  features::FeaturePipeline features;
  market::CostModel costs;
  Timestamp now{kNsPerDay * 20'000};
  std::int64_t bars = 0;
};

}  // namespace lanner::test
