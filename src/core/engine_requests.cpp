// What an operator asks of a running session: checked when it comes, done at the next whole
// minute, before anything of that minute is decided.

#include "core/engine.hpp"

namespace lanner::core {

using model::OperatorRequested;
using model::RequestKind;
using model::RequestVerdict;

RequestVerdict Engine::verdict_on(const OperatorRequested& request) const noexcept {
  if (request.kind == RequestKind::roll_back_adaptation) {
    switch (knowledge_.adaptations().known(request.adaptation_id)) {
      case learn::AdaptationEngine::Known::open: return RequestVerdict::taken;
      case learn::AdaptationEngine::Known::ended: return RequestVerdict::already_ended;
      case learn::AdaptationEngine::Known::never: return RequestVerdict::unknown_adaptation;
    }
  }
  if (request.parameter >= model::Param::count_) {
    return RequestVerdict::out_of_bounds;
  }
  const bool is_pinned = knowledge_.parameters().is_pinned(request.parameter);
  if (request.kind != RequestKind::set_parameter) {
    const bool wants_pin = request.kind == RequestKind::pin_parameter;
    return is_pinned == wants_pin ? RequestVerdict::unchanged : RequestVerdict::taken;
  }
  if (is_pinned) {
    return RequestVerdict::pinned;
  }
  if (!model::is_read_anew(request.parameter)) {
    return RequestVerdict::next_session;
  }
  model::ParameterSet scratch = knowledge_.parameters().values();
  if (!scratch.put(request.parameter, request.value)) {
    return RequestVerdict::out_of_bounds;
  }
  return knowledge_.parameters().values().rate(request.parameter) == request.value
             ? RequestVerdict::unchanged
             : RequestVerdict::taken;
}

void Engine::answer(const OperatorRequested& request, RequestVerdict verdict, Rate before,
                    Timestamp applies_at) noexcept {
  model::OperatorAnswered answered{request, verdict, before, 0, applies_at};
  if (request.parameter < model::Param::count_) {
    answered.version = knowledge_.parameters().origin(request.parameter).version;
  }
  sink_->notify(answered);
}

void Engine::on(const OperatorRequested& request) noexcept {
  const bool names_one = request.parameter < model::Param::count_;
  const Rate before =
      names_one ? knowledge_.parameters().values().rate(request.parameter) : Rate{};
  RequestVerdict verdict = verdict_on(request);
  const Timestamp at = now_.floor_to(minutes(1)) + minutes(1);
  if (verdict == RequestVerdict::taken && !requests_.push_back({request, at})) {
    verdict = RequestVerdict::busy;
  }
  answer(request, verdict, before, at);
}

// What came with an earlier request may have changed the answer to this one.
void Engine::take_requests() noexcept {
  if (now_ < requests_[0].at) {
    return;
  }
  for (const Waiting& waiting : requests_) {
    const OperatorRequested& request = waiting.request;
    const RequestVerdict verdict = verdict_on(request);
    const bool names_one = request.parameter < model::Param::count_;
    const Rate before =
        names_one ? knowledge_.parameters().values().rate(request.parameter) : Rate{};
    if (verdict != RequestVerdict::taken) {
      answer(request, verdict, before, now_);
      continue;
    }
    knowledge_.on_request(request, now_, ladder_changes_);
    if (request.kind == RequestKind::set_parameter) {
      static_cast<void>(config_.parameters.put(request.parameter, request.value));
    }
    answer(request, RequestVerdict::done, before, now_);
  }
  requests_.clear();
  if (!ladder_changes_.is_empty()) {
    announce_ladder();
  }
  adopt_parameters();
}

}  // namespace lanner::core
