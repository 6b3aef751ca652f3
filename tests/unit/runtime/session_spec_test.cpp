#include "runtime/session_spec.hpp"

#include <doctest/doctest.h>

#include "learn/coin_scorer.hpp"
#include "store/import/source_name.hpp"

using namespace lanner;
using runtime::decode_spec;
using runtime::encode_spec;
using runtime::SessionSpec;

namespace {

SessionSpec some_spec() {
  SessionSpec spec;
  spec.build_id = "0123abcd";
  spec.origin = store::Origin::synthetic;
  spec.origin_note = "seed 3, driftless";
  spec.catalog = "/somewhere/catalog";
  spec.universe = "as given";
  spec.from = Timestamp{5};
  spec.to = Timestamp{9 * kNsPerDay};
  spec.engine.instruments = {*store::instrument_of("BTCUSDT-PERP.BINANCE"),
                             *store::instrument_of("XRPETH.BINANCE")};
  spec.engine.instruments[0].id = InstrumentId{0};
  spec.engine.instruments[1].id = InstrumentId{1};
  spec.engine.instruments[1].venue_id = VenueId{1};
  spec.engine.instruments[0].tiers.push_back({Money::max(), 5, *parse_fixed<Rate>("0.05")});
  spec.engine.is_active = {1, 0};
  CHECK(spec.engine.parameters.set("risk.heat_pct", "7.5").has_value());
  spec.engine.mask.mask(model::Component::btc_lead);
  spec.engine.balance_by_venue = {Money::from_int(10'000), Money{}};
  spec.engine.past = {{{model::TemplateId::p02, model::PositionSide::short_side,
                        model::ConditionSource::strategist},
                       InstrumentId{1}, learn::Tier::low, -3, Timestamp{-7}, Score{0.5},
                       Score{-1.25}, Score{1e-300}}};
  spec.engine.seed = 42;
  spec.engine.epoch = 3;
  spec.engine.feed_latency = milliseconds(70);
  spec.engine.order_latency = milliseconds(110);
  spec.engine.limits.conditions_max = 99;
  spec.exchange.latency = {milliseconds(1), milliseconds(2), milliseconds(3)};
  spec.exchange.seed = 43;
  spec.exchange.bad_day = true;
  spec.exchange.balances = spec.engine.balance_by_venue;
  model::TradeCondition condition;
  condition.instrument_id = InstrumentId{0};
  condition.stop_atr = Score{1.5};
  REQUIRE(condition.when_all.push_back({model::FeatureId::rsi14, model::Timeframe::m15,
                                        model::PredicateOp::cross_up, model::FeatureId::none,
                                        Score{40}}));
  spec.conditions.push_back({condition, minutes(5)});
  return spec;
}

}  // namespace

TEST_CASE("a session's specification comes back whole") {
  const SessionSpec spec = some_spec();
  const auto bytes = encode_spec(spec);
  const auto again = decode_spec(bytes);
  REQUIRE(again.has_value());
  CHECK(encode_spec(*again) == bytes);
  CHECK(again->build_id == spec.build_id);
  CHECK(again->origin == spec.origin);
  CHECK(again->origin_note == spec.origin_note);
  CHECK(again->catalog == spec.catalog);
  CHECK(again->universe == spec.universe);
  REQUIRE(again->engine.past.size() == 1);
  const learn::PastLabel& past = again->engine.past.front();
  CHECK(past.key == spec.engine.past.front().key);
  CHECK(past.instrument_id == InstrumentId{1});
  CHECK(past.tier == learn::Tier::low);
  CHECK(past.block_id == -3);
  CHECK(past.net_r == Score{1e-300});
  CHECK(again->from == spec.from);
  CHECK(again->to == spec.to);
  REQUIRE(again->engine.instruments.size() == 2);
  const model::Instrument& btc = again->engine.instruments[0];
  CHECK(btc.name == "BTCUSDT-PERP.BINANCE");
  CHECK(btc.quote == "USDT");
  CHECK(btc.taker_fee == spec.engine.instruments[0].taker_fee);
  REQUIRE(btc.tiers.size() == spec.engine.instruments[0].tiers.size());
  CHECK(btc.tiers.back().leverage_max == 5);
  CHECK(btc.tiers.back().notional_cap == Money::max());
  CHECK(again->engine.instruments[1].kind == model::InstrumentKind::spot);
  CHECK(again->engine.instruments[1].venue_id == VenueId{1});
  CHECK(again->engine.is_active == spec.engine.is_active);
  CHECK(again->engine.parameters == spec.engine.parameters);
  CHECK(again->engine.mask == spec.engine.mask);
  CHECK(again->engine.balance_by_venue == spec.engine.balance_by_venue);
  CHECK(again->engine.seed == 42);
  CHECK(again->engine.epoch == 3);
  CHECK(again->engine.feed_latency == milliseconds(70));
  CHECK(again->engine.order_latency == milliseconds(110));
  CHECK(again->engine.limits.conditions_max == 99);
  CHECK(again->exchange.latency.feed == milliseconds(1));
  CHECK(again->exchange.latency.order == milliseconds(2));
  CHECK(again->exchange.latency.response == milliseconds(3));
  CHECK(again->exchange.seed == 43);
  CHECK(again->exchange.bad_day);
  CHECK(again->exchange.balances == spec.exchange.balances);
  REQUIRE(again->conditions.size() == 1);
  CHECK(again->conditions[0].life == minutes(5));
  CHECK(again->conditions[0].condition.when_all == spec.conditions[0].condition.when_all);
}

TEST_CASE("a specification that is cut anywhere is refused") {
  const auto bytes = encode_spec(some_spec());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK(!decode_spec(std::span(bytes).first(size)).has_value());
  }
}
