#pragma once

// Why a trade was made, and why another was not: from the journal alone. The session is replayed
// and what it says about one decision is collected; every sequence named here is a record of it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "runtime/explain/condition_look.hpp"
#include "runtime/explain/gate_lever.hpp"
#include "runtime/replay.hpp"

namespace lanner::runtime {

// What was known of the coin and of the pattern, after one event.
struct Belief {
  std::uint64_t sequence = 0;
  Timestamp at;
  learn::CoinRow coin;
  learn::PatternPosterior::View pattern;
};

struct OrderStep {
  std::uint64_t sequence = 0;
  Timestamp at;
  std::string what;    // "accepted", "rejected", "cancel asked" ...
  std::string reason;  // empty when there is none
};

struct OrderLine {
  std::uint64_t sequence = 0;  // of the event that caused it
  Timestamp at;
  model::OrderRequest request;
  std::vector<OrderStep> steps;
};

struct FillLine {
  std::uint64_t sequence = 0;
  Timestamp at;
  std::string role;  // "liquidation" for a forced one
  model::OrderFilled fill;
};

struct FundingLine {
  std::uint64_t sequence = 0;
  Timestamp at;
  Money amount;  // > 0 = received
};

// One trigger and what the gates said.
struct DecisionLine {
  std::uint64_t sequence = 0;
  Timestamp at;
  std::string instrument;
  model::DecisionTrace trace;
  std::optional<model::TradeCondition> condition;
  std::vector<PredicateLook> inputs;
  std::vector<FeatureValue> features;
  model::ParameterSet parameters;  // that the gates judged by
};

// The decision again, with the gates' parameters moved just past their margins.
struct Counterfactual {
  std::vector<GateLever> moves;  // one: a single gate stood in the way
  bool is_tried = false;         // false: a move lies outside its parameter's bounds
  bool is_traded = false;
  model::Gate refused_by = model::Gate::none;
};

struct Outcome {
  std::uint64_t sequence = 0;
  model::CandidateLabel label;
};

struct Explanation {
  std::string session;
  std::string feed;
  DecisionLine decision;
  std::vector<OrderLine> orders;
  std::vector<FillLine> fills;
  std::vector<FundingLine> funding;
  std::optional<model::TradeClosed> closed;
  std::uint64_t closed_sequence = 0;
  std::optional<Outcome> outcome;
  Belief before;
  std::optional<Belief> after;  // of the event that brought the label
  std::optional<Counterfactual> counterfactual;
};

// `trade`: its number in the session, or an instrument (its open position, else its last trade).
[[nodiscard]] Result<Explanation> explain_trade(const std::filesystem::path& session,
                                                const std::string& trade,
                                                const Progress& progress);

// A condition that stood at the asked instant, and what it saw.
struct ConditionLook {
  model::TradeCondition condition;
  bool is_armed = true;  // false: it had fired and waited until its trigger was false
  std::vector<PredicateLook> predicates;
};

struct WhyNot {
  std::string session;
  std::string instrument;
  Timestamp asked;
  // The nearest trigger at or before the instant; nothing when there was none.
  std::optional<Explanation> trigger;
  std::uint32_t trade_number = 0;  // when that trigger was traded and the trade has closed
  // What stood armed at the instant, and the last event before it.
  std::vector<ConditionLook> conditions;
  std::uint64_t sequence = 0;
};

[[nodiscard]] Result<WhyNot> explain_refusal(const std::filesystem::path& session,
                                             const std::string& instrument, Timestamp at,
                                             const Progress& progress);

}  // namespace lanner::runtime
