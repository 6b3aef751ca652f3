#include "sim/exchange.hpp"

#include <algorithm>
#include <variant>

#include "base/ensure.hpp"
#include "sim/admission.hpp"

namespace lanner::sim {
namespace {

constexpr std::int64_t kBadDayLatency = 20;
constexpr Duration kAnswerTimeout = seconds(1);
constexpr std::size_t kQueueReserved = 1024;

// Keeps a queue with a head index ascending in `at`; nearly always an append.
template <typename Item>
void put_in_order(std::vector<Item>& queue, std::size_t head, const Item& item) {
  auto at = queue.end();
  while (at != queue.begin() + static_cast<std::ptrdiff_t>(head) && std::prev(at)->at > item.at) {
    --at;
  }
  queue.insert(at, item);
}

// Forgets a queue that was read to its end, or the read half of a long one.
template <typename Item>
void tidy(std::vector<Item>& queue, std::size_t& head) {
  if (head == queue.size() || head >= kQueueReserved) {
    queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(head));
    head = 0;
  }
}

}  // namespace

Latency effective_latency(const ExchangeConfig& config) noexcept {
  const std::int64_t times = config.bad_day ? kBadDayLatency : 1;
  return {config.latency.feed * times, config.latency.order * times,
          config.latency.response * times};
}

LatencyModel latency_model(const ExchangeConfig& config) {
  return {config.latency_model, effective_latency(config), config.seed,
          config.bad_day ? kBadDayLatency : 1};
}

Exchange::Exchange(const model::InstrumentTable& instruments,
                   const model::ParameterSet& parameters, const ExchangeConfig& config)
    : instruments_(instruments),
      latency_(effective_latency(config)),
      delays_(lanner::sim::latency_model(config)),
      counts_activity_(config.latency_model.kind == LatencyKind::activity),
      seed_(config.seed),
      bad_day_(config.bad_day),
      costs_(instruments, parameters),
      markets_(instruments.size()),
      book_(instruments.size()),
      account_(instruments_, config.balances, {config.margin, config.planted}),
      recorder_(delays_),
      pricer_(instruments_, costs_, latency_.order),
      depth_(instruments_),
      matcher_({instruments_, book_, account_, recorder_, pricer_, markets_,
                config.liquidation_fee, depth_, config.queue_model}) {
  active_.reserve(instruments.size());
  requests_.reserve(2 * kQueueReserved);
  timeouts_.reserve(kQueueReserved);
  expiries_.reserve(kQueueReserved);
}

void Exchange::on_bar(const model::Bar& bar, Timestamp open) {
  MarketState& market = markets_[bar.instrument_id.index()];
  if (market.bar_open.is_set()) {
    // The bar before is over; only closed bars may tell what trading costs.
    costs_.on_bar(market.bar, market.bar_open + seconds(market.bar.interval_s));
  }
  market.start_bar(bar, open);
  if (bad_day_) {
    busy_.add(bar.close, bar.volume, open);
  }
  if (!market.is_active) {
    return;
  }
  set_now(open);
  play_until_now(market, bar.instrument_id);
  plan(market);
}

void Exchange::play_until_now(MarketState& market, InstrumentId id) {
  for (Timestamp at = market.print_time(); at <= now_; at = market.print_time()) {
    market.pass_print([this, id] { return account_.position(id); });
    if (!matcher_.is_passed(id, market.last_px)) {
      matcher_.meet(market.print_passed(at));
    }
  }
}

void Exchange::on_trade(const model::TradeTick& trade, Timestamp ts) {
  MarketState& market = markets_[trade.instrument_id.index()];
  costs_.on_trade(trade, ts);
  if (counts_activity_) {
    delays_.note_activity(ts);
  }
  market.end_bar();
  market.last_px = trade.price;
  (trade.aggressor_side == model::Side::buy ? market.buyer_px : market.seller_px) = trade.price;
  if (bad_day_) {
    busy_.add(trade.price, trade.quantity, ts);
  }
  if (!market.is_active) {
    return;
  }
  set_now(ts);
  matcher_.play({trade.instrument_id, ts, trade.price, trade.quantity, false, Timestamp{}});
  if (book_.count(trade.instrument_id) == 0 &&
      account_.position(trade.instrument_id).is_zero()) {
    market.is_active = false;
    std::erase(active_, trade.instrument_id);
  }
}

