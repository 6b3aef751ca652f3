// What a venue does to a session on a date, and the account's and the delays' models: money is
// conserved in each, protection holds, and equal seeds give equal sessions.

#include <doctest/doctest.h>

#include <algorithm>

#include "support/played_session.hpp"
#include "support/synthetic_session.hpp"

namespace lanner::test {
namespace {

using model::ExitReason;

sim::SyntheticConfig market() {
  sim::SyntheticConfig config;
  config.seed = 5;
  config.instruments = 12;
  config.length = hours(24 * 5);
  return config;
}

Played play_with(SyntheticSession& session, const runtime::SessionSpec& spec) {
  return play(spec, session.tape());
}

std::size_t count(const Played& played, ExitReason reason) {
  return static_cast<std::size_t>(
      std::count_if(played.trades.begin(), played.trades.end(),
                    [&](const auto& trade) { return trade.exit_reason == reason; }));
}

void check_laws(const Played& played) {
  CHECK(played.figures.conservation_error.is_zero());
  CHECK(played.figures.protection_breaches == 0);
  CHECK(played.figures.unprotected_ns_max == 0);
}

TEST_CASE("a delisting settles the open trade, and nothing is traded there any more") {
  SyntheticSession session(market());
  runtime::SessionSpec spec = session.spec();
  const Played plain = play_with(session, spec);
  check_laws(plain);
  REQUIRE(!plain.trades.empty());
  const model::TradeClosed& trade = plain.trades.front();
  const Timestamp at = trade.opened_at + Duration{(trade.closed_at - trade.opened_at).ns() / 2};
  spec.venue_events = {
      {at, model::InstrumentStatus{trade.instrument_id, model::InstrumentState::settling, {}}},
      {at + seconds(30),
       model::InstrumentStatus{trade.instrument_id, model::InstrumentState::delisted,
                               trade.entry_px}}};
  const Played played = play_with(session, spec);
  check_laws(played);
  REQUIRE(count(played, ExitReason::delisted) == 1);
  const auto settled =
      std::find_if(played.trades.begin(), played.trades.end(),
                   [](const auto& one) { return one.exit_reason == ExitReason::delisted; });
  CHECK(settled->instrument_id == trade.instrument_id);
  CHECK(settled->exit_px == trade.entry_px);
  for (const model::TradeClosed& later : played.trades) {
    CHECK((later.instrument_id != trade.instrument_id || later.opened_at < at));
  }
}

TEST_CASE("deleveraging takes profitable positions and portfolio books it") {
  SyntheticSession session(market());
  runtime::SessionSpec spec = session.spec();
  const Played plain = play_with(session, spec);
  // Four times in each trade's life: half of it, all of it, half, all; a losing one is left alone.
  for (const model::TradeClosed& trade : plain.trades) {
    const std::int64_t life = (trade.closed_at - trade.opened_at).ns();
    for (std::int64_t i = 1; i <= 4; ++i) {
      spec.venue_events.push_back(
          {trade.opened_at + Duration{life * i / 5},
           sim::Deleveraging{trade.instrument_id, Rate::from_raw(Rate::kScale / (1 + i % 2)), {}}});
    }
  }
  std::stable_sort(spec.venue_events.begin(), spec.venue_events.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  REQUIRE(spec.venue_events.size() >= 4);
  const Played played = play_with(session, spec);
  check_laws(played);
  CHECK(count(played, ExitReason::deleveraged) >= 1);
  CHECK(played.figures.digest != plain.figures.digest);
}

TEST_CASE("new rules hold for planner, gates and exchange alike") {
  SyntheticSession session(market());
  runtime::SessionSpec spec = session.spec();
  const Timestamp at = spec.from + hours(12);
  for (const model::Instrument& instrument : spec.engine.instruments) {
    model::InstrumentRules rules;
    rules.instrument_id = instrument.id;
    rules.tick = Price::from_raw(instrument.tick.raw() * 10);
    rules.step = Quantity::from_raw(instrument.step.raw() * 10);
    spec.venue_events.push_back({at, rules});
  }
  const Played played = play_with(session, spec);
  check_laws(played);
  std::size_t later = 0;
  for (const model::TradeClosed& trade : played.trades) {
    const model::Instrument& instrument = spec.engine.instruments[trade.instrument_id.index()];
    if (trade.opened_at > at + hours(1)) {
      ++later;
      CHECK(trade.stop_px.raw() % (instrument.tick.raw() * 10) == 0);
      CHECK(trade.quantity.raw() % (instrument.step.raw() * 10) == 0);
    }
  }
  CHECK(later > 0);
}

TEST_CASE("isolated margin and each latency model conserve money and repeat themselves") {
  SyntheticSession session(market());
  const runtime::SessionSpec plain = session.spec();
  for (const auto kind : {sim::LatencyKind::sampled, sim::LatencyKind::recorded,
                          sim::LatencyKind::activity}) {
    runtime::SessionSpec spec = plain;
    spec.exchange.margin = spec.engine.margin = {model::MarginMode::isolated, 5};
    spec.exchange.latency_model.kind = kind;
    spec.exchange.latency_model.round_trips = {milliseconds(20), milliseconds(80),
                                               milliseconds(300)};
    const Played played = play_with(session, spec);
    CHECK(played.figures.conservation_error.is_zero());
    CHECK(played.figures.protection_breaches == 0);
    CHECK(played.figures.digest == play_with(session, spec).figures.digest);
    CHECK(!played.trades.empty());
    const auto again = runtime::decode_spec(runtime::encode_spec(spec));
    REQUIRE(again.has_value());
    CHECK(again->exchange.latency_model == spec.exchange.latency_model);
    CHECK(again->engine.margin == spec.engine.margin);
  }
}

}  // namespace
}  // namespace lanner::test
