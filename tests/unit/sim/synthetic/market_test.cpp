#include "sim/synthetic/market.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace {

using namespace lanner;
using sim::SyntheticConfig;
using sim::SyntheticMarket;
using sim::SyntheticRow;
using sim::SyntheticSeries;

SyntheticConfig small(std::uint64_t seed, std::int64_t days, std::size_t instruments) {
  SyntheticConfig config;
  config.seed = seed;
  config.length = hours(24 * days);
  config.instruments = instruments;
  return config;
}

InstrumentId id_of(const SyntheticMarket& market, const std::string& name) {
  for (const auto& instrument : market.instruments()) {
    if (instrument.name == name) {
      return instrument.id;
    }
  }
  return {};
}

std::vector<SyntheticRow> rows_of(const SyntheticMarket& market, InstrumentId id) {
  std::vector<SyntheticRow> rows;
  SyntheticSeries series = market.series(id);
  for (SyntheticRow row; series.next(row);) {
    row.trades = {};
    rows.push_back(row);
  }
  return rows;
}

std::vector<SyntheticRow> rows_of(const SyntheticConfig& config, std::uint32_t id) {
  return rows_of(SyntheticMarket{config}, InstrumentId{id});
}

double close_of(const SyntheticRow& row) { return static_cast<double>(row.bar.close.raw()); }

bool is_equal(const std::vector<SyntheticRow>& a, const std::vector<SyntheticRow>& b,
              std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (!(a[i].bar == b[i].bar) || a[i].open_time != b[i].open_time) {
      return false;
    }
  }
  return true;
}

struct Mean {
  double sum = 0.0;
  double squares = 0.0;
  double count = 0.0;
  void add(double x) {
    sum += x;
    squares += x * x;
    count += 1.0;
  }
  double mean() const { return sum / count; }
  double standard_error() const { return std::sqrt(squares / count) / std::sqrt(count); }
};

}  // namespace

TEST_CASE("a synthetic market is a function of its configuration") {
  const auto config = small(7, 2, 3);
  const SyntheticMarket market{config};
  const auto first = rows_of(market, InstrumentId{1});
  CHECK(first.size() == 2880);
  CHECK(is_equal(first, rows_of(market, InstrumentId{1}), first.size()));
  CHECK(is_equal(first, rows_of(config, 1), first.size()));
  CHECK_FALSE(is_equal(first, rows_of(small(8, 2, 3), 1), first.size()));
}

TEST_CASE("a coin is the same whatever coins stand beside it") {
  const SyntheticMarket few{small(7, 1, 2)};
  const SyntheticMarket many{small(7, 1, 60)};
  const auto a = rows_of(few, id_of(few, "ETHUSDT-PERP.SYNTHETIC"));
  auto b = rows_of(many, id_of(many, "ETHUSDT-PERP.SYNTHETIC"));
  for (auto& row : b) {
    row.bar.instrument_id = a.front().bar.instrument_id;
  }
  CHECK(is_equal(a, b, a.size()));
}

TEST_CASE("instruments are sorted, labelled and have sensible rules") {
  const SyntheticMarket market{small(1, 1, 60)};
  REQUIRE(market.instruments().size() == 60);
  for (std::size_t i = 0; i < 60; ++i) {
    const auto& instrument = market.instruments()[i];
    CHECK(instrument.id.index() == i);
    CHECK(instrument.venue == "SYNTHETIC");
    CHECK(instrument.tick.is_positive());
    CHECK(instrument.step.is_positive());
    CHECK(instrument.taker_fee == Rate::from_raw(Rate::kScale / 2000));
    CHECK(instrument.tiers.size() == 4);
    CHECK((i == 0 || market.instruments()[i - 1].name < instrument.name));
  }
  CHECK(id_of(market, "BTCUSDT-PERP.SYNTHETIC").is_valid());
}

