#include "learn/pattern_posterior.hpp"

#include <cmath>

#include "base/random.hpp"

namespace lanner::learn {
namespace {

using model::Param;

// Streams of chance are told apart by their upper half; this one is the pattern draws'.
constexpr std::uint64_t kPatternStream = std::uint64_t{0x5041'5454} << 32U;
constexpr std::uint64_t kWordsPerDraw = 256;

NigPosterior prior_of(const model::ParameterSet& parameters) noexcept {
  const double sigma = parameters.score(Param::pattern_prior_sigma_r).value();
  // alpha 2 makes beta the prior mean of the variance, at the least weight for which it exists.
  return {0.0, parameters.score(Param::pattern_prior_n).value(), 2.0, sigma * sigma};
}

}  // namespace

PatternPosterior::PatternPosterior(const model::ParameterSet& parameters)
    : prior_(prior_of(parameters)),
      scale_(parameters.duration(Param::coin_half_life_days, hours(24))) {}

void PatternPosterior::on_time(Timestamp now) noexcept {
  now_ = now > now_ ? now : now_;
  const double factor = scale_.move_on(now_);
  if (factor != 1.0) {
    for (BlockEvidence& node : nodes_) {
      node.rescale(factor);
    }
  }
}

void PatternPosterior::on_label(const model::CandidateLabel& label, Timestamp now) noexcept {
  on_time(now);
  if (!label.is_filled || label.weight <= Score{}) {
    return;
  }
  const PatternKey key{label.template_id, label.side, label.condition_source, label.proposer,
                       label.grid};
  const Outcome outcome{label.weight.value(), label.gross_r.value(), label.net_r.value()};
  const double scale = scale_.weight_of(block_start(label.block_id));
  if (!nodes_[key.index()].add(label.block_id, outcome, scale)) {
    ++late_;
  }
}

void PatternPosterior::on_past(const PastLabel& label, double share) noexcept {
  on_time(label.labelled_at);
  const Outcome outcome{label.weight.value() * share, label.gross_r.value(), label.net_r.value(),
                        share};
  const double scale = scale_.weight_of(block_start(label.block_id));
  if (!nodes_[label.key.index()].add(label.block_id, outcome, scale)) {
    ++late_;
  }
}

BlockEvidence::Sums PatternPosterior::sums(const PatternKey& key) const noexcept {
  return nodes_[key.index()].at(scale_.weight_of(now_));
}

NigPosterior PatternPosterior::posterior(const PatternKey& key) const noexcept {
  const BlockEvidence::Sums known = sums(key);
  return prior_.updated(known.n, known.gross, known.gross_squared);
}

Score PatternPosterior::draw(const PatternKey& key, std::uint64_t seed,
                             std::uint64_t counter) const noexcept {
  const NigPosterior known = posterior(key);
  // The sampler rejects now and then, so each counter has words of its own.
  RandomStream chance(seed, kPatternStream | key.index(), counter * kWordsPerDraw);
  return Score{known.mean + known.scale() * chance.student_t(2.0 * known.alpha)};
}

Score PatternPosterior::quantile(const PatternKey& key, Score p) const noexcept {
  return Score{posterior(key).quantile(p.value())};
}

Score PatternPosterior::probability_net_positive(const PatternKey& key) const noexcept {
  const BlockEvidence::Sums known = sums(key);
  NigPosterior after = prior_.updated(known.n, known.gross, known.gross_squared);
  after.mean += (known.net - known.gross) / after.kappa;
  return Score{after.probability_positive()};
}

PatternPosterior::View PatternPosterior::view(const PatternKey& key) const noexcept {
  const BlockEvidence::Sums known = sums(key);
  const NigPosterior after = prior_.updated(known.n, known.gross, known.gross_squared);
  // alpha >= 2, so the variance of the mean exists.
  const double variance = after.beta / ((after.alpha - 1.0) * after.kappa);
  return {Score{known.n}, Score{known.labels}, Score{after.mean}, Score{std::sqrt(variance)},
          Score{after.probability_positive()}};
}

void PatternPosterior::encode(ByteWriter& out) const {
  scale_.encode(out);
  out.put_i64(now_.ns());
  out.put_u64(late_);
  for (const BlockEvidence& node : nodes_) {
    node.encode(out);
  }
}

}  // namespace lanner::learn
