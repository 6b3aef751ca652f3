#include "sim/synthetic/config.hpp"

#include <charconv>
#include <cmath>

#include "base/isotime.hpp"

namespace lanner::sim {
namespace {

constexpr std::size_t kInstrumentsMax = 500;
constexpr double kTradesPerSecondMax = 1000.0;

bool is_between(double value, double low, double high) noexcept {
  return std::isfinite(value) && value >= low && value <= high;
}

std::string decimal(double value) {
  // The shortest text that gives the same number back, so that different numbers differ in it.
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value);
  return {text, end.ptr};
}

Status refuse(const std::string& what) {
  return fail(ErrorKind::config, "synthetic market: " + what);
}

Status validate_span(const SyntheticConfig& config) {
  const std::int64_t interval_ns = config.interval_s * kNsPerSecond;
  if (config.from.ns() < 0 || config.from.ns() % interval_ns != 0) {
    return refuse("the first instant must be a multiple of the interval");
  }
  if (config.length.ns() <= 0 || config.length.ns() % interval_ns != 0) {
    return refuse("the length must be a positive multiple of the interval");
  }
  if (config.length > hours(24 * 366 * 5)) {
    return refuse("the length must be at most five years");
  }
  if (config.trades_from != Timestamp::never() && config.trades_from.ns() % interval_ns != 0) {
    return refuse("trades must begin at a multiple of the interval");
  }
  return {};
}

}  // namespace

Status validate(const SyntheticConfig& config) {
  if (config.instruments < 1 || config.instruments > kInstrumentsMax) {
    return refuse("between 1 and 500 instruments, not " + std::to_string(config.instruments));
  }
  if (config.interval_s != 60 && config.interval_s != 300 && config.interval_s != 900) {
    return refuse("the interval must be 60, 300 or 900 seconds");
  }
  if (!is_between(config.trades_per_second, 0.02, kTradesPerSecondMax)) {
    return refuse("between 0.02 and 1000 trades a second");
  }
  if (!is_between(config.planted_r, -5.0, 5.0)) {
    return refuse("the planted edge must lie between -5 and 5 R");
  }
  if (!is_between(config.daily_edge_r, -5.0, 5.0)) {
    return refuse("the daily edge must lie between -5 and 5 R");
  }
  for (const CoinPhase& phase : config.phases) {
    if (!is_between(phase.r_per_trigger, -5.0, 5.0)) {
      return refuse("the drift of a phase must lie between -5 and 5 R");
    }
  }
  if (config.gap_every.ns() < 0) {
    return refuse("the mean distance of gaps cannot be negative");
  }
  return validate_span(config);
}

std::string describe(const SyntheticConfig& config) {
  std::string text = "seed " + std::to_string(config.seed) + ", " +
                     std::to_string(config.instruments) + " instruments, " +
                     format_utc(config.from) + " to " + format_utc(config.from + config.length) +
                     ", bars of " + std::to_string(config.interval_s) + " s";
  if (config.driftless) {
    text += ", driftless";
  }
  if (!config.wicks) {
    text += ", no wicks";
  }
  if (config.planted_r != 0.0) {
    text += ", planted " + decimal(config.planted_r) + " R per P02 trigger";
  }
  for (const CoinPhase& phase : config.phases) {
    text += ", " + phase.instrument + " " + decimal(phase.r_per_trigger) + " R per trigger from " +
            format_utc(phase.from) + " to " + format_utc(phase.to);
  }
  if (config.gap_every.ns() > 0) {
    text += ", gaps every " + std::to_string(config.gap_every.ns() / kNsPerSecond) + " s";
  }
  for (const Outage& outage : config.outages) {
    text += ", outage " + (outage.instrument.empty() ? "of all" : "of " + outage.instrument) +
            " from " + format_utc(outage.from) + " to " + format_utc(outage.to);
  }
  for (const BadPrint& print : config.bad_prints) {
    text += ", bad print of " + print.instrument + " at " + format_utc(print.at);
  }
  if (config.trades_from < config.from + config.length) {
    text += ", " + decimal(config.trades_per_second) + " trades/s from " +
            format_utc(config.trades_from);
  }
  if (config.daily_edge_r != 0.0) {
    text += ", " + decimal(config.daily_edge_r) +
            " R per trigger from 08:00 UTC of each day on, as much against it before";
  }
  if (config.all_inputs) {
    text += ", all inputs";
  }
  return text;
}

SyntheticConfig tick_tape(std::uint64_t seed) {
  SyntheticConfig config;
  config.seed = seed;
  config.length = hours(64);
  config.trades_from = config.from + hours(60);
  return config;
}

SyntheticConfig bar_tape(std::uint64_t seed) {
  SyntheticConfig config;
  config.seed = seed;
  return config;
}

}  // namespace lanner::sim
