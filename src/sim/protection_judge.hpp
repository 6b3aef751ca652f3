#pragma once

// Judges from the exchange's own log alone whether anything was ever held without its stops. It
// shares nothing with the code that places them.
//
// On derivatives the working and the disaster layer are each judged alone, on spot the working
// layer. `end` is the moment up to which the last state held.

#include <cstdint>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "model/instrument.hpp"
#include "sim/exchange_log.hpp"
#include "sim/latency.hpp"

namespace lanner::sim {

enum class BreachKind : std::uint8_t {
  none,
  late_stop,       // a fill whose stop came later than one response and one order latency
  uncovered,       // outside that window a layer's resting quantity was below the position
  excess,          // the working layer exceeded the position for too long: orphan, twin, full size
  wrong_side,      // a stop that would add to the position, or that may open one
};
[[nodiscard]] const char* name_of(BreachKind kind) noexcept;

struct ProtectionReport {
  std::int64_t unprotected_ns_max = 0;
  std::uint32_t protection_breaches = 0;
  // The first breach, to look for its cause.
  BreachKind first_kind = BreachKind::none;
  InstrumentId first_instrument;
  Timestamp first_at;
};

[[nodiscard]] ProtectionReport judge_protection(const ExchangeLog& log,
                                                const model::InstrumentTable& instruments,
                                                const Latency& latency, Timestamp end);

}  // namespace lanner::sim
