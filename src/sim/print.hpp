#pragma once

// Where the market stands for one instrument. A bar is played as four prints, one only when
// somebody needs it: an instrument without orders costs one copy per bar.

#include <cstdint>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "model/market_data.hpp"

namespace lanner::sim {

struct Print {
  InstrumentId instrument_id;
  Timestamp ts;
  Price price;
  Quantity volume;
  bool is_bar = false;
  Timestamp bar_open;  // of the bar that the print belongs to
};

struct MarketState {
  static constexpr std::uint8_t kPrints = 4;

  model::Bar bar;
  Timestamp bar_open;
  Price last_px;    // zero until the first print
  Price buyer_px;   // last buyer-initiated trade; zero until then
  Price seller_px;
  Price mark_px;    // zero where there is no mark series: then the last price is its proxy
  Timestamp entry_bar;  // the bar in which the position last grew
  Timestamp print_at = Timestamp::never();  // of the print in turn
  std::uint8_t next_print = kPrints;
  bool is_high_first = false;
  bool is_active = false;
  model::InstrumentState state = model::InstrumentState::trading;

  void start_bar(const model::Bar& new_bar, Timestamp open) noexcept {
    if (next_print < kPrints) {
      last_px = bar.close;
    }
    bar = new_bar;
    bar_open = open;
    next_print = 0;
    print_at = open;
  }
  // Nothing more comes of the bar in play.
  void end_bar() noexcept {
    next_print = kPrints;
    print_at = Timestamp::never();
  }
  [[nodiscard]] Timestamp print_time() const noexcept { return print_at; }
  // The print in turn. High and low come in the order that is worse for the open position
  // (signed); without one the nearer to the open comes first.
  [[nodiscard]] Print take_print(Quantity position) noexcept {
    const Timestamp at = print_at;
    pass_print([position] { return position; });
    return print_passed(at);
  }
  // The same, of which nobody may want more than its price, in last_px; the position is asked for
  // where it decides.
  template <typename Position>
  void pass_print(const Position& position_now) noexcept {
    switch (next_print++) {
      case 0:
        last_px = bar.open;
        print_at = bar_open + third();
        return;
      case 1: {
        const Quantity position = position_now();
        is_high_first = position.is_zero() ? bar.high - bar.open <= bar.open - bar.low
                                           : position.is_negative();
        last_px = is_high_first ? bar.high : bar.low;
        print_at = bar_open + third() * 2;
        return;
      }
      case 2:
        last_px = is_high_first ? bar.low : bar.high;
        print_at = bar_open + seconds(bar.interval_s);
        return;
      default:
        last_px = bar.close;
        print_at = Timestamp::never();
    }
  }
  // The whole print that was passed at `at`.
  [[nodiscard]] Print print_passed(Timestamp at) const noexcept {
    return {bar.instrument_id, at, last_px, quarter(), true, bar_open};
  }
  // Plays what lies behind without anybody to fill.
  void catch_up(Timestamp now) noexcept {
    while (print_time() <= now) {
      static_cast<void>(take_print(Quantity{}));
    }
  }

 private:
  [[nodiscard]] Duration third() const noexcept {
    return Duration{bar.interval_s * kNsPerSecond / 3};
  }
  [[nodiscard]] Quantity quarter() const noexcept {
    return Quantity::from_raw(bar.volume.raw() / 4);
  }
};

}  // namespace lanner::sim
