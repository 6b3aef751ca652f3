#include "model/condition_rule.hpp"

#include <array>

namespace lanner::model {
namespace {

constexpr std::array kRuleNames{"none", "V1",  "V2",  "V3",  "V4",  "V5",  "V6",
                                "V7",   "V8",  "V9",  "V10", "V11", "V12", "V13",
                                "V14",  "V15", "V16", "V17", "V18", "V19", "V20"};
constexpr std::array kReasons{"none",           "json",           "schema",
                              "snapshot",       "coin",           "bounds",
                              "stop_distance",  "net_reward_risk", "stop_side",
                              "predicate",      "trigger",        "opposite",
                              "duplicate",      "time_bounds",    "too_many",
                              "blocked",        "size",           "rationale",
                              "trigger_rate",   "risk_invariant", "empty"};
constexpr std::array kVerdicts{"accepted", "refreshed", "flagged", "refused", "withdrawn"};
static_assert(kRuleNames.size() == kConditionRuleCount);
static_assert(kReasons.size() == kConditionRuleCount);

template <typename Names, typename T>
const char* entry_of(const Names& names, T value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < names.size() ? names[index] : "?";
}

}  // namespace

const char* name_of(ConditionRule value) noexcept { return entry_of(kRuleNames, value); }
const char* reason_of(ConditionRule value) noexcept { return entry_of(kReasons, value); }
const char* name_of(ProposerState value) noexcept {
  return entry_of(std::array{"joined", "silenced", "left"}, value);
}
const char* name_of(ProposerReason value) noexcept {
  return entry_of(std::array{"none", "garbage", "flood", "oversize", "hang"}, value);
}
const char* name_of(ConditionVerdict value) noexcept { return entry_of(kVerdicts, value); }

}  // namespace lanner::model
