// Every indicator of bars against a second computation of its published formula, over arrays of
// the whole past and in long doubles, on all recorded perpetual minutes of May 2025.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "features/pipeline.hpp"
#include "store/catalog.hpp"
#include "store/import/importer.hpp"
#include "support/data_dir.hpp"
#include "support/process.hpp"
#include "support/scratch_dir.hpp"

namespace lanner {
namespace {

using model::FeatureId;
using model::Timeframe;
using Number = long double;
using Numbers = std::vector<Number>;

constexpr Number kNone = std::numeric_limits<Number>::quiet_NaN();
constexpr Timestamp kMay{1'746'057'600 * kNsPerSecond};
constexpr Timestamp kJune{1'748'736'000 * kNsPerSecond};

struct Checked {
  FeatureId id;
  const char* name;
  std::size_t length;  // its longest period in bars; ten of them warm up
  // Where a formula subtracts, rounding is one of its operands and not of the difference: what is
  // nearer to zero than this is compared as if it were this. 1 is one bps, one standard deviation,
  // one ATR or one point of a hundred.
  Number unit;
};
constexpr std::array kChecked{
    Checked{FeatureId::price, "price", 1, 0},
    Checked{FeatureId::ret_bps, "ret_bps", 1, 1},
    Checked{FeatureId::rsi14, "rsi14", 14, 1},
    Checked{FeatureId::ema9, "ema9", 9, 0},
    Checked{FeatureId::ema21, "ema21", 21, 0},
    Checked{FeatureId::ema50, "ema50", 50, 0},
    Checked{FeatureId::atr14, "atr14", 14, 0},
    Checked{FeatureId::atr_pct, "atr_pct", 14, 0},
    Checked{FeatureId::vwap_dev_bps, "vwap_dev_bps", 1, 1},
    Checked{FeatureId::vwap_dev_atr, "vwap_dev_atr", 14, 1},
    Checked{FeatureId::macd_hist, "macd_hist", 26, 0},  // one bps of the price
    Checked{FeatureId::bb_pos, "bb_pos", 20, 1},
    Checked{FeatureId::don20_hi, "don20_hi", 20, 0},
    Checked{FeatureId::don20_lo, "don20_lo", 20, 0},
    Checked{FeatureId::er20, "er20", 20, 1},
    Checked{FeatureId::vol_z, "vol_z", 20, 1},
    Checked{FeatureId::adx14, "adx14", 14, 1},
};
using Row = std::array<double, kChecked.size()>;

// Bars of one timeframe as arrays.
struct Columns {
  Numbers high, low, close, volume, vwap;
  [[nodiscard]] std::size_t size() const { return close.size(); }
};

// Minutes grouped by the timeframe's boundaries since 1970; the VWAP is that of the UTC day in
// which the group's last minute opens, up to and with that minute.
Columns columns_of(std::span<const store::BarRecord> minutes_in, std::int64_t frame_ns) {
  Columns out;
  // Prices are the doubles that any program has of them: whether a bar rose as much as it fell (the
  // directional index asks) is told of those and not of the decimals.
  const auto price = [](std::int64_t raw) {
    return static_cast<Number>(to_score(Price::from_raw(raw)).value());
  };
  std::int64_t group = -1;
  std::int64_t day = -1;
  Number turnover = 0;
  Number volume = 0;
  for (const store::BarRecord& bar : minutes_in) {
    const auto quantity =
        static_cast<Number>(to_score(Quantity::from_raw(bar.volume)).value());
    if (bar.open_time / kNsPerDay != day) {
      day = bar.open_time / kNsPerDay;
      turnover = volume = 0;
    }
    turnover += (price(bar.high) + price(bar.low) + price(bar.close)) / 3 * quantity;
    volume += quantity;
    if (bar.open_time / frame_ns != group) {
      group = bar.open_time / frame_ns;
      out.high.push_back(price(bar.high));
      out.low.push_back(price(bar.low));
      out.close.push_back(0);
      out.volume.push_back(0);
      out.vwap.push_back(kNone);
    }
    out.high.back() = std::max(out.high.back(), price(bar.high));
    out.low.back() = std::min(out.low.back(), price(bar.low));
    out.close.back() = price(bar.close);
    out.volume.back() += quantity;
    out.vwap.back() = volume > 0 ? turnover / volume : kNone;
  }
  return out;
}

// Mean that begins with the plain mean of the first n values that there are: m += a (x - m).
Numbers smoothed(const Numbers& x, std::size_t n, Number alpha) {
  Numbers out(x.size(), kNone);
  std::size_t first = 0;
  while (first < x.size() && std::isnan(x[first])) {
    ++first;
  }
  Number sum = 0;
  for (std::size_t i = first; i < x.size(); ++i) {
    if (i < first + n) {
      sum += x[i];
      out[i] = i + 1 == first + n ? sum / static_cast<Number>(n) : kNone;
    } else {
      out[i] = out[i - 1] + alpha * (x[i] - out[i - 1]);
    }
  }
  return out;
}
Numbers ema(const Numbers& x, std::size_t n) { return smoothed(x, n, 2.0L / (Number(n) + 1)); }
Numbers wilder(const Numbers& x, std::size_t n) { return smoothed(x, n, 1.0L / Number(n)); }

template <typename Term>
Numbers each(std::size_t size, std::size_t from, Term term) {
  Numbers out(size, kNone);
  for (std::size_t i = from; i < size; ++i) {
    out[i] = term(i);
  }
  return out;
}

// Distance of a value from the mean of the 20 values that end before `end`, in their population
// standard deviations; none where all are equal.
Number deviations(const Numbers& x, std::size_t end, Number value) {
  Number mean = 0;
  Number squares = 0;
  bool differs = false;
  for (std::size_t i = end - 20; i < end; ++i) {
    mean += x[i] / 20;
    differs = differs || x[i] != x[end - 1];
  }
  for (std::size_t i = end - 20; i < end; ++i) {
    squares += (x[i] - mean) * (x[i] - mean);
  }
  return differs ? (value - mean) / std::sqrt(squares / 20) : kNone;
}

Numbers true_range(const Columns& bars) {
  return each(bars.size(), 1, [&](std::size_t i) {
    return std::max({bars.high[i] - bars.low[i], std::fabs(bars.high[i] - bars.close[i - 1]),
                     std::fabs(bars.low[i] - bars.close[i - 1])});
  });
}

Numbers rsi(const Numbers& close) {
  const auto moves = [&](Number sign) {
    return wilder(each(close.size(), 1, [&](std::size_t i) {
      return std::max(sign * (close[i] - close[i - 1]), Number{0});
    }), 14);
  };
  const Numbers gain = moves(1);
  const Numbers loss = moves(-1);
  // 100 - 100 / (1 + RS), RS = gain / loss.
  return each(close.size(), 0, [&](std::size_t i) {
    return std::isnan(gain[i])         ? kNone
           : loss[i] > 0               ? 100 - 100 / (1 + gain[i] / loss[i])
           : gain[i] > 0               ? Number{100}
                                       : Number{50};
  });
}

Numbers adx(const Columns& bars) {
  const std::size_t size = bars.size();
  const auto rise = [&](std::size_t i) { return bars.high[i] - bars.high[i - 1]; };
  const auto fall = [&](std::size_t i) { return bars.low[i - 1] - bars.low[i]; };
  const Numbers range = wilder(true_range(bars), 14);
  const Numbers up = wilder(each(size, 1, [&](std::size_t i) {
    return rise(i) > fall(i) && rise(i) > 0 ? rise(i) : 0;
  }), 14);
  const Numbers down = wilder(each(size, 1, [&](std::size_t i) {
    return fall(i) > rise(i) && fall(i) > 0 ? fall(i) : 0;
  }), 14);
  return wilder(each(size, 0, [&](std::size_t i) -> Number {
    if (std::isnan(range[i])) {
      return kNone;
    }
    const Number plus = range[i] > 0 ? 100 * up[i] / range[i] : 0;
    const Number minus = range[i] > 0 ? 100 * down[i] / range[i] : 0;
    return plus + minus > 0 ? 100 * std::fabs(plus - minus) / (plus + minus) : 0;
  }), 14);
}

Numbers macd_histogram(const Numbers& close) {
  const Numbers fast = ema(close, 12);
  const Numbers slow = ema(close, 26);
  const Numbers line = each(close.size(), 0, [&](std::size_t i) { return fast[i] - slow[i]; });
  const Numbers signal = ema(line, 9);
  return each(close.size(), 0, [&](std::size_t i) { return line[i] - signal[i]; });
}

Number efficiency(const Numbers& close, std::size_t i) {
  Number moved = 0;
  for (std::size_t k = i - 19; k <= i; ++k) {
    moved += std::fabs(close[k] - close[k - 1]);
  }
  return moved > 0 ? std::fabs(close[i] - close[i - 20]) / moved : kNone;
}

Numbers expected_of(FeatureId id, const Columns& bars) {
  const std::size_t size = bars.size();
  const Numbers& close = bars.close;
  const auto at = [](std::size_t i) { return static_cast<std::ptrdiff_t>(i); };
  switch (id) {
    case FeatureId::price: return close;
    case FeatureId::ret_bps:
      return each(size, 1, [&](std::size_t i) { return (close[i] / close[i - 1] - 1) * 10'000; });
    case FeatureId::rsi14: return rsi(close);
    case FeatureId::ema9: return ema(close, 9);
    case FeatureId::ema21: return ema(close, 21);
    case FeatureId::ema50: return ema(close, 50);
    case FeatureId::atr14: return wilder(true_range(bars), 14);
    case FeatureId::atr_pct: {
      const Numbers atr = wilder(true_range(bars), 14);
      return each(size, 0, [&](std::size_t i) { return 100 * atr[i] / close[i]; });
    }
    case FeatureId::vwap_dev_bps:
      return each(size, 0,
                  [&](std::size_t i) { return (close[i] / bars.vwap[i] - 1) * 10'000; });
    case FeatureId::vwap_dev_atr: {
      const Numbers atr = wilder(true_range(bars), 14);
      return each(size, 0, [&](std::size_t i) { return (close[i] - bars.vwap[i]) / atr[i]; });
    }
    case FeatureId::macd_hist: return macd_histogram(close);
    case FeatureId::bb_pos:
      return each(size, 19, [&](std::size_t i) { return deviations(close, i + 1, close[i]); });
    case FeatureId::don20_hi:
      return each(size, 20, [&](std::size_t i) {
        return *std::max_element(bars.high.begin() + at(i - 20), bars.high.begin() + at(i));
      });
    case FeatureId::don20_lo:
      return each(size, 20, [&](std::size_t i) {
        return *std::min_element(bars.low.begin() + at(i - 20), bars.low.begin() + at(i));
      });
    case FeatureId::er20: return each(size, 20, [&](auto i) { return efficiency(close, i); });
    case FeatureId::vol_z:
      return each(size, 20,
                  [&](std::size_t i) { return deviations(bars.volume, i, bars.volume[i]); });
    case FeatureId::adx14: return adx(bars);
    default: FAIL("no formula"); return {};
  }
}

// What the pipeline showed at each close of each timeframe.
using Shown = std::array<std::vector<Row>, model::kTimeframeCount>;

Shown shown_by_pipeline(std::span<const store::BarRecord> minutes_in) {
  constexpr InstrumentId kId{0};
  features::FeaturePipeline pipeline(model::InstrumentTable(1));
  for (std::size_t tf = 0; tf < model::kTimeframeCount; ++tf) {
    for (const Checked& checked : kChecked) {
      pipeline.subscribe(checked.id, static_cast<Timeframe>(tf));
    }
  }
  Shown shown;
  for (const store::BarRecord& row : minutes_in) {
    const model::Bar bar{kId,
                         60,
                         Price::from_raw(row.open),
                         Price::from_raw(row.high),
                         Price::from_raw(row.low),
                         Price::from_raw(row.close),
                         Quantity::from_raw(row.volume)};
    pipeline.on_bar(bar, Timestamp{row.open_time} + minutes(1));
    for (std::size_t tf = 0; tf < model::kTimeframeCount; ++tf) {
      const auto frame = static_cast<Timeframe>(tf);
      const std::size_t closed = pipeline.bars_closed(kId, frame);
      // After a gap two bars may close with one minute: the former is then the previous one.
      while (shown[tf].size() < closed) {
        const bool is_last = shown[tf].size() + 1 == closed;
        Row values{};
        for (std::size_t k = 0; k < kChecked.size(); ++k) {
          const auto view = pipeline.view(kId);
          values[k] = is_last ? view.value(kChecked[k].id, frame)
                              : view.previous(kChecked[k].id, frame);
        }
        shown[tf].push_back(values);
      }
    }
  }
  CHECK(pipeline.ignored_bars(kId) == 0);
  return shown;
}

struct Tally {
  std::size_t compared = 0;
  std::size_t differing = 0;
  Number worst = 0;  // relative
};

void compare(const Columns& bars, const std::vector<Row>& shown, std::array<Tally, 17>& tallies) {
  static_assert(kChecked.size() == 17);
  for (std::size_t k = 0; k < kChecked.size(); ++k) {
    const Checked& checked = kChecked[k];
    const Numbers expected = expected_of(checked.id, bars);
    for (std::size_t i = 10 * checked.length; i < shown.size(); ++i) {
      const auto found = static_cast<Number>(shown[i][k]);
      Tally& tally = tallies[k];
      ++tally.compared;
      if (!std::isfinite(expected[i]) || !std::isfinite(found)) {
        // Zero over zero: neither has a value.
        tally.differing += std::isfinite(expected[i]) == std::isfinite(found) ? 0U : 1U;
        continue;
      }
      const Number unit =
          checked.id == FeatureId::macd_hist ? bars.close[i] / 10'000 : checked.unit;
      const Number scale = std::max(std::fabs(expected[i]), unit);
      const Number away = scale > 0 ? std::fabs(found - expected[i]) / scale : std::fabs(found);
      tally.worst = std::max(tally.worst, away);
      tally.differing += away <= 1e-9L ? 0U : 1U;
    }
  }
}

store::Catalog perpetuals_of_may(const test::ScratchDir& dir) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(*test::data_dir() / "bars_1m/binance-perp")) {
    if (entry.path().filename().string().find("_202505") != std::string::npos) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  const auto report = store::import_files({files, "", dir.path() / "catalog", {}});
  REQUIRE_MESSAGE(report, report.error().message);
  CHECK(report->rejected.empty());
  auto catalog = store::Catalog::open(dir.path() / "catalog");
  REQUIRE_MESSAGE(catalog, catalog.error().message);
  return std::move(*catalog);
}

// TA-Lib's own values, in the order in which tests/support/talib.js writes them.
struct TaLib {
  FeatureId id;
  const char* name;
  std::size_t warm;  // bars until what the beginnings differ by is forgotten
};
// Beginnings: TA-Lib starts the fast mean of MACD later than we do, and its directional movement
// one bar earlier; the latter is forgotten at 1/14 a bar.
constexpr std::array kTaLib{
    TaLib{FeatureId::ema9, "EMA 9", 90},       TaLib{FeatureId::ema21, "EMA 21", 210},
    TaLib{FeatureId::ema50, "EMA 50", 500},    TaLib{FeatureId::rsi14, "RSI 14", 140},
    TaLib{FeatureId::atr14, "ATR 14", 140},    TaLib{FeatureId::macd_hist, "MACD 12/26/9", 260},
    TaLib{FeatureId::bb_pos, "BBANDS 20", 200}, TaLib{FeatureId::adx14, "ADX 14", 500}};

// Where `npm install talib` was done: LANNER_TALIB, else build/talib in the repository.
std::filesystem::path talib_modules() {
  const char* const named = std::getenv("LANNER_TALIB");
  return named != nullptr ? std::filesystem::path{named}
                          : std::filesystem::path{LANNER_SOURCE_DIR} / "build" / "talib";
}

std::vector<double> by_talib(const std::filesystem::path& dir, const Columns& bars) {
  std::vector<double> numbers{static_cast<double>(bars.size())};
  for (const Numbers* column : {&bars.high, &bars.low, &bars.close}) {
    std::transform(column->begin(), column->end(), std::back_inserter(numbers),
                   [](Number x) { return static_cast<double>(x); });
  }
  std::ofstream{dir / "bars", std::ios::binary}.write(
      reinterpret_cast<const char*>(numbers.data()),
      static_cast<std::streamsize>(numbers.size() * sizeof(double)));
  const auto script = std::filesystem::path{LANNER_SOURCE_DIR} / "tests/support/talib.js";
  const test::Finished node =
      test::run_program("/usr/bin/env", {"node", script.string(), talib_modules().string(),
                                         (dir / "bars").string(), (dir / "values").string()});
  REQUIRE_MESSAGE(node.code == 0, node.err);
  std::vector<double> values(kTaLib.size() * bars.size());
  std::ifstream{dir / "values", std::ios::binary}.read(
      reinterpret_cast<char*>(values.data()),
      static_cast<std::streamsize>(values.size() * sizeof(double)));
  return values;
}

std::size_t place_of(FeatureId id) {
  return static_cast<std::size_t>(
      std::find_if(kChecked.begin(), kChecked.end(),
                   [id](const Checked& checked) { return checked.id == id; }) -
      kChecked.begin());
}

void compare_with_talib(const Columns& bars, const std::vector<Row>& shown,
                        const std::vector<double>& values,
                        std::array<Tally, kTaLib.size()>& tallies) {
  for (std::size_t k = 0; k < kTaLib.size(); ++k) {
    const std::size_t place = place_of(kTaLib[k].id);
    for (std::size_t i = kTaLib[k].warm; i < shown.size(); ++i) {
      const auto found = static_cast<Number>(shown[i][place]);
      const auto expected = static_cast<Number>(values[k * bars.size() + i]);
      if (!std::isfinite(found)) {
        continue;  // zero over zero; what TA-Lib says there is a convention
      }
      const Number unit = kTaLib[k].id == FeatureId::macd_hist ? bars.close[i] / 10'000
                                                               : kChecked[place].unit;
      const Number away =
          std::fabs(found - expected) / std::max({std::fabs(expected), unit, Number{1e-12L}});
      Tally& tally = tallies[k];
      ++tally.compared;
      tally.worst = std::max(tally.worst, away);
      tally.differing += away <= 1e-9L ? 0U : 1U;
    }
  }
}

}  // namespace

TEST_CASE("indicators of the recorded bars of May 2025 equal their published formulas") {
  SKIP_WITHOUT_DATA();
  const test::ScratchDir dir("indicators");
  const store::Catalog catalog = perpetuals_of_may(dir);
  CHECK(catalog.instruments().size() == 11);
  std::array<std::array<Tally, kChecked.size()>, model::kTimeframeCount> tallies{};
  std::size_t bars = 0;
  for (const model::Instrument& instrument : catalog.instruments()) {
    const auto series = catalog.bars(instrument.id, 60);
    REQUIRE_MESSAGE(series, series.error().message);
    const auto rows = (*series)->between(kMay, kJune);
    const Shown shown = shown_by_pipeline(rows);
    bars += rows.size();
    for (std::size_t tf = 0; tf < model::kTimeframeCount; ++tf) {
      const Columns columns = columns_of(rows, length_of(static_cast<Timeframe>(tf)).ns());
      // The last group may still be open.
      REQUIRE(shown[tf].size() <= columns.size());
      REQUIRE(shown[tf].size() + 1 >= columns.size());
      compare(columns, shown[tf], tallies[tf]);
    }
  }
  CHECK(bars > 300'000);
  std::printf("indicators: %zu minutes of %zu series\n", bars, catalog.instruments().size());
  for (std::size_t k = 0; k < kChecked.size(); ++k) {
    std::size_t compared = 0;
    Number worst = 0;
    for (std::size_t tf = 0; tf < model::kTimeframeCount; ++tf) {
      const Tally& tally = tallies[tf][k];
      CAPTURE(std::string(kChecked[k].name));
      CAPTURE(tf);
      CAPTURE(static_cast<double>(tally.worst));
      CHECK(tally.compared > 0);
      CHECK(tally.differing == 0);
      compared += tally.compared;
      worst = std::max(worst, tally.worst);
    }
    std::printf("  %-13s %8zu values, largest relative difference %.2e\n", kChecked[k].name,
                compared, static_cast<double>(worst));
  }
}

// Optional: TA-Lib is not a package of this project.
TEST_CASE("indicators of the recorded bars of May 2025 equal TA-Lib's") {
  SKIP_WITHOUT_DATA();
  if (!std::filesystem::exists(talib_modules() / "node_modules/talib/build/Release")) {
    SKIP_BECAUSE("no TA-Lib: npm install --prefix build/talib talib, then npm run --prefix "
                 "build/talib/node_modules/talib install (or set LANNER_TALIB)");
  }
  const test::ScratchDir dir("talib");
  const store::Catalog catalog = perpetuals_of_may(dir);
  std::array<Tally, kTaLib.size()> tallies{};
  for (const model::Instrument& instrument : catalog.instruments()) {
    const auto series = catalog.bars(instrument.id, 60);
    REQUIRE_MESSAGE(series, series.error().message);
    const auto rows = (*series)->between(kMay, kJune);
    const Shown shown = shown_by_pipeline(rows);
    for (std::size_t tf = 0; tf < model::kTimeframeCount; ++tf) {
      const Columns columns = columns_of(rows, length_of(static_cast<Timeframe>(tf)).ns());
      compare_with_talib(columns, shown[tf], by_talib(dir.path(), columns), tallies);
    }
  }
  for (std::size_t k = 0; k < kTaLib.size(); ++k) {
    CAPTURE(std::string(kTaLib[k].name));
    CHECK(tallies[k].compared > 100'000);
    CHECK(tallies[k].differing == 0);
    std::printf("  TA-Lib %-13s %8zu values, %zu differ, largest relative difference %.2e\n",
                kTaLib[k].name, tallies[k].compared, tallies[k].differing,
                static_cast<double>(tallies[k].worst));
  }
}

}  // namespace lanner
