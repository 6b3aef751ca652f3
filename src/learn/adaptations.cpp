#include "learn/adaptations.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "learn/shapley.hpp"
#include "learn/shrinkage.hpp"

namespace lanner::learn {
namespace {

using model::AdaptationKind;
using model::AdaptationProposal;
using model::AdaptationReason;
using model::AdaptationState;
using model::Param;

constexpr double kIntervalAlpha = 0.05;
constexpr Duration kQuarter = hours(24 * 91);
// Blocks of no effect that the first guess of an effect is worth.
constexpr double kPriorEffectBlocks = 6.0;

bool has_ended(AdaptationState state) noexcept {
  return state == AdaptationState::rolled_back || state == AdaptationState::expired;
}

std::int64_t quarter_of(Timestamp at) noexcept {
  return at.floor_to(kQuarter).ns() / kQuarter.ns();
}

bool is_like(const AdaptationProposal& a, const AdaptationProposal& b) noexcept {
  if (a.kind == AdaptationKind::set_parameter || b.kind == AdaptationKind::set_parameter) {
    return a.kind == b.kind && a.parameter == b.parameter;
  }
  return a.scope == b.scope;
}

}  // namespace

AdaptationEngine::AdaptationEngine(const model::ParameterSet& parameters)
    : confirm_e_(parameters.score(Param::adaptation_confirm_e).value()),
      undo_e_(parameters.score(Param::adaptation_undo_e).value()),
      cost_max_r_(parameters.score(Param::adaptation_cost_max_r).value()),
      trial_p_(parameters.score(Param::adaptation_trial_p).value()),
      trial_n_min_(parameters.score(Param::adaptation_trial_n_min).value()),
      arl_(parameters.score(Param::evidence_arl_blocks).value()),
      block_bound_r_(parameters.score(Param::evidence_block_bound_r).value()),
      ttl_(parameters.duration(Param::adaptation_ttl_days, hours(24))),
      risk_ttl_(parameters.duration(Param::adaptation_risk_ttl_days, hours(24))),
      risk_removed_max_(to_score(parameters.fraction(Param::adaptation_risk_removed_pct))),
      reduce_multiplier_(parameters.score(Param::coin_reduce_multiplier)),
      favour_multiplier_(parameters.score(Param::coin_favour_multiplier)),
      registry_(parameters) {
  const double loss_bound = parameters.score(Param::evidence_loss_bound).value();
  places_.reserve(kConcurrentMax);
  for (std::size_t i = 0; i < kConcurrentMax; ++i) {
    places_.emplace_back(loss_bound);
  }
  history_.reserve(kHistory);
}

// A Parameter may be set where its effect is seen on candidates: those whose expected cost lies
// between the old cap and a lower one.
bool AdaptationEngine::is_in_grammar(const AdaptationProposal& proposal) const noexcept {
  if (proposal.kind != AdaptationKind::set_parameter) {
    return proposal.scope != model::Scope{};
  }
  return proposal.parameter == Param::fee_cost_r_cap &&
         !registry_.is_pinned(proposal.parameter) &&
         proposal.value < registry_.values().rate(Param::fee_cost_r_cap) &&
         registry_.nearest_allowed(proposal.parameter, proposal.value) == proposal.value;
}

bool AdaptationEngine::is_known(const AdaptationProposal& proposal,
                                Timestamp now) const noexcept {
  const auto stands = [&proposal](const Place& place) {
    return place.is_taken && is_like(place.proposal, proposal);
  };
  const auto ended_lately = [&](const AdaptationRow& row) {
    return is_like(row.proposal, proposal) && now - row.changed_at < ttl_;
  };
  return std::any_of(places_.begin(), places_.end(), stands) ||
         std::any_of(history_.begin(), history_.end(), ended_lately);
}

Score AdaptationEngine::multiplier_of(const AdaptationProposal& proposal) const noexcept {
  switch (proposal.kind) {
    case AdaptationKind::reduce: return reduce_multiplier_;
    case AdaptationKind::favour: return favour_multiplier_;
    case AdaptationKind::block:
    case AdaptationKind::set_parameter: return Score{};
  }
  return Score{};
}

Score AdaptationEngine::removed_share(const AdaptationProposal& proposal) const noexcept {
  return proposal.risk_share * (Score{1.0} - multiplier_of(proposal));
}

Score AdaptationEngine::removed_without_evidence() const noexcept {
  Score sum;
  for (const Place& place : places_) {
    if (place.is_taken && place.is_acting && place.credit_until.is_set()) {
      sum += removed_share(place.proposal);
    }
  }
  return sum;
}

std::optional<std::uint32_t> AdaptationEngine::propose(const AdaptationProposal& proposal,
                                                       Timestamp now,
                                                       AdaptationBuffer& changes) noexcept {
  if (quarter_of(now) != quarter_) {
    quarter_ = quarter_of(now);
    opened_in_quarter_ = 0;
  }
  const auto place = std::find_if(places_.begin(), places_.end(),
                                  [](const Place& other) { return !other.is_taken; });
  if (place == places_.end() || opened_in_quarter_ == kQuarterlyMax ||
      !is_in_grammar(proposal) || is_known(proposal, now)) {
    return std::nullopt;
  }
  ++opened_in_quarter_;
  place->is_taken = true;
  place->id = ++last_id_;
  place->proposal = proposal;
  place->state = AdaptationState::proposed;
  place->proposed_at = now;
  place->expires_at = now + ttl_;
  place->credit_until = Timestamp{};
  place->affected = 0;
  place->sum_r = 0.0;
  place->cost_r = 0.0;
  place->evidence.restart();
  place->detector.start(0.0);
  ENSURE(started_.push_back({static_cast<std::size_t>(place - places_.begin()),
                             proposal.open_expected.value()}));
  const bool acts_now =
      proposal.kind != AdaptationKind::favour &&
      removed_without_evidence() + removed_share(proposal) <= risk_removed_max_;
  if (acts_now) {
    place->credit_until = now + risk_ttl_;
    enter(*place, {AdaptationState::trial, AdaptationReason::reduces_risk}, now, changes);
  } else {
    enter(*place, {AdaptationState::shadow, AdaptationReason::evidence_started}, now, changes);
  }
  return place->id;
}

bool AdaptationEngine::withdraw(std::uint32_t id, Timestamp now,
                                AdaptationBuffer& changes) noexcept {
  for (Place& place : places_) {
    if (place.is_taken && place.id == id) {
      enter(place, {AdaptationState::rolled_back, AdaptationReason::withdrawn}, now, changes);
      return true;
    }
  }
  return false;
}

void AdaptationEngine::clear_parameter(model::Param key, Timestamp now,
                                       AdaptationBuffer& changes) noexcept {
  for (Place& place : places_) {
    if (place.is_taken && place.proposal.kind == AdaptationKind::set_parameter &&
        place.proposal.parameter == key) {
      enter(place, {AdaptationState::rolled_back, AdaptationReason::withdrawn}, now, changes);
    }
  }
}

bool AdaptationEngine::set_parameter(model::Param key, Rate value, Timestamp now,
                                     AdaptationBuffer& changes) noexcept {
  clear_parameter(key, now, changes);
  return registry_.configure(key, value, now);
}

void AdaptationEngine::pin_parameter(model::Param key, bool is_pinned, Timestamp now,
                                     AdaptationBuffer& changes) noexcept {
  if (is_pinned) {
    clear_parameter(key, now, changes);
  }
  registry_.pin(key, is_pinned);
}

AdaptationEngine::Known AdaptationEngine::known(std::uint32_t id) const noexcept {
  const bool is_open = std::any_of(places_.begin(), places_.end(), [id](const Place& place) {
    return place.is_taken && place.id == id;
  });
  return is_open ? Known::open : id != 0 && id <= last_id_ ? Known::ended : Known::never;
}

std::optional<AdaptationEngine::Started> AdaptationEngine::take_started() noexcept {
  if (started_.size() == 0) {
    return std::nullopt;
  }
  const Started started = started_.back();
  started_.pop_back();
  return started;
}

// A lower cap touches nothing that the cap before it refused anyway.
bool AdaptationEngine::is_reached(const Place& place, const EntryFacts& facts) const noexcept {
  if (place.proposal.kind != AdaptationKind::set_parameter) {
    return true;
  }
  const Rate before =
      place.inverse ? place.inverse->value : registry_.values().rate(place.proposal.parameter);
  return facts.cost_r <= to_score(before);
}

CandidateLog::ScopeEffects AdaptationEngine::on_trigger(const EntryFacts& facts) noexcept {
  CandidateLog::ScopeEffects effects{};
  std::array<std::size_t, kConcurrentMax> matched{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    Place& place = places_[i];
    if (place.is_taken && matches(place.proposal.scope, facts) && is_reached(place, facts)) {
      ++place.affected;
      matched[count++] = i;
    }
  }
  if (count == 0) {
    return effects;
  }
  std::array<double, kConcurrentMax> shares{};
  const auto worth = [&](std::uint32_t coalition) {
    double joined = 1.0;
    for (std::size_t i = 0; i < count; ++i) {
      if ((coalition >> i & 1U) != 0) {
        const Place& place = places_[matched[i]];
        joined = joined_multiplier(joined, multiplier_of(place.proposal).value());
      }
    }
    return joined - 1.0;
  };
  shapley(worth, std::span<double>(shares).first(count));
  for (std::size_t i = 0; i < count; ++i) {
    effects[matched[i]] = shares[i];
  }
  return effects;
}

void AdaptationEngine::on_block(const ClaimBook& book) noexcept {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    Place& place = places_[i];
    const ClaimBook::Closed& closed = book.closed(ClaimBook::scope_claim(i));
    if (!place.is_taken || !closed.is_held) {
      continue;
    }
    place.evidence.on_block(closed.value);
    place.sum_r += closed.sum_r;
    if (place.is_acting) {
      // In R of one usual candidate, so that it means the same on five coins and on fifty.
      place.cost_r += closed.value * block_bound_r_;
    }
    if (place.state == AdaptationState::confirmed) {
      place.detector.on_block(closed.value);
    }
  }
}

