#pragma once

// Lets the resting orders of one instrument meet one print: entries first, then stops and closes,
// then targets. It keeps links, attached children and the position's consequences in order.

#include <cstdint>
#include <vector>

#include "base/static_vector.hpp"
#include "model/instrument.hpp"
#include "sim/account.hpp"
#include "sim/depth.hpp"
#include "sim/order_book.hpp"
#include "sim/pricer.hpp"
#include "sim/print.hpp"
#include "sim/recorder.hpp"

namespace lanner::sim {

// Auto-deleveraging that reaches us. A one-account model has no bankrupt counterparty to watch, so
// it comes by date (venue events).
struct Deleveraging {
  InstrumentId instrument_id;
  Rate share;   // of our position, above 0, at most 1
  Price price;  // the counterparty's bankruptcy price; zero = one maintenance margin behind last
  friend bool operator==(const Deleveraging&, const Deleveraging&) = default;
};

class Matcher {
 public:
  // All parts outlive the matcher.
  struct Parts {
    const model::InstrumentTable& instruments;
    OrderBook& book;
    Account& account;
    Recorder& recorder;
    const Pricer& pricer;
    std::vector<MarketState>& markets;
    Rate liquidation_fee;  // beside the taker's fee
    DepthBooks& depth;
    QueueModel queue_model;
  };
  explicit Matcher(const Parts& parts) : parts_(parts) { ready_.reserve(Refs::capacity()); }

  void play(const Print& print) {
    if (!is_passed(print.instrument_id, print.price)) {
      meet(print);
    }
  }
  // The price of a print, and whether the print can do no more than leave it: most find every order
  // and the account calm. Otherwise meet() follows.
  [[nodiscard]] bool is_passed(InstrumentId id, Price price) noexcept {
    const MarketState& market = parts_.markets[id.index()];
    // Where the venue publishes a mark, margin is valued by it alone.
    if (!market.mark_px.is_positive()) {
      parts_.account.mark(id, price);
    }
    return market.state != model::InstrumentState::trading ||
           (parts_.book.is_calm(id, price) && parts_.account.is_calm(id));
  }
  void meet(const Print& print);
  // A new mark price: only triggers; the fill comes with the next print.
  void on_mark(InstrumentId id, Timestamp ts);
  void cancel(RestingOrder& order, model::RejectReason reason);
  void expire(RestingOrder& order, model::RejectReason reason);
  void cancel_all(InstrumentId id, model::RejectReason reason);
  // Where the tape shows a book: an order that was just accepted (or has lost its place by an
  // amendment) meets it, and what may rest joins the queue of its price.
  void meet_book(RestingOrder& order);
  // After an event of the book.
  void on_book(InstrumentId id, Timestamp ts);
  // After an acceptance: the partner learns of its link.
  void link(const RestingOrder& order);
  // The venue closes a share of our position against a bankrupt counterparty, if it is in profit.
  void deleverage(const Deleveraging& event);
  // What is held ends at this price, without a fee.
  void settle_position(InstrumentId id, Price price);
  // An order that was just accepted or amended takes its place: a trailing one begins to follow, a
  // limit one may meet an order of our own.
  void settle_in(RestingOrder& order);

  // At most 200 own orders and the children of one.
  static constexpr std::uint32_t kOrdersMax = 200;
  // Prints (or events of a shown book) at which a taker may look for what is left of it.
  static constexpr std::uint8_t kPrintsOfTaker = 3;

 private:
  struct Ref {
    std::uint32_t slot = 0;
    VenueOrderId venue_order_id;
  };
  using Refs = StaticVector<Ref, kOrdersMax + 56>;
  enum class Group : std::uint8_t { entry, stop, target };

  [[nodiscard]] static Group group_of(const model::OrderRequest& request) noexcept;
  [[nodiscard]] Refs collect(InstrumentId id) noexcept;
  [[nodiscard]] RestingOrder* resolve(const Ref& ref) noexcept;
  [[nodiscard]] bool is_best_of_bar(const RestingOrder& order, const Print& print) const noexcept;
  [[nodiscard]] bool can_act(const RestingOrder& order, const Print& print) const noexcept;
  [[nodiscard]] OrderBook::Calm calm_of(InstrumentId id) const noexcept;
  [[nodiscard]] Quantity reducible(const model::OrderRequest& request) const noexcept;
  // Spot holds no debt, so a sale there is bounded by the holdings whatever it calls itself.
  [[nodiscard]] bool is_bounded(const model::OrderRequest& request) const noexcept;
  [[nodiscard]] Quantity wanted(const RestingOrder& order) const noexcept;

  // trailing.cpp
  [[nodiscard]] bool follows_mark(const model::OrderRequest& request) const noexcept;
  void follow(RestingOrder& order, Price price) noexcept;
  // self_trade.cpp: false when the taker is gone. `reach` is the worst price that it would pay.
  bool prevent_self_trade(RestingOrder& taker, Price reach);
  [[nodiscard]] RestingOrder* first_own_maker(const RestingOrder& taker, Price reach) noexcept;
  bool take_away(RestingOrder& order, Quantity quantity);
  // depth_match.cpp: whether the print's taker matches against a shown book instead of the print.
  [[nodiscard]] const market::OrderBook* book_at(const Print& print) const noexcept;
  void walk(RestingOrder& order, const Print& print, const market::OrderBook& book);
  void advance_queues(const Print& print) noexcept;
  void join_queue(RestingOrder& order, const market::OrderBook* book) noexcept;
  void count_fill(const RestingOrder& order, const Print& print,
                  model::LiquiditySide liquidity_side) noexcept;

  void act(RestingOrder& order, const Print& print);
  // These three: false when the order is gone.
  [[nodiscard]] bool trigger(RestingOrder& order);
  [[nodiscard]] bool has_margin_at_trigger(RestingOrder& order);
  [[nodiscard]] bool becomes_limit(RestingOrder& order);
  [[nodiscard]] Price price_of(const RestingOrder& order, const Print& print,
                               Quantity quantity) const noexcept;
  void attempt(RestingOrder& order, const Print& print);
  void settle_rest(RestingOrder& order);
  struct Execution {
    Quantity quantity;
    Price price;
    model::LiquiditySide liquidity_side = model::LiquiditySide::taker;
  };
  void fill(RestingOrder& order, const Print& print, const Execution& execution);
  void shrink_partner(const RestingOrder& order, Quantity quantity);
  void feed_children(const RestingOrder& entry, Quantity quantity);
  void feed_child(const RestingOrder& entry, Quantity quantity, model::OrderType type);
  [[nodiscard]] bool has_resting_entry(const Refs& refs) noexcept;
  void on_flat(const RestingOrder* cause, InstrumentId id);
  void meet_orders(const Print& print);
  void check_margin(const Print& print);
  void liquidate(InstrumentId id, const Print& cause);
  struct Forced {
    model::ForcedFill kind = model::ForcedFill::none;
    Quantity quantity;
    Price price;
    Money commission;
    Price print_px;
    Quantity print_volume;
  };
  void force(InstrumentId id, const Forced& forced);

  Parts parts_;
  std::vector<Ref> ready_;  // of the print in hand; play() never nests
  bool is_walking_ = false;  // an order takes level after level: its rest is judged at the end
};

}  // namespace lanner::sim
