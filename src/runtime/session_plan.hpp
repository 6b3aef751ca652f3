#pragma once

// From what a user asked to what a session is: catalog, instruments, span, parameters.

#include <string>
#include <vector>

#include "base/result.hpp"
#include "runtime/run_options.hpp"
#include "runtime/session_spec.hpp"
#include "runtime/tape.hpp"
#include "store/catalog.hpp"

namespace lanner::runtime {

struct SessionPlan {
  SessionSpec spec;
  store::Catalog catalog;
  std::vector<std::string> notes;  // what a user should know: instruments left out and why
};

[[nodiscard]] Result<SessionPlan> plan_session(const RunOptions& options);
// The same over a catalog that is open already: sessions of one process share its mappings.
[[nodiscard]] Result<SessionPlan> plan_session(const RunOptions& options,
                                               const store::Catalog& catalog);
// The catalog that the options name: opened, imported, or made when they name none.
[[nodiscard]] Result<store::Catalog> open_catalog(const RunOptions& options);
[[nodiscard]] Result<Tape> open_tape(const SessionPlan& plan);
[[nodiscard]] Result<Tape> open_tape(const SessionSpec& spec, const store::Catalog& catalog);

}  // namespace lanner::runtime
