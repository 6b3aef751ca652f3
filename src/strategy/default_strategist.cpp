#include "strategy/default_strategist.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "strategy/entry_cost.hpp"

namespace lanner::strategy {
namespace {

constexpr std::uint64_t bit_at(std::size_t i) noexcept { return std::uint64_t{1} << i; }

std::uint32_t count_of(std::uint64_t bits) noexcept {
  return static_cast<std::uint32_t>(std::popcount(bits));
}

}  // namespace

using model::Component;
using model::Param;
using model::ParameterSet;
using model::TradeCondition;

DefaultStrategist::DefaultStrategist(const model::InstrumentTable& instruments,
                                     const ParameterSet& parameters, model::ComponentMask mask,
                                     FeedFeatures feed)
    : instruments_(instruments),
      parameters_(parameters),
      patterns_used_(kTemplateConditions *
                     static_cast<std::size_t>(parameters.count(Param::strategist_grid) > 1
                                                  ? model::kGridPoints
                                                  : 1U)),
      awake_(instruments.size(), 0),
      handles_(instruments.size() * patterns_used_),
      kept_(instruments.size()),
      period_(parameters.duration(mask.is_masked(Component::strategist_cycle)
                                      ? Param::strategist_cycle_neutral_s
                                      : Param::strategist_cycle_s,
                                  seconds(1))),
      expiry_cycles_(parameters.count(Param::strategist_expiry_cycles)),
      is_cost_asked_(!mask.is_masked(Component::fee_gate)),
      is_knowledge_used_(!mask.is_masked(Component::coin_scorer)) {
  const Score cost_r_cap = parameters.score(Param::fee_cost_r_cap);
  std::size_t next = 0;
  for (const auto grid :
       {model::GridPoint::prior, model::GridPoint::low, model::GridPoint::high}) {
    for (const model::TemplateId id : kTemplates) {
      for (const model::PositionSide side : kSides) {
        if (next < patterns_used_) {
          patterns_[next] = make_template({id, side, grid}, parameters, mask, feed);
          made_ |= patterns_[next] ? bit_at(next) : 0;
          if (patterns_[next]) {
            stops_[next] = cost_r_cap * patterns_[next]->stop_atr;
            least_stop_ = std::min(least_stop_, stops_[next]);
          }
          at_prior_ |= grid == model::GridPoint::prior ? bit_at(next) : 0;
          ++next;
        }
      }
    }
  }
}

DefaultStrategist::Report DefaultStrategist::cycle(const CycleInput& input,
                                                   Sniper& sniper) noexcept {
  Report report;
  for (const model::Instrument& instrument : instruments_) {
    const std::size_t index = instrument.id.index();
    if (index < input.is_active.size() && input.is_active[index] == 0) {
      ++report.not_fresh;
      continue;
    }
    const auto candidacy = assess(instrument.id, input, report);
    if (candidacy) {
      keep(*candidacy, input, sniper, report);
    }
  }
  return report;
}

std::optional<DefaultStrategist::Candidacy> DefaultStrategist::assess(
    InstrumentId id, const CycleInput& input, Report& report) const noexcept {
  const Price last = input.market[id].last_px;
  if (!last.is_positive() || !input.market.is_trading(id) ||
      !input.market.is_fresh(id, input.now, parameters_)) {
    ++report.not_fresh;
    return std::nullopt;
  }
  const double atr = input.features.view(id).value(model::FeatureId::atr14, model::Timeframe::h1);
  if (!std::isfinite(atr)) {
    ++report.not_warm;
    return std::nullopt;
  }
  Candidacy candidacy;
  candidacy.id = id;
  candidacy.atr_fraction = Score{atr} / to_score(last);
  candidacy.last_px = last;
  for (std::size_t i = 0; i < kSides.size(); ++i) {
    const std::size_t at = knowledge_index(id, kSides[i]);
    const bool is_blocked = is_knowledge_used_ && at < input.knowledge.size() &&
                            input.knowledge[at].status == model::CoinStatus::blocked;
    candidacy.shadow_only[i] = is_blocked ? model::ShadowOnly::yes : model::ShadowOnly::no;
  }
  return candidacy;
}

// Fees and spread of a round trip / notional.
Score DefaultStrategist::round_trip(InstrumentId id, Score half_spread) const noexcept {
  const Score fee = to_score(instruments_[id.index()].taker_fee);
  return cost_fraction({.entry_fee = fee, .exit_fee = fee, .half_spread = half_spread,
                        .impact = {}, .stop_extra = {}, .stop_probability = {}, .funding = {}});
}

// Inputs come and go with their feeds, not with prices: they are looked at now and then.
void DefaultStrategist::wake(const Candidacy& candidacy, const CycleInput& input) noexcept {
  constexpr std::uint64_t kEvery = 16;
  static_assert(kGridConditions <= 64, "awake patterns are bits of a word");
  std::uint64_t& awake = awake_[candidacy.id.index()];
  if (awake != 0 && input.number % kEvery != 0) {
    return;
  }
  awake = 0;
  const features::FeatureView view = input.features.view(candidacy.id);
  for (std::size_t i = 0; i < patterns_used_; ++i) {
    const bool is_of_bars = i % kTemplateConditions < kBarConditions;
    if (patterns_[i] && (is_of_bars || has_inputs(*patterns_[i], view))) {
      awake |= std::uint64_t{1} << i;
    }
  }
}

DefaultStrategist::Watch DefaultStrategist::choose(const Candidacy& candidacy,
                                                    const market::CostModel& costs,
                                                    Report& report) const noexcept {
  const InstrumentId id = candidacy.id;
  Watch wanted{awake_[id.index()], 0};
  report.asleep += count_of(made_ & ~wanted.patterns);
  // Mostly the dearest that it can be is cheap enough, and what it is need not be known.
  const Score most = round_trip(id, costs.half_spread_most(id, candidacy.last_px));
  if (is_cost_asked_ && most > least_stop_ * candidacy.atr_fraction) {
    const Score cost = round_trip(id, to_score(costs.half_spread(id, candidacy.last_px)) /
                                          to_score(candidacy.last_px));
    for (std::uint64_t rest = wanted.patterns; rest != 0; rest &= rest - 1) {
      // cost_R = cost / (stop_atr x atr), compared without the division.
      const auto i = static_cast<std::size_t>(std::countr_zero(rest));
      const bool is_feasible = cost <= stops_[i] * candidacy.atr_fraction;
      wanted.patterns &= ~(is_feasible ? 0 : bit_at(i));
      report.too_dear += is_feasible ? 0 : 1;
    }
  }
  static_assert(kSides.size() == 2, "a side is every other bit");
  constexpr std::uint64_t kLongs = 0x5555'5555'5555'5555;
  const auto if_shadow = [&candidacy](std::size_t side, std::uint64_t bits) {
    return candidacy.shadow_only[side] == model::ShadowOnly::yes ? bits : 0;
  };
  wanted.shadow_only =
      wanted.patterns & (~at_prior_ | if_shadow(0, kLongs) | if_shadow(1, ~kLongs));
  return wanted;
}

// Mostly an instrument is watched for what it was watched for before, and its lease says it all.
void DefaultStrategist::keep(const Candidacy& candidacy, const CycleInput& input, Sniper& sniper,
                             Report& report) noexcept {
  wake(candidacy, input);
  const Watch wanted = choose(candidacy, input.costs, report);
  const Timestamp expires_at = input.now + period_ * expiry_cycles_;
  const std::uint32_t lease = candidacy.id.value();
  if (wanted == kept_[lease] && sniper.renew(lease, expires_at, input.number)) {
    report.shadow_only += count_of(wanted.shadow_only);
    report.refreshed += count_of(wanted.patterns);
    return;
  }
  keep_each(candidacy, input, wanted, sniper, report);
}

void DefaultStrategist::keep_each(const Candidacy& candidacy, const CycleInput& input,
                                  Watch wanted, Sniper& sniper, Report& report) noexcept {
  const std::uint32_t lease = candidacy.id.value();
  ArmHandle* handles = handles_.data() + candidacy.id.index() * patterns_used_;
  const Timestamp expires_at = input.now + period_ * expiry_cycles_;
  for (std::uint64_t rest = kept_[lease].patterns & ~wanted.patterns; rest != 0;
       rest &= rest - 1) {
    sniper.take_out(handles[std::countr_zero(rest)]);
  }
  Watch& kept = kept_[lease];
  kept = {};
  for (std::uint64_t rest = wanted.patterns; rest != 0; rest &= rest - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(rest));
    const std::uint64_t bit = bit_at(i);
    const auto shadow_only = (wanted.shadow_only & bit) != 0 ? model::ShadowOnly::yes
                                                             : model::ShadowOnly::no;
    report.shadow_only += shadow_only == model::ShadowOnly::yes ? 1 : 0;
    if (sniper.refresh(handles[i], {expires_at, shadow_only, input.number})) {
      ++report.refreshed;
    } else {
      TradeCondition condition = *patterns_[i];
      condition.instrument_id = candidacy.id;
      condition.expires_at = expires_at;
      condition.shadow_only = shadow_only;
      const auto handle = sniper.arm(condition, input.number, input.now);
      if (!handle) {
        ++report.no_room;
        continue;
      }
      handles[i] = *handle;
      ++report.armed;
    }
    sniper.take_into(lease, handles[i]);
    kept.patterns |= bit;
    kept.shadow_only |= wanted.shadow_only & bit;
  }
  sniper.renew_anew(lease, expires_at, input.number);
}

}  // namespace lanner::strategy
