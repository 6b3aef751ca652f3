#include "learn/pattern_library.hpp"

#include <algorithm>

namespace lanner::learn {
namespace {

using model::ConditionSource;
using model::GridPoint;
using model::Param;
using model::PatternReason;
using model::PatternState;

constexpr double kAlpha = 0.05;  // of the intervals that are shown

}  // namespace

PatternLibrary::PatternLibrary(const model::ParameterSet& parameters, model::ComponentMask mask)
    : is_masked_(mask.is_masked(model::Component::pattern_library)),
      probe_n_min_(parameters.score(Param::pattern_probe_n_min).value()),
      probe_p_(parameters.score(Param::pattern_probe_p).value()),
      active_n_min_(parameters.score(Param::pattern_active_n_min).value()),
      retire_e_(parameters.score(Param::pattern_retire_e).value()),
      retire_p_(parameters.score(Param::pattern_retire_p).value()),
      retire_n_min_(parameters.score(Param::pattern_retire_n_min).value()),
      arl_(parameters.score(Param::evidence_arl_blocks).value()) {
  const bool is_shadow_first =
      !is_masked_ && parameters.score(Param::pattern_starts_as_probe) < Score{0.5};
  const double loss_bound = parameters.score(Param::evidence_loss_bound).value();
  patterns_.reserve(PatternKey::kCount);
  for (std::size_t i = 0; i < PatternKey::kCount; ++i) {
    const PatternKey key = PatternKey::of_index(i);
    const bool is_built_in = key.source == ConditionSource::strategist;
    // A point of the grid beside the prior is watched and labelled, never traded.
    const bool is_shadow = (is_built_in && is_shadow_first) || key.grid != GridPoint::prior;
    patterns_.emplace_back(is_shadow ? PatternState::candidate : PatternState::probe, loss_bound);
  }
}

void PatternLibrary::on_label(const model::CandidateLabel& label) noexcept {
  const PatternKey key{label.template_id, label.side, label.condition_source, label.proposer,
                       label.grid};
  Pattern& pattern = patterns_[key.index()];
  pattern.is_claimed = true;
  if (label.is_filled) {
    ++pattern.labels;
    pattern.own_trades += label.source == model::LabelSource::fills ? 1 : 0;
  }
}

void PatternLibrary::on_block(const ClaimBook& book) noexcept {
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    const ClaimBook::Closed& closed = book.closed(i);
    if (!closed.is_held) {
      continue;  // nothing was at stake
    }
    Pattern& pattern = patterns_[i];
    pattern.is_claimed = true;
    pattern.evidence.on_block(closed.value);
    pattern.won_blocks += closed.value > 0.0 ? 1 : 0;
    if (pattern.state == PatternState::active) {
      pattern.detector.on_block(closed.value);
    }
  }
}

std::array<double, PatternKey::kCount> PatternLibrary::e_values() const noexcept {
  std::array<double, PatternKey::kCount> values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool is_own_claim = PatternKey::of_index(i).grid == GridPoint::prior;
    values[i] = patterns_[i].is_claimed && is_own_claim ? e_for(i) : 0.0;
  }
  return values;
}

// A claim is about the template's side: with a grid, the e-processes of its points averaged with
// their prior weights, which is an e-process again. The prior alone where only it was watched.
double PatternLibrary::e_for(std::size_t index) const noexcept {
  constexpr double kPriorWeight = 0.5;
  constexpr double kOtherWeight = 0.25;
  PatternKey key = PatternKey::of_index(index);
  const double own = patterns_[index].evidence.for_claim();
  if (key.source != ConditionSource::strategist || key.proposer != 0) {
    return own;
  }
  double others = 0.0;
  bool is_watched = false;
  for (const GridPoint point : {GridPoint::low, GridPoint::high}) {
    key.grid = point;
    const Pattern& pattern = patterns_[key.index()];
    is_watched = is_watched || pattern.is_claimed;
    others += kOtherWeight * pattern.evidence.for_claim();
  }
  return is_watched ? kPriorWeight * own + others : own;
}

std::size_t PatternLibrary::claims() const noexcept {
  std::size_t others = 0;
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    const PatternKey key = PatternKey::of_index(i);
    const bool is_built_in = key.source == ConditionSource::strategist &&
                             key.template_id != model::TemplateId::custom;
    const bool is_own_claim = key.grid == GridPoint::prior;
    others += patterns_[i].is_claimed && is_own_claim && !is_built_in ? 1 : 0;
  }
  return kBuiltInClaims + others;
}

