#include "learn/reflection.hpp"

#include <algorithm>

#include "learn/block.hpp"

namespace lanner::learn {
namespace {

using model::AdaptationKind;
using model::AdaptationProposal;
using model::Param;
using model::PositionSide;

constexpr Duration kWindow = hours(24 * 30);
// How fast the usual number of labels is learned.
constexpr double kMemory = 42.0;
// A slice this bad on average is blocked, a milder one reduced.
constexpr double kBlockMeanR = -0.3;
// A finder's values are scores: they choose what is tried and prove nothing. So blocks are clipped
// at their bound both ways, which finds a slice that has few blocks in a month.
constexpr double kFinderBound = 1.0;
constexpr std::array<Duration, 3> kHeldCuts{hours(1), hours(4), hours(12)};

std::uint32_t hour_of(Timestamp at) noexcept {
  return static_cast<std::uint32_t>((at - at.floor_to(hours(24))).ns() / kNsPerHour);
}

std::uint32_t held_class(Duration held) noexcept {
  std::uint32_t index = 0;
  for (const Duration cut : kHeldCuts) {
    index += held >= cut ? 1U : 0U;
  }
  return index;
}

std::uint32_t side_index(PositionSide side) noexcept {
  return side == PositionSide::short_side ? 1U : 0U;
}

PositionSide side_at(std::uint32_t index) noexcept {
  return index == 1 ? PositionSide::short_side : PositionSide::long_side;
}

bool is_proposable(SliceFamily family) noexcept {
  return family != SliceFamily::pattern && family != SliceFamily::held;
}

}  // namespace

const char* name_of(SliceFamily value) noexcept {
  constexpr std::array kNames{"coin", "coin x side", "side",    "hour", "weekday",
                              "volatility", "cost",  "pattern", "held"};
  const auto index = static_cast<std::size_t>(value);
  return index < kNames.size() ? kNames[index] : "?";
}

Reflection::Slice::Slice() noexcept : better(kFinderBound), worse(kFinderBound) {}

Reflection::Reflection(std::size_t instruments, const model::ParameterSet& parameters)
    : block_bound_r_(parameters.score(Param::evidence_block_bound_r).value()),
      rho_(parameters.score(Param::evidence_rho).value()),
      sigma_r_(parameters.score(Param::coin_sigma_r).value()),
      n_min_(parameters.score(Param::reflection_n_min).value()),
      alpha_(parameters.score(Param::reflection_alpha).value()),
      cost_cap_(parameters.score(Param::fee_cost_r_cap).value()) {
  const std::array<std::size_t, kFamilies> sizes{
      instruments, 2 * instruments, 2, 24, 7, 3, kCostShares.size(), 2 * model::kTemplateCount,
      kHeldCuts.size() + 1};
  for (std::size_t i = 0; i < kFamilies; ++i) {
    first_[i + 1] = first_[i] + sizes[i];
  }
  slices_.assign(first_[kFamilies], Slice{});
  recent_.reserve(kRecent);
  members_.reserve(slices_.size());
  spans_.reserve(kRecent);
  weights_.reserve(kRecent);
}

std::size_t Reflection::size_of(SliceFamily family) const noexcept {
  const auto index = static_cast<std::size_t>(family);
  return first_[index + 1] - first_[index];
}
Reflection::Slice& Reflection::slice(SliceFamily family, std::size_t member) noexcept {
  return slices_[first_[static_cast<std::size_t>(family)] + member];
}
const Reflection::Slice& Reflection::slice(SliceFamily family,
                                           std::size_t member) const noexcept {
  return slices_[first_[static_cast<std::size_t>(family)] + member];
}

void Reflection::restart(Slice& slice) const noexcept {
  slice = Slice{};
}

void Reflection::on_label(const model::CandidateLabel& label) noexcept {
  if (!label.is_filled || label.condition_source != model::ConditionSource::strategist) {
    return;
  }
  const double r = label.net_r.value();
  const auto count = [&](SliceFamily family, std::size_t member) {
    Slice& hit = slice(family, member);
    ++hit.n;
    hit.block_n += 1.0;
    hit.block_sum += r;
  };
  const std::size_t coin = label.instrument_id.index();
  const std::uint32_t side = side_index(label.side);
  count(SliceFamily::coin, coin);
  count(SliceFamily::coin_side, 2 * coin + side);
  count(SliceFamily::side, side);
  count(SliceFamily::hour, hour_of(label.triggered_at));
  count(SliceFamily::weekday, weekday_of(label.triggered_at));
  if (label.volatility != model::Volatility::unknown) {
    count(SliceFamily::volatility, static_cast<std::size_t>(label.volatility) - 1);
  }
  for (std::size_t i = 0; i < kCostShares.size(); ++i) {
    if (label.cost_r.value() > kCostShares[i] * cost_cap_) {
      count(SliceFamily::cost, i);
    }
  }
  count(SliceFamily::pattern, 2 * static_cast<std::size_t>(label.template_id) + side);
  count(SliceFamily::held, held_class(label.labelled_at - label.triggered_at));
  const Recent recent{{label.instrument_id, label.side, label.template_id, label.volatility,
                       label.cost_r, label.triggered_at},
                      {label.block_id, std::max(label.block_id, block_of(label.labelled_at))},
                      r};
  if (recent_.size() < kRecent) {
    recent_.push_back(recent);
  } else {
    recent_[labels_ % kRecent] = recent;
  }
  ++labels_;
}

void Reflection::on_block() noexcept {
  for (Slice& each : slices_) {
    if (each.block_n <= 0.0) {
      continue;
    }
    has_news_ = true;
    // The first block only says how many labels are usual.
    if (each.blocks > 0.0) {
      const double d = each.block_sum / (block_bound_r_ * each.expected);
      each.better.bet(d);
      each.worse.bet(-d);
    }
    const double worth = n_effective(each.block_n, rho_);
    each.n_eff += worth;
    each.sum += worth * each.block_sum / each.block_n;
    each.blocks = std::min(each.blocks + 1.0, kMemory);
    each.expected += (each.block_n - each.expected) / each.blocks;
    each.block_n = 0.0;
    each.block_sum = 0.0;
  }
}

Measured Reflection::measured(const Slice& slice) const noexcept {
  return {slice.sum / slice.n_eff, sigma_r_ * sigma_r_ / slice.n_eff};
}

FamilyShrinkage Reflection::shrinkage_of(SliceFamily family) const noexcept {
  members_.clear();
  for (std::size_t i = 0; i < size_of(family); ++i) {
    const Slice& member = slice(family, i);
    if (member.n_eff > 0.0 && static_cast<double>(member.n) >= n_min_) {
      members_.push_back(measured(member));
    }
  }
  return shrink_family(members_);
}

// Both directions of every slice are claims; only values that could be rejected are gathered.
double Reflection::threshold() const noexcept {
  constexpr std::size_t kGathered = 256;
  StaticVector<double, kGathered> values;
  std::size_t claims = 0;
  for (std::size_t f = 0; f < kFamilies; ++f) {
    const auto family = static_cast<SliceFamily>(f);
    if (!is_proposable(family)) {
      continue;
    }
    for (std::size_t i = 0; i < size_of(family); ++i) {
      const Slice& member = slice(family, i);
      claims += member.n > 0 ? 2 : 0;
      for (const double e : {member.better.value(), member.worse.value()}) {
        if (e >= 1.0 / alpha_ && static_cast<double>(member.n) >= n_min_) {
          static_cast<void>(values.push_back(e));
        }
      }
    }
  }
  return e_bh_threshold(values.span(), claims, alpha_);
}

Reflection::Proposals Reflection::reflect(const model::ParameterSet& parameters,
                                          Timestamp now) noexcept {
  Proposals proposals;
  const std::int64_t window = now.floor_to(kWindow).ns() / kWindow.ns();
  if (window != window_) {
    window_ = window;
    for (Slice& each : slices_) {
      restart(each);
    }
  }
  if (!has_news_) {
    return proposals;
  }
  has_news_ = false;
  const double e_threshold = threshold();
  for (std::size_t f = 0; f < kFamilies; ++f) {
    const auto family = static_cast<SliceFamily>(f);
    for (std::uint32_t i = 0; is_proposable(family) && i < size_of(family); ++i) {
      const Slice& member = slice(family, i);
      if (static_cast<double>(member.n) < n_min_) {
        continue;
      }
      if (member.worse.value() >= e_threshold) {
        consider({family, i, false}, e_threshold, parameters, proposals);
      } else if (member.better.value() >= e_threshold) {
        consider({family, i, true}, e_threshold, parameters, proposals);
      }
    }
  }
  return proposals;
}

model::Scope Reflection::scope_of(const Find& find, double e_threshold) const noexcept {
  model::Scope scope;
  switch (find.family) {
    case SliceFamily::coin: scope.instrument_id = InstrumentId{find.member}; break;
    case SliceFamily::coin_side:
      scope.instrument_id = InstrumentId{find.member / 2};
      scope.side = side_at(find.member % 2);
      break;
    case SliceFamily::side: scope.side = side_at(find.member); break;
    case SliceFamily::hour: {
      // Neighbouring hours that are as bad belong to one range.
      std::uint32_t end = find.member + 1;
      const auto is_found = [&](std::uint32_t hour) {
        const Slice& next = slice(SliceFamily::hour, hour % 24);
        return static_cast<double>(next.n) >= n_min_ &&
               (find.is_better ? next.better : next.worse).value() >= e_threshold;
      };
      while (end < find.member + 23 && is_found(end)) {
        ++end;
      }
      scope.hour_first = static_cast<std::uint8_t>(find.member);
      scope.hour_end = static_cast<std::uint8_t>(end % 24);
      break;
    }
    case SliceFamily::weekday:
      scope.weekdays = static_cast<std::uint8_t>(1U << find.member);
      break;
    case SliceFamily::volatility:
      scope.volatility = static_cast<model::Volatility>(find.member + 1);
      break;
    case SliceFamily::cost: scope.cost_r_above = Score{kCostShares[find.member] * cost_cap_}; break;
    case SliceFamily::pattern:
    case SliceFamily::held:
    case SliceFamily::count_: break;
  }
  return scope;
}

void Reflection::consider(const Find& find, double e_threshold,
                          const model::ParameterSet& parameters, Proposals& proposals) noexcept {
  Slice& found = slice(find.family, find.member);
  const double mean = shrinkage_of(find.family).shrunk(measured(found));
  if ((mean > 0.0) != find.is_better) {
    return;  // drawn to its family, the sign is the family's
  }
  AdaptationProposal proposal;
  proposal.kind = find.is_better       ? AdaptationKind::favour
                  : mean < kBlockMeanR ? AdaptationKind::block
                                       : AdaptationKind::reduce;
  proposal.scope = scope_of(find, e_threshold);
  if (find.family == SliceFamily::cost) {
    if (find.is_better) {
      return;  // what costs more and earns more needs no change
    }
    proposal.kind = AdaptationKind::set_parameter;
    proposal.parameter = Param::fee_cost_r_cap;
    // A quarter of the cap lower is the most that one change may set.
    proposal.value = Rate::from_raw(parameters.rate(Param::fee_cost_r_cap).raw() / 4 * 3);
    proposal.scope.cost_r_above = to_score(proposal.value);
  }
  proposal.predicted_r = Score{find.is_better ? mean : -mean};
  proposal.open_expected = Score{found.expected};
  measure_before(proposal);
  if (proposal.n > 0 && proposals.push_back(proposal)) {
    // What found it may not find it again, nor prove it.
    restart(found);
  }
}

void Reflection::measure_before(AdaptationProposal& proposal) const noexcept {
  spans_.clear();
  weights_.clear();
  std::int64_t blocks = 0;
  for (const Recent& recent : recent_) {
    if (matches(proposal.scope, recent.facts)) {
      spans_.push_back(recent.span);
      weights_.push_back(0.0);
      blocks += recent.span.last - recent.span.first + 1;
    }
  }
  if (spans_.empty()) {
    return;
  }
  average_uniqueness(spans_, weights_);
  double n_eff = 0.0;
  double sum = 0.0;
  std::size_t at = 0;
  for (const Recent& recent : recent_) {
    if (matches(proposal.scope, recent.facts)) {
      n_eff += weights_[at];
      sum += weights_[at] * recent.net_r;
      ++at;
    }
  }
  const auto n = static_cast<double>(spans_.size());
  proposal.n = static_cast<std::int64_t>(spans_.size());
  proposal.n_eff = Score{n_eff};
  proposal.mean_r = Score{sum / n_eff};
  proposal.risk_share = Score{n / static_cast<double>(recent_.size())};
  // Labels come once, open candidates stay for as many blocks as they live.
  proposal.open_expected = proposal.open_expected * Score{static_cast<double>(blocks) / n};
}

std::vector<SliceRow> Reflection::rows() const {
  std::vector<SliceRow> rows;
  for (std::size_t f = 0; f < kFamilies; ++f) {
    const auto family = static_cast<SliceFamily>(f);
    const FamilyShrinkage shrinkage = shrinkage_of(family);
    for (std::uint32_t i = 0; i < size_of(family); ++i) {
      const Slice& member = slice(family, i);
      if (member.n == 0 || member.n_eff <= 0.0) {
        continue;
      }
      const Measured mean = measured(member);
      rows.push_back({family, i, member.n, member.n_eff, mean.mean, shrinkage.shrunk(mean),
                      member.better.value(), member.worse.value()});
    }
  }
  return rows;
}

void Reflection::encode(ByteWriter& out) const {
  out.put_u64(labels_);
  out.put_i64(window_);
  for (const Slice& each : slices_) {
    out.put_i64(each.n);
    for (const double value : {each.block_n, each.block_sum, each.n_eff, each.sum, each.expected,
                               each.blocks}) {
      out.put_score(Score{value});
    }
    each.better.encode(out);
    each.worse.encode(out);
  }
}

}  // namespace lanner::learn
