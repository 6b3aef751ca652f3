#pragma once

// Carries out approved intents so that nothing is ever held without stops resting at the venue.
//
// Derivatives, stop first: working stop (reduce-only) and disaster stop (closePosition) are
// confirmed resting before the entry leaves; both are swept when the entry dies. Spot: the venue
// itself places stop and target with each fill of the entry. One plan per instrument; its orders
// end with it. Called by the engine's single thread; no allocation after construction.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "base/ring.hpp"
#include "base/time.hpp"
#include "exec/plan.hpp"
#include "model/commands.hpp"
#include "model/decision.hpp"
#include "model/events.hpp"
#include "model/instrument.hpp"
#include "model/parameters.hpp"

namespace lanner::exec {

// What a fill was for; portfolio and learning ask.
struct FillContext {
  CandidateId candidate_id;
  model::OrderRole role = model::OrderRole::close;
  model::ExitReason exit_reason = model::ExitReason::none;
  bool is_known = false;  // false: not an order of a plan here (liquidation, foreign)
};

struct PlanEnded {
  InstrumentId instrument_id;
  CandidateId candidate_id;
  bool was_filled = false;
  // protection: a stop was refused or lost before the entry, so the entry was not carried out.
  model::Gate refused_by = model::Gate::none;
  // Why an entry that was sent ended unfilled: rejected, expired, canceled.
  model::RejectReason entry_reason = model::RejectReason::none;
};

// Things that ought not to happen. Counted and survived, because venue input is never trusted.
struct Alarms {
  std::uint64_t illegal_moves = 0;   // status moves outside the graph, ignored
  std::uint64_t foreign_events = 0;  // for ids that no plan knows
  std::uint64_t overfills = 0;
  std::uint64_t late_fills = 0;      // of an order that had ended
  std::uint64_t twins = 0;           // stops placed again because one was lost
  std::uint64_t protection_closes = 0;
  std::uint64_t closes_given_up = 0;
};

class OrderManager {
 public:
  OrderManager(const model::InstrumentTable& instruments, const model::ParameterSet& parameters,
               std::uint64_t epoch);

  // The instrument must have no plan (the instrument lock asks has_plan).
  void start(const model::RiskApproved<model::OrderIntent>& approved, Timestamp now,
             model::CommandSink& sink) noexcept;

  FillContext on_filled(const model::OrderFilled& event, Timestamp now,
                        model::CommandSink& sink) noexcept;
  void on_accepted(const model::OrderAccepted& event, Timestamp now,
                   model::CommandSink& sink) noexcept;
  void on_rejected(const model::OrderRejected& event, Timestamp now,
                   model::CommandSink& sink) noexcept;
  void on_triggered(const model::OrderTriggered& event, Timestamp now,
                    model::CommandSink& sink) noexcept;
  void on_canceled(const model::OrderCanceled& event, Timestamp now,
                   model::CommandSink& sink) noexcept;
  void on_expired(const model::OrderExpired& event, Timestamp now,
                  model::CommandSink& sink) noexcept;
  void on_unknown(const model::OrderStatusUnknown& event, Timestamp now,
                  model::CommandSink& sink) noexcept;
  void on_report(const model::OrderStatusReport& event, Timestamp now,
                 model::CommandSink& sink) noexcept;
  // The venue changed an order in place: the mirror follows.
  void on_amended(const model::OrderAmended& event, Timestamp now,
                  model::CommandSink& sink) noexcept;
  void on_amend_rejected(const model::AmendRejected& event, Timestamp now,
                         model::CommandSink& sink) noexcept;
  void on_cancel_rejected(const model::CancelRejected& event, Timestamp now,
                          model::CommandSink& sink) noexcept;

  // TimerKind::exec and TimerKind::position, key = instrument; others are not for exec.
  void on_timer(model::TimerKind kind, InstrumentId instrument_id, Timestamp now,
                model::CommandSink& sink) noexcept;

  // Brings the position down at the market; stops stay until it is flat. An entry still on its
  // way is canceled. Does nothing without a plan.
  void close(InstrumentId instrument_id, model::ExitReason reason, Timestamp now,
             model::CommandSink& sink) noexcept;
  // Kill switch: the entry is not sent, or canceled; a position stays with its stops and target.
  void cancel_entry(InstrumentId instrument_id, Timestamp now, model::CommandSink& sink) noexcept;

  // To be drained after each event; the oldest first.
  [[nodiscard]] std::optional<PlanEnded> take_ended() noexcept;
  [[nodiscard]] bool has_ended() const noexcept { return !ended_.is_empty(); }

