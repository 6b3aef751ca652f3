// Markets as bad as they come, through the whole loop: a session on any of them ends in good order,
// with finite figures, equal ledgers and nothing ever held without its stops.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "sim/synthetic/market.hpp"
#include "store/catalog_writer.hpp"
#include "support/played_session.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;

namespace {

using Rows = std::vector<store::BarRecord>;
using Spoil = std::function<void(Rows&)>;

sim::SyntheticConfig market_of_days(std::int64_t days) {
  sim::SyntheticConfig config;
  config.seed = 11;
  config.instruments = 12;
  config.length = hours(24 * days);
  return config;
}

// The synthetic market with its rows spoiled, as a catalog.
void write_spoiled(const sim::SyntheticConfig& config, const std::filesystem::path& dir,
                   const Spoil& spoil) {
  const sim::SyntheticMarket market(config);
  auto writer = store::CatalogWriter::create(dir, store::Origin::synthetic, "spoiled");
  REQUIRE(writer.has_value());
  for (const model::Instrument& instrument : market.instruments()) {
    Rows rows;
    sim::SyntheticSeries series = market.series(instrument.id);
    for (sim::SyntheticRow row; series.next(row);) {
      if (row.has_bar) {
        rows.push_back({row.open_time.ns(), row.bar.open.raw(), row.bar.high.raw(),
                        row.bar.low.raw(), row.bar.close.raw(), row.bar.volume.raw()});
      }
    }
    spoil(rows);
    REQUIRE(writer->add_instrument(instrument).has_value());
    REQUIRE(writer->write_bars(instrument.name, config.interval_s, rows).has_value());
  }
  REQUIRE(writer->finish().has_value());
}

runtime::RunOptions options_of(const std::filesystem::path& dir) {
  runtime::RunOptions options;
  options.data = dir / "catalog";
  options.profile = dir;
  options.with_bad_day = false;
  return options;
}

// Counts what is not finite in a decision's trace.
std::size_t holes_in(const model::DecisionTrace& trace) {
  std::size_t holes = 0;
  const auto look = [&holes](Score score) { holes += std::isfinite(score.value()) ? 0 : 1; };
  look(trace.candidate.cost_r);
  look(trace.expected_r);
  look(trace.coin_offset_r);
  look(trace.atr);
  look(trace.size.risk_fraction);
  look(trace.size.coin_multiplier);
  look(trace.size.btc_lead_multiplier);
  look(trace.size.size_scale);
  for (const Score input : trace.inputs) {
    look(input);
  }
  for (const model::GateResult& gate : trace.gates) {
    look(gate.value);
    look(gate.threshold);
  }
  return holes;
}

std::size_t holes_in(const model::TradeClosed& trade) {
  std::size_t holes = 0;
  for (const Score score : {trade.net_r, trade.gross_r, trade.cost_r, trade.mfe_r, trade.mae_r}) {
    holes += std::isfinite(score.value()) ? 0 : 1;
  }
  return holes;
}

test::Played play_spoiled(const sim::SyntheticConfig& config, const Spoil& spoil) {
  const test::ScratchDir dir("bad-market");
  write_spoiled(config, dir.path() / "catalog", spoil);
  const auto plan = runtime::plan_session(options_of(dir.path()));
  REQUIRE(plan.has_value());
  auto tape = runtime::open_tape(*plan);
  REQUIRE(tape.has_value());
  test::Played played = test::play(plan->spec, std::move(*tape));
  std::size_t holes = 0;
  for (const model::DecisionTrace& trace : played.decisions) {
    holes += holes_in(trace);
  }
  for (const model::TradeClosed& trade : played.trades) {
    holes += holes_in(trade);
  }
  CHECK(holes == 0);
  CHECK(played.figures.conservation_error == Money{});
  CHECK(played.figures.protection_breaches == 0);
  CHECK(played.figures.unprotected_ns_max == 0);
  return played;
}

}  // namespace

