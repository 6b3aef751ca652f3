#pragma once

// A session's figures as JSON, the same keys in `backtest`, `run`, `replay` and `report`.

#include "runtime/json_out.hpp"
#include "views/run_result.hpp"

namespace lanner::runtime {

// Every scalar figure that follows from the journal: neither wall time nor paths.
void set_figures(JsonObject& out, const views::RunResult& result);

// What became of conditions from outside, by rule.
[[nodiscard]] JsonObject conditions_json(const views::ConditionFigures& conditions);

// A whole answer: figures, digest, speed, instruments, blocked, model, pending and open.
[[nodiscard]] JsonObject result_json(std::string_view schema, const views::RunResult& result);

// One line of `run --json`: the session as it stands.
[[nodiscard]] JsonObject live_json(const views::LiveView& view);

}  // namespace lanner::runtime
