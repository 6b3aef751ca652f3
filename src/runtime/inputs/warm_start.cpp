#include "runtime/inputs/warm_start.hpp"

#include <utility>
#include <variant>

#include "runtime/inputs/universe.hpp"
#include "runtime/instrument_choice.hpp"
#include "runtime/session_plan.hpp"
#include "runtime/simulated_session.hpp"

namespace lanner::runtime {
namespace {

// The same session, earlier: the default strategist alone, nothing known before it, no programs
// that hand in conditions.
SessionSpec session_before(const SessionSpec& spec, Duration history) {
  SessionSpec past = spec;
  past.to = spec.from;
  past.from = spec.from - history;
  past.engine.past.clear();
  past.conditions.clear();
  past.conditions_refused.clear();
  past.takes_proposals = false;
  return past;
}

learn::PastLabel past_label(const model::CandidateLabel& label, learn::Tier tier) {
  return {{label.template_id, label.side, label.condition_source, label.proposer, label.grid},
          label.instrument_id,
          tier,
          label.block_id,
          label.labelled_at,
          label.weight,
          label.gross_r,
          label.net_r};
}

}  // namespace

Result<std::vector<learn::PastLabel>> labels_before(const SessionSpec& spec,
                                                    const store::Catalog& catalog,
                                                    References references) {
  std::vector<learn::PastLabel> labels;
  const auto& parameters = spec.engine.parameters;
  if (parameters.rate(model::Param::warm_start_weight).is_zero()) {
    return labels;
  }
  SessionSpec past =
      session_before(spec, parameters.duration(model::Param::warm_start_days, hours(24)));
  // What can be compared with what is a matter of that time, not of the session's.
  InstrumentChoice choice;
  choice.from = past.from;
  choice.to = past.to;
  for (std::size_t i = 0; i < past.engine.is_active.size(); ++i) {
    if (past.engine.is_active[i] != 0) {
      choice.instruments.push_back(InstrumentId{static_cast<std::uint32_t>(i)});
    }
  }
  auto compared = choose_references(catalog, choice, references);
  if (!compared) {
    return tl::unexpected{compared.error()};
  }
  past.engine.is_reference = std::move(*compared);
  auto tape = open_tape(past, catalog);
  if (!tape) {
    return tl::unexpected{tape.error()};
  }
  if (tape->is_done()) {
    return labels;
  }
  if (!past.engine.universe.empty()) {
    auto universe = universe_of(past, catalog);
    if (!universe) {
      return tl::unexpected{universe.error()};
    }
    past.engine.universe = std::move(universe->ranks);
    past.engine.listed = universe->listed;
  }
  SimulatedSession session(past, std::move(*tape), store::JournalWriter::in_memory());
  while (session.next_time() != Timestamp::never()) {
    static_cast<void>(session.apply_next());
    for (const model::Notice& notice : session.sink().notices()) {
      const auto* label = std::get_if<model::CandidateLabel>(&notice);
      if (label != nullptr && label->is_filled && label->weight > Score{} &&
          label->labelled_at < spec.from) {
        labels.push_back(past_label(*label, session.engine().costs().tier(label->instrument_id)));
      }
    }
  }
  if (labels.size() > learn::kPastLabelsMax) {
    labels.erase(labels.begin(), labels.end() - learn::kPastLabelsMax);
  }
  return labels;
}

}  // namespace lanner::runtime