bool AdaptationEngine::is_likely(const Place& place) const noexcept {
  const BlockRecord& record = place.evidence.record();
  // Block values of a claim without an effect spread by about a quarter of their bound.
  const NigPosterior prior{0.0, kPriorEffectBlocks, 2.0, 0.0625};
  const NigPosterior after =
      prior.updated(static_cast<double>(record.blocks), record.sum, record.sum_squared);
  return static_cast<double>(place.affected) >= trial_n_min_ &&
         after.probability_positive() > trial_p_;
}

AdaptationEngine::Verdict AdaptationEngine::verdict_on(const Place& place, double e_threshold,
                                                       Timestamp now) const noexcept {
  const Verdict stays{place.state, place.reason};
  if (place.evidence.against_claim() >= undo_e_) {
    return {AdaptationState::rolled_back, AdaptationReason::evidence_against};
  }
  if (place.is_acting && place.cost_r < -cost_max_r_ &&
      place.state != AdaptationState::confirmed) {
    return {AdaptationState::rolled_back, AdaptationReason::cost_too_much};
  }
  if (place.state == AdaptationState::confirmed) {
    return place.detector.value() >= arl_
               ? Verdict{AdaptationState::rolled_back, AdaptationReason::edge_died}
               : stays;
  }
  if (place.evidence.for_claim() >= std::max(confirm_e_, e_threshold)) {
    return {AdaptationState::confirmed, AdaptationReason::confirmed};
  }
  if (now >= place.expires_at) {
    return {AdaptationState::expired, AdaptationReason::ttl_expired};
  }
  if (is_likely(place)) {
    const bool is_tried = place.state == AdaptationState::trial && !place.credit_until.is_set();
    return is_tried ? stays : Verdict{AdaptationState::trial, AdaptationReason::likely_helps};
  }
  if (place.credit_until.is_set() && now >= place.credit_until) {
    return {AdaptationState::shadow, AdaptationReason::ttl_expired};
  }
  return stays;
}

