#pragma once

// What learning may change, in a closed grammar: block, reduce or favour a scope, or set one
// Parameter within its bounds. Every change has a stored inverse, a time to live and a verdict.

#include <cstdint>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/time.hpp"
#include "model/condition.hpp"
#include "model/decision.hpp"
#include "model/enums.hpp"
#include "model/parameters.hpp"

namespace lanner::model {

enum class AdaptationKind : std::uint8_t { block, reduce, favour, set_parameter };
[[nodiscard]] const char* name_of(AdaptationKind value) noexcept;

enum class AdaptationState : std::uint8_t {
  proposed,
  shadow,  // evidence is taken, nothing is changed
  trial,   // changes decisions, not yet proven
  confirmed,
  rolled_back,
  expired,
};
[[nodiscard]] const char* name_of(AdaptationState value) noexcept;

enum class AdaptationSource : std::uint8_t { reflection, operator_request };
[[nodiscard]] const char* name_of(AdaptationSource value) noexcept;

enum class AdaptationReason : std::uint8_t {
  proposed,
  evidence_started,
  reduces_risk,      // acts at once, for a short time
  likely_helps,      // posterior and affected candidates suffice for a trial
  confirmed,         // e-value passed e-BH over all claims
  evidence_against,
  cost_too_much,     // realised cost above its bound
  edge_died,         // its detector alarmed
  ttl_expired,
  withdrawn,         // by an operator
};
[[nodiscard]] const char* name_of(AdaptationReason value) noexcept;

// Which triggers are meant; a field at its default means any. The hours are UTC and may wrap
// around midnight; first = last means any hour.
struct Scope {
  InstrumentId instrument_id;
  PositionSide side = PositionSide::flat;
  TemplateId template_id = TemplateId::count_;
  Volatility volatility = Volatility::unknown;
  std::uint8_t hour_first = 0;
  std::uint8_t hour_end = 0;      // exclusive
  std::uint8_t weekdays = 0;      // bit 0 = Monday; 0 = any
  Score cost_r_above;             // expected cost in R above; 0 = any
  friend bool operator==(const Scope&, const Scope&) = default;
};

struct AdaptationProposal {
  AdaptationKind kind = AdaptationKind::block;
  AdaptationSource source = AdaptationSource::reflection;
  Scope scope;
  Param parameter = Param::count_;  // of set_parameter
  Rate value;                       // wanted
  Score predicted_r;                // effect per affected candidate that the proposer expects
  Score risk_share;                 // of all risk taken: what the scope stands for
  Score open_expected;              // candidates of the scope in a block that has any
  std::int64_t n = 0;               // labels that it rests on ...
  Score n_eff;                      // ... and what they are worth, being correlated
  Score mean_r;                     // before, net
};

struct AdaptationChanged {
  std::uint32_t adaptation_id = 0;
  AdaptationProposal proposal;
  AdaptationState before = AdaptationState::proposed;
  AdaptationState after = AdaptationState::proposed;
  AdaptationReason reason = AdaptationReason::proposed;
  Score e_for;
  Score e_against;
  Score effect_r;  // per affected candidate so far
};

enum class PatternReason : std::uint8_t {
  evidence_suffices,  // candidate -> probe
  claim_confirmed,    // probe -> active: e-value passed e-BH over all claims
  evidence_against,   // e-value against it
  posterior_against,  // probability of a positive net mean too low
  edge_died,          // its detector alarmed
  evidence_turned,    // retired -> candidate
};
[[nodiscard]] const char* name_of(PatternReason value) noexcept;

struct PatternStateChanged {
  TemplateId template_id = TemplateId::custom;
  PositionSide side = PositionSide::long_side;
  ConditionSource source = ConditionSource::strategist;
  PatternState before = PatternState::probe;
  PatternState after = PatternState::probe;
  PatternReason reason = PatternReason::evidence_against;
  Score e_for;
  Score e_against;
  Score probability;  // of a positive net mean
  std::uint8_t proposer = 0;
};

}  // namespace lanner::model
