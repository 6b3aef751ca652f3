#pragma once

// What a session is, in its first record: with it and the events that follow, a replay needs
// nothing else, and a continued run can build the same engine, exchange and tape again.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "core/engine_config.hpp"
#include "model/condition.hpp"
#include "sim/exchange.hpp"
#include "runtime/inputs/venue_events.hpp"
#include "store/catalog.hpp"
#include "store/journal_format.hpp"

namespace lanner::runtime {

// A condition from a file stands until the session ends: it is proposed once and re-armed by each
// strategist cycle for `life`.
struct StandingCondition {
  model::TradeCondition condition;
  Duration life;
};

struct SessionSpec {
  std::string build_id;
  store::Origin origin = store::Origin::recorded;
  std::string origin_note;
  std::string catalog;      // directory of the tape
  std::string universe;     // how the instruments were chosen
  Timestamp from;           // of the tape
  Timestamp to;
  core::EngineConfig engine;
  sim::ExchangeConfig exchange;
  std::vector<StandingCondition> conditions;
  std::vector<VenueEvent> venue_events;  // ascending
  // Rules that conditions of the file broke by their text alone (model::ConditionRule).
  std::vector<std::uint8_t> conditions_refused;
  bool takes_proposals = false;  // programs may hand in conditions while it runs
};

// What each segment of its journal says of it.
[[nodiscard]] store::SessionIdentity identity_of(const SessionSpec& spec);
[[nodiscard]] std::vector<std::byte> encode_spec(const SessionSpec& spec);
[[nodiscard]] Result<SessionSpec> decode_spec(std::span<const std::byte> bytes);

}  // namespace lanner::runtime
