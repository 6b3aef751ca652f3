#pragma once

// Whether every parameter matters: each is moved to its bounds, one at a time, and sessions are
// played again until an order is another one. A parameter that moves nothing is decoration.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/fixed.hpp"
#include "base/result.hpp"
#include "model/parameters.hpp"
#include "runtime/jobs/job_pool.hpp"

namespace lanner::runtime {

enum class InfluenceVerdict : std::uint8_t {
  orders,  // at one of its bounds another order leaves, or none
  traces,  // the orders stay, what is recorded of a decision does not
  asleep,  // what reads it had nothing to do in these sessions
  none,    // moves nothing in these sessions
};
[[nodiscard]] const char* name_of(InfluenceVerdict verdict) noexcept;

struct MovedTo {
  Rate value;
  std::size_t session = 0;  // the first one, by its place, in which an order or a trace differs
  std::optional<std::uint64_t> order;  // sequence of the first event that caused other commands
  std::optional<std::uint64_t> trace;  // likewise other decision traces; up to `order`
};

struct ParameterInfluence {
  model::Param key{};
  std::string id;
  Rate value;  // the first session's
  std::vector<MovedTo> moved;
  InfluenceVerdict verdict = InfluenceVerdict::none;
  std::string reason;  // why it sleeps
};

struct InfluenceCheck {
  std::uint64_t events = 0;  // of the sessions, played again
  std::vector<ParameterInfluence> parameters;  // in the order of the registry
  double wall_s = 0.0;
  bool is_cancelled = false;
  [[nodiscard]] std::size_t count(InfluenceVerdict verdict) const;
};

struct InfluenceRequest {
  std::vector<model::Param> keys;  // empty: all
  std::size_t threads = 0;         // 0 = one for each core
};

// Plays the market of each session from its catalog: once as it was, and for each parameter that
// moved no order yet twice. Errors: a session or its catalog cannot be read (data).
[[nodiscard]] Result<InfluenceCheck> check_influence(
    const std::vector<std::filesystem::path>& sessions, const InfluenceRequest& request,
    const PoolProgress& progress);

}  // namespace lanner::runtime
