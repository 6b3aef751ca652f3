#include "runtime/explain/gate_lever.hpp"

#include <algorithm>
#include <cmath>

namespace lanner::runtime {
namespace {

using model::Gate;
using model::GateResult;
using model::Param;
using model::ParameterSet;
using model::Verdict;

// Enough decimals that a value just past the line is told from the line.
constexpr double kDecimals = 1e6;

struct Lever {
  Param key{};
  bool raising_allows = true;
  bool is_count = false;
};

// Of two parameters that may have drawn the line: the one that stands where the line was.
std::optional<Lever> one_of(const ParameterSet& set, Score threshold, Param a, Param b,
                            bool is_count) {
  if (set.score(a) == threshold) {
    return Lever{a, true, is_count};
  }
  if (set.score(b) == threshold) {
    return Lever{b, true, is_count};
  }
  return std::nullopt;
}

std::optional<Lever> find_lever(const GateResult& result, const ParameterSet& set) {
  switch (result.gate) {
    case Gate::instrument_lock:
      return one_of(set, result.threshold, Param::risk_open_positions_max,
                    Param::risk_open_positions_max, true);
    case Gate::rates:
      return one_of(set, result.threshold, Param::risk_entries_per_minute,
                    Param::risk_entries_per_hour, true);
    case Gate::exposure:
      return one_of(set, result.threshold, Param::risk_exposure_instrument_pct,
                    Param::risk_exposure_total_pct, false);
    case Gate::leverage_margin:
      return one_of(set, result.threshold, Param::risk_leverage_max, Param::risk_leverage_max,
                    false);
    case Gate::stop_placeable: return Lever{Param::risk_liquidation_stops_min, false, false};
    case Gate::notional_min: return Lever{Param::risk_min_notional_multiple, false, false};
    case Gate::cost_cap: return Lever{Param::fee_cost_r_cap, true, false};
    case Gate::universe: return Lever{Param::universe_size_max, true, true};
    case Gate::probe_budget: return Lever{Param::risk_probe_budget_pct, true, false};
    case Gate::heat: return Lever{Param::risk_heat_pct, true, false};
    case Gate::daily_loss: return Lever{Param::risk_daily_loss_pct, true, false};
    case Gate::drawdown: return Lever{Param::risk_drawdown_pct, true, false};
    case Gate::cooldown: return Lever{Param::risk_cooldown_min, false, false};
    default: return std::nullopt;
  }
}

// Where the parameter must stand; nothing when the gate's value does not tell.
std::optional<double> needed_value(const GateResult& result, const Lever& lever,
                                   double current) {
  const bool refused = result.verdict == Verdict::refuse;
  const double value = result.value.value();
  if (result.gate == Gate::cooldown) {
    // The value is what is left of the pause.
    return refused ? std::optional{std::floor((current - value) * kDecimals - 1.0) / kDecimals}
                   : std::nullopt;
  }
  // These shrink a size before they refuse, so where they begin to refuse is not their value.
  const bool scales = result.gate == Gate::heat || result.gate == Gate::exposure ||
                      result.gate == Gate::leverage_margin;
  if (!refused && scales) {
    return std::nullopt;
  }
  // A value of zero at a lower bound stands for a fact that no bound changes.
  if (refused && !lever.raising_allows && value <= 0.0) {
    return std::nullopt;
  }
  if (lever.is_count) {
    return refused ? value : value - 1.0;
  }
  const bool goes_up = lever.raising_allows == refused;
  return goes_up ? std::ceil(value * kDecimals + 1.0) / kDecimals
                 : std::floor(value * kDecimals - 1.0) / kDecimals;
}

std::string decimal_text(double value) {
  const auto raw = static_cast<std::int64_t>(std::llround(value * kDecimals)) *
                   (Rate::kScale / static_cast<std::int64_t>(kDecimals));
  return to_string(Rate::from_raw(raw));
}

}  // namespace

std::optional<GateLever> lever_of(const GateResult& result, const ParameterSet& parameters) {
  const auto lever = find_lever(result, parameters);
  if (!lever) {
    return std::nullopt;
  }
  const auto needed = needed_value(result, *lever, parameters.score(lever->key).value());
  // Beyond this it is no threshold but "no equity at all".
  if (!needed || !(std::abs(*needed) < 1e8)) {
    return std::nullopt;
  }
  const model::ParameterSpec& spec =
      model::parameter_specs()[static_cast<std::size_t>(lever->key)];
  GateLever out;
  out.gate = result.gate;
  out.parameter = spec.id;
  out.unit = spec.unit;
  out.current = to_string(parameters.rate(lever->key));
  out.needed = decimal_text(*needed);
  out.low = spec.low;
  out.high = spec.high;
  ParameterSet scratch = parameters;
  out.is_in_bounds = scratch.set(spec.id, out.needed).has_value();
  return out;
}

}  // namespace lanner::runtime
