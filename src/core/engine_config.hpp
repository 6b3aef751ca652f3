#pragma once

// Everything that an engine must know before its first event. It is written whole into the
// session's first record, so that a session can be replayed from itself alone.

#include <cstdint>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "features/user_feature.hpp"
#include "learn/past_label.hpp"
#include "model/component.hpp"
#include "model/instrument.hpp"
#include "model/margin.hpp"
#include "model/parameters.hpp"

namespace lanner::core {

struct EngineLimits {
  std::uint32_t conditions_max = 16'384;   // armed at once
  std::uint32_t candidates_open_max = 16'384;  // waiting for their label
  std::uint32_t standing_max = 12'000;     // conditions from files, proposed again each cycle
  std::uint32_t history_bars = 0;  // kept per instrument to judge conditions from outside by
};

// Place of an instrument among all by turnover, from this instant on; 0: none, too often without a
// price.
struct UniverseRank {
  InstrumentId instrument_id;
  Timestamp at;
  std::uint32_t rank = 0;
};

struct EngineConfig {
  model::InstrumentTable instruments;
  std::vector<std::uint8_t> is_active;  // by instrument: has data in this session and is traded
  // By instrument: has data that features of the active ones read, and is never traded. Empty:
  // there is none.
  std::vector<std::uint8_t> is_reference;
  model::ParameterSet parameters;
  std::vector<model::Param> pinned;  // learning leaves them alone
  model::ComponentMask mask;
  std::vector<Money> balance_by_venue;
  model::MarginTerms margin;
  std::uint64_t seed = 1;
  std::uint64_t epoch = 1;    // the session's; part of every client order id
  Duration feed_latency = milliseconds(50);   // bars from trades close this long after the minute
  Duration order_latency = milliseconds(100);  // decision to venue and back, for expected costs
  EngineLimits limits;
  std::vector<features::UserFeature> own_features;  // in the order of their ids
  std::vector<learn::PastLabel> past;  // in the order of labelled_at: the warm start
  std::vector<UniverseRank> universe;  // by instrument, then by time; empty: every instrument is in
  std::uint32_t listed = 0;  // instruments with a price at or before the start; 0: not told
};

}  // namespace lanner::core