TEST_CASE("bars lie on the grid, hold their open and close, and join") {
  for (const bool is_driftless : {false, true}) {
    auto config = small(3, 10, 12);
    config.driftless = is_driftless;
    const SyntheticMarket market{config};
    std::size_t wrong = 0;
    for (const auto& instrument : market.instruments()) {
      Price before;
      for (const auto& row : rows_of(market, instrument.id)) {
        const model::Bar& bar = row.bar;
        const bool is_good = bar.low.is_positive() && bar.low <= bar.open && bar.low <= bar.close &&
                             bar.high >= bar.open && bar.high >= bar.close &&
                             bar.volume.is_positive() &&
                             bar.open.raw() % instrument.tick.raw() == 0 &&
                             bar.high.raw() % instrument.tick.raw() == 0 &&
                             bar.low.raw() % instrument.tick.raw() == 0 &&
                             bar.close.raw() % instrument.tick.raw() == 0 &&
                             bar.volume.raw() % instrument.step.raw() == 0 &&
                             (before.is_zero() || bar.open == before);
        wrong += is_good ? 0 : 1;
        before = bar.close;
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("longer bars are sums of the minutes of the same seed") {
  auto config = small(5, 2, 1);
  const auto minutes = rows_of(config, 0);
  config.interval_s = 900;
  const auto quarters = rows_of(config, 0);
  REQUIRE(quarters.size() * 15 == minutes.size());
  for (std::size_t i = 0; i < quarters.size(); ++i) {
    model::Bar whole = minutes[i * 15].bar;
    for (std::size_t j = 1; j < 15; ++j) {
      const model::Bar& part = minutes[i * 15 + j].bar;
      whole.high = part.high > whole.high ? part.high : whole.high;
      whole.low = part.low < whole.low ? part.low : whole.low;
      whole.close = part.close;
      whole.volume += part.volume;
    }
    whole.interval_s = 900;
    CHECK(whole == quarters[i].bar);
  }
}

TEST_CASE("returns of two coins correlate by about a half and are as wild as crypto") {
  auto config = small(11, 30, 12);
  config.driftless = true;
  const SyntheticMarket market{config};
  std::vector<std::vector<double>> returns;
  for (const auto& instrument : market.instruments()) {
    const auto rows = rows_of(market, instrument.id);
    returns.emplace_back();
    for (std::size_t i = 15; i < rows.size(); i += 15) {
      returns.back().push_back(close_of(rows[i]) / close_of(rows[i - 15]) - 1.0);
    }
    double squares = 0.0;
    for (const double r : returns.back()) {
      squares += r * r;
    }
    const double sigma_1m = std::sqrt(squares / static_cast<double>(returns.back().size()) / 15.0);
    CHECK(sigma_1m > 3e-4);
    CHECK(sigma_1m < 16e-4);
  }
  Mean correlation;
  for (std::size_t i = 0; i < returns.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      double ab = 0.0;
      double aa = 0.0;
      double bb = 0.0;
      for (std::size_t k = 0; k < returns[i].size(); ++k) {
        ab += returns[i][k] * returns[j][k];
        aa += returns[i][k] * returns[i][k];
        bb += returns[j][k] * returns[j][k];
      }
      correlation.add(ab / std::sqrt(aa * bb));
    }
  }
  CHECK(correlation.mean() > 0.45);
  CHECK(correlation.mean() < 0.65);
}

TEST_CASE("driftless prices are martingales, also after breakouts and bar by bar") {
  // Coins move together, so one day of all coins counts as one observation.
  Mean minute;
  Mean day_after_breakouts;
  std::size_t breakouts = 0;
  std::size_t fundings = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    auto config = small(seed, 40, 20);
    config.driftless = true;
    const SyntheticMarket market{config};
    std::vector<double> by_day(40, 0.0);
    for (const auto& instrument : market.instruments()) {
      const auto rows = rows_of(market, instrument.id);
      for (std::size_t i = 0; i + 240 < rows.size(); ++i) {
        if (i > 0 && instrument.id.index() == 0) {
          minute.add(close_of(rows[i]) / close_of(rows[i - 1]) - 1.0);
        }
        if (rows[i].triggers.p02 != 0 && rows[i].atr_1h > 0.0) {
          const double move = (close_of(rows[i + 240]) - close_of(rows[i])) * 1e-9;
          by_day[i / 1440] += rows[i].triggers.p02 * move / (1.5 * rows[i].atr_1h);
          ++breakouts;
        }
        fundings += rows[i].has_funding && !rows[i].funding.rate.is_zero() ? 1 : 0;
      }
    }
    for (const double sum : by_day) {
      day_after_breakouts.add(sum);
    }
  }
  CHECK(fundings == 0);
  CHECK(breakouts > 3000);
  CHECK(std::fabs(minute.mean()) < 4.0 * minute.standard_error());
  CHECK(std::fabs(day_after_breakouts.mean()) < 4.0 * day_after_breakouts.standard_error());
}

TEST_CASE("within a bar high and low lie alike around the open") {
  auto config = small(2, 30, 1);
  config.driftless = true;
  Mean lean;
  for (const auto& row : rows_of(config, 0)) {
    const double up = static_cast<double>((row.bar.high - row.bar.open).raw());
    const double down = static_cast<double>((row.bar.open - row.bar.low).raw());
    lean.add((up - down) / static_cast<double>(row.bar.open.raw()));
  }
  CHECK(std::fabs(lean.mean()) < 4.0 * lean.standard_error());
}

// Plays breakouts as the exchange model plays bars: the worse extreme first, stops at the print.
double mean_r_of_breakouts(const SyntheticConfig& config, Mean& by_day) {
  const SyntheticMarket market{config};
  std::vector<double> sums(static_cast<std::size_t>(config.length.ns() / kNsPerDay), 0.0);
  double sum = 0.0;
  double count = 0.0;
  for (const auto& instrument : market.instruments()) {
    const auto rows = rows_of(market, instrument.id);
    std::size_t free_at = 0;
    for (std::size_t i = 0; i + 1500 < rows.size(); ++i) {
      const double side = rows[i].triggers.p02;
      if (side == 0.0 || rows[i].atr_1h <= 0.0 || i < free_at) {
        continue;
      }
      const double entry = static_cast<double>(rows[i + 1].bar.open.raw());
      const double risk = 1.5e9 * rows[i].atr_1h;
      double result = 0.0;
      std::size_t j = i + 1;
      for (; j < i + 1441; ++j) {
        const model::Bar& bar = rows[j].bar;
        const auto r_at = [&](Price price) {
          return side * (static_cast<double>(price.raw()) - entry) / risk;
        };
        const double worse = r_at(side > 0.0 ? bar.low : bar.high);
        const double better = r_at(side > 0.0 ? bar.high : bar.low);
        result = worse <= -1.0 ? worse : better >= 3.0 ? better : r_at(bar.close);
        if (worse <= -1.0 || better >= 3.0) {
          break;
        }
      }
      free_at = j;
      sums[i / 1440] += result;
      sum += result;
      count += 1.0;
    }
  }
  for (const double day : sums) {
    by_day.add(day);
  }
  return sum / count;
}

TEST_CASE("without wicks stops and targets on driftless bars are a fair game") {
  Mean by_day;
  Mean with_wicks;
  std::size_t wicks = 0;
  double fair = 0.0;
  double worse = 0.0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    auto config = small(seed, 40, 20);
    config.driftless = true;
    worse += mean_r_of_breakouts(config, with_wicks);
    config.wicks = false;
    fair += mean_r_of_breakouts(config, by_day);
    for (const auto& row : rows_of(config, 0)) {
      wicks += row.bar.high != std::max(row.bar.open, row.bar.close) ||
                       row.bar.low != std::min(row.bar.open, row.bar.close)
                   ? 1
                   : 0;
    }
  }
  CHECK(std::fabs(by_day.mean()) < 4.0 * by_day.standard_error());
  CHECK(worse < fair);
  CHECK(wicks == 0);
}

TEST_CASE("a planted edge is there, is what was asked for, and changes nothing before it") {
  double planted_sum = 0.0;
  double base_sum = 0.0;
  double count = 0.0;
  double base_count = 0.0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    auto config = small(seed, 40, 20);
    config.driftless = true;
    const SyntheticMarket base{config};
    config.planted_r = 0.3;
    const SyntheticMarket planted{config};
    for (const auto& instrument : base.instruments()) {
      const auto without = rows_of(base, instrument.id);
      const auto with = rows_of(planted, instrument.id);
      std::size_t first = 0;
      while (first < with.size() && (with[first].triggers.p02 == 0 || with[first].atr_1h <= 0.0)) {
        ++first;
      }
      REQUIRE(first < with.size());
      CHECK(is_equal(without, with, first + 1));
      CHECK_FALSE(is_equal(without, with, with.size()));
      const auto add = [](const std::vector<SyntheticRow>& rows, double& sum, double& n) {
        for (std::size_t i = 0; i + 240 < rows.size(); ++i) {
          if (rows[i].triggers.p02 != 0 && rows[i].atr_1h > 0.0) {
            const double move = (close_of(rows[i + 240]) - close_of(rows[i])) * 1e-9;
            sum += rows[i].triggers.p02 * move / (1.5 * rows[i].atr_1h);
            n += 1.0;
          }
        }
      };
      add(with, planted_sum, count);
      add(without, base_sum, base_count);
    }
  }
  // The same draws on both sides, so most of the noise is gone from the difference.
  CHECK(planted_sum / count - base_sum / base_count > 0.24);
  CHECK(planted_sum / count - base_sum / base_count < 0.36);
}

