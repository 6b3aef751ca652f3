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
  std::uint64_t beyond_probe = 0;    // triggers of patterns that are no longer probes
  std::uint64_t ruled = 0;           // triggers that a learned change blocked or resized ...
  std::uint64_t ruled_by_regime = 0;  // ... by hour, weekday or volatility
};

struct PlayedBook {
  research::Book book;
  LearnedInputs learned;
  bool is_whole = false;  // false: stopped by its progress
};

// The masked book learns anew from what it sees itself ("relearned").
[[nodiscard]] Result<PlayedBook> play_book(const SessionPlan& plan, model::ComponentMask mask,
                                           const Progress& progress);

// The same market without a component, by a book that knows what the base knows: its learners are
// fed with what the unmasked session saw at each instant, so that they cannot make up for what is
// masked ("frozen"). The base is played beside it, event by event.
[[nodiscard]] Result<PlayedBook> play_frozen_book(const SessionPlan& plan,
                                                  model::ComponentMask mask,
                                                  const Progress& progress);

// Inputs of a component that this session does not have, named; empty when it has them all.
[[nodiscard]] std::string missing_inputs(model::Component component, const SessionPlan& plan,
                                         const LearnedInputs& learned);

}  // namespace lanner::runtime
