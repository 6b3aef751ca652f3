#pragma once

// A small exchange with hand-made prints for the tests of this folder. Time 0 is a full minute.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/exchange.hpp"

namespace lanner::sim::test {

inline constexpr std::int64_t kStart = 28'333'333LL * kNsPerMinute;
inline Timestamp at_ms(std::int64_t ms) { return Timestamp{kStart + ms * kNsPerMs}; }
inline Timestamp at_s(std::int64_t s) { return at_ms(s * 1000); }
inline Price px(const char* text) { return *parse_fixed<Price>(text); }
inline Quantity qty(const char* text) { return *parse_fixed<Quantity>(text); }
inline Money money(const char* text) { return *parse_fixed<Money>(text); }
inline Rate rate(const char* text) { return *parse_fixed<Rate>(text); }

inline const InstrumentId kPerp{0};
inline const InstrumentId kOther{1};
inline const InstrumentId kSpot{2};

inline model::Instrument instrument(std::uint32_t id, model::InstrumentKind kind, VenueId venue) {
  model::Instrument made;
  made.id = InstrumentId{id};
  made.name = "I" + std::to_string(id);
  made.kind = kind;
  made.venue_id = venue;
  made.tick = px("0.1");
  made.step = qty("0.1");
  made.quantity_min = qty("0.1");
  made.notional_min = money("5");
  made.maker_fee = rate("0.0002");
  made.taker_fee = rate("0.0005");
  made.tiers = {{Money::max(), 20, rate("0.025")}};
  return made;
}

// Two perpetuals on venue 0 and one spot instrument on venue 1.
inline model::InstrumentTable instruments() {
  return {instrument(0, model::InstrumentKind::perpetual, VenueId{0}),
          instrument(1, model::InstrumentKind::perpetual, VenueId{0}),
          instrument(2, model::InstrumentKind::spot, VenueId{1})};
}

// No slippage, no impact and half a tick of spread: every fill can be told by hand.
inline model::ParameterSet plain_costs() {
  model::ParameterSet set;
  for (const char* id : {"cost.half_spread_top_bps", "cost.half_spread_middle_bps",
                         "cost.half_spread_low_bps", "cost.stop_k", "cost.impact_coefficient"}) {
    static_cast<void>(set.set(id, "0"));
  }
  return set;
}

struct Order : model::OrderRequest {
  Order(std::uint64_t id, model::Side order_side, model::OrderType order_type,
        const char* quantity_text) {
    client_order_id = ClientOrderId{id};
    instrument_id = kPerp;
    candidate_id = CandidateId{1};
    side = order_side;
    type = order_type;
    quantity = qty(quantity_text);
  }
  Order& on(InstrumentId id) { instrument_id = id; return *this; }
  Order& as(model::OrderRole value) { role = value; return *this; }
  Order& of(std::uint32_t candidate) { candidate_id = CandidateId{candidate}; return *this; }
  Order& limit(const char* text) { price = px(text); return *this; }
  Order& trigger(const char* text) { trigger_price = px(text); return *this; }
  Order& by_mark() { trigger_by = model::TriggerBy::mark; return *this; }
  Order& reducing() { reduce_only = model::ReduceOnly::yes; return *this; }
  Order& whole() {
    close_position = model::ClosePosition::yes;
    quantity = Quantity{};
    return *this;
  }
  Order& in_force(model::TimeInForce value) { time_in_force = value; return *this; }
  Order& until(Timestamp value) {
    expires_at = value;
    return in_force(model::TimeInForce::gtd);
  }
  Order& linked(std::uint64_t id) { linked_id = ClientOrderId{id}; return *this; }
};

inline Order market(std::uint64_t id, model::Side side, const char* quantity) {
  return Order{id, side, model::OrderType::market, quantity};
}
inline Order stop(std::uint64_t id, model::Side side, const char* quantity, const char* trigger) {
  return Order{id, side, model::OrderType::stop_market, quantity}
      .trigger(trigger).reducing().as(model::OrderRole::working_stop);
}
inline Order disaster(std::uint64_t id, model::Side side, const char* trigger) {
  return Order{id, side, model::OrderType::stop_market, "0"}
      .trigger(trigger).whole().as(model::OrderRole::disaster_stop);
}
inline Order target(std::uint64_t id, model::Side side, const char* quantity,
                    const char* trigger) {
  return Order{id, side, model::OrderType::market_if_touched, quantity}
      .trigger(trigger).reducing().as(model::OrderRole::target);
}

inline ExchangeConfig plain_config() {
  ExchangeConfig config;
  config.balances = {money("10000"), money("10000")};
  return config;
}

// Orders sent at `ms` arrive 50 ms later; market facts advance the exchange to their own time.
class Rig {
 public:
  explicit Rig(const ExchangeConfig& config = plain_config(),
               const model::ParameterSet& parameters = plain_costs(),
               model::InstrumentTable table_in = instruments())
      : table(std::move(table_in)), exchange(table, parameters, config) {}

  void send(const model::OrderRequest& order, Timestamp at) {
    exchange.submit(model::SubmitOrder{order}, at);
  }
  void cancel(std::uint64_t id, Timestamp at, InstrumentId instrument = kPerp) {
    exchange.submit(model::CancelOrder{ClientOrderId{id}, instrument}, at);
  }
  void query(std::uint64_t id, Timestamp at) {
    exchange.submit(model::QueryOrder{ClientOrderId{id}, kPerp}, at);
  }
  void run(Timestamp until) { exchange.advance(until, events); }
  void trade(Timestamp at, const char* price, const char* quantity,
             model::Side aggressor = model::Side::buy, InstrumentId id = kPerp) {
    run(at);
    exchange.on_trade({id, aggressor, px(price), qty(quantity)}, at);
    run(at);
  }
  struct Path {
    const char* open;
    const char* high;
    const char* low;
    const char* close;
  };
  // A bar of one minute; run() plays it.
  void bar(Timestamp open, const Path& path, const char* volume = "40000",
           InstrumentId id = kPerp) {
    run(open);
    exchange.on_bar({id, 60, px(path.open), px(path.high), px(path.low), px(path.close),
                     qty(volume)}, open);
    run(open);
  }

  template <typename T>
  [[nodiscard]] std::vector<T> all(std::uint64_t id) const {
    std::vector<T> found;
    for (const model::Event& event : events) {
      const T* one = std::get_if<T>(&event.payload);
      if (one != nullptr && one->client_order_id == ClientOrderId{id}) {
        found.push_back(*one);
      }
    }
    return found;
  }
  template <typename T>
  [[nodiscard]] bool has(std::uint64_t id) const {
    return !all<T>(id).empty();
  }
  [[nodiscard]] model::RejectReason rejection(std::uint64_t id) const {
    const auto found = all<model::OrderRejected>(id);
    return found.empty() ? model::RejectReason::none : found.back().reason;
  }
  [[nodiscard]] std::string fills(std::uint64_t id) const {  // "1@100.1 2@100.2"
    std::string text;
    for (const model::OrderFilled& fill : all<model::OrderFilled>(id)) {
      text += (text.empty() ? "" : " ") + to_string(fill.last_qty) + "@" + to_string(fill.last_px);
    }
    return text;
  }
  [[nodiscard]] std::string position(InstrumentId id = kPerp) const {
    return to_string(exchange.position(id));
  }

  model::InstrumentTable table;
  Exchange exchange;
  std::vector<model::Event> events;
};

}  // namespace lanner::sim::test