void AdaptationEngine::judge(double e_threshold, Timestamp now,
                             AdaptationBuffer& changes) noexcept {
  for (Place& place : places_) {
    if (!place.is_taken) {
      continue;
    }
    const Verdict verdict = verdict_on(place, e_threshold, now);
    if (verdict.state != place.state || verdict.reason != place.reason) {
      enter(place, verdict, now, changes);
    }
  }
}

void AdaptationEngine::act(Place& place, Timestamp now) noexcept {
  if (place.is_acting) {
    return;
  }
  const AdaptationProposal& proposal = place.proposal;
  if (proposal.kind == AdaptationKind::set_parameter) {
    place.inverse = registry_.change(proposal.parameter, proposal.value, place.id, now);
    place.is_acting = place.inverse.has_value();
    return;
  }
  place.is_acting = rules_.add({place.id, proposal.scope, multiplier_of(proposal)});
}

// Applying it again after a crash, or undoing it twice, changes nothing.
void AdaptationEngine::undo(Place& place) noexcept {
  if (!place.is_acting) {
    return;
  }
  place.is_acting = false;
  if (place.inverse) {
    registry_.undo(*place.inverse);
    place.inverse.reset();
  }
  rules_.remove(place.id);
}

void AdaptationEngine::enter(Place& place, const Verdict& verdict, Timestamp now,
                             AdaptationBuffer& changes) noexcept {
  const AdaptationState before = place.state;
  if (verdict.reason != AdaptationReason::reduces_risk) {
    place.credit_until = Timestamp{};
  }
  place.state = verdict.state;
  place.reason = verdict.reason;
  place.changed_at = now;
  if (verdict.state == AdaptationState::trial || verdict.state == AdaptationState::confirmed) {
    act(place, now);
  } else {
    undo(place);
  }
  if (verdict.state == AdaptationState::confirmed) {
    place.detector.start(0.5 * std::max(0.0, place.evidence.record().mean()));
    place.expires_at = Timestamp::never();
  }
  const AdaptationRow row = row_of(place);
  changes.push({place.id, place.proposal, before, place.state, place.reason, Score{row.e_for},
                Score{row.e_against}, Score{row.effect_r}});
  if (has_ended(place.state)) {
    place.is_taken = false;
    if (history_.size() < kHistory) {
      history_.push_back(row);
    } else {
      history_[ended_ % kHistory] = row;
    }
    ++ended_;
  }
}