TEST_CASE("a coin's phases turn its templates bad and good again, and only its own") {
  auto config = small(4, 40, 5);
  config.driftless = true;
  const SyntheticMarket base{config};
  const std::string name = "SOLUSDT-PERP.SYNTHETIC";
  const Timestamp half = config.from + hours(24 * 20);
  config.phases = {{name, config.from, half, -1.0},
                   {name, half, config.from + config.length, 1.0}};
  const SyntheticMarket changed{config};
  const InstrumentId coin = id_of(base, name);
  for (const auto& instrument : base.instruments()) {
    const auto a = rows_of(base, instrument.id);
    CHECK(is_equal(a, rows_of(changed, instrument.id), a.size()) == (instrument.id != coin));
  }
  double bad = 0.0;
  double good = 0.0;
  const auto rows = rows_of(changed, coin);
  for (std::size_t i = 0; i + 240 < rows.size(); ++i) {
    if (rows[i].triggers.p02 != 0 && rows[i].atr_1h > 0.0) {
      const double move = (close_of(rows[i + 240]) - close_of(rows[i])) * 1e-9;
      (rows[i].open_time < half ? bad : good) +=
          rows[i].triggers.p02 * move / (1.5 * rows[i].atr_1h);
    }
  }
  CHECK(bad < -10.0);
  CHECK(good > 10.0);
}