  [[nodiscard]] bool has_plan(InstrumentId instrument_id) const noexcept;
  // Entered minus exited by this plan's own orders.
  [[nodiscard]] Quantity held(InstrumentId instrument_id) const noexcept;
  // Notional of what the plan may still enter (resting, in flight, unknown), at `px`.
  [[nodiscard]] Money pending_exposure(InstrumentId instrument_id, Price px) const noexcept;
  // 1 R of everything that plans may still enter.
  [[nodiscard]] Money pending_risk() const noexcept { return pending_risk_; }
  // Orders that are live or may be, of the plan.
  [[nodiscard]] std::size_t open_orders(InstrumentId instrument_id) const noexcept;
  // The orders of the plan, for views; of the last plan when none is active.
  [[nodiscard]] std::span<const Leg> orders(InstrumentId instrument_id) const noexcept;
  [[nodiscard]] const Alarms& alarms() const noexcept { return alarms_; }

 private:
  // One event in hand: the plan that it concerns and where commands go.
  struct Step {
    Plan& plan;
    Timestamp now;
    model::CommandSink& sink;
  };

  // Where an event stands in time, before its plan is known.
  struct Moment {
    Timestamp now;
    model::CommandSink& sink;
  };
  struct Ending {
    model::OrderStatus status = model::OrderStatus::canceled;
    Quantity filled_qty;
    model::RejectReason reason = model::RejectReason::none;
  };

  [[nodiscard]] Plan* plan_of(InstrumentId instrument_id) noexcept;
  [[nodiscard]] const Plan* plan_of(InstrumentId instrument_id) const noexcept;
  [[nodiscard]] Leg* find(InstrumentId instrument_id, ClientOrderId id) noexcept;
  [[nodiscard]] Leg* known(InstrumentId instrument_id, ClientOrderId id) noexcept;
  bool move(Leg& leg, model::OrderStatus to) noexcept;
  void end_by_event(InstrumentId instrument_id, ClientOrderId id, const Ending& ending,
                    const Moment& moment) noexcept;
  void end_leg(Step& step, Leg& leg, model::RejectReason reason) noexcept;
  void note_link(Plan& plan, Leg& leg) noexcept;
  void note_linked_fill(Plan& plan, const Leg& leg, Quantity quantity) noexcept;
  void start_time_stop(Step& step) noexcept;
  FillContext on_foreign_fill(const model::OrderFilled& event, Timestamp now,
                              model::CommandSink& sink) noexcept;

  // protection.cpp: brings what is live to what is wanted; safe to call at any time.
  void settle(Step& step) noexcept;
  void settle_entry(Step& step) noexcept;
  void settle_armed(Step& step) noexcept;
  [[nodiscard]] bool is_covered_for_entry(const Plan& plan) const noexcept;
  void settle_working_stop(Step& step, Quantity need) noexcept;
  void shrink_working_stop(Step& step, Quantity need) noexcept;
  void settle_disaster_stop(Step& step) noexcept;
  void settle_target(Step& step, Quantity need) noexcept;
  void settle_close(Step& step, Quantity need) noexcept;
  void sweep(Step& step) noexcept;
  void replace_lost_stop(Step& step, model::OrderRole role, Quantity quantity) noexcept;
  void bring_down(Step& step, model::ExitReason reason) noexcept;
  void note_pending_risk(Plan& plan) noexcept;
  void finish_if_over(Step& step) noexcept;
  void set_timer(Step& step) noexcept;
  [[nodiscard]] bool is_spot(const Plan& plan) const noexcept;

  // orders.cpp: makes and takes back single orders. False: no room for another order.
  bool submit_entry(Step& step) noexcept;
  void attach_exits(Step& step, model::OrderRequest& request) noexcept;
  bool submit_working_stop(Step& step, Quantity quantity) noexcept;
  bool submit_disaster_stop(Step& step) noexcept;
  bool submit_target(Step& step, Quantity quantity) noexcept;
  bool submit_close(Step& step, Quantity quantity) noexcept;
  void cancel(Step& step, Leg& leg) noexcept;
  [[nodiscard]] Leg* add_leg(Step& step, model::OrderRole role) noexcept;
  [[nodiscard]] model::OrderRequest exit_request(const Step& step, const Leg& leg) const noexcept;
  [[nodiscard]] ClientOrderId next_id(Plan& plan) noexcept;

  // unknown.cpp: an order leaves unknown only by proof.
  void ask(Step& step, Leg& leg) noexcept;
  void on_not_found(Step& step, Leg& leg) noexcept;

  const model::InstrumentTable& instruments_;
  std::uint64_t epoch_;
  Duration fence_;
  std::int64_t twin_max_;
  std::uint64_t sequence_ = 0;
  std::vector<Plan> plans_;  // by instrument
  BoundedQueue<PlanEnded> ended_;
  Money pending_risk_;
  Alarms alarms_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(sequence_, plans_, ended_, pending_risk_, alarms_);
  }
};

}  // namespace lanner::exec
