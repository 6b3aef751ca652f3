#pragma once

// The warm start: an engine of the same configuration plays what the catalog holds of the days
// before the session, against the same simulated exchange, and what its candidates became is
// learned from at warm_start.weight before the session's first event. Nothing that ended at or
// after the session's start counts, so the past knows nothing of what follows.
//
// The labels stand in the session's specification: continuing and replaying it need no history.

#include <vector>

#include "base/result.hpp"
#include "learn/past_label.hpp"
#include "runtime/run_options.hpp"
#include "runtime/session_spec.hpp"
#include "store/catalog.hpp"

namespace lanner::runtime {

// Empty where warm_start.weight is zero or the catalog holds nothing from before `spec.from`.
[[nodiscard]] Result<std::vector<learn::PastLabel>> labels_before(const SessionSpec& spec,
                                                                  const store::Catalog& catalog,
                                                                  References references);

}  // namespace lanner::runtime