void Exchange::on_book(const model::BookDelta& delta, Timestamp ts) {
  depth_.on_delta(delta, ts);
  after_book(delta.instrument_id, ts);
}

void Exchange::on_book(const model::BookSnapshot& snapshot, Timestamp ts) {
  depth_.on_snapshot(snapshot, ts);
  after_book(snapshot.instrument_id, ts);
}

void Exchange::on_quote(const model::QuoteTick& quote, Timestamp ts) {
  depth_.on_quote(quote, ts);
  after_book(quote.instrument_id, ts);
}

void Exchange::after_book(InstrumentId id, Timestamp ts) {
  if (markets_[id.index()].is_active) {
    set_now(ts);
    matcher_.on_book(id, ts);
  }
}

void Exchange::on_funding(const model::FundingRate& funding, Timestamp ts) {
  const Quantity position = account_.position(funding.instrument_id);
  if (position.is_zero()) {
    return;
  }
  set_now(ts);
  const Price last_px = markets_[funding.instrument_id.index()].last_px;
  const Money amount = -money_times(notional_of(last_px, position), funding.rate);
  account_.pay_funding(funding.instrument_id, amount);
  recorder_.funding(funding.instrument_id, amount, position);
}

void Exchange::on_mark(const model::MarkPrice& mark, Timestamp ts) {
  MarketState& market = markets_[mark.instrument_id.index()];
  market.mark_px = mark.price;
  if (market.is_active) {
    set_now(ts);
    matcher_.on_mark(mark.instrument_id, ts);
  }
}

void Exchange::on_status(const model::InstrumentStatus& status, Timestamp ts) {
  const InstrumentId id = status.instrument_id;
  MarketState& market = markets_[id.index()];
  market.state = status.state;
  if (status.state == model::InstrumentState::delisted && market.is_active) {
    set_now(ts);
    matcher_.cancel_all(id, model::RejectReason::not_trading);
    matcher_.settle_position(
        id, status.settlement_px.is_positive() ? status.settlement_px : market.last_px);
  }
}

void Exchange::on_rules(const model::InstrumentRules& rules, Timestamp ts) {
  set_now(ts);
  model::apply(instruments_[rules.instrument_id.index()], rules);
  costs_.on_rules(rules);
  account_.on_rules(rules.instrument_id);
}

void Exchange::on_deleveraging(const Deleveraging& event, Timestamp ts) {
  if (markets_[event.instrument_id.index()].is_active) {
    set_now(ts);
    matcher_.deleverage(event);
  }
}

void Exchange::submit(const model::Command& command, Timestamp sent) {
  if (std::holds_alternative<model::SetTimer>(command)) {
    return;
  }
  if (const auto* order = std::get_if<model::SubmitOrder>(&command); order != nullptr && bad_day_) {
    const SubmitFate fate = fate_of(seed_, order->order.client_order_id);
    if (fate != SubmitFate::normal) {
      put_in_order(timeouts_, timeouts_head_,
                   Timeout{sent + kAnswerTimeout, order->order.client_order_id,
                           order->order.instrument_id});
    }
    if (fate == SubmitFate::lost_request) {
      note_queues();
      return;
    }
  }
  // One connection: what was sent later does not arrive earlier, however its delay was drawn.
  last_arrival_ = std::max(last_arrival_, sent + delays_.draw(LatencyModel::Leg::order, sent));
  put_in_order(requests_, requests_head_, Request{last_arrival_, command});
  note_queues();
}

void Exchange::note_queues() noexcept {
  next_queued_ = Timestamp::never();
  if (requests_head_ < requests_.size()) {
    next_queued_ = requests_[requests_head_].at;
  }
  if (timeouts_head_ < timeouts_.size()) {
    next_queued_ = std::min(next_queued_, timeouts_[timeouts_head_].at);
  }
}

void Exchange::advance_due(Timestamp until, std::vector<model::Event>& reports) {
  recorder_.drain(reports);
  for (Timestamp at = next_time(); at <= until; at = next_time()) {
    set_now(at);
    if (next_print_ <= now_) {
      play_due();
    }
    expire_due();
    report_timeouts();
    admit_due();
    note_queues();
    recorder_.drain(reports);
  }
}

void Exchange::play_due() {
  next_print_ = Timestamp::never();
  std::size_t kept = 0;
  for (const InstrumentId id : active_) {
    MarketState& market = markets_[id.index()];
    play_until_now(market, id);
    if (book_.count(id) == 0 && account_.position(id).is_zero()) {
      market.is_active = false;
      continue;
    }
    active_[kept++] = id;
    plan(market);
  }
  active_.resize(kept);
}

