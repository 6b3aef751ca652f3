#pragma once

// What trading costs here and now: spread by liquidity tier, slippage of a triggered stop, and
// market impact. The exchange model charges these figures, the gate expects them and the labels
// of untraded candidates use them, so the three can never disagree.

#include <array>
#include <cstdint>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/time.hpp"
#include "model/instrument.hpp"
#include "model/market_data.hpp"
#include "model/parameters.hpp"

namespace lanner::market {

// Terciles of the quote turnover of the last 30 whole UTC days, ranked anew with the first event
// of each day. Fewer than three instruments with turnover: all are middle. With three or more, an
// instrument that has none is low, the dearest assumption.
//
// sigma_1m is the square root of an exponentially weighted mean (lambda .94 per observation) of
// squared simple returns per elapsed minute; longer bars and gaps therefore scale by the square
// root of their length. One return counts at most 10 %, so that a bad print fades in minutes.
//
// Before any data: middle tier, sigma_1m 10 bps, participation 1 % of a day's volume. Each stretch
// of time counts once: bars that overlap what is known, and trades inside a bar already seen, are
// left out, so both kinds may be fed.
class CostModel {
 public:
  enum class Tier : std::uint8_t { top, middle, low };

  CostModel(const model::InstrumentTable& instruments, const model::ParameterSet& parameters);

  // `close` is the bar's end, ts_event of the event that brings it.
  void on_bar(const model::Bar& bar, Timestamp close) noexcept;
  void on_trade(const model::TradeTick& trade, Timestamp ts) noexcept;
  void on_rules(const model::InstrumentRules& rules) noexcept;

  [[nodiscard]] Tier tier(InstrumentId id) const noexcept { return states_[id.index()].tier; }
  [[nodiscard]] Score half_spread_fraction(InstrumentId id) const noexcept;
  // At least half a tick.
  [[nodiscard]] Price half_spread(InstrumentId id, Price price) const noexcept;
  // As a fraction of the price, no less than half_spread() is, and nothing but a division to find.
  [[nodiscard]] Score half_spread_most(InstrumentId id, Price price) const noexcept {
    const Price tick = states_[id.index()].tick;
    return fractions_[static_cast<std::size_t>(tier(id))] +
           to_score(Price::from_raw(tick.raw() + 1)) / to_score(price);
  }
  // coefficient x sigma_1d x sqrt(quantity / volume_1d) of the price; at most half the price.
  [[nodiscard]] Price impact(InstrumentId id, Price price, Quantity quantity) const noexcept;
  // half spread + k x sigma_1m x sqrt(latency in minutes) x price + impact.
  [[nodiscard]] Price stop_slippage(InstrumentId id, Price price, Quantity quantity,
                                    Duration latency) const noexcept;
  [[nodiscard]] Score sigma_1m(InstrumentId id) const noexcept;
  [[nodiscard]] Score sigma_1d(InstrumentId id) const noexcept;
  // Volume of the last 24 hours, scaled up from what has been seen when that is less.
  [[nodiscard]] Quantity volume_1d(InstrumentId id) const noexcept;

 private:
  static constexpr std::size_t kHours = 24;
  static constexpr std::size_t kDays = 31;  // today and the 30 whole days before it

  struct State {
    // The minute that trades are filling; unset until the first trade.
    Timestamp minute_end;
    Price minute_px;
    Quantity minute_volume;
    Timestamp absorbed_until;
    Score last_price;  // zero = none is known
    Timestamp first_open;
    Score variance_1m{1e-6};
    Tier tier = Tier::middle;
    std::int64_t hour = 0;
    std::int64_t hour_end_ns = 0;
    std::int64_t day = 0;
    Quantity volume;       // sum of the hourly volumes and of this hour's
    Quantity hour_volume;  // of this hour and this day: their places in the rings are written when
    Score day_turnover;    // they are over, so that a bar touches what lies together
    Price tick;
    std::array<Quantity, kHours> hourly{};
    std::array<Score, kDays> daily{};
  };
  struct Stretch {
    Timestamp open;
    Timestamp close;
    Price close_px;
    Quantity volume;
  };
  struct Ranked {
    Score turnover;
    InstrumentId id;
  };

  [[gnu::always_inline]] static void absorb(State& state, const Stretch& stretch) noexcept;
  void close_minute(State& state) noexcept;
  void note_day(Timestamp ts) noexcept;
  void rank() noexcept;
  static void begin_hour(State& state, std::int64_t hour) noexcept;
  static void advance_day(State& state, std::int64_t day) noexcept;
  [[nodiscard]] Score impact_fraction(InstrumentId id, Quantity quantity) const noexcept;

  std::vector<State> states_;
  std::vector<Ranked> ranked_;
  std::array<Rate, 3> half_spread_{};  // by tier, as a fraction
  std::array<Score, 3> fractions_{};   // the same
  Score stop_k_;
  Score impact_coefficient_;
  Timestamp day_end_;
  std::int64_t day_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(states_, day_end_, day_);
  }
};

[[nodiscard]] const char* name_of(CostModel::Tier tier) noexcept;

}  // namespace lanner::market
