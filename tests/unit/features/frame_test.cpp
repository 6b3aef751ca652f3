#include "features/frame.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/random.hpp"

using namespace lanner;
using features::Frame;
using features::Ohlcv;
using features::OnDemand;
using model::FeatureId;

namespace {

using Closes = std::vector<double>;

std::vector<Ohlcv> random_walk(std::size_t count, std::uint64_t seed) {
  RandomStream random(seed, 1);
  std::vector<Ohlcv> bars;
  double price = 60'000.0;
  for (std::size_t i = 0; i < count; ++i) {
    const double open = price;
    price *= 1.0 + 0.004 * (random.uniform() - 0.5);
    const double reach = 0.001 * price;
    bars.push_back({open, std::max(open, price) + reach * random.uniform(),
                    std::min(open, price) - reach * random.uniform(), price,
                    10.0 * random.uniform()});
  }
  return bars;
}

// Naive recomputations: each from its published formula, over the whole past, every time.
namespace naive {

double mean(const Closes& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation(const Closes& values) {
  double squares = 0.0;
  for (const double value : values) {
    squares += (value - mean(values)) * (value - mean(values));
  }
  return std::sqrt(squares / static_cast<double>(values.size()));
}

Closes last(const Closes& values, std::size_t count) {
  return {values.end() - static_cast<std::ptrdiff_t>(count), values.end()};
}

// One value per input from the n-th on.
Closes smoothed(const Closes& values, std::size_t n, double alpha) {
  Closes out;
  for (std::size_t i = n; i <= values.size(); ++i) {
    out.push_back(i == n ? mean({values.begin(), values.begin() + static_cast<std::ptrdiff_t>(n)})
                         : alpha * values[i - 1] + (1.0 - alpha) * out.back());
  }
  return out;
}

double ema(const Closes& closes, std::size_t n) {
  return smoothed(closes, n, 2.0 / (static_cast<double>(n) + 1.0)).back();
}

double rsi(const Closes& closes) {
  Closes gains;
  Closes losses;
  for (std::size_t i = 1; i < closes.size(); ++i) {
    gains.push_back(std::max(closes[i] - closes[i - 1], 0.0));
    losses.push_back(std::max(closes[i - 1] - closes[i], 0.0));
  }
  const double strength =
      smoothed(gains, 14, 1.0 / 14).back() / smoothed(losses, 14, 1.0 / 14).back();
  return 100.0 - 100.0 / (1.0 + strength);
}

double atr(const std::vector<Ohlcv>& bars) {
  Closes ranges;
  for (std::size_t i = 1; i < bars.size(); ++i) {
    const double before = bars[i - 1].close;
    ranges.push_back(std::max({bars[i].high - bars[i].low, std::fabs(bars[i].high - before),
                               std::fabs(bars[i].low - before)}));
  }
  return smoothed(ranges, 14, 1.0 / 14).back();
}

double macd_hist(const Closes& closes) {
  const Closes fast = smoothed(closes, 12, 2.0 / 13);
  const Closes slow = smoothed(closes, 26, 2.0 / 27);
  Closes line;
  for (std::size_t i = 0; i < slow.size(); ++i) {
    line.push_back(fast[i + 14] - slow[i]);
  }
  return line.back() - smoothed(line, 9, 0.2).back();
}

double er(const Closes& window) {
  double path = 0.0;
  for (std::size_t i = 1; i < window.size(); ++i) {
    path += std::fabs(window[i] - window[i - 1]);
  }
  return std::fabs(window.back() - window.front()) / path;
}

}  // namespace naive

struct Player {
  Frame frame;
  std::array<double, model::kFeatureCount> values{};
  std::vector<Ohlcv> past;
  Closes closes;

