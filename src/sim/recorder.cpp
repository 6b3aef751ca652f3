#include "sim/recorder.hpp"

#include <algorithm>

namespace lanner::sim {
namespace {

constexpr std::size_t kReportsReserved = 1024;

}  // namespace

Recorder::Recorder(LatencyModel& delays) : delays_(delays) {
  reports_.reserve(kReportsReserved);
}

void Recorder::report(const model::EventPayload& payload) {
  last_report_ =
      std::max(last_report_, now_ + delays_.draw(LatencyModel::Leg::response, now_));
  reports_.push_back({0, now_, last_report_, payload});
}

LogRecord Recorder::record(LogKind kind, const model::OrderRequest& order) const noexcept {
  LogRecord record;
  record.ts = now_;
  record.kind = kind;
  record.role = order.role;
  record.type = order.type;
  record.side = order.side;
  record.reduce_only = order.reduce_only;
  record.close_position = order.close_position;
  record.instrument_id = order.instrument_id;
  record.candidate_id = order.candidate_id;
  record.client_order_id = order.client_order_id;
  record.quantity = order.quantity;
  record.leaves = order.quantity;
  record.price = order.price;
  record.trigger = order.trigger_price;
  return record;
}

void Recorder::arrived(const model::OrderRequest& order) {
  log_.append(record(LogKind::arrived, order));
}

void Recorder::accepted(const RestingOrder& order) {
  log_.append(record(LogKind::accepted, order.request));
  report(model::OrderAccepted{order.request.client_order_id, order.request.instrument_id,
                              order.venue_order_id});
}

void Recorder::rejected(const model::OrderRequest& order, model::RejectReason reason) {
  LogRecord entry = record(LogKind::rejected, order);
  entry.reason = reason;
  entry.leaves = Quantity{};
  log_.append(entry);
  report(model::OrderRejected{order.client_order_id, order.instrument_id, reason});
}

void Recorder::triggered(const RestingOrder& order) {
  LogRecord entry = record(LogKind::triggered, order.request);
  entry.leaves = order.leaves();
  log_.append(entry);
  report(model::OrderTriggered{order.request.client_order_id, order.request.instrument_id});
}

void Recorder::rejected_at_trigger(const RestingOrder& order, model::RejectReason reason) {
  rejected(order.request, reason);
}

void Recorder::resized(const RestingOrder& order) {
  LogRecord entry = record(LogKind::resized, order.request);
  entry.leaves = order.leaves();
  log_.append(entry);
}

void Recorder::amended(const RestingOrder& order, model::RejectReason reason) {
  resized(order);
  const model::OrderRequest& request = order.request;
  report(model::OrderAmended{request.client_order_id, request.instrument_id, request.quantity,
                             request.price, request.trigger_price, reason});
}

void Recorder::amend_rejected(ClientOrderId order, InstrumentId instrument,
                              model::RejectReason reason) {
  report(model::AmendRejected{order, instrument, reason});
}

void Recorder::canceled(const RestingOrder& order, model::RejectReason reason) {
  LogRecord entry = record(LogKind::canceled, order.request);
  entry.reason = reason;
  entry.leaves = Quantity{};
  log_.append(entry);
  report(model::OrderCanceled{order.request.client_order_id, order.request.instrument_id,
                              order.filled, reason});
}

void Recorder::expired(const RestingOrder& order, model::RejectReason reason) {
  LogRecord entry = record(LogKind::expired, order.request);
  entry.reason = reason;
  entry.leaves = Quantity{};
  log_.append(entry);
  report(model::OrderExpired{order.request.client_order_id, order.request.instrument_id,
                             order.filled, reason});
}

namespace {

void put_fill(LogRecord& entry, const Recorder::Fill& fill) noexcept {
  entry.quantity = fill.quantity;
  entry.price = fill.price;
  entry.money = fill.commission;
  entry.liquidity_side = fill.liquidity_side;
  entry.leaves = fill.leaves;
  entry.print_px = fill.print_px;
  entry.print_volume = fill.print_volume;
  entry.position = fill.position;
}

}  // namespace

void Recorder::filled(const RestingOrder& order, const Fill& fill) {
  LogRecord entry = record(LogKind::filled, order.request);
  put_fill(entry, fill);
  log_.append(entry);
  report(model::OrderFilled{order.request.client_order_id, order.request.instrument_id,
                            TradeId{next_trade_id_++}, order.request.side, fill.liquidity_side,
                            fill.quantity, fill.price, fill.leaves, fill.commission});
}

void Recorder::forced(InstrumentId id, model::Side side, const Fill& fill) {
  model::OrderRequest request;
  request.instrument_id = id;
  request.role = model::OrderRole::close;
  request.side = side;
  request.reduce_only = model::ReduceOnly::yes;
  LogRecord entry = record(LogKind::liquidated, request);
  entry.forced = fill.forced;
  put_fill(entry, fill);
  log_.append(entry);
  report(model::OrderFilled{ClientOrderId{}, id, TradeId{next_trade_id_++}, side,
                            fill.liquidity_side, fill.quantity, fill.price, fill.leaves,
                            fill.commission, fill.forced});
}

void Recorder::funding(InstrumentId id, Money amount, Quantity position) {
  LogRecord entry;
  entry.ts = now_;
  entry.kind = LogKind::funding;
  entry.instrument_id = id;
  entry.money = amount;
  entry.position = position;
  log_.append(entry);
  report(model::FundingPaid{id, amount});
}

void Recorder::cancel_rejected(ClientOrderId order, InstrumentId instrument) {
  report(model::CancelRejected{order, instrument, model::RejectReason::unknown_order});
}

void Recorder::status(ClientOrderId order, InstrumentId instrument,
                      const OrderBook::Answer& answer) {
  report(model::OrderStatusReport{order, instrument, answer.status, answer.filled});
}

void Recorder::status_unknown(ClientOrderId order, InstrumentId instrument) {
  report(model::OrderStatusUnknown{order, instrument});
}

void Recorder::drain(std::vector<model::Event>& out) {
  out.insert(out.end(), reports_.begin(), reports_.end());
  reports_.clear();
}

}  // namespace lanner::sim
