#include "features/user_feature.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "features/pipeline.hpp"

using namespace lanner;
using features::compile_feature;
using features::Ohlcv;
using model::FeatureId;
using model::Timeframe;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
using Values = std::vector<double>;
using Bars = std::vector<Ohlcv>;

Bars some_bars(std::size_t count) {
  Bars bars;
  double price = 100.0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto draw = [i](std::uint64_t stream) { return philox_uniform(21, stream, i); };
    const double open = price;
    price *= 1.0 + 0.02 * (draw(1) - 0.5);
    const double high = std::fmax(open, price) * (1.0 + 0.003 * draw(2));
    const double low = std::fmin(open, price) * (1.0 - 0.003 * draw(3));
    bars.push_back({open, high, low, price, std::floor(draw(4) * 1000.0)});
  }
  return bars;
}

Values run(const std::string& text, const Bars& bars) {
  const auto program = compile_feature(text);
  REQUIRE_MESSAGE(program.has_value(), (program ? "" : program.error().reason));
  Values state(program->state_size());
  const Values absent(model::kTimeframeCount * model::kFeatureCount, kNone);
  Values out;
  for (const Ohlcv& bar : bars) {
    out.push_back(program->add({&bar, {absent.data(), absent.data()}, 0}, state));
  }
  return out;
}

Values closes_of(const Bars& bars) {
  Values out;
  for (const Ohlcv& bar : bars) {
    out.push_back(bar.close);
  }
  return out;
}

// Formulas as printed, over the whole past of each bar.
Values naive_ema(const Values& x, std::size_t n) {
  Values out(x.size(), kNone);
  double mean = 0.0;
  std::size_t seen = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i])) {
      continue;
    }
    ++seen;
    const double k = 2.0 / (static_cast<double>(n) + 1.0);
    mean = seen <= n ? mean + x[i] / static_cast<double>(n) : k * x[i] + (1.0 - k) * mean;
    out[i] = seen >= n ? mean : kNone;
  }
  return out;
}

Values naive_window(const Values& x, std::size_t n,
                    const std::function<double(const Values&)>& formula) {
  Values out(x.size(), kNone);
  Values seen;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isnan(x[i])) {
      seen.push_back(x[i]);
      if (seen.size() >= n) {
        out[i] = formula({seen.end() - static_cast<std::ptrdiff_t>(n), seen.end()});
      }
    }
  }
  return out;
}

double mean_of(const Values& x) {
  double sum = 0.0;
  for (const double value : x) {
    sum += value;
  }
  return sum / static_cast<double>(x.size());
}

double deviation_of(const Values& x) {
  double squares = 0.0;
  for (const double value : x) {
    squares += (value - mean_of(x)) * (value - mean_of(x));
  }
  return std::sqrt(squares / static_cast<double>(x.size()));
}

void check_equal(const std::string& text, const Values& found, const Values& expected) {
  CAPTURE(text);
  REQUIRE(found.size() == expected.size());
  std::size_t compared = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    REQUIRE(std::isnan(found[i]) == std::isnan(expected[i]));
    if (!std::isnan(found[i])) {
      REQUIRE(std::fabs(found[i] - expected[i]) <=
              1e-9 * std::fmax(1.0, std::fabs(expected[i])));
      ++compared;
    }
  }
  CHECK(compared > 100);
}

struct Refusal {
  const char* text;
  std::size_t at;
  const char* says;
};

}  // namespace

TEST_CASE("user features: the example of the issue equals its formula") {
  const Bars bars = some_bars(600);
  const Values closes = closes_of(bars);
  const Values ema = naive_ema(closes, 50);
  Values away(closes.size(), kNone);
  for (std::size_t i = 0; i < closes.size(); ++i) {
    away[i] = closes[i] - ema[i];
  }
  const Values z = naive_window(away, 200, [](const Values& x) {
    return (x.back() - mean_of(x)) / deviation_of(x);
  });
  check_equal("zscore", run("zscore(close - ema(close, 50), 200)", bars), z);
}

