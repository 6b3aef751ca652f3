#include "learn/regime_rules.hpp"

#include <algorithm>
#include <cmath>

namespace lanner::learn {
namespace {

bool is_within_hours(const model::Scope& scope, Timestamp at) noexcept {
  if (scope.hour_first == scope.hour_end) {
    return true;
  }
  const Timestamp day = at.floor_to(hours(24));
  const auto hour = static_cast<std::uint8_t>((at - day).ns() / kNsPerHour);
  return scope.hour_first < scope.hour_end
             ? hour >= scope.hour_first && hour < scope.hour_end
             : hour >= scope.hour_first || hour < scope.hour_end;
}

bool is_on_days(const model::Scope& scope, Timestamp at) noexcept {
  if (scope.weekdays == 0) {
    return true;
  }
  return ((scope.weekdays >> weekday_of(at)) & 1U) != 0;
}

}  // namespace

std::uint32_t weekday_of(Timestamp at) noexcept {
  // 1970-01-01 was a Thursday, the fourth day.
  const std::int64_t days = at.floor_to(hours(24)).ns() / kNsPerDay;
  return static_cast<std::uint32_t>(((days + 3) % 7 + 7) % 7);
}

bool matches(const model::Scope& scope, const EntryFacts& facts) noexcept {
  const bool is_coin =
      !scope.instrument_id.is_valid() || scope.instrument_id == facts.instrument_id;
  const bool is_side = scope.side == model::PositionSide::flat || scope.side == facts.side;
  const bool is_template = scope.template_id == model::TemplateId::count_ ||
                           scope.template_id == facts.template_id;
  const bool is_volatility = scope.volatility == model::Volatility::unknown ||
                             scope.volatility == facts.volatility;
  const bool is_costly = scope.cost_r_above <= Score{} || facts.cost_r > scope.cost_r_above;
  return is_coin && is_side && is_template && is_volatility && is_costly &&
         is_within_hours(scope, facts.at) && is_on_days(scope, facts.at);
}

bool is_by_regime(const model::Scope& scope) noexcept {
  return scope.hour_first != scope.hour_end || scope.weekdays != 0 ||
         scope.volatility != model::Volatility::unknown;
}

double joined_multiplier(double a, double b) noexcept {
  return a < 1.0 || b < 1.0 ? std::min(a, b) : std::max(a, b);
}

void RegimeRules::remove(std::uint32_t adaptation_id) noexcept {
  for (std::size_t i = rules_.size(); i > 0; --i) {
    if (rules_[i - 1].adaptation_id == adaptation_id) {
      rules_.erase_at(i - 1);
    }
  }
}

Ruling RegimeRules::ask(const EntryFacts& facts) const noexcept {
  Ruling ruling;
  for (const Rule& rule : rules_) {
    if (!matches(rule.scope, facts)) {
      continue;
    }
    const Score joined{joined_multiplier(ruling.multiplier.value(), rule.multiplier.value())};
    if (joined != ruling.multiplier) {
      ruling = {joined, rule.adaptation_id};
    }
  }
  return ruling;
}

void RegimeRules::encode(ByteWriter& out) const {
  out.put_u8(static_cast<std::uint8_t>(rules_.size()));
  for (const Rule& rule : rules_) {
    out.put_u32(rule.adaptation_id);
    out.put_score(rule.multiplier);
  }
}

void VolatilityTerciles::sample(InstrumentId id, double volatility) noexcept {
  if (!std::isfinite(volatility)) {
    return;
  }
  History& history = histories_[id.index()];
  history.values[history.count % kSamples] = volatility;
  ++history.count;
}

model::Volatility VolatilityTerciles::of(InstrumentId id, double volatility) const noexcept {
  const History& history = histories_[id.index()];
  const std::size_t known = std::min<std::size_t>(history.count, kSamples);
  if (known < kSamplesMin || !std::isfinite(volatility)) {
    return model::Volatility::unknown;
  }
  const auto end = history.values.begin() + static_cast<std::ptrdiff_t>(known);
  const auto below = static_cast<std::size_t>(
      std::count_if(history.values.begin(), end, [=](double v) { return v < volatility; }));
  return below * 3 < known       ? model::Volatility::low
         : below * 3 < known * 2 ? model::Volatility::middle
                                 : model::Volatility::high;
}

void VolatilityTerciles::encode(ByteWriter& out) const {
  for (const History& history : histories_) {
    out.put_u32(history.count);
    for (std::size_t i = 0; i < std::min<std::size_t>(history.count, kSamples); ++i) {
      out.put_score(Score{history.values[i]});
    }
  }
}

}  // namespace lanner::learn