  Player() { values.fill(features::kAbsent); }
  void add(const Ohlcv& bar) {
    frame.add(bar, OnDemand{0xFFU}, values);
    past.push_back(bar);
    closes.push_back(bar.close);
  }
  void add_close(double close, double volume = 1.0) { add({close, close, close, close, volume}); }
  double operator[](FeatureId id) const {
    return features::is_window(id) ? frame.window(id, 0) : values[static_cast<std::size_t>(id)];
  }
};

// Equal to 1e-9 of the value, or of the scale that it is a difference on.
void check_close(double value, double expected, double scale = 0.0) {
  CAPTURE(value);
  CAPTURE(expected);
  const bool is_close =
      std::fabs(value - expected) <= 1e-9 * std::max(std::fabs(expected), scale);
  CHECK(is_close);
}

}  // namespace

TEST_CASE("frame: every indicator equals its naive recomputation") {
  Player player;
  for (const Ohlcv& bar : random_walk(400, 7)) {
    player.add(bar);
    const std::size_t count = player.past.size();
    if (count < 51) {
      continue;
    }
    check_close(player[FeatureId::rsi14], naive::rsi(player.closes));
    check_close(player[FeatureId::ema9], naive::ema(player.closes, 9));
    check_close(player[FeatureId::ema21], naive::ema(player.closes, 21));
    check_close(player[FeatureId::ema50], naive::ema(player.closes, 50));
    check_close(player[FeatureId::atr14], naive::atr(player.past));
    check_close(player[FeatureId::atr_pct], naive::atr(player.past) / bar.close * 100.0);
    // A small difference of large means: judged on the scale of one bar's range.
    check_close(player[FeatureId::macd_hist], naive::macd_hist(player.closes),
                player[FeatureId::atr14]);
    const Closes window = naive::last(player.closes, 20);
    check_close(player[FeatureId::bb_pos],
                (bar.close - naive::mean(window)) / naive::deviation(window), 1.0);
    check_close(player[FeatureId::er20], naive::er(naive::last(player.closes, 21)));
    double highest = 0.0;
    double lowest = 1e18;
    Closes volumes;
    for (std::size_t i = count - 21; i < count - 1; ++i) {
      highest = std::max(highest, player.past[i].high);
      lowest = std::min(lowest, player.past[i].low);
      volumes.push_back(player.past[i].volume);
    }
    CHECK(player[FeatureId::don20_hi] == highest);
    CHECK(player[FeatureId::don20_lo] == lowest);
    check_close(player[FeatureId::vol_z],
                (bar.volume - naive::mean(volumes)) / naive::deviation(volumes), 1.0);
    const double before = player.closes[count - 2];
    check_close(player[FeatureId::ret_bps], (bar.close / before - 1.0) * 1e4, 1.0);
  }
}

TEST_CASE("frame: values worked by hand") {
  const double kaufman[] = {100, 101, 102, 101, 103};
  CHECK(features::efficiency_ratio(kaufman) == doctest::Approx(0.6));
  const double band[] = {1, 3};
  CHECK(features::position_in_band(band) == doctest::Approx(1.0));
  CHECK(features::z_score(5.0, band) == doctest::Approx(3.0));

  Player rsi;
  for (const double close : {44.34, 44.09, 44.15, 43.61, 44.33, 44.83, 45.10, 45.42, 45.84, 46.08,
                             45.89, 46.03, 45.61, 46.28, 46.28}) {
    rsi.add_close(close);
  }
  CHECK(rsi[FeatureId::rsi14] == doctest::Approx(100 * 3.34 / 4.74));

  Player ema;
  for (int i = 1; i <= 10; ++i) {
    ema.add_close(i);
  }
  CHECK(ema[FeatureId::ema9] == doctest::Approx(6.0));
}

TEST_CASE("frame: each feature is absent until its warm-up, and there at it") {
  struct Row {
    FeatureId id;
    std::size_t bars;
  };
  const Row rows[] = {{FeatureId::price, 1},     {FeatureId::ret_bps, 2},  {FeatureId::rsi14, 15},
                      {FeatureId::ema9, 9},      {FeatureId::ema21, 21},   {FeatureId::ema50, 50},
                      {FeatureId::atr14, 15},    {FeatureId::atr_pct, 15}, {FeatureId::bb_pos, 20},
                      {FeatureId::don20_hi, 21}, {FeatureId::er20, 21},    {FeatureId::vol_z, 21},
                      {FeatureId::macd_hist, 34}};
  Player player;
  for (const Ohlcv& bar : random_walk(60, 3)) {
    player.add(bar);
    for (const Row& row : rows) {
      CAPTURE(model::name_of(row.id));
      CAPTURE(player.past.size());
      CHECK(std::isfinite(player[row.id]) == (player.past.size() >= row.bars));
    }
  }
}

TEST_CASE("frame: equal prices and volumes have no band, no ratio, no z, and an rsi of 50") {
  Player player;
  for (int i = 0; i < 60; ++i) {
    player.add_close(0.1, 0.3);
  }
  CHECK(std::isnan(player[FeatureId::bb_pos]));
  CHECK(std::isnan(player[FeatureId::er20]));
  CHECK(std::isnan(player[FeatureId::vol_z]));
  CHECK(player[FeatureId::rsi14] == 50.0);
  CHECK(player[FeatureId::atr14] == 0.0);
  CHECK(player[FeatureId::ret_bps] == 0.0);
  // Equal volumes before, another one now: still nothing to measure it by.
  player.add_close(0.2, 0.7);
  CHECK(std::isnan(player[FeatureId::vol_z]));
  CHECK(std::isfinite(player[FeatureId::bb_pos]));
}

TEST_CASE("frame: a -99 % print leaves no trace once its windows have passed") {
  const std::vector<Ohlcv> bars = random_walk(3000, 5);
  Player clean;
  Player hit;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    clean.add(bars[i]);
    Ohlcv bar = bars[i];
    if (i == 100) {
      bar.low = bar.close = bar.close * 0.01;
    }
    hit.add(bar);
    for (std::size_t id = 1; id < static_cast<std::size_t>(FeatureId::don20_hi); ++id) {
      CHECK(std::isfinite(hit.values[id]) == std::isfinite(clean.values[id]));
    }
  }
  check_close(hit[FeatureId::bb_pos], clean[FeatureId::bb_pos], 1.0);
  check_close(hit[FeatureId::er20], clean[FeatureId::er20], 1.0);
  check_close(hit[FeatureId::ema50], clean[FeatureId::ema50]);
  check_close(hit[FeatureId::atr14], clean[FeatureId::atr14]);
  check_close(hit[FeatureId::rsi14], clean[FeatureId::rsi14]);
}
