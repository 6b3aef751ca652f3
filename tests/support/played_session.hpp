#pragma once

// A session played to its end in memory, with everything that it decided and what came of it.

#include <cstdint>
#include <vector>

#include "model/commands.hpp"
#include "runtime/session_plan.hpp"
#include "runtime/session_result.hpp"
#include "runtime/simulated_session.hpp"

namespace lanner::test {

struct Played {
  std::vector<model::DecisionTrace> decisions;
  std::vector<model::TradeClosed> trades;
  runtime::SessionClosed figures;
  std::uint64_t events = 0;
};

inline Played play(const runtime::SessionSpec& spec, runtime::Tape tape) {
  runtime::SimulatedSession session(spec, std::move(tape), store::JournalWriter::in_memory());
  Played played;
  while (session.next_time() != Timestamp::never()) {
    session.apply_next();
    const auto traces = session.sink().traces();
    played.decisions.insert(played.decisions.end(), traces.begin(), traces.end());
    for (const model::Notice& notice : session.sink().notices()) {
      if (const auto* closed = std::get_if<model::TradeClosed>(&notice)) {
        played.trades.push_back(*closed);
      }
    }
  }
  played.figures = runtime::judge_session(session);
  played.figures.digest = session.recorder().digest();
  played.figures.commands = session.recorder().commands();
  played.events = session.recorder().sequence();
  return played;
}

}  // namespace lanner::test
