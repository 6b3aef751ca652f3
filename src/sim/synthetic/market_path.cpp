#include "sim/synthetic/market_path.hpp"

#include <cmath>

#include "base/mathx.hpp"

namespace lanner::sim {
namespace {

// How restless the market is at each full hour, UTC: Asia's opening, Europe's, and most of all the
// American one.
constexpr std::array<double, 25> kHourly{1.20, 1.05, 0.95, 0.85, 0.80, 0.78, 0.82, 0.92, 1.00,
                                         0.98, 0.95, 0.95, 1.02, 1.25, 1.38, 1.36, 1.25, 1.12,
                                         1.02, 0.98, 0.95, 0.90, 0.86, 0.95, 1.20};

enum class Weather : std::uint8_t { range, up, down, storm };

struct WeatherShape {
  double level;        // variance
  double drift;        // share of a minute's standard deviation
  double leave_hourly; // chance to end, drawn once an hour
};

constexpr WeatherShape shape_of(Weather weather) noexcept {
  switch (weather) {
    case Weather::range: return {0.55, 0.0, 1.0 / 18.0};
    case Weather::up: return {0.95, 0.025, 1.0 / 14.0};
    case Weather::down: return {1.15, -0.025, 1.0 / 12.0};
    case Weather::storm: return {2.60, 0.0, 1.0 / 5.0};
  }
  return {1.0, 0.0, 1.0};
}

constexpr Weather weather_of(double u) noexcept {
  return u < 0.4   ? Weather::range
         : u < 0.6 ? Weather::up
         : u < 0.8 ? Weather::down
                   : Weather::storm;
}

constexpr double kJumpsPerMinute = 1.0 / (3.0 * 1440.0);

}  // namespace

void VarianceCluster::add(double square, double level) noexcept {
  constexpr double kNews = 0.05;
  constexpr double kMemory = 0.93;
  variance_ = (1.0 - kNews - kMemory) * level + variance_ * (kNews * square + kMemory);
}

void VarianceCluster::shock(double jump) noexcept {
  const double added = 0.01 * jump * jump;
  variance_ += added < 6.0 ? added : 6.0;
}

double jump_size(const Words& words, double smallest, double largest) noexcept {
  const double u = unit(words.low) + 0x1p-54;
  const double size = smallest * mathx::pow(u, -1.0 / 3.0);
  const double bounded = size < largest ? size : largest;
  return (words.high & 1U) != 0 ? bounded : -bounded;
}

MarketPath::MarketPath(const SyntheticConfig& config, const DrawTables& tables)
    : minutes_(static_cast<std::size_t>(config.length.ns() / kNsPerMinute)) {
  for (std::size_t i = 0; i < season_.size(); ++i) {
    const double share = static_cast<double>(i % 60) / 60.0;
    season_[i] = kHourly[i / 60] * (1.0 - share) + kHourly[i / 60 + 1] * share;
  }
  first_of_day_ = static_cast<std::uint64_t>(config.from.ns() / kNsPerMinute) % season_.size();
  trades_from_ = config.trades_from <= config.from
                     ? 0
                     : static_cast<std::uint64_t>((config.trades_from - config.from).ns() /
                                                  kNsPerMinute);
  VarianceCluster cluster;
  Weather weather = Weather::range;
  Steps steps{};
  for (std::uint64_t m = 0; m < minutes_.size(); ++m) {
    if (m % 60 == 0) {
      const Words words = draw(config.seed, DrawKind::market_events, 0, m / 60);
      if (unit(words.low) < shape_of(weather).leave_hourly) {
        weather = weather_of(unit(words.high));
      }
    }
    const WeatherShape shape = shape_of(weather);
    const Grain grain_now = grain(m);
    const std::uint64_t rest =
        fill_steps(tables, {config.seed, DrawKind::market_steps, 0}, m, grain_now, steps);
    MarketMinute& now = minutes_[m];
    now.sigma = std::sqrt(cluster.variance()) * season(m);
    now.drift = config.driftless ? 0.0 : shape.drift;
    double square = 0.0;
    const std::size_t count = steps_of(grain_now);
    for (std::size_t i = 0; i < count; ++i) {
      square += steps[i] * steps[i];
    }
    cluster.add(square / static_cast<double>(count), shape.level);
    if (static_cast<double>(rest) < kJumpsPerMinute * 0x1p28) {
      const Words words = draw(config.seed, DrawKind::market_jumps, 0, m);
      now.jump = jump_size(words, 6.0, 60.0);
      cluster.shock(now.jump);
    }
  }
}

}  // namespace lanner::sim