TEST_CASE("user features: windows equal their formulas") {
  const Bars bars = some_bars(400);
  const Values closes = closes_of(bars);
  const struct {
    const char* text;
    std::size_t n;
    std::function<double(const Values&)> formula;
  } windows[] = {
      {"sma(close, 20)", 20, mean_of},
      {"sum(close, 7)", 7, [](const Values& x) { return mean_of(x) * 7.0; }},
      {"stddev(close, 20)", 20, deviation_of},
      {"highest(close, 30)", 30,
       [](const Values& x) { return *std::max_element(x.begin(), x.end()); }},
      {"lowest(close, 30)", 30,
       [](const Values& x) { return *std::min_element(x.begin(), x.end()); }},
      {"lag(close, 9)", 10, [](const Values& x) { return x.front(); }},
      {"diff(close, 9)", 10, [](const Values& x) { return x.back() - x.front(); }},
      {"wma(close, 3)", 3, [](const Values& x) { return (x[0] + 2.0 * x[1] + 3.0 * x[2]) / 6.0; }},
      {"rank(close, 5)", 5, [](const Values& x) {
         double below = 0.0;
         for (std::size_t i = 0; i < 4; ++i) {
           below += x[i] < x[4] ? 1.0 : x[i] == x[4] ? 0.5 : 0.0;
         }
         return below / 4.0;
       }},
  };
  for (const auto& window : windows) {
    check_equal(window.text, run(window.text, bars),
                naive_window(closes, window.n, window.formula));
  }
}

TEST_CASE("user features: a window of one bar and the longest one hold") {
  const Bars bars = some_bars(620);
  const Values closes = closes_of(bars);
  check_equal("1", run("sma(close, 1)", bars), closes);
  check_equal("500", run("sma(close, 500)", bars), naive_window(closes, 500, mean_of));
}

TEST_CASE("user features: rsi, atr and correlation equal their formulas") {
  const Bars bars = some_bars(500);
  const Values closes = closes_of(bars);
  Values rsi(bars.size(), kNone);
  Values atr(bars.size(), kNone);
  double gain = 0.0;
  double loss = 0.0;
  double range = 0.0;
  for (std::size_t i = 1; i < bars.size(); ++i) {
    const double move = closes[i] - closes[i - 1];
    const double up = std::fmax(move, 0.0);
    const double down = std::fmax(-move, 0.0);
    const double true_range = std::fmax(bars[i].high, closes[i - 1]) -
                              std::fmin(bars[i].low, closes[i - 1]);
    gain = i <= 14 ? gain + up / 14.0 : (gain * 13.0 + up) / 14.0;
    loss = i <= 14 ? loss + down / 14.0 : (loss * 13.0 + down) / 14.0;
    range = i <= 14 ? range + true_range / 14.0 : (range * 13.0 + true_range) / 14.0;
    rsi[i] = i >= 14 ? 100.0 - 100.0 / (1.0 + gain / loss) : kNone;
    atr[i] = i >= 14 ? range : kNone;
  }
  check_equal("rsi", run("rsi(close, 14)", bars), rsi);
  check_equal("atr", run("atr(14)", bars), atr);
  Values corr(bars.size(), kNone);
  for (std::size_t i = 29; i < bars.size(); ++i) {
    Values x;
    Values y;
    for (std::size_t k = i - 29; k <= i; ++k) {
      x.push_back(bars[k].close);
      y.push_back(bars[k].volume);
    }
    double both = 0.0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      both += (x[k] - mean_of(x)) * (y[k] - mean_of(y));
    }
    corr[i] = both / 30.0 / (deviation_of(x) * deviation_of(y));
  }
  check_equal("corr", run("corr(close, volume, 30)", bars), corr);
}

