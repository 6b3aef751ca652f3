#pragma once

// Turns a trigger into a plan: entry, stop, target, disaster stop, quantity, and what it will
// cost in R. The planner chooses; whether the plan is carried out is decided by risk.

#include <optional>

#include "base/fixed.hpp"
#include "base/score.hpp"
#include "base/time.hpp"
#include "features/pipeline.hpp"
#include "market/cost_model.hpp"
#include "model/component.hpp"
#include "model/condition.hpp"
#include "model/decision.hpp"
#include "model/instrument.hpp"
#include "model/parameters.hpp"
#include "risk/liquidation.hpp"
#include "strategy/coin_knowledge.hpp"

namespace lanner::strategy {

struct PlanInput {
  const model::TradeCondition* condition = nullptr;
  Price last_px;
  features::FeatureView features;
  Timestamp now;
  risk::Cushion cushion;            // equity, and what other positions may take of it
  CoinKnowledge coin;
  Score expected_r;                 // draw of E[R_gross] of the pattern, without coin offset
  model::PatternState pattern_state = model::PatternState::probe;  // active risks more
  Score adaptation_multiplier{1.0};  // of the size
  Score correlation_multiplier{1.0};
  model::Volatility volatility = model::Volatility::unknown;
  std::optional<Rate> funding;      // last known, per 8 h, paid by longs
  std::optional<Score> btc_atr_bps;  // ATR14(15m) of the leading BTC series; see btc_atr_bps()
  Duration latency;                 // decision to venue, for the slippage of the stop
};

struct Plan {
  model::Candidate candidate;  // id, block and cluster are given by the candidate log
  model::OrderIntent intent;
  model::CoinStatus coin_status = model::CoinStatus::normal;
  Score coin_offset_r;
  Score atr;                   // that the stop was measured in
  model::SizeFactors size;
};

class Planner {
 public:
  Planner(const model::InstrumentTable& instruments, const model::ParameterSet& parameters,
          model::ComponentMask mask, const market::CostModel& costs);

  // Nothing when there is no price, no ATR of the stop's timeframe, or no room for a stop on the
  // price's side of zero. A quantity of zero means that the step is coarser than the risk.
  [[nodiscard]] std::optional<Plan> plan(const PlanInput& input) const noexcept;

  // From now on these values; what was planned stays.
  void adopt(const model::ParameterSet& parameters) noexcept { parameters_ = parameters; }

  // Copies what the plan knows into the trace of its decision.
  static void explain(const Plan& plan, model::DecisionTrace& trace) noexcept;

 private:
  struct Levels {
    Price entry;
    Price stop;
    Price target;
    Price distance;  // |entry - stop|: 1 R per unit
  };

  [[nodiscard]] std::optional<Levels> levels_of(const PlanInput& input, Score atr) const noexcept;
  [[nodiscard]] model::SizeFactors size_of(const PlanInput& input) const noexcept;
  [[nodiscard]] Score btc_lead_of(const PlanInput& input) const noexcept;
  [[nodiscard]] Quantity quantity_of(const PlanInput& input, const Levels& levels,
                                     const model::SizeFactors& size) const noexcept;
  [[nodiscard]] Score cost_r_of(const PlanInput& input, const Levels& levels,
                                Quantity quantity) const noexcept;
  [[nodiscard]] Price disaster_stop_of(const PlanInput& input, const Levels& levels,
                                       Quantity quantity) const noexcept;

  const model::InstrumentTable& instruments_;
  const market::CostModel& costs_;
  model::ParameterSet parameters_;
  model::ComponentMask mask_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(parameters_);
  }
};

// Expected funding of a position as a fraction of its notional: positive is paid. It is taken to
// be held for half of its time stop.
[[nodiscard]] Score expected_funding(std::optional<Rate> rate, model::PositionSide side,
                                     Duration time_stop) noexcept;

// ATR14(15m) of the BTC series that leads `id`, from bars that closed before `ts_event`; nothing
// on BTC itself, where there is no series, and before it is warm.
[[nodiscard]] std::optional<Score> btc_atr_bps(const features::FeaturePipeline& features,
                                               InstrumentId id, Timestamp ts_event) noexcept;

}  // namespace lanner::strategy
