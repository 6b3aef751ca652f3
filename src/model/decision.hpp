#pragma once

// One decision, from trigger to verdict: Candidate (what fired), OrderIntent (what we would do),
// RiskVerdict and DecisionTrace (why it was or was not done).

#include <array>
#include <cstdint>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/static_vector.hpp"
#include "base/time.hpp"
#include "model/condition.hpp"
#include "model/enums.hpp"

namespace lanner::risk {
class Approver;
}

namespace lanner::model {

// Gates in the order in which they are asked; the first refusal decides.
enum class Gate : std::uint8_t {
  none,
  shadow_only,       // blocked instrument: triggers, is labelled, is never sent
  spot_no_short,
  trading_state,
  freshness,
  instrument_lock,
  cooldown,
  rates,
  stop_placeable,    // filters, percent price, stop on the right side, liquidation distance
  cost_cap,          // fee_gate: cost_R > cap
  edge,              // thompson_probe: draw of E[R_gross] - cost_R <= 0
  probe_budget,
  heat,
  exposure,
  leverage_margin,
  daily_loss,
  drawdown,
  notional_min,
  protection,        // the venue refused a stop after approval
  pattern,           // a pattern without standing: triggers, is labelled, is never sent
  adaptation,        // a standing adaptation blocks this hour, coin, side or volatility
  permit,            // ran out before the stops were confirmed
  universe,          // not among the most traded as of the day: labelled, never sent
  count_,
};
[[nodiscard]] const char* name_of(Gate value) noexcept;

enum class Verdict : std::uint8_t { allow, scale, refuse };

// value and threshold are in the gate's own unit.
struct GateResult {
  Gate gate = Gate::none;
  Verdict verdict = Verdict::allow;
  Score value;
  Score threshold;
};

// Room to the line that the gate draws, in its unit, the same sign for all: above zero it is what
// is left before the gate acts, below zero how far the value lies beyond the line.
[[nodiscard]] constexpr Score margin_of(const GateResult& result) noexcept {
  const bool needs_more = result.gate == Gate::stop_placeable || result.gate == Gate::edge ||
                          result.gate == Gate::notional_min;
  return needs_more ? result.value - result.threshold : result.threshold - result.value;
}

enum class CoinStatus : std::uint8_t { normal, reduced, blocked, favoured };
[[nodiscard]] const char* name_of(CoinStatus value) noexcept;

// How far a pattern may be trusted. candidate and retired trigger and are labelled, never sent;
// a probe trades at the probe's risk; active has evidence that survived every claim beside it.
enum class PatternState : std::uint8_t { candidate, probe, active, retired };
[[nodiscard]] const char* name_of(PatternState value) noexcept;

// Third of an instrument's own last week that its volatility lies in.
enum class Volatility : std::uint8_t { unknown, low, middle, high };
[[nodiscard]] const char* name_of(Volatility value) noexcept;

// A trigger, traded or not. Fixed at the trigger; labels come later with the same id.
struct Candidate {
  CandidateId id;
  InstrumentId instrument_id;
  PositionSide side = PositionSide::long_side;
  TemplateId template_id = TemplateId::custom;
  ConditionSource source = ConditionSource::file;
  ShadowOnly shadow_only = ShadowOnly::no;
  EntryMode entry_mode = EntryMode::market;
  PatternId pattern_id;
  Timestamp triggered_at;  // ts_init of the event in hand
  Price decision_px;       // last price known at the trigger
  Price entry_px;          // limit price, or decision_px
  Price stop_px;
  Price target_px;
  Quantity quantity;       // intended, after multipliers and rounding; zero when none is possible
  Duration time_stop;
  Score cost_r;            // expected commissions + spread + slippage + funding, in R
  Volatility volatility = Volatility::unknown;
  std::int64_t block_id = 0;    // 4 h UTC block of the trigger
  std::uint64_t cluster_id = 0;  // candidates entered together count as one observation
  std::uint8_t proposer = 0;     // 0 = strategist or file
  GridPoint grid = GridPoint::prior;
};

// What we would like to do; only risk can make it RiskApproved.
struct OrderIntent {
  CandidateId candidate_id;
  InstrumentId instrument_id;
  PositionSide side = PositionSide::long_side;
  EntryMode entry_mode = EntryMode::market;
  Quantity quantity;
  Price decision_px;
  Price entry_px;          // limit
  Price stop_px;           // working stop: 1 R
  Price disaster_stop_px;  // wide, mark-triggered, placed once (derivatives)
  Price target_px;
  Money risk;              // quantity x |decision - stop|: 1 R in money
  Duration time_stop;
  Timestamp expires_at;    // of a resting entry
  Score expected_r;        // draw of E[R_gross] + coin offset
  Score cost_r;
};

// What lets a plan become orders: how much, and until when. One that has run out lets nothing new
// leave, however it came to wait; what only reduces risk needs none.
struct Permit {
  Quantity quantity;
  Timestamp expires_at;
};

template <typename T>
class RiskApproved {
 public:
  [[nodiscard]] const T& get() const noexcept { return value_; }
  [[nodiscard]] const Permit& permit() const noexcept { return permit_; }

 private:
  friend class ::lanner::risk::Approver;
  RiskApproved(const T& value, const Permit& permit) : value_(value), permit_(permit) {}
  T value_;
  Permit permit_;
};

// How a size came about; every factor that chose it is named.
struct SizeFactors {
  Score risk_fraction;       // of equity
  Score coin_multiplier{1.0};
  Score btc_lead_multiplier{1.0};
  Score size_scale{1.0};
  Score adaptation_multiplier{1.0};
  Score correlation_multiplier{1.0};
};

struct DecisionTrace {
  Candidate candidate;
  bool is_traded = false;         // an approved intent went to exec
  Gate refused_by = Gate::none;
  CoinStatus coin_status = CoinStatus::normal;
  Score expected_r;
  Score coin_offset_r;
  Score atr;
  SizeFactors size;
  Quantity quantity;              // approved
  std::uint32_t parameter_version = 1;
  PatternState pattern_state = PatternState::probe;
  std::uint32_t adaptation_id = 0;  // the one that blocked or resized; 0 = none
  StaticVector<Score, 12> inputs;  // values of the condition's predicates, in its order
  StaticVector<GateResult, 24> gates;
};

}  // namespace lanner::model
