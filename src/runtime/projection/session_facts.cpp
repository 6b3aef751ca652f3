// What happened, as rows: each is written once, when it happens.

#include "base/isotime.hpp"
#include "runtime/projection/cells.hpp"
#include "runtime/projection/session_fold.hpp"
#include "runtime/projection/words.hpp"

namespace lanner::runtime {

using store::sqlite::Table;

const std::string& SessionFold::name_of_instrument(InstrumentId id) const {
  static const std::string kNone = "?";
  const auto& instruments = spec_.engine.instruments;
  return id.index() < instruments.size() ? instruments[id.index()].name : kNone;
}

void SessionFold::act(const char* component, const char* level, std::string text) {
  put(Table::activity_log, sequence_, position_++, now_, component, level, text);
}

void SessionFold::alert(const char* kind, std::string text) {
  act("alert", "warn", text);
  put(Table::alerts, sequence_, position_++, now_, kind, text);
}

void SessionFold::note_market(const model::Event& event) {
  ++events_;
  sequence_ = event.sequence;
  now_ = event.ts_init;
  first_at_ = first_at_.is_set() ? first_at_ : now_;
  const auto see = [&](InstrumentId id) -> Seen& {
    Seen& seen = seen_[id.index()];
    seen.first = seen.first.is_set() ? seen.first : now_;
    seen.last = now_;
    return seen;
  };
  is_quiet_ = true;
  if (const auto* trade = std::get_if<model::TradeTick>(&event.payload)) {
    ++see(trade->instrument_id).trades;
  } else if (const auto* bar = std::get_if<model::Bar>(&event.payload)) {
    ++see(bar->instrument_id).bars;
  } else if (const auto* funding = std::get_if<model::FundingRate>(&event.payload)) {
    ++see(funding->instrument_id).others;
  } else if (const auto* mark = std::get_if<model::MarkPrice>(&event.payload)) {
    ++see(mark->instrument_id).others;
  } else {
    const auto* timer = std::get_if<model::TimerFired>(&event.payload);
    is_quiet_ = timer != nullptr && timer->kind != model::TimerKind::reflection;
  }
  is_quiet_ = is_quiet_ && now_ < next_hour_;
}

void SessionFold::note(const model::Event& event, const model::CommandSink& sink) {
  position_ = 0;
  note_answer(event.payload);
  for (const model::DecisionTrace& trace : sink.traces()) {
    note_decision(trace);
  }
  for (const model::Command& command : sink.commands()) {
    if (const auto* submit = std::get_if<model::SubmitOrder>(&command)) {
      note_order(submit->order);
    }
  }
  std::size_t changes = 0;
  for (const model::Notice& notice : sink.notices()) {
    note_notice(notice);
    changes += std::holds_alternative<model::PatternStateChanged>(notice) ||
                       std::holds_alternative<model::AdaptationChanged>(notice)
                   ? 1U
                   : 0U;
  }
  if (const auto* timer = std::get_if<model::TimerFired>(&event.payload);
      timer != nullptr && timer->kind == model::TimerKind::reflection) {
    note_cycle(changes);
  }
  note_time(event.ts_init);
}

void SessionFold::note_decision(const model::DecisionTrace& trace) {
  const model::Candidate& c = trace.candidate;
  const std::string& instrument = name_of_instrument(c.instrument_id);
  const std::string head = instrument + " " + model::name_of(c.side) + " " +
                           model::name_of(c.template_id);
  if (!c.id.is_valid()) {
    alert("candidate_refused", head + ": beyond the bound of open candidates");
    return;
  }
  put(Table::candidates, c.id, sequence_, instrument, model::name_of(c.side),
      model::name_of(c.template_id), name_of(c.source), c.shadow_only == model::ShadowOnly::yes,
      name_of(c.entry_mode), c.pattern_id, c.triggered_at, c.decision_px, c.entry_px, c.stop_px,
      c.target_px, c.quantity, c.time_stop.ns() / kNsPerSecond, c.cost_r,
      model::name_of(c.volatility), c.block_id, std::to_string(c.cluster_id));
  const model::SizeFactors& size = trace.size;
  put(Table::decisions, c.id, trace.is_traded, model::name_of(trace.refused_by),
      model::name_of(trace.coin_status), trace.expected_r, trace.coin_offset_r, trace.atr,
      size.risk_fraction, size.coin_multiplier, size.btc_lead_multiplier, size.size_scale,
      size.adaptation_multiplier, trace.quantity, trace.parameter_version,
      model::name_of(trace.pattern_state), trace.adaptation_id);
  const model::GateResult* refusal = nullptr;
  for (std::size_t i = 0; i < trace.gates.size(); ++i) {
    const model::GateResult& gate = trace.gates[i];
    put(Table::decision_gates, c.id, i, model::name_of(gate.gate), name_of(gate.verdict),
        gate.value, gate.threshold);
    refusal = gate.verdict == model::Verdict::refuse ? &gate : refusal;
  }
  std::string text = head;
  if (trace.is_traded) {
    text += " entered, " + to_string(trace.quantity) + ", stop " + to_string(c.stop_px);
  } else {
    text += std::string{" refused by "} + model::name_of(trace.refused_by);
    if (refusal != nullptr) {
      text += ": " + short_number(refusal->value) + " against " + short_number(refusal->threshold);
    }
  }
  act("decision", "info", std::move(text));
}

void SessionFold::put_order(const Asked& asked) {
  const model::OrderRequest& r = asked.request;
  put(Table::orders, r.client_order_id, asked.sequence, r.candidate_id,
      name_of_instrument(r.instrument_id), model::name_of(r.role), model::name_of(r.side),
      model::name_of(r.type), r.quantity, r.price, r.trigger_price, asked.sent_at,
      model::name_of(asked.status), model::name_of(asked.reason), asked.filled, sequence_);
}

void SessionFold::note_order(const model::OrderRequest& request) {
  Asked asked{.request = request, .sequence = sequence_, .sent_at = now_};
  put_order(asked);
  asked_.insert_or_assign(request.client_order_id.value(), asked);
}

void SessionFold::end_order(ClientOrderId id, model::OrderStatus status,
                            model::RejectReason reason) {
  const auto found = asked_.find(id.value());
  if (found == asked_.end()) {
    return;
  }
  Asked& asked = found->second;
  asked.status = status;
  asked.reason = reason;
  put_order(asked);
  const bool is_protective = asked.request.role == model::OrderRole::working_stop ||
                             asked.request.role == model::OrderRole::disaster_stop;
  if (status == model::OrderStatus::rejected && is_protective) {
    alert("stop_refused", name_of_instrument(asked.request.instrument_id) +
                              ": the venue refused a " + model::name_of(asked.request.role) +
                              " (" + model::name_of(reason) + ")");
  }
  if (model::is_terminal(status)) {
    asked_.erase(found);
  }
}

void SessionFold::note_fill(const model::OrderFilled& fill) {
  put(Table::fills, sequence_, fill.client_order_id, name_of_instrument(fill.instrument_id),
      model::name_of(fill.side),
      fill.liquidity_side == model::LiquiditySide::maker ? "maker" : "taker", fill.last_qty,
      fill.last_px, fill.commission, now_);
  if (!fill.client_order_id.is_valid()) {
    alert("forced_fill", name_of_instrument(fill.instrument_id) +
                             ": the venue closed a position by force at " +
                             to_string(fill.last_px));
    return;
  }
  if (const auto found = asked_.find(fill.client_order_id.value()); found != asked_.end()) {
    found->second.filled = found->second.filled + fill.last_qty;
    end_order(fill.client_order_id,
              fill.leaves_qty.is_zero() ? model::OrderStatus::filled
                                        : model::OrderStatus::partially_filled,
              model::RejectReason::none);
  }
}

void SessionFold::note_answer(const model::EventPayload& payload) {
  using enum model::OrderStatus;
  constexpr auto kNoReason = model::RejectReason::none;
  if (const auto* fill = std::get_if<model::OrderFilled>(&payload)) {
    note_fill(*fill);
  } else if (const auto* yes = std::get_if<model::OrderAccepted>(&payload)) {
    end_order(yes->client_order_id, accepted, kNoReason);
  } else if (const auto* fired = std::get_if<model::OrderTriggered>(&payload)) {
    end_order(fired->client_order_id, triggered, kNoReason);
  } else if (const auto* no = std::get_if<model::OrderRejected>(&payload)) {
    end_order(no->client_order_id, rejected, no->reason);
  } else if (const auto* gone = std::get_if<model::OrderCanceled>(&payload)) {
    end_order(gone->client_order_id, canceled, gone->reason);
  } else if (const auto* out = std::get_if<model::OrderExpired>(&payload)) {
    end_order(out->client_order_id, expired, out->reason);
  } else if (const auto* lost = std::get_if<model::OrderStatusUnknown>(&payload)) {
    end_order(lost->client_order_id, unknown, kNoReason);
    alert("order_unknown", name_of_instrument(lost->instrument_id) + ": no answer about order " +
                               std::to_string(lost->client_order_id.value()));
  } else if (const auto* report = std::get_if<model::OrderStatusReport>(&payload)) {
    end_order(report->client_order_id, report->status, kNoReason);
  } else if (const auto* status = std::get_if<model::InstrumentStatus>(&payload)) {
    if (status->state != model::InstrumentState::trading) {
      alert("instrument_status", name_of_instrument(status->instrument_id) + " is not trading");
    }
  }
}

void SessionFold::note_notice(const model::Notice& notice) {
  if (const auto* closed = std::get_if<model::TradeClosed>(&notice)) {
    note_closed(*closed);
  } else if (const auto* label = std::get_if<model::CandidateLabel>(&notice)) {
    note_label(*label);
  } else if (const auto* coin = std::get_if<model::CoinStatusChanged>(&notice)) {
    note_coin(*coin);
  } else if (const auto* pattern = std::get_if<model::PatternStateChanged>(&notice)) {
    note_pattern(*pattern);
  } else if (const auto* adaptation = std::get_if<model::AdaptationChanged>(&notice)) {
    note_adaptation(*adaptation);
  } else if (const auto* state = std::get_if<model::TradingStateChanged>(&notice)) {
    const bool is_latch = state->source == model::ControlSource::risk_latch;
    alert("trading_state", std::string{"trading is "} + model::name_of(state->state) +
                               (is_latch ? ", by a risk latch" : ", by the operator"));
  }
}

void SessionFold::note_closed(const model::TradeClosed& t) {
  const std::string& instrument = name_of_instrument(t.instrument_id);
  put(Table::closed_trades, t.trade_number, t.candidate_id, instrument, model::name_of(t.side),
      model::name_of(t.template_id), model::name_of(t.exit_reason), t.quantity, t.entry_px,
      t.exit_px, t.gross_pnl, t.commissions, t.funding, t.net_pnl, t.slippage, t.risk, t.net_r,
      t.gross_r, t.mfe_r, t.mae_r, t.opened_at, t.closed_at);
  wins_ += t.net_pnl.is_positive() ? 1 : 0;
  act("trade", "info", instrument + " " + model::name_of(t.side) + " closed by " +
                           model::name_of(t.exit_reason) + ": " + short_number(t.net_r) + " R, " +
                           to_string(t.net_pnl));
}

void SessionFold::note_label(const model::CandidateLabel& l) {
  put(Table::learnings, l.candidate_id, sequence_,
      l.source == model::LabelSource::fills ? "fills" : "path", name_of(l.barrier), l.is_filled,
      l.net_r, l.gross_r, l.weight, l.mfe_r, l.mae_r, l.labelled_at);
}

void SessionFold::note_coin(const model::CoinStatusChanged& c) {
  const std::string& instrument = name_of_instrument(c.instrument_id);
  put(Table::coin_adaptations, sequence_, position_++, now_, instrument, name_of_scope_side(c.side),
      model::name_of(c.before), model::name_of(c.after), model::name_of(c.reason), c.probability,
      c.mean_r, c.n);
  act("learning", "info", instrument + " " + name_of_scope_side(c.side) + ": " +
                              model::name_of(c.before) + " -> " + model::name_of(c.after) + ", " +
                              model::name_of(c.reason));
}

void SessionFold::note_pattern(const model::PatternStateChanged& p) {
  put(Table::pattern_changes, sequence_, position_++, now_, model::name_of(p.template_id),
      model::name_of(p.side), name_of(p.source), model::name_of(p.before),
      model::name_of(p.after), model::name_of(p.reason), p.e_for, p.e_against, p.probability);
  act("learning", "info", std::string{"pattern "} + model::name_of(p.template_id) + " " +
                              model::name_of(p.side) + ": " + model::name_of(p.before) + " -> " +
                              model::name_of(p.after) + ", " + model::name_of(p.reason));
}

void SessionFold::note_adaptation(const model::AdaptationChanged& a) {
  put(Table::adaptation_changes, sequence_, position_++, now_, a.adaptation_id,
      model::name_of(a.before), model::name_of(a.after), model::name_of(a.reason), a.e_for,
      a.e_against, a.effect_r);
  act("learning", "info", "adaptation " + std::to_string(a.adaptation_id) + " (" +
                              model::name_of(a.proposal.kind) + " " +
                              scope_text(a.proposal.scope, spec_.engine.instruments) + "): " +
                              model::name_of(a.before) + " -> " + model::name_of(a.after) + ", " +
                              model::name_of(a.reason));
}

void SessionFold::note_cycle(std::size_t changes) {
  const learn::KnowledgeBrain& knowledge = engine_.knowledge();
  put(Table::learning_cycles, sequence_, now_, engine_.candidates().decisions(),
      engine_.candidates().labelled(), knowledge.library().claims() +
                                           knowledge.adaptations().claims(now_),
      knowledge.adaptations().open_count(), changes);
}

void SessionFold::note_time(Timestamp now) {
  if (now < next_hour_) {
    return;
  }
  next_hour_ = now.floor_to(hours(1)) + hours(1);
  put(Table::equity_points, now.floor_to(hours(1)).ns(), engine_.portfolio().equity(),
      engine_.portfolio().drawdown() * Score{100.0}, engine_.portfolio().open_positions());
  put_day();
}

void SessionFold::put_day() {
  const portfolio::Totals& totals = engine_.portfolio().totals();
  put(Table::profit_snapshots, format_date(now_.ns()), engine_.portfolio().equity(),
      engine_.portfolio().net_pnl(), totals.commissions, totals.funding, totals.trades, wins_);
}

}  // namespace lanner::runtime