bool PatternLibrary::is_against(const Pattern& pattern, double p,
                                Verdict& verdict) const noexcept {
  const bool has_labels = static_cast<double>(pattern.labels) >= retire_n_min_;
  if (pattern.evidence.against_claim() >= retire_e_) {
    verdict = {PatternState::retired, PatternReason::evidence_against};
    return true;
  }
  if (p < retire_p_ && has_labels) {
    verdict = {PatternState::retired, PatternReason::posterior_against};
    return true;
  }
  return false;
}

PatternLibrary::Verdict PatternLibrary::verdict_on(std::size_t index, double e_threshold,
                                                   double p) const noexcept {
  const Pattern& pattern = patterns_[index];
  Verdict verdict{pattern.state, PatternReason::evidence_against};
  switch (pattern.state) {
    case PatternState::candidate:
      if (static_cast<double>(pattern.labels) >= probe_n_min_ && p > probe_p_) {
        verdict = {PatternState::probe, PatternReason::evidence_suffices};
      }
      break;
    case PatternState::probe:
      if (!is_against(pattern, p, verdict) && e_for(index) >= e_threshold &&
          static_cast<double>(pattern.own_trades) >= active_n_min_) {
        verdict = {PatternState::active, PatternReason::claim_confirmed};
      }
      break;
    case PatternState::active:
      if (!is_against(pattern, p, verdict) && pattern.detector.value() >= arl_) {
        verdict = {PatternState::probe, PatternReason::edge_died};
      }
      break;
    case PatternState::retired:
      if (p > probe_p_) {
        verdict = {PatternState::candidate, PatternReason::evidence_turned};
      }
      break;
  }
  return verdict;
}

void PatternLibrary::enter(Pattern& pattern, PatternState state, Timestamp now) noexcept {
  if (state == PatternState::active) {
    // Half of what confirmed it: an edge that shrinks to less is not the one that was trusted.
    pattern.detector.start(0.5 * std::max(0.0, pattern.evidence.record().mean()));
  } else if (pattern.state == PatternState::active || pattern.state == PatternState::retired) {
    // A new claim, which must not live on the old one's evidence.
    pattern.evidence.restart();
    pattern.won_blocks = 0;
  }
  pattern.state = state;
  pattern.since = now;
  pattern.labels = 0;
  pattern.own_trades = 0;
}

void PatternLibrary::judge(double e_threshold, const PatternPosterior& posterior, Timestamp now,
                           PatternBuffer& changes) noexcept {
  if (is_masked_) {
    return;
  }
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    Pattern& pattern = patterns_[i];
    const PatternKey key = PatternKey::of_index(i);
    const bool is_judged = key.source == ConditionSource::strategist || key.proposer != 0;
    if (!pattern.is_claimed || !is_judged || key.grid != GridPoint::prior) {
      continue;
    }
    const double p = posterior.probability_net_positive(key).value();
    const Verdict verdict = verdict_on(i, e_threshold, p);
    // A program is never more than a probe: its conditions may change from one day to the next.
    const bool is_beyond = key.proposer != 0 && verdict.state == PatternState::active;
    if (verdict.state == pattern.state || is_beyond) {
      continue;
    }
    changes.push({key.template_id, key.side, key.source, pattern.state, verdict.state,
                  verdict.reason, Score{e_for(i)}, Score{pattern.evidence.against_claim()},
                  Score{p}, key.proposer});
    enter(pattern, verdict.state, now);
  }
}

PatternRow PatternLibrary::row(const PatternKey& key) const noexcept {
  const Pattern& pattern = patterns_[key.index()];
  const BlockRecord& record = pattern.evidence.record();
  PatternRow row;
  row.key = key;
  row.state = pattern.state;
  row.since = pattern.since;
  row.labels = pattern.labels;
  row.own_trades = pattern.own_trades;
  row.e_for = e_for(key.index());
  row.e_against = pattern.evidence.against_claim();
  row.detector = pattern.detector.value();
  row.record = record;
  const auto n = static_cast<double>(record.blocks);
  const auto won = static_cast<double>(pattern.won_blocks);
  row.e_wins = even_odds_e_value(won, n - won);
  row.mean = mean_interval(n, record.sum, record.sum_squared, kAlpha);
  row.mean_at_least = mean_at_least(n, record.sum, record.sum_squared, kAlpha);
  row.wins = bernoulli_interval(won, n, kAlpha, 100.0);
  return row;
}

void PatternLibrary::encode(ByteWriter& out) const {
  for (const Pattern& pattern : patterns_) {
    out.put_enum(pattern.state);
    out.put_i64(pattern.since.ns());
    out.put_i64(pattern.labels);
    out.put_i64(pattern.own_trades);
    out.put_i64(pattern.won_blocks);
    out.put_u8(pattern.is_claimed ? 1 : 0);
    pattern.evidence.encode(out);
    pattern.detector.encode(out);
  }
}

}  // namespace lanner::learn
