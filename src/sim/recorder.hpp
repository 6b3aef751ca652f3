#pragma once

// Writes what the exchange does, once for the engine (events, with the response latency on top)
// and once for the judge (the log).

#include <vector>

#include "model/events.hpp"
#include "sim/exchange_log.hpp"
#include "sim/latency_model.hpp"
#include "sim/order_book.hpp"

namespace lanner::sim {

class Recorder {
 public:
  // `delays` outlives the recorder.
  explicit Recorder(LatencyModel& delays);

  void set_now(Timestamp now) noexcept { now_ = now; }
  [[nodiscard]] Timestamp now() const noexcept { return now_; }

  void arrived(const model::OrderRequest& order);
  void accepted(const RestingOrder& order);
  void rejected(const model::OrderRequest& order, model::RejectReason reason);
  void triggered(const RestingOrder& order);
  void rejected_at_trigger(const RestingOrder& order, model::RejectReason reason);
  void resized(const RestingOrder& order);
  // As `resized`, and the owner is told.
  void amended(const RestingOrder& order, model::RejectReason reason);
  void amend_rejected(ClientOrderId order, InstrumentId instrument, model::RejectReason reason);
  void canceled(const RestingOrder& order, model::RejectReason reason);
  void expired(const RestingOrder& order, model::RejectReason reason);

  struct Fill {
    Quantity quantity;
    Price price;
    Money commission;
    model::LiquiditySide liquidity_side = model::LiquiditySide::taker;
    Quantity leaves;
    Price print_px;
    Quantity print_volume;
    Quantity position;  // signed, after
    model::ForcedFill forced = model::ForcedFill::none;
  };
  void filled(const RestingOrder& order, const Fill& fill);
  // A fill that nobody ordered.
  void forced(InstrumentId id, model::Side side, const Fill& fill);
  void funding(InstrumentId id, Money amount, Quantity position);

  void cancel_rejected(ClientOrderId order, InstrumentId instrument);
  void status(ClientOrderId order, InstrumentId instrument, const OrderBook::Answer& answer);
  void status_unknown(ClientOrderId order, InstrumentId instrument);

  [[nodiscard]] bool has_reports() const noexcept { return !reports_.empty(); }
  // Moves the reports out, oldest first.
  void drain(std::vector<model::Event>& out);
  [[nodiscard]] const ExchangeLog& order_log() const noexcept { return log_; }

 private:
  void report(const model::EventPayload& payload);
  [[nodiscard]] LogRecord record(LogKind kind, const model::OrderRequest& order) const noexcept;

  LatencyModel& delays_;
  Timestamp last_report_;  // ts_init: reports come by one connection, in order
  Timestamp now_;
  std::uint64_t next_trade_id_ = 1;
  std::vector<model::Event> reports_;
  ExchangeLog log_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(last_report_, now_, next_trade_id_, reports_, log_);
  }
};

}  // namespace lanner::sim
