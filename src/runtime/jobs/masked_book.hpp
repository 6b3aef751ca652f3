#pragma once

// One session played for comparison: its entries, exits and PnL by block of 4 h.

#include "model/component.hpp"
#include "research/ablation.hpp"
#include "runtime/run_options.hpp"
#include "runtime/session_plan.hpp"

namespace lanner::runtime {

// What the base session tells of the inputs that only a session can make.
struct LearnedInputs {
  std::uint64_t labels = 0;
  std::uint64_t decided_patterns = 0;  // changes of state in the ladder
  std::uint64_t proposals = 0;         // adaptations that were proposed ...
  std::uint64_t regime_proposals = 0;  // ... by hour, weekday or volatility
};

struct PlayedBook {
  research::Book book;
  LearnedInputs learned;
  bool is_whole = false;  // false: stopped by its progress
};

[[nodiscard]] Result<PlayedBook> play_book(const SessionPlan& plan, model::ComponentMask mask,
                                           const Progress& progress);

// Inputs of a component that this session does not have, named; empty when it has them all.
[[nodiscard]] std::string missing_inputs(model::Component component, const SessionPlan& plan,
                                         const LearnedInputs& learned);

}  // namespace lanner::runtime
