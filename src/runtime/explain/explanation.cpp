#include "runtime/explain/explanation.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/did_you_mean.hpp"
#include "base/isotime.hpp"
#include "runtime/explain/decision_watch.hpp"
#include "runtime/session_result.hpp"

namespace lanner::runtime {
namespace {

// No refusal has more gates in its way than this.
constexpr std::size_t kMovesMax = 6;

Result<ReplayResult> watch_session(const std::filesystem::path& session, ReplayObserver& observer,
                                   const Progress& progress) {
  auto replay = replay_session(
      ReplayOptions{.session = session, .mask = {}, .what_if = {}, .observer = &observer},
      progress);
  if (replay && replay->first_difference) {
    return fail(ErrorKind::difference,
                "this build decides otherwise than the session from sequence " +
                    std::to_string(*replay->first_difference) +
                    " on, so it cannot explain it; use the build that recorded it");
  }
  return replay;
}

Result<InstrumentId> find_instrument(const SessionSpec& spec, const std::string& text) {
  std::vector<std::string_view> known;
  std::vector<const model::Instrument*> fits;
  for (const model::Instrument& instrument : spec.engine.instruments) {
    if (spec.engine.is_active[instrument.id.index()] == 0) {
      continue;
    }
    known.push_back(instrument.name);
    const std::string_view name{instrument.name};
    known.push_back(name.substr(0, name.find_first_of("-.")));
    if (instrument.name == text) {
      return instrument.id;
    }
    if (instrument.symbol == text || instrument.name.substr(0, text.size() + 1) == text + "-" ||
        instrument.name.substr(0, text.size() + 1) == text + ".") {
      fits.push_back(&instrument);
    }
  }
  if (fits.size() == 1) {
    return fits.front()->id;
  }
  if (fits.size() > 1) {
    return fail(ErrorKind::usage, "'" + text + "' could be " + fits[0]->name + " or " +
                                      fits[1]->name + "; give the whole name");
  }
  const auto guess = closest(text, known);
  return fail(ErrorKind::usage, "the session has no instrument '" + text + "'" +
                                    (guess ? "; did you mean '" + std::string{*guess} + "'?"
                                           : std::string{}));
}

std::optional<model::DecisionTrace> decide_again(const Explanation& explanation,
                                                 const std::filesystem::path& session,
                                                 const std::vector<GateLever>& moves) {
  VerdictWatch watch{explanation.decision.trace.candidate.id, explanation.decision.sequence};
  WhatIf what_if;
  what_if.from_sequence = explanation.decision.sequence;
  for (const GateLever& move : moves) {
    what_if.sets.emplace_back(std::string{move.parameter}, move.needed);
  }
  const auto replay = replay_session(
      ReplayOptions{.session = session, .mask = {}, .what_if = what_if, .observer = &watch}, {});
  return replay ? watch.trace() : std::nullopt;
}

const model::GateResult* refusing(const model::DecisionTrace& trace) {
  const auto gates = trace.gates.span();
  const auto found = std::find_if(gates.begin(), gates.end(), [](const model::GateResult& gate) {
    return gate.verdict == model::Verdict::refuse;
  });
  return found == gates.end() ? nullptr : &*found;
}

// Moves one gate after the other past its margin until the trade would have been made.
std::optional<Counterfactual> what_would_allow(const Explanation& explanation,
                                               const std::filesystem::path& session) {
  Counterfactual out;
  model::DecisionTrace trace = explanation.decision.trace;
  while (!trace.is_traded && out.moves.size() < kMovesMax) {
    const model::GateResult* gate = refusing(trace);
    const auto move =
        gate == nullptr ? std::nullopt : lever_of(*gate, explanation.decision.parameters);
    const auto is_same = [&move](const GateLever& other) {
      return other.parameter == move->parameter;
    };
    if (!move || std::any_of(out.moves.begin(), out.moves.end(), is_same)) {
      break;
    }
    out.moves.push_back(*move);
    out.is_tried = move->is_in_bounds;
    const auto again = move->is_in_bounds ? decide_again(explanation, session, out.moves)
                                          : std::nullopt;
    if (!again) {
      out.refused_by = trace.refused_by;
      return out;
    }
    trace = *again;
  }
  out.is_traded = trace.is_traded;
  out.refused_by = trace.refused_by;
  return out.moves.empty() ? std::nullopt : std::optional{out};
}

// Of the gates that let it through, the one that came nearest to refusing.
std::optional<Counterfactual> what_would_refuse(const Explanation& explanation,
                                                const std::filesystem::path& session) {
  std::optional<GateLever> nearest;
  double nearest_share = 0.0;
  for (const model::GateResult& gate : explanation.decision.trace.gates) {
    const auto move = lever_of(gate, explanation.decision.parameters);
    if (!move || !move->is_in_bounds) {
      continue;
    }
    const double threshold = std::abs(gate.threshold.value());
    const double share =
        std::abs(model::margin_of(gate).value()) / std::max(threshold, 1e-9);
    if (!nearest || share < nearest_share) {
      nearest = move;
      nearest_share = share;
    }
  }
  if (!nearest) {
    return std::nullopt;
  }
  Counterfactual out;
  out.moves.push_back(*nearest);
  const auto again = decide_again(explanation, session, out.moves);
  out.is_tried = again.has_value();
  out.is_traded = !again || again->is_traded;
  out.refused_by = again ? again->refused_by : model::Gate::none;
  return out;
}

Result<Explanation> explain_candidate(const std::filesystem::path& session, CandidateId id,
                                      const Progress& progress) {
  DecisionWatch watch{id};
  const auto replay = watch_session(session, watch, progress);
  if (!replay) {
    return tl::unexpected{replay.error()};
  }
  if (!watch.has_decision()) {
    return fail(ErrorKind::data, "the journal ends before the decision was made");
  }
  Explanation explanation = std::move(watch.explanation());
  explanation.session = session.string();
  explanation.feed = replay->result.feed;
  explanation.counterfactual = explanation.decision.trace.is_traded
                                   ? what_would_refuse(explanation, session)
                                   : what_would_allow(explanation, session);
  return explanation;
}

Result<CandidateId> trade_by_number(const std::filesystem::path& session, std::uint32_t number,
                                    const Progress& progress) {
  TradeFinder finder{number};
  const auto replay = watch_session(session, finder, progress);
  if (!replay) {
    return tl::unexpected{replay.error()};
  }
  if (!finder.found().is_valid()) {
    return fail(ErrorKind::data, "no trade " + std::to_string(number) + " in " +
                                     session.string() + ": it has " +
                                     std::to_string(finder.trades()) +
                                     " closed ones (lanner trades lists them)");
  }
  return finder.found();
}

Result<CandidateId> trade_of_instrument(const std::filesystem::path& session,
                                        const std::string& text, const Progress& progress) {
  const auto spec = session_spec_of(session);
  if (!spec) {
    return tl::unexpected{spec.error()};
  }
  const auto id = find_instrument(*spec, text);
  if (!id) {
    return tl::unexpected{id.error()};
  }
  TriggerFinder finder{*id, Timestamp::never(), TriggerFinder::Which::traded_only};
  const auto replay = watch_session(session, finder, progress);
  if (!replay) {
    return tl::unexpected{replay.error()};
  }
  if (!finder.found().is_valid()) {
    return fail(ErrorKind::data, "no trade of " + text + " in " + session.string() +
                                     "; ask lanner why-not " + text + "@TIME");
  }
  return finder.found();
}

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 10 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<Explanation> explain_trade(const std::filesystem::path& session, const std::string& trade,
                                  const Progress& progress) {
  std::uint32_t number = 0;
  std::from_chars(trade.data(), trade.data() + trade.size(), number);
  const auto id = is_number(trade) ? trade_by_number(session, number, progress)
                                   : trade_of_instrument(session, trade, progress);
  if (!id) {
    return tl::unexpected{id.error()};
  }
  return explain_candidate(session, *id, progress);
}

Result<WhyNot> explain_refusal(const std::filesystem::path& session,
                               const std::string& instrument, Timestamp at,
                               const Progress& progress) {
  const auto spec = session_spec_of(session);
  if (!spec) {
    return tl::unexpected{spec.error()};
  }
  const auto id = find_instrument(*spec, instrument);
  if (!id) {
    return tl::unexpected{id.error()};
  }
  TriggerFinder finder{*id, at, TriggerFinder::Which::any_verdict};
  const auto replay = watch_session(session, finder, progress);
  if (!replay) {
    return tl::unexpected{replay.error()};
  }
  const bool is_early = finder.sequence() == 0;
  if (is_early || at > finder.last() + hours(24)) {
    return fail(ErrorKind::usage,
                "the session says nothing about " + format_utc(at) + ": " +
                    (is_early ? "it begins at " + format_utc(finder.first())
                              : "it ends at " + format_utc(finder.last())));
  }
  WhyNot out;
  out.session = session.string();
  out.instrument = spec->engine.instruments[id->index()].name;
  out.asked = at;
  out.conditions = finder.conditions();
  out.sequence = finder.sequence();
  if (finder.found().is_valid()) {
    auto explanation = explain_candidate(session, finder.found(), progress);
    if (!explanation) {
      return tl::unexpected{explanation.error()};
    }
    out.trade_number = explanation->closed ? explanation->closed->trade_number : 0;
    out.trigger = std::move(*explanation);
  }
  return out;
}

}  // namespace lanner::runtime