TEST_CASE("gaps of one to five R open between two bars, up and down") {
  auto config = small(6, 30, 4);
  config.driftless = true;
  config.gap_every = hours(12);
  const SyntheticMarket market{config};
  std::size_t up = 0;
  std::size_t down = 0;
  for (const auto& instrument : market.instruments()) {
    const auto rows = rows_of(market, instrument.id);
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (rows[i].bar.open == rows[i - 1].bar.close) {
        continue;
      }
      const double gap = static_cast<double>((rows[i].bar.open - rows[i - 1].bar.close).raw());
      const double r = gap * 1e-9 / (1.5 * rows[i - 1].atr_1h);
      CHECK(std::fabs(r) > 0.99);
      CHECK(std::fabs(r) < 5.01);
      ++(r > 0.0 ? up : down);
    }
  }
  CHECK(up > 60);
  CHECK(down > 60);
}

TEST_CASE("outages lose rows, bad prints spoil one") {
  auto config = small(9, 2, 2);
  const std::string name = "BTCUSDT-PERP.SYNTHETIC";
  const SyntheticMarket whole{config};
  config.outages = {{"", config.from + minutes(100), config.from + minutes(384)}};
  config.bad_prints = {{name, config.from + minutes(600)}};
  const SyntheticMarket market{config};
  for (const auto& instrument : market.instruments()) {
    const auto a = rows_of(whole, instrument.id);
    const auto b = rows_of(market, instrument.id);
    for (std::size_t i = 0; i < 601; ++i) {
      CHECK(b[i].has_bar == (i < 100 || i >= 384));
      if (b[i].has_bar && (i != 600 || instrument.name != name)) {
        CHECK(a[i].bar == b[i].bar);
      }
    }
    if (instrument.name == name) {
      CHECK(b[600].bar.low.raw() * 50 < b[600].bar.open.raw());
      CHECK(b[600].bar.close == a[600].bar.close);
    }
  }
}