TEST_CASE("an empty range is refused with a sentence, an empty tape is a session of no events") {
  const test::ScratchDir dir("empty-range");
  const sim::SyntheticConfig config = market_of_days(1);
  write_spoiled(config, dir.path() / "catalog", [](Rows&) {});
  runtime::RunOptions options = options_of(dir.path());
  options.from = config.from + hours(2);
  options.to = options.from;
  const auto empty = runtime::plan_session(options);
  REQUIRE_FALSE(empty.has_value());
  CHECK(empty.error().message.find("empty range") != std::string::npos);

  options.from = config.from + hours(24 * 400);
  options.to.reset();
  const auto beyond = runtime::plan_session(options);
  REQUIRE_FALSE(beyond.has_value());
  CHECK_FALSE(beyond.error().message.empty());

  options.from.reset();
  auto plan = runtime::plan_session(options);
  REQUIRE(plan.has_value());
  plan->spec.to = plan->spec.from;
  auto tape = runtime::open_tape(*plan);
  REQUIRE(tape.has_value());
  const test::Played played = test::play(plan->spec, std::move(*tape));
  CHECK(played.events == 0);
  CHECK(played.figures.conservation_error == Money{});
}

TEST_CASE("one bar of each instrument is a session without a decision") {
  const auto played = play_spoiled(market_of_days(1), [](Rows& rows) { rows.resize(1); });
  CHECK(played.events >= 12);
  CHECK(played.decisions.empty());
}

TEST_CASE("prices that never move trigger nothing") {
  const auto played = play_spoiled(market_of_days(4), [](Rows& rows) {
    const std::int64_t price = rows.front().open;
    for (store::BarRecord& row : rows) {
      row.open = row.high = row.low = row.close = price;
    }
  });
  CHECK(played.events > 12 * 4 * 1440);
  CHECK(played.trades.empty());
}

TEST_CASE("prices that stop moving for a day, without volume, and go on") {
  const auto played = play_spoiled(market_of_days(8), [](Rows& rows) {
    const std::size_t from = rows.size() / 2;
    for (std::size_t i = from; i < from + 1440; ++i) {
      store::BarRecord& row = rows[i];
      row.open = row.high = row.low = row.close = rows[from - 1].close;
      row.volume = 0;
    }
  });
  CHECK(played.trades.size() > 10);
}

TEST_CASE("more than half of all minutes missing") {
  std::mt19937_64 random(53);
  const auto played = play_spoiled(market_of_days(10), [&random](Rows& rows) {
    std::erase_if(rows, [&random](const store::BarRecord&) { return random() % 100 < 53; });
  });
  CHECK(played.decisions.size() > 10);
  CHECK(played.trades.size() > 5);
}

TEST_CASE("an outage of 284 minutes while positions are open") {
  sim::SyntheticConfig config = market_of_days(10);
  // Up to the outage the market is the same, so what it held without one it holds now.
  const auto unbroken = play_spoiled(config, [](Rows&) {});
  const auto held = std::find_if(
      unbroken.trades.begin(), unbroken.trades.end(), [](const model::TradeClosed& trade) {
        return trade.closed_at > trade.opened_at + hours(2);
      });
  REQUIRE(held != unbroken.trades.end());
  const Timestamp start = held->opened_at.floor_to(minutes(1)) + minutes(10);
  const Timestamp end = start + minutes(284);
  config.outages = {{"", start, end}};
  const auto played = play_spoiled(config, [](Rows&) {});
  std::size_t across = 0;
  for (const model::TradeClosed& trade : played.trades) {
    across += trade.opened_at < start && trade.closed_at >= end ? 1 : 0;
  }
  CHECK(across > 0);
  for (const model::DecisionTrace& trace : played.decisions) {
    const Timestamp at = trace.candidate.triggered_at;
    CHECK_FALSE((at > start + minutes(2) && at < end));
  }
}

TEST_CASE("a print of one hundredth of the price, and back") {
  sim::SyntheticConfig config = market_of_days(10);
  for (const char* coin : {"BTC", "ETH", "SOL", "XRP", "DOGE", "BNB"}) {
    for (const std::int64_t hour : {100, 131, 162, 193}) {
      config.bad_prints.push_back({std::string(coin) + "USDT-PERP.SYNTHETIC",
                                   config.from + hours(hour) + minutes(3)});
    }
  }
  const auto played = play_spoiled(config, [](Rows&) {});
  CHECK(played.trades.size() > 10);
  double worst = 0.0;
  for (const model::TradeClosed& trade : played.trades) {
    worst = std::min(worst, trade.net_r.value());
  }
  // Somebody was long: the stop's print is where it filled, and the books still agree.
  CHECK(worst < -5.0);
}
