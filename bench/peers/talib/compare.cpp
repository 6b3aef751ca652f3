// Lanner's indicators beside TA-Lib's, bar by bar. Built and started by check.sh.

#include <ta_libc.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "features/frame.hpp"

namespace {

using lanner::features::Frame;
using lanner::features::Ohlcv;
using lanner::features::OnDemand;
using lanner::model::FeatureId;
using Values = std::vector<double>;

// TA-Lib begins MACD's fast mean and ADX's sums elsewhere (it seeds with other bars), and both
// forget their beginning by a factor of 13/14 per bar at the slowest: 1e-32 after a thousand.
constexpr std::size_t kWarm = 1000;
constexpr double kTolerance = 1e-9;

struct Bars {
  Values open, high, low, close, volume;
};

Bars read(const char* file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  std::vector<std::string> names;
  std::stringstream header(line);
  for (std::string name; std::getline(header, name, ',');) {
    names.push_back(name);
  }
  Bars bars;
  while (std::getline(in, line)) {
    std::stringstream cells(line);
    std::size_t column = 0;
    for (std::string cell; std::getline(cells, cell, ',') && column < names.size(); ++column) {
      for (const auto& [name, values] :
           {std::pair{"open", &bars.open}, std::pair{"high", &bars.high},
            std::pair{"low", &bars.low}, std::pair{"close", &bars.close},
            std::pair{"volume", &bars.volume}}) {
        if (names[column] == name) {
          values->push_back(std::strtod(cell.c_str(), nullptr));
        }
      }
    }
  }
  return bars;
}

struct Shown {
  Values ema9, ema21, ema50, rsi, atr, macd_histogram, band, adx;
};

Shown lanners(const Bars& bars) {
  Frame frame;
  Shown shown;
  std::array<double, lanner::model::kFeatureCount> row{};
  row.fill(lanner::features::kAbsent);
  const OnDemand wanted{OnDemand::macd | OnDemand::adx};
  for (std::size_t i = 0; i < bars.close.size(); ++i) {
    const Ohlcv bar{bars.open[i], bars.high[i], bars.low[i], bars.close[i], bars.volume[i]};
    frame.add(bar, wanted, row);
    const auto at = [&row](FeatureId id) { return row[static_cast<std::size_t>(id)]; };
    shown.ema9.push_back(at(FeatureId::ema9));
    shown.ema21.push_back(at(FeatureId::ema21));
    shown.ema50.push_back(at(FeatureId::ema50));
    shown.rsi.push_back(at(FeatureId::rsi14));
    shown.atr.push_back(at(FeatureId::atr14));
    shown.macd_histogram.push_back(at(FeatureId::macd_hist));
    shown.band.push_back(frame.window(FeatureId::bb_pos, 0));
    shown.adx.push_back(at(FeatureId::adx14));
  }
  return shown;
}

// A TA-Lib function writes from its own first bar on; here every bar has its place.
Values placed(std::size_t size, const std::function<TA_RetCode(int*, int*, double*)>& function) {
  Values out(size, std::nan(""));
  Values packed(size);
  int begin = 0;
  int count = 0;
  if (function(&begin, &count, packed.data()) != TA_SUCCESS) {
    std::fprintf(stderr, "a TA-Lib function failed\n");
    std::exit(1);
  }
  std::copy_n(packed.begin(), count, out.begin() + begin);
  return out;
}

bool is_good = true;

// `floors` is what a value that is nearer to zero counts as: the operands of its difference.
void compare(const char* name, const Values& ours, const Values& theirs, const Values& floors) {
  std::size_t compared = 0;
  double worst = 0.0;
  for (std::size_t i = kWarm; i < ours.size(); ++i) {
    if (std::isfinite(ours[i]) && std::isfinite(theirs[i])) {
      const double scale = std::max(std::fabs(theirs[i]), floors.empty() ? 0.0 : floors[i]);
      worst = std::max(worst, scale > 0.0 ? std::fabs(ours[i] - theirs[i]) / scale : 0.0);
      ++compared;
    }
  }
  const bool holds = compared > 0 && worst <= kTolerance;
  is_good = is_good && holds;
  std::printf("  %-12s %8zu bars, largest relative difference %.2e  %s\n", name, compared, worst,
              holds ? "equal" : "DIFFERS");
}

}  // namespace

int main(int argc, char** argv) {
  const Bars bars = read(argc > 1 ? argv[1] : "bars.csv");
  const std::size_t size = bars.close.size();
  if (size <= kWarm || TA_Initialize() != TA_SUCCESS) {
    std::fprintf(stderr, "%zu bars are too few: more than %zu are needed\n", size, kWarm);
    return 1;
  }
  const Shown ours = lanners(bars);
  const int last = static_cast<int>(size) - 1;
  const double* high = bars.high.data();
  const double* low = bars.low.data();
  const double* close = bars.close.data();
  const auto ema = [&](int length) {
    return placed(size, [&](int* begin, int* count, double* out) {
      return TA_EMA(0, last, close, length, begin, count, out);
    });
  };
  compare("EMA 9", ours.ema9, ema(9), {});
  compare("EMA 21", ours.ema21, ema(21), {});
  compare("EMA 50", ours.ema50, ema(50), {});
  compare("RSI 14", ours.rsi, placed(size, [&](int* begin, int* count, double* out) {
            return TA_RSI(0, last, close, 14, begin, count, out);
          }), Values(size, 1.0));
  compare("ATR 14", ours.atr, placed(size, [&](int* begin, int* count, double* out) {
            return TA_ATR(0, last, high, low, close, 14, begin, count, out);
          }), {});
  Values line(size);
  Values signal(size);
  Values bps(size);
  std::transform(close, close + size, bps.begin(), [](double price) { return price * 1e-4; });
  compare("MACD", ours.macd_histogram, placed(size, [&](int* begin, int* count, double* out) {
            return TA_MACD(0, last, close, 12, 26, 9, begin, count, line.data(), signal.data(),
                           out);
          }), bps);
  // Ours is the close's place between the bands, in standard deviations: put back on TA-Lib's
  // bands it must give the close. TA-Lib takes the variance as a difference of running squares,
  // which drifts over many bars, and calls less than 1e-8 nothing: so each bar is asked alone,
  // at prices that are raised by a power of two.
  const double raised = std::exp2(std::round(std::log2(65'536.0 / close[0])));
  Values prices(size);
  std::transform(close, close + size, prices.begin(), [&](double px) { return px * raised; });
  Values on_bands(size, std::nan(""));
  for (int i = static_cast<int>(kWarm); i <= last; ++i) {
    int begin = 0;
    int count = 0;
    double upper = 0.0;
    double middle = 0.0;
    double lower = 0.0;
    if (TA_BBANDS(i, i, prices.data(), 20, 1.0, 1.0, TA_MAType_SMA, &begin, &count, &upper,
                  &middle, &lower) == TA_SUCCESS && count == 1) {
      const auto at = static_cast<std::size_t>(i);
      on_bands[at] = (middle + ours.band[at] * (upper - middle)) / raised;
    }
  }
  compare("BBANDS 20", on_bands, bars.close, {});
  compare("ADX 14", ours.adx, placed(size, [&](int* begin, int* count, double* out) {
            return TA_ADX(0, last, high, low, close, 14, begin, count, out);
          }), Values(size, 1.0));
  TA_Shutdown();
  return is_good ? 0 : 1;
}