TEST_CASE("trades make the bars that stand beside them") {
  auto config = small(12, 1, 3);
  config.trades_from = config.from + hours(22);
  config.trades_per_second = 5.0;
  const SyntheticMarket market{config};
  for (const auto& instrument : market.instruments()) {
    SyntheticSeries series = market.series(instrument.id);
    std::size_t trades = 0;
    std::size_t wrong = 0;
    std::size_t buys = 0;
    for (SyntheticRow row; series.next(row);) {
      if (row.open_time < config.trades_from) {
        CHECK(row.trades.empty());
        continue;
      }
      REQUIRE(row.trades.size() == 300);
      Price high = row.trades.front().tick.price;
      Price low = high;
      Quantity volume;
      Timestamp before = row.open_time;
      for (const auto& trade : row.trades) {
        high = trade.tick.price > high ? trade.tick.price : high;
        low = trade.tick.price < low ? trade.tick.price : low;
        volume += trade.tick.quantity;
        wrong += trade.ts_event < before || trade.tick.price.raw() % instrument.tick.raw() != 0 ||
                         !trade.tick.quantity.is_positive() ||
                         trade.ts_event >= row.open_time + minutes(1)
                     ? 1
                     : 0;
        before = trade.ts_event;
        buys += trade.tick.aggressor_side == model::Side::buy ? 1 : 0;
        ++trades;
      }
      CHECK(row.bar.open == row.trades.front().tick.price);
      CHECK(row.bar.close == row.trades.back().tick.price);
      CHECK(row.bar.high == high);
      CHECK(row.bar.low == low);
      CHECK(row.bar.volume == volume);
    }
    CHECK(trades == 36'000);
    CHECK(wrong == 0);
    CHECK(buys > 17'000);
    CHECK(buys < 19'000);
  }
}

TEST_CASE("what cannot be is refused with a sentence") {
  CHECK(sim::validate(sim::tick_tape(1)).has_value());
  CHECK(sim::validate(sim::bar_tape(1)).has_value());
  SyntheticConfig config;
  config.instruments = 0;
  CHECK_FALSE(sim::validate(config).has_value());
  config = {};
  config.interval_s = 61;
  CHECK_FALSE(sim::validate(config).has_value());
  config = {};
  config.length = Duration{1};
  CHECK_FALSE(sim::validate(config).has_value());
  config = {};
  config.trades_per_second = 0.0;
  CHECK_FALSE(sim::validate(config).has_value());
  config = {};
  config.trades_from = config.from + Duration{1};
  CHECK_FALSE(sim::validate(config).has_value());
  config = {};
  config.planted_r = 99.0;
  CHECK_FALSE(sim::validate(config).has_value());
  CHECK(sim::describe(sim::tick_tape(1)) != sim::describe(sim::bar_tape(1)));
  CHECK(sim::describe(sim::tick_tape(1)) != sim::describe(sim::tick_tape(2)));
}
