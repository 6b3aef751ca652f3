#pragma once

// What an operator asks of a running session, and what the session answers. A request is an event
// like any other: recorded, replayed, and never trusted: the engine checks it and says why not.
// What it changes is changed at the next whole minute, before anything of that minute is decided.

#include <cstdint>

#include "base/fixed.hpp"
#include "base/time.hpp"
#include "model/parameters.hpp"

namespace lanner::model {

enum class RequestKind : std::uint8_t {
  set_parameter,
  pin_parameter,    // learning leaves it alone from now on
  unpin_parameter,
  roll_back_adaptation,
};
[[nodiscard]] const char* name_of(RequestKind value) noexcept;

struct OperatorRequested {
  RequestKind kind = RequestKind::set_parameter;
  Param parameter = Param::count_;
  Rate value;
  std::uint32_t adaptation_id = 0;
  friend bool operator==(const OperatorRequested&, const OperatorRequested&) = default;
};

enum class RequestVerdict : std::uint8_t {
  taken,              // done at applies_at
  done,
  pinned,             // unpin it first
  out_of_bounds,
  next_session,       // read once, when a session begins
  unknown_adaptation,
  already_ended,      // rolled back or expired before
  unchanged,          // it stands so already
  busy,               // too many requests wait for the next minute
};
[[nodiscard]] const char* name_of(RequestVerdict value) noexcept;

struct OperatorAnswered {
  OperatorRequested request;
  RequestVerdict verdict = RequestVerdict::done;
  Rate before;                // of the parameter
  std::uint32_t version = 0;  // of the parameter's value, once done
  Timestamp applies_at;       // of what is taken
};

// True where every decision reads the parameter anew, so that a running session can change it.
[[nodiscard]] bool is_read_anew(Param key) noexcept;

}  // namespace lanner::model