void Exchange::plan(const MarketState& market) noexcept {
  next_print_ = std::min(next_print_, market.print_time());
}

void Exchange::activate(MarketState& market, InstrumentId id) {
  if (market.is_active) {
    return;
  }
  market.catch_up(now_);
  if (market.last_px.is_positive()) {
    account_.mark(id, market.last_px);
  }
  market.is_active = true;
  active_.insert(std::lower_bound(active_.begin(), active_.end(), id), id);
  plan(market);
}

void Exchange::expire_due() {
  if (next_expiry_ > now_) {
    return;
  }
  next_expiry_ = Timestamp::never();
  std::size_t kept = 0;
  for (const Expiry& expiry : expiries_) {
    RestingOrder* order = book_.find_resting(expiry.order);
    if (order != nullptr && expiry.at <= now_) {
      matcher_.expire(*order, model::RejectReason::time_in_force);
    } else if (order != nullptr) {
      next_expiry_ = std::min(next_expiry_, expiry.at);
      expiries_[kept++] = expiry;
    }
  }
  expiries_.resize(kept);
}

void Exchange::report_timeouts() {
  for (; timeouts_head_ < timeouts_.size() && timeouts_[timeouts_head_].at <= now_;
       ++timeouts_head_) {
    const Timeout& timeout = timeouts_[timeouts_head_];
    recorder_.status_unknown(timeout.order, timeout.instrument);
  }
  tidy(timeouts_, timeouts_head_);
}

void Exchange::admit_due() {
  for (; requests_head_ < requests_.size() && requests_[requests_head_].at <= now_;
       ++requests_head_) {
    const model::Command& command = requests_[requests_head_].command;
    if (const auto* order = std::get_if<model::SubmitOrder>(&command)) {
      admit(order->order);
    } else if (const auto* request = std::get_if<model::CancelOrder>(&command)) {
      cancel(*request);
    } else if (const auto* amendment = std::get_if<model::AmendOrder>(&command)) {
      amend(*amendment);
    } else if (const auto* query = std::get_if<model::QueryOrder>(&command)) {
      recorder_.status(query->client_order_id, query->instrument_id,
                       book_.answer(query->client_order_id));
    }
  }
  tidy(requests_, requests_head_);
}

void Exchange::admit(const model::OrderRequest& order) {
  ENSURE(order.instrument_id.index() < markets_.size());
  ENSURE(order.client_order_id.is_valid());
  MarketState& market = markets_[order.instrument_id.index()];
  recorder_.arrived(order);
  // Overload refuses what adds risk; venues exempt what reduces it. The id is not spent.
  if (bad_day_ && !is_reducing(order) && busy_.is_busy(now_)) {
    recorder_.rejected(order, model::RejectReason::service_unavailable);
    return;
  }
  activate(market, order.instrument_id);
  const model::RejectReason reason = refusal_of(
      order, instruments_[order.instrument_id.index()], market, book_, account_);
  if (reason != model::RejectReason::none) {
    book_.note_rejected(order.client_order_id);
    recorder_.rejected(order, reason);
    return;
  }
  RestingOrder& resting = book_.insert(order, now_);
  resting.is_crossing = is_crossing(order, market.last_px);
  matcher_.link(resting);
  recorder_.accepted(resting);
  if (order.time_in_force == model::TimeInForce::gtd) {
    put_in_order(expiries_, 0, Expiry{order.expires_at, order.client_order_id});
    next_expiry_ = std::min(next_expiry_, order.expires_at);
  }
  matcher_.settle_in(resting);
  if (resting.is_resting) {
    matcher_.meet_book(resting);
  }
}

void Exchange::cancel(const model::CancelOrder& request) {
  if (RestingOrder* order = book_.find_resting(request.client_order_id)) {
    matcher_.cancel(*order, model::RejectReason::by_request);
  } else {
    recorder_.cancel_rejected(request.client_order_id, request.instrument_id);
  }
}

bool Exchange::is_idle() const noexcept {
  if (requests_head_ < requests_.size() || recorder_.has_reports()) {
    return false;
  }
  return std::all_of(active_.begin(), active_.end(), [this](InstrumentId id) {
    return book_.count(id) == 0 && account_.position(id).is_zero();
  });
}

}  // namespace lanner::sim
