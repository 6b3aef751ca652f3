#pragma once

#include "runtime/session_spec.hpp"
#include "views/run_result.hpp"

namespace lanner::runtime {

// The assumptions of the simulated exchange in words, for reports.
[[nodiscard]] views::FillModel describe_fill_model(const SessionSpec& spec);

}  // namespace lanner::runtime
