#pragma once

// The facts about one intent that the gates judge. The engine gathers them; gates only read.

#include <cstddef>

#include "base/fixed.hpp"
#include "base/time.hpp"
#include "model/instrument.hpp"
#include "model/margin.hpp"

namespace lanner::risk {

struct RiskContext {
  Timestamp now;
  bool is_fresh = false;        // the instrument's last event is younger than its max age
  bool has_position = false;    // in this instrument
  bool has_open_plan = false;   // orders of an earlier decision are still live there
  bool can_short = true;        // false on spot
  bool is_shadow_only = false;  // the coin is blocked: trigger and label, never send
  const model::Instrument* instrument = nullptr;
  model::MarginTerms margin;
  Money equity;                 // cash + unrealised
  Money open_risk;              // heat: 1 R of every position and of every plan in flight
  // Worst side: position + every open and unknown entry, as unsigned notional.
  Money instrument_exposure;
  Money total_exposure;
  std::size_t open_positions = 0;  // positions and plans
  bool is_probe = true;            // false: an active pattern, which the probe budget spares
  Money probe_loss_today;          // open + realised of today's probe trades; > 0 = lost
  std::size_t free_protective_slots = 0;  // conditional orders that the venue still takes here
};

}  // namespace lanner::risk