TEST_CASE("user features: arithmetic binds as on paper") {
  const Bars bars = some_bars(300);
  Values expected;
  Values crossed;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const Ohlcv& b = bars[i];
    expected.push_back(-b.open + 2.0 * (b.high - b.low) / 4.0 - std::log(b.close) * std::exp(-0.5) +
                       (b.close > b.open ? 1.0 : 0.0) + std::fmin(b.open, b.close) +
                       std::fmax(std::fmin(b.volume, 500.0), 100.0) + std::fabs(b.open - b.high));
    const bool is_cross =
        i > 0 && bars[i - 1].close < bars[i - 1].open && b.close >= b.open;
    crossed.push_back(i == 0 ? kNone : is_cross ? 1.0 : 0.0);
  }
  check_equal("paper",
              run("-open + 2 * (high - low) / 4 - log(close) * exp(-.5) + (close > open) + "
                  "min(open, close) + clamp(volume, 100, 5e2) + abs(open - high)",
                  bars),
              expected);
  check_equal("crossover", run("crossover(close, open)", bars), crossed);
}

TEST_CASE("user features: what has no value has none in what uses it") {
  const Bars bars = some_bars(150);
  for (const double value : run("rsi14 + close", bars)) {
    CHECK(std::isnan(value));  // the table of this test holds no features
  }
  const Values quotient = run("close / (volume - volume)", bars);
  CHECK(std::all_of(quotient.begin(), quotient.end(), [](double x) { return std::isnan(x); }));
}

TEST_CASE("user features: a refusal names its place and what to do") {
  const Refusal refusals[] = {
      {"", 0, "a value is expected"},
      {"emaa(close, 50)", 0, "did you mean 'ema'"},
      {"close - rsi41", 8, "did you mean 'rsi14'"},
      {"ema(close)", 9, "ema takes 2 arguments, the last one a number of bars"},
      {"ema(close, 50, 3)", 13, "ema takes 2 arguments"},
      {"ema(close, close)", 11, "ema takes 2 arguments"},
      {"atr(close, 14)", 4, "atr takes 1 argument"},
      {"lag(close, -1)", 11, "cannot look ahead"},
      {"ema(close, 501)", 11, "1 to 500"},
      {"ema(close, 0)", 11, "1 to 500"},
      {"ema(close, 2.5)", 11, "whole"},
      {"stddev(close, 1)", 14, "2 to 500"},
      {"close + ", 8, "ends here"},
      {"(close", 6, "')' is expected"},
      {"close )", 6, "not expected"},
      {"close $ 2", 6, "not expected"},
      {"ema21@2h", 6, "1m 5m 15m 30m 1h"},
      {"min(close)", 9, "min takes 2 arguments"},
      {"p_upp", 0, "did you mean 'p_up'"},
  };
  for (const Refusal& refusal : refusals) {
    CAPTURE(refusal.text);
    const auto program = compile_feature(refusal.text);
    REQUIRE_FALSE(program.has_value());
    CHECK(program.error().at == refusal.at);
    CHECK(program.error().reason.find(refusal.says) != std::string::npos);
  }
  CHECK_FALSE(compile_feature(std::string(1001, ' ')).has_value());
  CHECK_FALSE(compile_feature(std::string(500, '(') + "1" + std::string(500, ')')).has_value());
  CHECK_FALSE(compile_feature(std::string(900, '-') + "1").has_value());
  std::string many = "1";
  for (int i = 0; i < 40; ++i) {
    many += "+1";
  }
  CHECK(compile_feature(many.substr(0, 41)).has_value());
  CHECK_FALSE(compile_feature(many).has_value());
}

TEST_CASE("user features: the caret stands under the fault") {
  const std::string text = "zscore(emaa(close, 50), 200)";
  const auto program = compile_feature(text);
  REQUIRE_FALSE(program.has_value());
  CHECK(features::describe(program.error(), text) ==
        "column 8: 'emaa' is not known; did you mean 'ema'?\n  " + text + "\n         ^");
}

TEST_CASE("user features: names") {
  CHECK(features::problem_of_feature_name("my_z").empty());
  for (const char* bad : {"", "My", "1st", "a-b", "ema", "close", "rsi14", "const",
                          "abcdefghijklmnopqrstuvwxyz0123456"}) {
    CHECK_FALSE(features::problem_of_feature_name(bad).empty());
  }
}
