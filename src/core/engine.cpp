#include "core/engine.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"

namespace lanner::core {

using model::TimerKind;

Engine::Engine(EngineConfig config)
    : config_(std::move(config)),
      market_(config_.instruments),
      costs_(config_.instruments, config_.parameters),
      builder_(config_.instruments),
      portfolio_(config_.instruments, config_.balance_by_venue),
      features_(config_.instruments, features::OnDemand{}, config_.own_features),
      candidates_(config_.instruments, config_.parameters, costs_,
                  config_.limits.candidates_open_max),
      knowledge_(config_.instruments, config_.parameters, config_.mask),
      sniper_({config_.instruments.size(), config_.limits.conditions_max,
               config_.instruments.size() + config_.limits.standing_max}),
      strategist_(config_.instruments, config_.parameters, config_.mask),
      history_(config_.is_active, config_.limits.history_bars),
      trigger_past_(config_.instruments, history_, config_.own_features),
      correlation_(config_.instruments.size()),
      planner_(config_.instruments, config_.parameters, config_.mask, costs_),
      risk_(config_.instruments, config_.parameters, config_.mask),
      orders_(config_.instruments, config_.parameters, config_.epoch),
      labels_(config_.limits.candidates_open_max),
      status_changes_(3 * config_.instruments.size() + 3),
      triggers_(config_.limits.conditions_max),
      is_active_entry_(config_.instruments.size(), 0),
      adopted_revision_(config_.parameters.version()),
      has_built_bars_(config_.instruments.size(), 0),
      regimes_seen_(config_.instruments.size(), 0) {
  if (!config_.mask.is_masked(model::Component::regime_flip)) {
    features_.subscribe(model::FeatureId::trend, features::kRegimeFrame);
  }
  std::vector<std::uint8_t> is_heard = config_.is_active;
  for (std::size_t i = 0; i < config_.is_reference.size(); ++i) {
    is_heard[i] = is_heard[i] != 0 || config_.is_reference[i] != 0 ? 1 : 0;
  }
  features_.keep_links(config_.instruments, is_heard);
  for (const auto& pattern : strategist_.patterns()) {
    if (pattern) {
      subscribe_inputs(*pattern);
    }
  }
  standing_.reserve(config_.limits.standing_max);
  standing_conditions_.reserve(config_.limits.standing_max);
  free_leases_.reserve(config_.limits.standing_max);
  for (std::uint32_t i = config_.limits.standing_max; i > 0; --i) {
    free_leases_.push_back(static_cast<std::uint32_t>(config_.instruments.size()) + i - 1);
  }
  coin_knowledge_.resize(config_.instruments.size() * 2);
  const auto active = std::count_if(config_.is_active.begin(), config_.is_active.end(),
                                    [](std::uint8_t is_active) { return is_active != 0; });
  candidates_.book().set_universe(config_.listed != 0 ? config_.listed
                                                      : static_cast<std::size_t>(active));
  for (const model::Param key : config_.pinned) {
    knowledge_.pin(key);
  }
  knowledge_.learn_from_past(config_.past,
                             config_.parameters.score(model::Param::warm_start_weight));
}

void Engine::apply(const model::Event& event, model::CommandSink& sink) noexcept {
  ENSURE(event.ts_init >= now_);
  set_ensure_sequence(event.sequence);
  sink_ = &sink;
  now_ = event.ts_init;
  ts_event_ = event.ts_event;
  is_money_moved_ = false;
  ++counters_.events;
  if (!is_started_) [[unlikely]] {
    start();
  }
  if (requests_.size() != 0) [[unlikely]] {
    take_requests();
  }
  if (const auto* trade = std::get_if<model::TradeTick>(&event.payload)) [[likely]] {
    on(*trade);  // comes by the million, so it does not go through a table of functions
  } else {
    std::visit([this](const auto& payload) { on(payload); }, event.payload);
  }
  if (orders_.has_ended()) {
    drain_ended_plans();
  }
  if (!labels_.is_empty() || !status_changes_.is_empty() || has_lesson()) {
    learn_from_labels();
  }
  if (is_money_moved_) {
    watch_equity();
  }
  if (!triggers_.is_empty()) {
    fire();
  }
  if (has_regime_flipped_) {
    has_regime_flipped_ = false;
    run_cycle();
  }
  sink_ = nullptr;
}

void Engine::start() noexcept {
  is_started_ = true;
  announce(risk_.on_day_start(portfolio_.equity(), now_));
  const Duration period = strategist_.period();
  set_timer(TimerKind::strategist_cycle, 0, now_.floor_to(period) + period);
  set_timer(TimerKind::day_start, 0, now_.floor_to(hours(24)) + hours(24));
  set_timer(TimerKind::reflection, 0, now_.floor_to(hours(1)) + hours(1));
}

void Engine::set_timer(TimerKind kind, std::uint32_t key, Timestamp at) noexcept {
  sink_->push(model::SetTimer{kind, key, at});
}

void Engine::on(const model::TimerFired& timer) noexcept {
  switch (timer.kind) {
    case TimerKind::strategist_cycle:
      run_cycle();
      set_timer(TimerKind::strategist_cycle, 0,
                now_.floor_to(strategist_.period()) + strategist_.period());
      return;
    case TimerKind::bar_close:
      for (std::uint32_t i = 0; i < has_built_bars_.size(); ++i) {
        if (has_built_bars_[i] != 0) {
          close_built_bars(InstrumentId{i});
        }
      }
      set_timer(TimerKind::bar_close, 0,
                now_.floor_to(minutes(1)) + minutes(1) + config_.feed_latency);
      return;
    case TimerKind::day_start:
      probe_.on_day_start();
      announce(risk_.on_day_start(portfolio_.equity(), now_));
      knowledge_.on_time(now_, status_changes_);
      set_timer(TimerKind::day_start, 0, now_.floor_to(hours(24)) + hours(24));
      return;
    case TimerKind::reflection:
      reflect();
      set_timer(TimerKind::reflection, 0, now_.floor_to(hours(1)) + hours(1));
      return;
    case TimerKind::position:
    case TimerKind::exec:
      orders_.on_timer(timer.kind, InstrumentId{timer.key}, now_, *sink_);
      return;
  }
}

void Engine::run_cycle() noexcept {
  ++cycle_;
  ++counters_.cycles;
  knowledge_.on_time(now_, status_changes_);
  sniper_.expire(now_);
  gather_knowledge();
  strategist_.cycle({cycle_, now_, coin_knowledge_, market_, features_, costs_,
                     config_.is_active},
                    sniper_);
  run_standing();
}

// What was armed for another regime is looked at again at once, not with the next cycle.
void Engine::watch_regime(InstrumentId id, features::FrameSet frames) noexcept {
  const std::uint8_t* regimes = features_.view(id).regimes;
  if (regimes == nullptr || !frames.has(features::kRegimeFrame) ||
      config_.is_active[id.index()] == 0 ||
      config_.mask.is_masked(model::Component::regime_flip)) {
    return;
  }
  std::uint8_t& seen = regimes_seen_[id.index()];
  has_regime_flipped_ = has_regime_flipped_ || (seen != 0 && seen != *regimes);
  seen = *regimes;
}

// The status alone: an offset costs a walk through the evidence, and only a decision needs it.
void Engine::gather_knowledge() noexcept {
  if (gathered_revision_ == knowledge_.coins().revision()) {
    return;
  }
  gathered_revision_ = knowledge_.coins().revision();
  for (const model::Instrument& instrument : config_.instruments) {
    if (config_.is_active[instrument.id.index()] == 0) {
      continue;
    }
    for (const auto side : strategy::kSides) {
      coin_knowledge_[strategy::knowledge_index(instrument.id, side)].status =
          knowledge_.coins().status(instrument.id, side);
    }
  }
}

void Engine::subscribe_inputs(const model::TradeCondition& condition) noexcept {
  const auto subscribe = [this](const auto& predicates) {
    for (const model::Predicate& predicate : predicates) {
      features_.subscribe(predicate.lhs, predicate.tf);
      features_.subscribe(predicate.rhs, predicate.tf);
    }
  };
  subscribe(condition.when_all);
  subscribe(condition.when_any);
  subscribe(condition.invalidate_any);
  if ((condition.regimes & bit_of(model::Regime::any)) == 0) {
    features_.subscribe(model::FeatureId::trend, features::kRegimeFrame);
  }
}

void Engine::on(const model::TradingStateChanged& change) noexcept {
  announce(risk_.on_control(change));
}

void Engine::announce(const std::optional<model::TradingStateChanged>& change) noexcept {
  if (!change) {
    return;
  }
  sink_->notify(*change);
  if (change->state == model::TradingState::active) {
    return;
  }
  for (std::uint32_t i = 0; i < config_.instruments.size(); ++i) {
    orders_.cancel_entry(InstrumentId{i}, now_, *sink_);
  }
}

void Engine::watch_equity() noexcept {
  if (portfolio_.equity() == watched_equity_) {
    return;
  }
  watched_equity_ = portfolio_.equity();
  announce(risk_.on_equity(watched_equity_, now_));
}

}  // namespace lanner::core
