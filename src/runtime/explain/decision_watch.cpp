#include "runtime/explain/decision_watch.hpp"

#include <algorithm>
#include <variant>

namespace lanner::runtime {
namespace {

constexpr const char* kCancelAsked = "cancel asked";

bool is_last_step(const std::string& what) {
  return what == "filled" || what == "canceled" || what == "expired" || what == "rejected";
}

// Without an order somebody else decided; the venue, as far as anybody knows.
model::ForcedFill forced_of(const model::OrderFilled& fill) {
  return fill.forced == model::ForcedFill::none ? model::ForcedFill::liquidation : fill.forced;
}

// What the venue said about an order, as a step of its life.
struct StepOf {
  std::uint64_t sequence = 0;
  Timestamp at;
  ClientOrderId id;
  std::optional<OrderStep> step;

  void set(ClientOrderId order, const char* what,
           model::RejectReason reason = model::RejectReason::none) {
    id = order;
    step = OrderStep{sequence, at, what,
                     reason == model::RejectReason::none ? "" : model::name_of(reason)};
  }
  void operator()(const model::OrderAccepted& x) { set(x.client_order_id, "accepted"); }
  void operator()(const model::OrderRejected& x) { set(x.client_order_id, "rejected", x.reason); }
  void operator()(const model::OrderTriggered& x) { set(x.client_order_id, "triggered"); }
  void operator()(const model::OrderCanceled& x) { set(x.client_order_id, "canceled", x.reason); }
  void operator()(const model::OrderExpired& x) { set(x.client_order_id, "expired", x.reason); }
  void operator()(const model::OrderFilled& x) {
    set(x.client_order_id, x.leaves_qty.is_zero() ? "filled" : "partially filled");
  }
  void operator()(const model::OrderStatusUnknown& x) { set(x.client_order_id, "no answer"); }
  void operator()(const model::OrderStatusReport& x) {
    set(x.client_order_id, model::name_of(x.status));
  }
  void operator()(const model::CancelRejected& x) {
    set(x.client_order_id, "cancel refused", x.reason);
  }
  void operator()(const model::OrderAmended& x) { set(x.client_order_id, "amended", x.reason); }
  void operator()(const model::AmendRejected& x) {
    set(x.client_order_id, "amendment refused", x.reason);
  }
  template <typename Other>
  void operator()(const Other&) {}
};

}  // namespace

bool TradeFinder::on_event(const model::Event&, const model::CommandSink& sink,
                           const core::Engine&) {
  for (const model::Notice& notice : sink.notices()) {
    const auto* trade = std::get_if<model::TradeClosed>(&notice);
    if (trade != nullptr) {
      trades_ = trade->trade_number;
      if (trades_ == number_) {
        found_ = trade->candidate_id;
      }
    }
  }
  return !found_.is_valid();
}

void TriggerFinder::before_event(const model::Event& event, const core::Engine& engine) {
  if (!has_looked_ && event.ts_init > until_ && sequence_ > 0) {
    look(engine);
  }
}

bool TriggerFinder::on_event(const model::Event& event, const model::CommandSink& sink,
                             const core::Engine& engine) {
  if (!first_.is_set()) {
    first_ = event.ts_init;
  }
  last_ = event.ts_init;
  if (event.ts_init > until_) {
    return false;
  }
  sources_.note(event, engine);
  sequence_ = event.sequence;
  for (const model::DecisionTrace& trace : sink.traces()) {
    const bool is_wanted = trace.candidate.instrument_id == id_ &&
                           (which_ == Which::any_verdict || trace.is_traded);
    // Of several at one event the one that was refused is the answer to "why not".
    const bool is_better = event.sequence != found_sequence_ || !found_refused_;
    if (is_wanted && is_better) {
      found_ = trace.candidate.id;
      found_sequence_ = event.sequence;
      found_refused_ = !trace.is_traded;
    }
  }
  return true;
}

void TriggerFinder::on_end(const core::Engine& engine) {
  if (!has_looked_ && sequence_ > 0) {
    look(engine);
  }
}

void TriggerFinder::look(const core::Engine& engine) {
  has_looked_ = true;
  const strategy::Sniper& sniper = engine.sniper();
  for (std::uint32_t slot = 0; slot < sniper.capacity(); ++slot) {
    if (!sniper.is_held(slot) || sniper.condition(slot).instrument_id != id_) {
      continue;
    }
    model::TradeCondition condition = sniper.condition(slot);
    condition.expires_at = sniper.expires_at(slot);
    conditions_.push_back(
        {condition, sniper.is_armed(slot), look_at(condition, engine, sources_)});
  }
}

bool DecisionWatch::on_event(const model::Event& event, const model::CommandSink& sink,
                             const core::Engine& engine) {
  if (!has_decision_) {
    sources_.note(event, engine);
    for (const model::DecisionTrace& trace : sink.traces()) {
      if (trace.candidate.id == id_) {
        note_decision(event, trace, engine);
      }
    }
  } else {
    note_answer(event);
  }
  if (has_decision_) {
    note_commands(event, sink);
    note_notices(event, sink, engine);
  }
  return !is_done();
}

void DecisionWatch::note_decision(const model::Event& event, const model::DecisionTrace& trace,
                                  const core::Engine& engine) {
  has_decision_ = true;
  instrument_id_ = trace.candidate.instrument_id;
  DecisionLine& line = explanation_.decision;
  line.sequence = event.sequence;
  line.at = event.ts_init;
  line.instrument = engine.config().instruments[instrument_id_.index()].name;
  line.trace = trace;
  line.parameters = engine.config().parameters;
  line.features = features_now(instrument_id_, engine);
  const strategy::Sniper& sniper = engine.sniper();
  for (std::uint32_t slot = 0; slot < sniper.capacity() && !line.condition; ++slot) {
    const bool fits = sniper.is_held(slot) &&
                      sniper.condition(slot).instrument_id == instrument_id_ &&
                      sniper.condition(slot).pattern_id == trace.candidate.pattern_id &&
                      sniper.condition(slot).side == trace.candidate.side;
    if (fits) {
      line.condition = sniper.condition(slot);
    }
  }
  if (line.condition) {
    line.inputs = look_at(*line.condition, engine, sources_);
  }
  // The trace has the values that were judged; the look adds what they are and whence they came.
  line.inputs.resize(trace.inputs.size());
  for (std::size_t i = 0; i < line.inputs.size(); ++i) {
    PredicateLook& input = line.inputs[i];
    const Score value = trace.inputs[i];
    input.value = value == strategy::Sniper::kAbsentInput ? std::nullopt
                                                          : std::optional{value.value()};
    if (input.value && !input.sequence) {
      input.sequence = event.sequence;
    }
  }
  explanation_.before = belief(event, engine);
}

Belief DecisionWatch::belief(const model::Event& event, const core::Engine& engine) const {
  const model::Candidate& candidate = explanation_.decision.trace.candidate;
  Belief belief;
  belief.sequence = event.sequence;
  belief.at = event.ts_init;
  belief.coin = engine.knowledge().coin_row(candidate.instrument_id);
  belief.pattern = engine.knowledge().patterns().view(
      {candidate.template_id, candidate.side, candidate.source, candidate.proposer,
       candidate.grid});
  return belief;
}

void DecisionWatch::note_commands(const model::Event& event, const model::CommandSink& sink) {
  for (const model::Command& command : sink.commands()) {
    if (const auto* submit = std::get_if<model::SubmitOrder>(&command)) {
      if (submit->order.candidate_id == id_) {
        note_order(event, submit->order);
      }
    } else if (const auto* cancel = std::get_if<model::CancelOrder>(&command)) {
      add_step(cancel->client_order_id, {event.sequence, event.ts_init, kCancelAsked, ""});
    }
  }
}

void DecisionWatch::note_order(const model::Event& event, const model::OrderRequest& request) {
  explanation_.orders.push_back({event.sequence, event.ts_init, request, {}});
  // Exits that the venue itself places with each fill of a spot entry.
  const auto attach = [&](ClientOrderId id, model::OrderRole role, Price trigger, Price limit) {
    if (id.is_valid()) {
      model::OrderRequest exit;
      exit.client_order_id = id;
      exit.instrument_id = request.instrument_id;
      exit.candidate_id = request.candidate_id;
      exit.role = role;
      exit.side = model::opposite(request.side);
      exit.type = role == model::OrderRole::target ? model::OrderType::limit
                                                   : model::OrderType::stop_market;
      exit.reduce_only = model::ReduceOnly::yes;
      exit.quantity = request.quantity;
      exit.trigger_price = trigger;
      exit.price = limit;
      explanation_.orders.push_back({event.sequence, event.ts_init, exit, {}});
    }
  };
  attach(request.attached_stop_id, model::OrderRole::working_stop, request.attached_stop, {});
  attach(request.attached_target_id, model::OrderRole::target, {}, request.attached_target);
}

OrderLine* DecisionWatch::order_of(ClientOrderId id) {
  for (OrderLine& order : explanation_.orders) {
    if (id.is_valid() && order.request.client_order_id == id) {
      return &order;
    }
  }
  return nullptr;
}

void DecisionWatch::add_step(ClientOrderId id, OrderStep step) {
  if (OrderLine* order = order_of(id)) {
    order->steps.push_back(std::move(step));
  }
}

void DecisionWatch::note_answer(const model::Event& event) {
  StepOf answer{event.sequence, event.ts_init, {}, {}};
  std::visit(answer, event.payload);
  if (answer.step) {
    add_step(answer.id, *answer.step);
  }
  if (const auto* fill = std::get_if<model::OrderFilled>(&event.payload)) {
    note_fill(event, *fill);
  }
  const auto* paid = std::get_if<model::FundingPaid>(&event.payload);
  if (paid != nullptr && paid->instrument_id == instrument_id_ && is_held()) {
    explanation_.funding.push_back({event.sequence, event.ts_init, paid->amount});
  }
}

void DecisionWatch::note_fill(const model::Event& event, const model::OrderFilled& fill) {
  const OrderLine* order = order_of(fill.client_order_id);
  const bool is_forced = !fill.client_order_id.is_valid() &&
                         fill.instrument_id == instrument_id_ && is_held();
  if (order != nullptr || is_forced) {
    const std::string role =
        order != nullptr ? model::name_of(order->request.role) : model::name_of(forced_of(fill));
    explanation_.fills.push_back({event.sequence, event.ts_init, role, fill});
  }
}

bool DecisionWatch::is_held() const {
  const model::Side entry = model::entry_side(explanation_.decision.trace.candidate.side);
  Quantity held;
  for (const FillLine& line : explanation_.fills) {
    if (line.fill.side == entry) {
      held += line.fill.last_qty;
    } else {
      held -= line.fill.last_qty;
    }
  }
  return held.is_positive();
}

void DecisionWatch::note_notices(const model::Event& event, const model::CommandSink& sink,
                                 const core::Engine& engine) {
  for (const model::Notice& notice : sink.notices()) {
    const auto* trade = std::get_if<model::TradeClosed>(&notice);
    if (trade != nullptr && trade->candidate_id == id_) {
      explanation_.closed = *trade;
      explanation_.closed_sequence = event.sequence;
    }
    const auto* label = std::get_if<model::CandidateLabel>(&notice);
    if (label != nullptr && label->candidate_id == id_) {
      explanation_.outcome = Outcome{event.sequence, *label};
      explanation_.after = belief(event, engine);
    }
  }
}

// The outcome is known and no order of it is left at the venue.
bool DecisionWatch::is_done() const {
  if (!has_decision_ || !explanation_.outcome) {
    return false;
  }
  return std::all_of(explanation_.orders.begin(), explanation_.orders.end(),
                     [](const OrderLine& order) {
                       return std::any_of(
                           order.steps.begin(), order.steps.end(),
                           [](const OrderStep& step) { return is_last_step(step.what); });
                     });
}

bool VerdictWatch::on_event(const model::Event& event, const model::CommandSink& sink,
                            const core::Engine&) {
  for (const model::DecisionTrace& trace : sink.traces()) {
    if (trace.candidate.id == id_) {
      trace_ = trace;
    }
  }
  return event.sequence < sequence_ && !trace_;
}

}  // namespace lanner::runtime
