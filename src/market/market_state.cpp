#include "market/market_state.hpp"

#include <algorithm>
#include <limits>

namespace lanner::market {
namespace {

using model::Param;

std::uint32_t minute_of(Timestamp ts) noexcept {
  return static_cast<std::uint32_t>(ts.ns() / kNsPerMinute);
}

// At least one trade per fresh_trade_s over the running minute and the one before it. A silent
// minute in between counts as such.
bool shows_trade_rate(const InstrumentView& view, Timestamp now, Duration gap_max) noexcept {
  const std::uint32_t minute = minute_of(now);
  const std::uint32_t behind = minute > view.minute ? minute - view.minute : 0;
  std::int64_t trades = 0;
  if (behind == 0) {
    trades = std::int64_t{view.trades_now} + view.trades_before;
  } else if (behind == 1) {
    trades = view.trades_now;
  }
  const Duration span = minutes(1) + (now - now.floor_to(minutes(1)));
  return trades > 0 && gap_max * trades >= span;
}

}  // namespace

const char* name_of(FeedKind kind) noexcept {
  switch (kind) {
    case FeedKind::none: return "none";
    case FeedKind::bars: return "bars";
    case FeedKind::trades: return "trades";
  }
  return "none";
}

void MarketState::on_bar(const model::Bar& bar, Timestamp ts_event, Timestamp ts_init) noexcept {
  InstrumentView& view = views_[bar.instrument_id.index()];
  view.last_px = bar.close;
  view.mark_px = view.has_mark ? view.mark_px : bar.close;
  view.ts_event = ts_event;
  view.ts_init = ts_init;
  view.interval_s = bar.interval_s;
  view.feed = FeedKind::bars;
}

void MarketState::on_trade(const model::TradeTick& trade, Timestamp ts_event,
                           Timestamp ts_init) noexcept {
  InstrumentView& view = views_[trade.instrument_id.index()];
  view.last_px = trade.price;
  view.mark_px = view.has_mark ? view.mark_px : trade.price;
  view.ts_event = ts_event;
  view.ts_init = ts_init;
  view.feed = FeedKind::trades;
  const std::uint32_t minute = minute_of(ts_init);
  if (minute > view.minute) {
    view.trades_before = minute - view.minute == 1 ? view.trades_now : std::uint16_t{0};
    view.trades_now = 0;
    view.minute = minute;
  }
  view.trades_now = static_cast<std::uint16_t>(
      view.trades_now + (view.trades_now < std::numeric_limits<std::uint16_t>::max() ? 1 : 0));
}

void MarketState::on_mark(const model::MarkPrice& mark) noexcept {
  InstrumentView& view = views_[mark.instrument_id.index()];
  view.mark_px = mark.price;
  view.has_mark = true;
}

void MarketState::on_quote(const model::QuoteTick& quote, Timestamp ts_event,
                           Timestamp ts_init) noexcept {
  tops_[quote.instrument_id.index()] = {quote.bid_px, quote.bid_qty, quote.ask_px,
                                        quote.ask_qty, ts_event, ts_init};
}

void MarketState::on_funding(const model::FundingRate& funding, Timestamp ts_event) noexcept {
  InstrumentView& view = views_[funding.instrument_id.index()];
  view.funding = funding.rate;
  view.funding_at = ts_event;
}

void MarketState::on_status(const model::InstrumentStatus& status) noexcept {
  views_[status.instrument_id.index()].state = status.state;
}

Duration MarketState::age(InstrumentId id, Timestamp now) const noexcept {
  const InstrumentView& view = views_[id.index()];
  return view.feed == FeedKind::none ? Timestamp::never() - now : now - view.ts_init;
}

Duration MarketState::max_age(InstrumentId id, Timestamp now,
                              const model::ParameterSet& parameters) const noexcept {
  const InstrumentView& view = views_[id.index()];
  const bool is_trades = view.feed == FeedKind::trades;
  if (is_trades) {
    const Duration gap_max = parameters.duration(Param::fresh_trade_s, seconds(1));
    if (shows_trade_rate(view, now, gap_max)) {
      return gap_max;
    }
  }
  const Duration interval = is_trades ? minutes(1) : seconds(view.interval_s);
  const Duration latency = std::max(view.ts_init - view.ts_event, Duration{});
  return parameters.duration(Param::fresh_bar_intervals, interval) + latency;
}

bool MarketState::is_within_age(InstrumentId id, Timestamp now,
                                const model::ParameterSet& parameters) const noexcept {
  return views_[id.index()].feed != FeedKind::none &&
         age(id, now) <= max_age(id, now, parameters);
}

}  // namespace lanner::market
