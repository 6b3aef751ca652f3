#include "core/engine.hpp"

namespace lanner::core {

void Engine::on(const model::InstrumentStatus& status) noexcept {
  market_.on_status(status);
  if (status.state != model::InstrumentState::trading) {
    orders_.cancel_entry(status.instrument_id, now_, *sink_);
  }
}

// Every part reads the session's one table, so that planner, gates and exits change in this event.
void Engine::on(const model::InstrumentRules& rules) noexcept {
  model::apply(config_.instruments[rules.instrument_id.index()], rules);
  costs_.on_rules(rules);
}

void Engine::on(const model::FundingRate& funding) noexcept {
  market_.on_funding(funding, ts_event_);
  features_.on_funding(funding, ts_event_);
  history_.on_funding(funding, ts_event_);
  candidates_.on_funding(funding, ts_event_);
}

void Engine::on(const model::MarkPrice& mark) noexcept {
  market_.on_mark(mark);
  portfolio_.on_mark(mark.instrument_id, mark.price);
  is_money_moved_ = true;
}

void Engine::on(const model::OpenInterest& open) noexcept {
  features_.on_open_interest(open, ts_event_);
}

void Engine::on(const model::Liquidation& forced) noexcept {
  features_.on_liquidation(forced, ts_event_);
}

void Engine::on(const model::Sentiment& mood) noexcept { features_.on_sentiment(mood, ts_event_); }

void Engine::on(const model::QuoteTick& quote) noexcept {
  market_.on_quote(quote, ts_event_, now_);
  features_.on_quote(quote, ts_event_);
}

void Engine::on(const model::BookDepth& depth) noexcept { features_.on_depth(depth, ts_event_); }

void Engine::on(const model::TradeTick& trade) noexcept {
  const InstrumentId id = trade.instrument_id;
  market_.on_trade(trade, ts_event_, now_);
  if (config_.is_active[id.index()] != 0) [[likely]] {
    costs_.on_trade(trade, ts_event_);
  }
  portfolio_.on_mark(id, trade.price);
  is_money_moved_ = true;
  if (has_built_bars_[id.index()] == 0) {
    has_built_bars_[id.index()] = 1;
    if (!is_building_bars_) {
      is_building_bars_ = true;
      set_timer(model::TimerKind::bar_close, 0,
                now_.floor_to(minutes(1)) + minutes(1) + config_.feed_latency);
    }
  }
  if (builder_.on_trade(trade, ts_event_) == market::BarBuilder::Use::blocked) {
    close_built_bars(id);
    static_cast<void>(builder_.on_trade(trade, ts_event_));
  }
  candidates_.on_trade(trade, ts_event_, labels_);
  sniper_.on_price(id, trade.price, now_, features_.view(id), triggers_);
}

void Engine::on(const model::Bar& bar) noexcept {
  const InstrumentId id = bar.instrument_id;
  market_.on_bar(bar, ts_event_, now_);
  // Tiers rank what is traded; an instrument that is only compared with has no place among them.
  if (config_.is_active[id.index()] != 0) [[likely]] {
    costs_.on_bar(bar, ts_event_);
  }
  portfolio_.on_mark(id, bar.close);
  is_money_moved_ = true;
  candidates_.on_bar(bar, ts_event_, labels_);
  feed_features(bar, ts_event_);
}

// A closed base bar: features first, so that the sniper sees price and features of one instant.
void Engine::feed_features(const model::Bar& bar, Timestamp close) noexcept {
  const InstrumentId id = bar.instrument_id;
  const features::FrameSet frames = features_.on_bar(bar, close);
  history_.on_bar(bar, close);
  const features::FeatureView view = features_.view(id);
  if (frames.has(model::Timeframe::m5)) {
    const Score moved{view.value(model::FeatureId::ret_bps, model::Timeframe::m5)};
    correlation_.on_return(id, close, moved.is_finite() ? moved : Score{});
  }
  watch_regime(id, frames);
  if (frames.any()) {
    sniper_.on_bar(id, frames, view, bar.close, now_, triggers_);
  } else {
    sniper_.on_price(id, bar.close, now_, view, triggers_);
  }
}

void Engine::close_built_bars(InstrumentId id) noexcept {
  const Timestamp boundary = now_ - config_.feed_latency;
  model::Bar bar;
  while (builder_.close_until(id, boundary, bar)) {
    feed_features(bar, builder_.closed_until(id));
  }
}

}  // namespace lanner::core
