#pragma once

// The simulated exchange: a state machine without a clock. Market facts and commands go in with
// their times, execution events come out. Chance is a function of the seed. One owner, no threads.
//
// The model (docs/ARCHITECTURE.md): a bar is four prints at +0, 1/3, 2/3 and 1 of its interval, a
// trade is one print; an order accepted at t fills only at prints later than t; at one print
// entries come first, then stops and closes, then targets. Per instrument feed bars or trades: a
// trade ends the bar in play.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "market/cost_model.hpp"
#include "model/commands.hpp"
#include "model/events.hpp"
#include "model/instrument.hpp"
#include "model/parameters.hpp"
#include "sim/account.hpp"
#include "sim/bad_day.hpp"
#include "sim/depth.hpp"
#include "sim/latency.hpp"
#include "sim/latency_model.hpp"
#include "sim/matcher.hpp"
#include "sim/order_book.hpp"
#include "sim/pricer.hpp"
#include "sim/print.hpp"
#include "sim/recorder.hpp"

namespace lanner {
class StateReader;
class StateWriter;
}  // namespace lanner

namespace lanner::sim {

struct ExchangeConfig {
  Latency latency;
  LatencySpec latency_model;
  std::uint64_t seed = 1;
  bool bad_day = false;         // latency x20, 5 % unknown, refusals in the busiest minutes
  std::vector<Money> balances;  // by VenueId
  model::MarginTerms margin;
  Rate liquidation_fee;         // of the notional, beside the taker's fee
  QueueModel queue_model = QueueModel::conservative;
  PlantedFaults planted;
};

// What the configuration comes to: a bad day has twenty times the latency.
[[nodiscard]] Latency effective_latency(const ExchangeConfig& config) noexcept;
// The model of its delays; each user draws from one of its own.
[[nodiscard]] LatencyModel latency_model(const ExchangeConfig& config);

class Exchange {
 public:
  // The exchange keeps its own table: rules may change at venue time, before anybody hears of it.
  Exchange(const model::InstrumentTable& instruments, const model::ParameterSet& parameters,
           const ExchangeConfig& config);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Market facts at venue time, in order of time, each after advance(that time). A bar is given
  // at its open. What they cause is reported by the next advance().
  void on_bar(const model::Bar& bar, Timestamp open);
  void on_trade(const model::TradeTick& trade, Timestamp ts);
  // Books and quotes; an event of a book is one call. Where they are valid, what takes walks the
  // shown levels and what rests waits in the queue of its price.
  void on_book(const model::BookDelta& delta, Timestamp ts);
  void on_book(const model::BookSnapshot& snapshot, Timestamp ts);
  void on_quote(const model::QuoteTick& quote, Timestamp ts);
  void on_book_gap(InstrumentId id) noexcept { depth_.on_gap(id); }
  void on_funding(const model::FundingRate& funding, Timestamp ts);
  void on_mark(const model::MarkPrice& mark, Timestamp ts);
  // Halted and settling: nothing trades, new orders are refused, cancels are taken. Delisted: all
  // orders end, and what is held is settled at the status' price, or else at the last one.
  void on_status(const model::InstrumentStatus& status, Timestamp ts);
  // New orders and amendments meet the new grid and minima; what rests stays as it is.
  void on_rules(const model::InstrumentRules& rules, Timestamp ts);
  void on_deleveraging(const Deleveraging& event, Timestamp ts);

  // Arrives after the order latency, never before what was sent earlier; timers are not for the
  // exchange.
  void submit(const model::Command& command, Timestamp sent);

  // The earliest moment at which something happens without new input; never() when nothing does.
  [[nodiscard]] Timestamp next_time() const noexcept {
    if (recorder_.has_reports()) {
      return now_;
    }
    return std::min({next_print_, next_expiry_, next_queued_});
  }
  // Everything up to and including `until`, in order. Reports have ts_event = venue time, ts_init
  // = that + response latency (ascending), sequence 0.
  void advance(Timestamp until, std::vector<model::Event>& reports) {
    if (next_time() <= until) {
      advance_due(until, reports);
    }
    set_now(until);
  }

  // The whole state, for a fresh exchange of the same configuration to go on from. Equal states
  // give equal bytes.
  void save(StateWriter& out) const;
  // False: the bytes are of another configuration, and the exchange is good for nothing.
  [[nodiscard]] bool load(StateReader& in);

  [[nodiscard]] const ExchangeLog& order_log() const noexcept { return recorder_.order_log(); }
  [[nodiscard]] const DepthBooks& depth() const noexcept { return depth_; }
  [[nodiscard]] const Account& account() const noexcept { return account_; }
  // The longest delays so far; the configured ones where they are constant.
  [[nodiscard]] const Latency& latency() const noexcept { return delays_.longest(); }
  [[nodiscard]] Money cash(VenueId id) const noexcept { return account_.cash(id); }
  [[nodiscard]] Money equity(VenueId id) const noexcept { return account_.equity(id); }
  [[nodiscard]] Quantity position(InstrumentId id) const noexcept {  // signed
    return account_.position(id);
  }
  [[nodiscard]] std::uint32_t order_count(InstrumentId id) const noexcept {
    return book_.count(id);
  }
  // True when nothing is held, rests, or is on its way.
  [[nodiscard]] bool is_idle() const noexcept;

 private:
  struct Request {
    Timestamp at;
    model::Command command;
  };
  struct Timeout {
    Timestamp at;
    ClientOrderId order;
    InstrumentId instrument;
  };
  struct Expiry {
    Timestamp at;
    ClientOrderId order;
  };

  void set_now(Timestamp now) noexcept {
    now_ = std::max(now_, now);
    recorder_.set_now(now_);
  }
  void advance_due(Timestamp until, std::vector<model::Event>& reports);
  void activate(MarketState& market, InstrumentId id);
  void play_due();
  void play_until_now(MarketState& market, InstrumentId id);
  void plan(const MarketState& market) noexcept;
  void expire_due();
  void report_timeouts();
  void admit_due();
  void note_queues() noexcept;
  void after_book(InstrumentId id, Timestamp ts);
  void admit(const model::OrderRequest& order);
  void cancel(const model::CancelOrder& request);
  void amend(const model::AmendOrder& request);

  model::InstrumentTable instruments_;
  Latency latency_;
  LatencyModel delays_;
  bool counts_activity_;
  Timestamp last_arrival_;
  std::uint64_t seed_;
  bool bad_day_;
  Timestamp now_;

  market::CostModel costs_;
  std::vector<MarketState> markets_;
  OrderBook book_;
  Account account_;
  Recorder recorder_;
  Pricer pricer_;
  DepthBooks depth_;
  Matcher matcher_;
  BusyMinutes busy_;

  std::vector<InstrumentId> active_;  // ascending: with orders or a position
  Timestamp next_print_ = Timestamp::never();
  std::vector<Request> requests_;     // ascending from requests_head_
  std::size_t requests_head_ = 0;
  std::vector<Timeout> timeouts_;
  std::size_t timeouts_head_ = 0;
  Timestamp next_queued_ = Timestamp::never();  // of requests and timeouts
  std::vector<Expiry> expiries_;
  Timestamp next_expiry_ = Timestamp::never();

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(instruments_, delays_, last_arrival_, now_, costs_, markets_, book_, account_);
    archive(recorder_, depth_, busy_, active_, next_print_, requests_, requests_head_);
    archive(timeouts_, timeouts_head_, next_queued_, expiries_, next_expiry_);
  }
};

}  // namespace lanner::sim
