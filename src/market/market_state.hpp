#pragma once

// What the market last said about each instrument, and whether that is recent enough to act on.

#include <cstdint>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "model/instrument.hpp"
#include "model/market_data.hpp"
#include "model/parameters.hpp"

namespace lanner::market {

enum class FeedKind : std::uint8_t { none, bars, trades };
[[nodiscard]] const char* name_of(FeedKind kind) noexcept;

// One cache line, all that a decision on a tick reads.
struct alignas(64) InstrumentView {
  Price last_px;         // last trade, or close of the last bar
  Price mark_px;         // the venue's mark; the last price stands in until one comes
  Timestamp ts_event;    // of the last trade or bar
  Timestamp ts_init;
  Timestamp funding_at;
  Rate funding;
  std::int32_t interval_s = 0;  // of the last bar
  std::uint32_t minute = 0;     // of the last trade, since the epoch
  std::uint16_t trades_now = 0;     // in that minute, and in the one before it
  std::uint16_t trades_before = 0;
  model::InstrumentState state = model::InstrumentState::trading;
  FeedKind feed = FeedKind::none;
  bool has_mark = false;  // false: mark_px is the proxy
};
static_assert(sizeof(InstrumentView) == 64);

// The last best bid and ask. Beside the views, because few decisions read it.
struct TopOfBook {
  Price bid_px;  // 0: the side shows nothing, or the book cannot be believed
  Quantity bid_qty;
  Price ask_px;
  Quantity ask_qty;
  Timestamp ts_event;
  Timestamp ts_init;  // not set before the first quote

  // Locked books (bid = ask) are real and two-sided.
  [[nodiscard]] bool is_two_sided() const noexcept {
    return bid_px.is_positive() && ask_px >= bid_px;
  }
  [[nodiscard]] Price spread() const noexcept { return ask_px - bid_px; }  // when two-sided
};

class MarketState {
 public:
  explicit MarketState(const model::InstrumentTable& instruments)
      : views_(instruments.size()), tops_(instruments.size()) {}

  void on_bar(const model::Bar& bar, Timestamp ts_event, Timestamp ts_init) noexcept;
  void on_trade(const model::TradeTick& trade, Timestamp ts_event, Timestamp ts_init) noexcept;
  void on_mark(const model::MarkPrice& mark) noexcept;
  void on_quote(const model::QuoteTick& quote, Timestamp ts_event, Timestamp ts_init) noexcept;
  void on_funding(const model::FundingRate& funding, Timestamp ts_event) noexcept;
  void on_status(const model::InstrumentStatus& status) noexcept;

  [[nodiscard]] const InstrumentView& operator[](InstrumentId id) const noexcept {
    return views_[id.index()];
  }
  [[nodiscard]] const TopOfBook& top(InstrumentId id) const noexcept { return tops_[id.index()]; }
  [[nodiscard]] bool is_trading(InstrumentId id) const noexcept {
    return views_[id.index()].state == model::InstrumentState::trading;
  }
  // now - ts_init of the last trade or bar; never() - now before the first.
  [[nodiscard]] Duration age(InstrumentId id, Timestamp now) const noexcept;
  // The age up to which the price may be acted on. Bars: 1.5 intervals and the latency of the
  // feed. Trades: 2 s while the tape shows that rate (one trade per 2 s over the running minute
  // and the one before it), else the rule of 1m bars.
  [[nodiscard]] Duration max_age(InstrumentId id, Timestamp now,
                                 const model::ParameterSet& parameters) const noexcept;
  [[nodiscard]] bool is_fresh(InstrumentId id, Timestamp now,
                              const model::ParameterSet& parameters) const noexcept {
    // No age below one interval of its bars is too old: the parameter is at least one of them.
    const InstrumentView& view = views_[id.index()];
    return (view.feed == FeedKind::bars && now - view.ts_init <= seconds(view.interval_s)) ||
           is_within_age(id, now, parameters);
  }

 private:
  [[nodiscard]] bool is_within_age(InstrumentId id, Timestamp now,
                                   const model::ParameterSet& parameters) const noexcept;

  std::vector<InstrumentView> views_;
  std::vector<TopOfBook> tops_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(views_, tops_);
  }
};

}  // namespace lanner::market
