#include "sim/synthetic/template_detector.hpp"

#include <cmath>

#include "base/time.hpp"

namespace lanner::sim {
namespace {

constexpr double kVolumeZ = 1.5;

double larger(double a, double b) noexcept { return a > b ? a : b; }
double lesser(double a, double b) noexcept { return a < b ? a : b; }

template <std::size_t N>
void shift_in(std::array<double, N>& values, double value) noexcept {
  for (std::size_t i = 0; i + 1 < N; ++i) {
    values[i] = values[i + 1];
  }
  values[N - 1] = value;
}

// (value - mean) / population standard deviation; 0 when all are equal, which triggers nothing.
double standing(double value, const double* values, std::size_t count) noexcept {
  double mean = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    mean += values[i];
  }
  mean /= static_cast<double>(count);
  double squares = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    squares += (values[i] - mean) * (values[i] - mean);
  }
  return squares > 0.0 ? (value - mean) / std::sqrt(squares / static_cast<double>(count)) : 0.0;
}

}  // namespace

void TemplateDetector::Mean::add(double value, std::uint32_t length, double alpha) noexcept {
  if (count >= length) {
    state += alpha * (value - state);
    return;
  }
  ++count;
  state += (value - state) / static_cast<double>(count);
}

void TemplateDetector::Frame::push_windows(const DetectorBar& bar) noexcept {
  shift_in(closes, bar.close);
  if (bars == 0) {
    return;
  }
  shift_in(highs, last.high);
  shift_in(lows, last.low);
  shift_in(volumes, last.volume);
}

void TemplateDetector::Frame::measure_moves(const DetectorBar& bar) noexcept {
  const double before = ema9.state - ema21.state;
  ema9.add(bar.close, 9, 2.0 / 10.0);
  ema21.add(bar.close, 21, 2.0 / 22.0);
  const double after = ema9.state - ema21.state;
  turn = before <= 0.0 && after > 0.0 ? 1 : before >= 0.0 && after < 0.0 ? -1 : 0;
  ema50.add(bar.close, 50, 2.0 / 51.0);
  if (bars == 0) {
    return;
  }
  const double move = bar.close - last.close;
  gain.add(larger(move, 0.0), 14, 1.0 / 14.0);
  loss.add(larger(-move, 0.0), 14, 1.0 / 14.0);
  const double sum = gain.state + loss.state;
  rsi_before = rsi;
  rsi = sum > 0.0 ? 100.0 * gain.state / sum : 50.0;
  range.add(larger(bar.high, last.close) - lesser(bar.low, last.close), 14, 1.0 / 14.0);
  atr = range.count >= 14 ? range.state : 0.0;
}

void TemplateDetector::Frame::measure_windows(const DetectorBar& bar) noexcept {
  highest_before = highest;
  lowest_before = lowest;
  band_before = band;
  highest = highs[0];
  lowest = lows[0];
  double path = 0.0;
  for (std::size_t i = 0; i < kWindow; ++i) {
    highest = larger(highest, highs[i]);
    lowest = lesser(lowest, lows[i]);
    path += std::fabs(closes[i + 1] - closes[i]);
  }
  // Where nothing moved it is above every bound, so that no template holds it for a range.
  efficiency = path > 0.0 ? std::fabs(closes[kWindow] - closes[0]) / path : 1.0;
  band = standing(bar.close, &closes[1], kWindow);
  volume_z = standing(bar.volume, volumes.data(), kWindow);
}

void TemplateDetector::Frame::close_bar() noexcept {
  push_windows(pending);
  measure_moves(pending);
  measure_windows(pending);
  close_before = close;
  close = pending.close;
  last = pending;
  is_open = false;
  ++bars;
}

bool TemplateDetector::feed(Frame& frame, const DetectorBar& bar) noexcept {
  const std::int64_t start = bar.open_ns - bar.open_ns % frame.length_ns;
  bool has_closed = false;
  if (frame.is_open && start != frame.pending.open_ns) {
    frame.close_bar();
    has_closed = true;
  }
  if (frame.is_open) {
    frame.pending.high = larger(frame.pending.high, bar.high);
    frame.pending.low = lesser(frame.pending.low, bar.low);
    frame.pending.close = bar.close;
    frame.pending.volume += bar.volume;
  } else {
    frame.pending = bar;
    frame.pending.open_ns = start;
    frame.is_open = true;
  }
  if (bar.open_ns + interval_ns_ == start + frame.length_ns) {
    frame.close_bar();
    has_closed = true;
  }
  return has_closed;
}

Triggers TemplateDetector::add(const DetectorBar& bar) noexcept {
  const std::int64_t day = bar.open_ns / kNsPerDay;
  if (day != day_) {
    day_ = day;
    turnover_ = volume_ = 0.0;
  }
  turnover_ += (bar.high + bar.low + bar.close) / 3.0 * bar.volume;
  volume_ += bar.volume;
  const bool is_hour = feed(hours_, bar);
  if (is_hour && volume_ > 0.0 && hours_.atr > 0.0) {
    vwap_deviation_ = (hours_.close - turnover_ / volume_) / hours_.atr;
  }
  Triggers triggers = feed(quarters_, bar) ? judge() : Triggers{};
  const bool is_turn = is_hour && hours_.ema21.count >= 21;
  triggers.p05 = static_cast<std::int8_t>(is_turn ? hours_.turn : 0);
  return triggers;
}

Triggers TemplateDetector::judge() const noexcept {
  Triggers triggers;
  const Frame& q = quarters_;
  if (!q.is_warm()) {
    return triggers;
  }
  if (q.volume_z > kVolumeZ) {
    const bool is_up = q.close_before < q.highest_before && q.close >= q.highest;
    const bool is_down = q.close_before > q.lowest_before && q.close <= q.lowest;
    triggers.p02 = is_up ? 1 : is_down ? -1 : 0;
  }
  if (q.efficiency < 0.25) {
    const bool is_up = q.band_before < -2.0 && q.band >= -2.0 && q.rsi < 35.0;
    const bool is_down = q.band_before > 2.0 && q.band <= 2.0 && q.rsi > 65.0;
    triggers.p03 = is_up ? 1 : is_down ? -1 : 0;
  }
  if (hours_.ema50.count >= 50 && hours_.efficiency > 0.25) {
    const double spread = hours_.ema21.state - hours_.ema50.state;
    const bool is_up = spread > 0.0 && vwap_deviation_ >= -1.0 && q.rsi_before < 40.0 &&
                       q.rsi >= 40.0;
    const bool is_down = spread < 0.0 && vwap_deviation_ <= 1.0 && q.rsi_before > 60.0 &&
                         q.rsi <= 60.0;
    triggers.p01 = is_up ? 1 : is_down ? -1 : 0;
  }
  return triggers;
}

}  // namespace lanner::sim