std::size_t AdaptationEngine::claims(Timestamp now) const noexcept {
  const std::size_t opened = quarter_of(now) == quarter_ ? opened_in_quarter_ : 0;
  return std::max(opened, open_count());
}

std::array<double, AdaptationEngine::kConcurrentMax> AdaptationEngine::e_values() const noexcept {
  std::array<double, kConcurrentMax> values{};
  for (std::size_t i = 0; i < places_.size(); ++i) {
    values[i] = places_[i].is_taken ? places_[i].evidence.for_claim() : 0.0;
  }
  return values;
}

std::size_t AdaptationEngine::open_count() const noexcept {
  return static_cast<std::size_t>(std::count_if(
      places_.begin(), places_.end(), [](const Place& place) { return place.is_taken; }));
}

AdaptationRow AdaptationEngine::row_of(const Place& place) noexcept {
  const BlockRecord& record = place.evidence.record();
  const auto affected = static_cast<double>(place.affected);
  AdaptationRow row;
  row.id = place.id;
  row.proposal = place.proposal;
  row.state = place.state;
  row.reason = place.reason;
  row.proposed_at = place.proposed_at;
  row.changed_at = place.changed_at;
  row.expires_at = place.expires_at;
  row.is_acting = place.is_acting;
  row.affected = place.affected;
  row.effect_r = place.affected > 0 ? place.sum_r / affected : 0.0;
  row.effect = mean_interval(static_cast<double>(record.blocks), record.sum, record.sum_squared,
                             kIntervalAlpha);
  row.e_for = place.evidence.for_claim();
  row.e_against = place.evidence.against_claim();
  row.record = record;
  return row;
}

std::vector<AdaptationRow> AdaptationEngine::rows() const {
  std::vector<AdaptationRow> rows;
  for (const Place& place : places_) {
    if (place.is_taken) {
      rows.push_back(row_of(place));
    }
  }
  const std::size_t kept = history_.size();
  for (std::size_t i = 0; i < kept; ++i) {
    rows.push_back(history_[(ended_ - kept + i) % kHistory]);
  }
  return rows;
}

void AdaptationEngine::encode(ByteWriter& out) const {
  out.put_u32(last_id_);
  out.put_u64(ended_);
  out.put_i64(quarter_);
  out.put_u64(opened_in_quarter_);
  for (const Place& place : places_) {
    out.put_u8(place.is_taken ? 1 : 0);
    out.put_u32(place.id);
    out.put_enum(place.state);
    out.put_enum(place.reason);
    out.put_i64(place.changed_at.ns());
    out.put_i64(place.credit_until.ns());
    out.put_i64(place.affected);
    out.put_score(Score{place.sum_r});
    out.put_score(Score{place.cost_r});
    place.evidence.encode(out);
    place.detector.encode(out);
  }
  rules_.encode(out);
  registry_.encode(out);
}

}  // namespace lanner::learn
