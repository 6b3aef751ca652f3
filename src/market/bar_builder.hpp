#pragma once

// 1m bars from trades, where a feed brings trades only.

#include <array>
#include <cstdint>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "model/instrument.hpp"
#include "model/market_data.hpp"

namespace lanner::market {

// The owner closes minutes by its clock of events (a timer at boundary + latency of the feed), so
// trades of the next minute may come before the last one is closed: two minutes can be open at
// once. A minute without a trade makes no bar. A trade of a closed minute is counted and changes
// nothing.
class BarBuilder {
 public:
  enum class Use : std::uint8_t {
    taken,
    late,     // its minute is closed
    blocked,  // two older minutes are open: close them, then offer the trade again
  };

  explicit BarBuilder(const model::InstrumentTable& instruments) : states_(instruments.size()) {}

  Use on_trade(const model::TradeTick& trade, Timestamp ts_event) noexcept;
  // Closes the oldest open minute that ends at or before `boundary` into `out`; call until false.
  // The bar's end is closed_until(id).
  [[nodiscard]] bool close_until(InstrumentId id, Timestamp boundary, model::Bar& out) noexcept;
  [[nodiscard]] Timestamp closed_until(InstrumentId id) const noexcept {
    return states_[id.index()].closed_until;
  }
  [[nodiscard]] bool has_open(InstrumentId id) const noexcept {
    return states_[id.index()].open[0].is_used();
  }
  [[nodiscard]] std::uint64_t late_trades(InstrumentId id) const noexcept {
    return states_[id.index()].late;
  }

 private:
  struct Minute {
    Timestamp end;  // unset: not used
    Price open;
    Price high;
    Price low;
    Price close;
    Quantity volume;
    [[nodiscard]] bool is_used() const noexcept { return end.is_set(); }
    [[nodiscard]] bool holds(Timestamp ts) const noexcept {
      return is_used() && ts < end && ts >= end - minutes(1);
    }
    void start(const model::TradeTick& trade, Timestamp minute_end) noexcept;
    void add(const model::TradeTick& trade) noexcept;
  };
  struct State {
    std::array<Minute, 2> open;  // oldest first
    Timestamp closed_until;
    std::uint64_t late = 0;
  };
  std::vector<State> states_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(states_);
  }
};

}  // namespace lanner::market
