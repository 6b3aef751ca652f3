#pragma once

// Which Parameter draws a gate's line, and where it would have to stand for the gate to answer
// otherwise. Gates that judge a fact (a lock, a shadow-only coin) have none.

#include <optional>
#include <string>
#include <string_view>

#include "base/score.hpp"
#include "model/decision.hpp"
#include "model/parameters.hpp"

namespace lanner::runtime {

struct GateLever {
  model::Gate gate = model::Gate::none;
  std::string_view parameter;  // "fee.cost_r_cap"
  std::string_view unit;
  std::string current;         // decimal text
  std::string needed;          // just past the margin
  std::string_view low;        // bounds of the parameter
  std::string_view high;
  bool is_in_bounds = false;   // needed lies within them
};

// What would turn a refusal into "allow", or an allowance into a refusal.
[[nodiscard]] std::optional<GateLever> lever_of(const model::GateResult& result,
                                                const model::ParameterSet& parameters);

}  // namespace lanner::runtime
