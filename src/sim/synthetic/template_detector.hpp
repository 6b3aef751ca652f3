#pragma once

// Sees the triggers of the default templates P01, P02 and P03 in a series of bars, and the turn of
// the hour that P05 asks for, while that series is being made, so that an edge can be planted
// behind them. The formulas are those of the feature schema, written anew: the market must not
// depend on the code that trades it.

#include <array>
#include <cstdint>

namespace lanner::sim {

// Prices in any unit; only ratios and differences count.
struct DetectorBar {
  std::int64_t open_ns = 0;
  double open = 0.0;
  double high = 0.0;
  double low = 0.0;
  double close = 0.0;
  double volume = 0.0;
};

// +1 a long, -1 a short trigger, 0 none; at the close of the bar added last.
struct Triggers {
  std::int8_t p01 = 0;
  std::int8_t p02 = 0;
  std::int8_t p03 = 0;
  std::int8_t p04 = 0;  // not of bars: whoever makes forced orders and book sets it
  std::int8_t p05 = 0;  // of bars alone: the hour turns
  [[nodiscard]] bool any() const noexcept { return (p01 | p02 | p03 | p04 | p05) != 0; }
};

class TemplateDetector {
 public:
  explicit TemplateDetector(std::int64_t interval_ns) noexcept : interval_ns_(interval_ns) {}

  // Bars ascend by time and may have holes.
  Triggers add(const DetectorBar& bar) noexcept;
  // Wilder's mean of 14 true ranges of one hour; 0 while there are fewer.
  [[nodiscard]] double atr_1h() const noexcept { return hours_.atr; }

 private:
  static constexpr std::size_t kWindow = 20;

  struct Mean {
    double state = 0.0;
    std::uint32_t count = 0;
    void add(double value, std::uint32_t length, double alpha) noexcept;
  };
  // A window is complete with the twenty bars before the current one.
  struct Frame {
    explicit Frame(std::int64_t length) noexcept : length_ns(length) {}
    std::int64_t length_ns;
    DetectorBar pending;
    bool is_open = false;
    std::uint32_t bars = 0;
    double close = 0.0;
    std::array<double, kWindow + 1> closes{};  // oldest first, the current one last
    std::array<double, kWindow> highs{};       // the bars before the current one
    std::array<double, kWindow> lows{};
    std::array<double, kWindow> volumes{};
    DetectorBar last;  // moves into the windows with the next bar
    Mean gain;
    Mean loss;
    Mean range;
    Mean ema9;
    Mean ema21;
    Mean ema50;
    double atr = 0.0;
    double rsi = 0.0;
    double rsi_before = 0.0;
    double band = 0.0;
    double band_before = 0.0;
    double efficiency = 0.0;
    double volume_z = 0.0;
    double highest = 0.0;
    double lowest = 0.0;
    double highest_before = 0.0;
    double lowest_before = 0.0;
    double close_before = 0.0;
    int turn = 0;  // of the shorter mean about the longer one, with the last bar
    void close_bar() noexcept;
    void push_windows(const DetectorBar& bar) noexcept;
    void measure_moves(const DetectorBar& bar) noexcept;
    void measure_windows(const DetectorBar& bar) noexcept;
    [[nodiscard]] bool is_warm() const noexcept { return bars > kWindow + 1; }
  };

  [[nodiscard]] bool feed(Frame& frame, const DetectorBar& bar) noexcept;
  [[nodiscard]] Triggers judge() const noexcept;

  std::int64_t interval_ns_;
  Frame quarters_{900'000'000'000};
  Frame hours_{3'600'000'000'000};
  std::int64_t day_ = -1;
  double turnover_ = 0.0;
  double volume_ = 0.0;
  double vwap_deviation_ = 0.0;  // at the last close of an hour, in its ATR
};

}  // namespace lanner::sim
