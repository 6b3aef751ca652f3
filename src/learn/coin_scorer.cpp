#include "learn/coin_scorer.hpp"

#include <algorithm>
#include <utility>

namespace lanner::learn {
namespace {

using model::CoinStatus;
using model::Param;
using model::PositionSide;
using model::StatusReason;

// Win rates are shown, and decide nothing; their prior is ten wins and ten losses.
constexpr double kWinPrior = 10.0;

// How much a status holds back; the higher one rules.
int restriction_of(CoinStatus status) noexcept {
  switch (status) {
    case CoinStatus::blocked: return 3;
    case CoinStatus::reduced: return 2;
    case CoinStatus::normal: return 1;
    case CoinStatus::favoured: return 0;
  }
  return 1;
}

bool is_held_back(CoinStatus status) noexcept {
  return restriction_of(status) > restriction_of(CoinStatus::normal);
}

PositionSide side_of(std::size_t level) noexcept {
  constexpr PositionSide kSides[] = {PositionSide::flat, PositionSide::long_side,
                                     PositionSide::short_side};
  return kSides[level];
}

}  // namespace

CoinScorer::CoinScorer(const model::InstrumentTable& instruments,
                       const model::ParameterSet& parameters, model::ComponentMask mask)
    : sigma_(parameters.score(Param::coin_sigma_r).value()),
      block_p_(parameters.score(Param::coin_block_p).value()),
      block_n_min_(parameters.score(Param::coin_block_n_min).value()),
      reduce_p_(parameters.score(Param::coin_reduce_p).value()),
      favour_p_(parameters.score(Param::coin_favour_p).value()),
      lift_p_(parameters.score(Param::coin_lift_p).value()),
      ttl_(parameters.duration(Param::coin_ttl_days, hours(24))),
      is_masked_(mask.is_masked(model::Component::coin_scorer)),
      scale_(parameters.duration(Param::coin_half_life_days, hours(24))),
      coins_(instruments.size()) {
  const double ratio = sigma_ / parameters.score(Param::coin_tau_r).value();
  kappa_ = ratio * ratio;
  for (Coin& coin : coins_) {
    coin.tier = Tier::middle;
  }
}

std::size_t CoinScorer::level_of(PositionSide side) noexcept {
  return side == PositionSide::long_side    ? long_level
         : side == PositionSide::short_side ? short_level
                                            : coin_level;
}

void CoinScorer::on_label(const model::CandidateLabel& label, Tier tier, Timestamp now,
                          StatusBuffer& changes) noexcept {
  on_time(now, changes);
  if (!label.is_filled || label.weight <= Score{}) {
    return;
  }
  count(label.instrument_id, label.side, tier, label.block_id,
        {label.weight.value(), label.gross_r.value(), label.net_r.value()});
  if (!is_masked_) {
    judge(label.instrument_id, coin_level, changes);
    judge(label.instrument_id, level_of(label.side), changes);
  }
}

void CoinScorer::on_past(const PastLabel& label, double share) noexcept {
  if (label.labelled_at > now_) {
    now_ = label.labelled_at;
    move_reference();
  }
  count(label.instrument_id, label.key.side, label.tier, label.block_id,
        {label.weight.value() * share, label.gross_r.value(), label.net_r.value(), share});
}

void CoinScorer::count(InstrumentId id, PositionSide side, Tier tier, std::int64_t block_id,
                       const Outcome& outcome) noexcept {
  Coin& coin = coins_[id.index()];
  coin.tier = tier;
  const double scale = scale_.weight_of(block_start(block_id));
  now_weight_ = std::as_const(scale_).weight_of(now_);
  bool is_known = global_.add(block_id, outcome, scale);
  is_known &= tiers_[static_cast<std::size_t>(tier)].add(block_id, outcome, scale);
  is_known &= coin.nodes[coin_level].evidence.add(block_id, outcome, scale);
  is_known &= coin.nodes[level_of(side)].evidence.add(block_id, outcome, scale);
  late_ += is_known ? 0 : 1;
}

void CoinScorer::on_time(Timestamp now, StatusBuffer& changes) noexcept {
  if (now > now_) {
    now_ = now;
    move_reference();
    now_weight_ = std::as_const(scale_).weight_of(now_);
  }
  if (now_ < earliest_expiry_) {
    return;
  }
  earliest_expiry_ = Timestamp::never();
  for (std::size_t i = 0; i < coins_.size(); ++i) {
    const InstrumentId id{static_cast<std::uint32_t>(i)};
    for (std::size_t level = 0; level < coins_[i].nodes.size(); ++level) {
      if (coins_[i].nodes[level].expires_at <= now_) {
        change(id, level, CoinStatus::normal, StatusReason::ttl_expired,
               coin_means(coins_[i], level), changes);
      }
      earliest_expiry_ = std::min(earliest_expiry_, coins_[i].nodes[level].expires_at);
    }
  }
}

void CoinScorer::move_reference() noexcept {
  const double factor = scale_.move_on(now_);
  if (factor == 1.0) {
    return;
  }
  global_.rescale(factor);
  for (BlockEvidence& tier : tiers_) {
    tier.rescale(factor);
  }
  for (Coin& coin : coins_) {
    for (Node& node : coin.nodes) {
      node.evidence.rescale(factor);
    }
  }
}

CoinScorer::Means CoinScorer::means_of(const BlockEvidence& evidence,
                                       const Means& parent) const noexcept {
  Means means;
  means.sums = evidence.at(now_weight_);
  const double total = means.sums.n + kappa_;
  means.gross = (means.sums.gross + kappa_ * parent.gross) / total;
  const double m = means.sums.n > 0.0 ? means.sums.net / means.sums.n : 0.0;
  means.posterior = shrink(means.sums.n, m, parent.net, kappa_, sigma_);
  means.net = means.posterior.mean;
  return means;
}

CoinScorer::Means CoinScorer::global_means() const noexcept { return means_of(global_, Means{}); }

CoinScorer::Means CoinScorer::tier_means(Tier tier) const noexcept {
  return means_of(tiers_[static_cast<std::size_t>(tier)], global_means());
}

CoinScorer::Means CoinScorer::coin_means(const Coin& coin, std::size_t level) const noexcept {
  const Means whole = means_of(coin.nodes[coin_level].evidence, tier_means(coin.tier));
  return level == coin_level ? whole : means_of(coin.nodes[level].evidence, whole);
}

CoinStatus CoinScorer::judged(CoinStatus before, double p, double n) const noexcept {
  if (p < block_p_ && n >= block_n_min_) {
    return CoinStatus::blocked;
  }
  if (is_held_back(before) && p <= lift_p_) {
    return before;
  }
  if (p < reduce_p_) {
    return CoinStatus::reduced;
  }
  return p > favour_p_ ? CoinStatus::favoured : CoinStatus::normal;
}

void CoinScorer::judge(InstrumentId id, std::size_t level, StatusBuffer& changes) noexcept {
  const Coin& coin = coins_[id.index()];
  const CoinStatus before = coin.nodes[level].status;
  const Means means = coin_means(coin, level);
  const CoinStatus after =
      judged(before, means.posterior.probability_positive(), means.sums.labels);
  if (after == before) {
    return;
  }
  const StatusReason reason = is_held_back(before) && !is_held_back(after)
                                  ? StatusReason::evidence_turned
                              : after == CoinStatus::favoured ? StatusReason::evidence_for
                                                              : StatusReason::evidence_against;
  change(id, level, after, reason, means, changes);
}

void CoinScorer::change(InstrumentId id, std::size_t level, CoinStatus after,
                        StatusReason reason, const Means& means,
                        StatusBuffer& changes) noexcept {
  Node& node = coins_[id.index()].nodes[level];
  model::CoinStatusChanged fact;
  fact.instrument_id = id;
  fact.side = side_of(level);
  fact.before = node.status;
  fact.after = after;
  fact.reason = reason;
  fact.probability = Score{means.posterior.probability_positive()};
  fact.mean_r = Score{means.posterior.mean};
  fact.n = Score{means.sums.labels};
  changes.push(fact);
  node.status = after;
  ++revision_;
  node.expires_at = is_held_back(after) ? now_ + ttl_ : Timestamp::never();
  earliest_expiry_ = std::min(earliest_expiry_, node.expires_at);
}

CoinStatus CoinScorer::status(InstrumentId id, PositionSide side) const noexcept {
  const Coin& coin = coins_[id.index()];
  const CoinStatus whole = coin.nodes[coin_level].status;
  const CoinStatus part = coin.nodes[level_of(side)].status;
  return restriction_of(part) > restriction_of(whole) ? part : whole;
}

Score CoinScorer::offset_r(InstrumentId id, PositionSide side) const noexcept {
  if (is_masked_) {
    return Score{};
  }
  const Coin& coin = coins_[id.index()];
  return Score{coin_means(coin, level_of(side)).gross - tier_means(coin.tier).gross};
}

NodeView CoinScorer::view_of(const Means& means, CoinStatus status) const noexcept {
  const BetaPosterior wins{kWinPrior + means.sums.wins,
                           kWinPrior + means.sums.labels - means.sums.wins};
  NodeView view;
  view.n = Score{means.sums.labels};
  view.n_eff = Score{means.sums.n};
  view.mean_r = Score{means.posterior.mean};
  view.sd_r = Score{means.posterior.sd};
  view.probability_positive = Score{means.posterior.probability_positive()};
  view.wins = Score{means.sums.wins};
  view.win_rate = Score{wins.mean()};
  view.status = status;
  return view;
}

NodeView CoinScorer::node(InstrumentId id, PositionSide side) const noexcept {
  const Coin& coin = coins_[id.index()];
  const std::size_t level = level_of(side);
  return view_of(coin_means(coin, level), coin.nodes[level].status);
}

NodeView CoinScorer::tier_node(Tier tier) const noexcept {
  return view_of(tier_means(tier), CoinStatus::normal);
}

NodeView CoinScorer::global_node() const noexcept {
  return view_of(global_means(), CoinStatus::normal);
}

void CoinScorer::encode(ByteWriter& out) const {
  scale_.encode(out);
  out.put_i64(now_.ns());
  out.put_u64(late_);
  global_.encode(out);
  for (const BlockEvidence& tier : tiers_) {
    tier.encode(out);
  }
  for (const Coin& coin : coins_) {
    out.put_enum(coin.tier);
    for (const Node& node : coin.nodes) {
      node.evidence.encode(out);
      out.put_enum(node.status);
      out.put_i64(node.expires_at.ns());
    }
  }
}

}  // namespace lanner::learn
