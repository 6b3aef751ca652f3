#pragma once

// Ends a simulated session: judges it from the exchange's own log and closes its journal.

#include <optional>

#include "base/result.hpp"
#include "runtime/run_options.hpp"
#include "runtime/session_plan.hpp"
#include "runtime/simulated_session.hpp"
#include "runtime/statistics.hpp"
#include "views/run_result.hpp"

namespace lanner::runtime {

// What the exchange model's log and ledger say about the session.
[[nodiscard]] SessionClosed judge_session(const SimulatedSession& session);
// Differences between the exchange's cash and the portfolio's, absolute, summed over venues.
[[nodiscard]] Money conservation_error(const SimulatedSession& session);

// "recorded" or "synthetic".
[[nodiscard]] std::string name_of_feed(const SessionSpec& spec);
void add_spec(views::RunResult& result, const SessionSpec& spec);
void add_closed(views::RunResult& result, const SessionClosed& closed);

// Net result of the same session on the bad-day preset, without a journal.
[[nodiscard]] Result<Money> run_bad_day(const SessionPlan& plan);

}  // namespace lanner::runtime
