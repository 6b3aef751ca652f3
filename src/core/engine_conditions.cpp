// Conditions from outside: what is asked of each before it may be armed, how long it stands, and
// when it is withdrawn. A condition that is refused costs nothing but itself.

#include "core/engine.hpp"
#include "strategy/condition_hash.hpp"

namespace lanner::core {

using model::ConditionRule;
using model::ConditionVerdict;
using model::TradeCondition;

namespace {

strategy::Check broken(ConditionRule rule, Score value = {}, Score bound = {}) noexcept {
  return strategy::Finding{rule, value, bound};
}

}  // namespace

void Engine::on(const model::ProposalRefused& refused) noexcept {
  ++counters_.conditions_refused;
  if (refused.rule < ConditionRule::count_) {
    ++counters_.refused_by_rule[static_cast<std::size_t>(refused.rule)];
  }
  model::ConditionJudged judged;
  judged.proposer = refused.proposer;
  judged.verdict = ConditionVerdict::refused;
  judged.rule = refused.rule;
  proposers_.on_judged(judged);
  sink_->notify(judged);
}

// Who is silenced loses what it has standing; what was learned of it stays.
void Engine::on(const model::ProposerChanged& change) noexcept {
  proposers_.on_change(change, now_);
  if (change.state != model::ProposerState::silenced) {
    return;
  }
  for (std::uint32_t i = 0; i < standing_.size();) {
    if (standing_conditions_[i].proposer == change.proposer) {
      remove_standing(i);
    } else {
      ++i;
    }
  }
}

void Engine::on(const model::ConditionProposed& proposed) noexcept {
  const TradeCondition& condition = *proposed.condition;
  const std::uint64_t hash = strategy::canonical_hash(condition);
  if (const auto refused = admit(condition, hash)) {
    ++counters_.conditions_refused;
    ++counters_.refused_by_rule[static_cast<std::size_t>(refused->rule)];
    say_of(condition, hash, ConditionVerdict::refused, *refused);
    return;
  }
  const Duration life = condition.expires_at - now_;
  const bool is_of_proposer = condition.proposer != 0;
  for (std::uint32_t i = 0; i < standing_.size(); ++i) {
    if (standing_[i].hash == hash) {  // the rules let only a proposer's own through
      standing_[i].ends_at = condition.expires_at;
      say_of(condition, hash, ConditionVerdict::refreshed, {});
      return;
    }
  }
  if (condition.vetting == model::Vetting::rules) {
    withdraw_opposites(condition);
  }
  subscribe_inputs(condition);
  Standing standing;
  standing.life = life;
  standing.ends_at = is_of_proposer ? condition.expires_at : Timestamp::never();
  standing.hash = hash;
  standing.knowledge = static_cast<std::uint32_t>(
      strategy::knowledge_index(condition.instrument_id, condition.side));
  standing.is_armed = condition.vetting == model::Vetting::none;
  standing.is_played = standing.is_armed || !history_.is_kept();
  standing.lease = free_leases_.back();
  free_leases_.pop_back();
  standing_.push_back(standing);
  standing_conditions_.push_back(condition);
  gather_knowledge();
  const auto place = static_cast<std::uint32_t>(standing_.size() - 1);
  ++counters_.conditions_accepted;
  say_of(condition, hash, ConditionVerdict::accepted, {});
  if (coin_knowledge_[standing.knowledge].status == model::CoinStatus::blocked ||
      knowledge_.adaptations().ask(facts_of(condition)).is_blocked()) {
    say_of(condition, hash, ConditionVerdict::flagged, {ConditionRule::v15, Score{}, Score{}});
  }
  if (settle(place)) {
    rearm(place);
  }
}

// Everything that can be said at once. A file is read before the first price is known, so what
// asks the market waits until there is one; a program speaks while the market is there, so its
// condition is refused when its coin has none.
strategy::Check Engine::admit(const TradeCondition& condition, std::uint64_t hash) noexcept {
  if (standing_.size() == config_.limits.standing_max) {
    return broken(ConditionRule::v14);
  }
  const InstrumentId id = condition.instrument_id;
  if (id.index() >= config_.instruments.size() || condition.proposer > model::kProposersMax) {
    return broken(ConditionRule::v4);
  }
  if (condition.vetting == model::Vetting::none) {
    return std::nullopt;
  }
  if (auto bad = strategy::check_bounds(condition, now_)) {
    return bad;
  }
  if (auto bad = strategy::check_contradiction(condition)) {
    return bad;
  }
  if (id.index() >= config_.is_active.size() || config_.is_active[id.index()] == 0) {
    return broken(ConditionRule::v4);
  }
  if (condition.proposer != 0 &&
      (proposers_.is_silenced(condition.proposer) || !is_judgeable(condition))) {
    return broken(ConditionRule::v4);
  }
  if (auto bad = check_duty(condition, hash)) {
    return bad;
  }
  return is_judgeable(condition) ? check_now(condition) : std::nullopt;
}

// What it owes to the others of its file or proposer: number, no twin, no opposite. Of two
// opposites the one with the better posterior stays.
strategy::Check Engine::check_duty(const TradeCondition& condition,
                                   std::uint64_t hash) const noexcept {
  constexpr Score kOne{1.0};
  Score of_all;
  Score of_coin;
  for (std::uint32_t i = 0; i < standing_.size(); ++i) {
    const TradeCondition& other = standing_conditions_[i];
    if (other.proposer != condition.proposer) {
      continue;
    }
    if (standing_[i].hash == hash) {
      return condition.proposer == 0 ? broken(ConditionRule::v12) : std::nullopt;
    }
    of_all += kOne;
    if (other.instrument_id != condition.instrument_id) {
      continue;
    }
    of_coin += kOne;
    if (other.side != condition.side && !is_better(condition, other)) {
      return broken(ConditionRule::v11);
    }
  }
  const Score all_max = config_.parameters.score(model::Param::condition_live_max);
  const Score coin_max = config_.parameters.score(model::Param::condition_live_per_coin);
  if (of_all >= all_max) {
    return broken(ConditionRule::v14, of_all + kOne, all_max);
  }
  if (of_coin >= coin_max) {
    return broken(ConditionRule::v14, of_coin + kOne, coin_max);
  }
  return std::nullopt;
}

bool Engine::is_better(const TradeCondition& one, const TradeCondition& other) const noexcept {
  const auto& patterns = knowledge_.patterns();
  const auto p = [&patterns](const TradeCondition& x) {
    return patterns.probability_net_positive({x.template_id, x.side, x.source, x.proposer, x.grid});
  };
  return p(one) > p(other);
}

// Of the newcomer's own file or proposer: it is the better one of the two.
void Engine::withdraw_opposites(const TradeCondition& condition) noexcept {
  for (std::uint32_t i = 0; i < standing_.size();) {
    const TradeCondition& other = standing_conditions_[i];
    const bool is_opposite = other.proposer == condition.proposer &&
                             other.instrument_id == condition.instrument_id &&
                             other.side != condition.side &&
                             other.vetting == model::Vetting::rules;
    if (is_opposite) {
      withdraw(i, {ConditionRule::v11, Score{}, Score{}});
    } else {
      ++i;
    }
  }
}

bool Engine::is_judgeable(const TradeCondition& condition) const noexcept {
  const InstrumentId id = condition.instrument_id;
  return market_.is_trading(id) && market_.is_fresh(id, now_, config_.parameters) &&
         market_[id].last_px.is_positive() &&
         Score{features_.view(id).value(model::FeatureId::atr14, condition.stop_tf)}.is_finite();
}

strategy::Check Engine::check_now(const TradeCondition& condition) const noexcept {
  const InstrumentId id = condition.instrument_id;
  learn::Ruling ruling;
  const learn::EntryFacts facts = facts_of(condition);
  const auto input = plan_input(condition, market_[id].last_px, facts, ruling);
  const auto plan = planner_.plan(input);
  if (!plan) {
    return broken(ConditionRule::v8);
  }
  return strategy::check_market(
      condition, {*plan, config_.instruments[id.index()], costs_, config_.parameters,
                  input.cushion, !config_.mask.is_masked(model::Component::fee_gate)});
}

// Passes a standing condition on to the next question as soon as it can be asked; false when it
// is not to be armed, because it waits or is gone.
bool Engine::settle(std::uint32_t place) noexcept {
  if (!standing_[place].is_armed) {
    const TradeCondition& condition = standing_conditions_[place];
    if (!is_judgeable(condition)) {
      return false;
    }
    if (const auto refused = check_now(condition)) {
      withdraw(place, *refused);
      return false;
    }
    standing_[place].is_armed = true;
  }
  return standing_[place].is_played || play_history(place);
}

bool Engine::play_history(std::uint32_t place) noexcept {
  Standing& standing = standing_[place];
  const TradeCondition& condition = standing_conditions_[place];
  const auto facts = trigger_past_.ask(condition, standing.hash, now_);
  const auto finding = strategy::judge_replay(facts, config_.parameters);
  if (finding.refused) {
    withdraw(place, *finding.refused);
    return false;
  }
  standing.is_played = finding.is_complete;
  if (finding.is_complete && finding.is_never_true) {
    say_of(condition, standing.hash, ConditionVerdict::flagged,
           {ConditionRule::v10, Score{}, Score{}});
  }
  return true;
}

void Engine::run_standing() noexcept {
  for (std::uint32_t i = 0; i < standing_.size();) {
    const Standing& standing = standing_[i];
    // Mostly nothing is new but the time until which it stands.
    if (standing.is_armed && standing.is_played && now_ < standing.ends_at &&
        is_renewed(standing)) [[likely]] {
      ++i;
      continue;
    }
    const std::size_t before = standing_.size();
    if (now_ >= standing_[i].ends_at) {
      remove_standing(i);
    } else if (settle(i)) {
      rearm(i);
    }
    i += standing_.size() == before ? 1 : 0;
  }
}

void Engine::rearm(std::uint32_t place) noexcept {
  Standing& standing = standing_[place];
  if (is_renewed(standing)) {
    return;
  }
  const Timestamp expires_at = end_of(standing);
  const model::ShadowOnly shadow_only = shadow_of(standing);
  if (!sniper_.refresh(standing.handle, {expires_at, shadow_only, cycle_})) {
    TradeCondition& condition = standing_conditions_[place];
    condition.expires_at = expires_at;
    condition.shadow_only = shadow_only;
    const auto handle = sniper_.arm(condition, cycle_, now_);
    if (!handle) {
      return;
    }
    standing.handle = *handle;
  }
  sniper_.take_into(standing.lease, standing.handle);
  sniper_.renew_anew(standing.lease, expires_at, cycle_);
  standing.shadow_only = shadow_only;
}

void Engine::withdraw(std::uint32_t place, const strategy::Finding& finding) noexcept {
  ++counters_.conditions_withdrawn;
  ++counters_.refused_by_rule[static_cast<std::size_t>(finding.rule)];
  say_of(standing_conditions_[place], standing_[place].hash, ConditionVerdict::withdrawn, finding);
  remove_standing(place);
}

// The last one takes its place. What is armed expires at this instant and cannot fire any more.
void Engine::remove_standing(std::uint32_t place) noexcept {
  static_cast<void>(
      sniper_.refresh(standing_[place].handle, {now_, model::ShadowOnly::yes, cycle_}));
  free_leases_.push_back(standing_[place].lease);
  standing_[place] = standing_.back();
  standing_.pop_back();
  standing_conditions_[place] = standing_conditions_.back();
  standing_conditions_.pop_back();
}

void Engine::say_of(const TradeCondition& condition, std::uint64_t hash, ConditionVerdict verdict,
                    const strategy::Finding& finding) noexcept {
  model::ConditionJudged judged;
  judged.proposer = condition.proposer;
  judged.verdict = verdict;
  judged.rule = finding.rule;
  judged.instrument_id = condition.instrument_id;
  judged.side = condition.side;
  judged.pattern_id = condition.pattern_id.is_valid() ? condition.pattern_id
                                                      : strategy::pattern_id_of(condition);
  judged.hash = hash;
  judged.value = finding.value;
  judged.bound = finding.bound;
  proposers_.on_judged(judged);
  sink_->notify(judged);
}

}  // namespace lanner::core
