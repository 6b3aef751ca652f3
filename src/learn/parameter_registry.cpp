#include "learn/parameter_registry.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace lanner::learn {
namespace {

std::size_t slot_of(model::Param key) noexcept { return static_cast<std::size_t>(key); }

Rate decimal(std::string_view text) noexcept {
  const auto value = parse_fixed<Rate>(text);
  ENSURE(value.has_value());
  return *value;
}

// One change moves a value by a quarter of its prior at most, where that is zero by a hundredth
// of its range: priors carry no spread of their own, and this is about one of theirs.
Rate step_of(model::Param key) noexcept {
  const model::ParameterSpec& spec = model::parameter_specs()[slot_of(key)];
  const Rate prior = decimal(spec.prior);
  const Rate range = decimal(spec.high) - decimal(spec.low);
  const std::int64_t raw = prior.is_zero() ? range.raw() / 100 : prior.raw() / 4;
  return Rate::from_raw(raw < 0 ? -raw : raw);
}

}  // namespace

ParameterRegistry::ParameterRegistry(const model::ParameterSet& configured) noexcept
    : configured_(configured), values_(configured), revision_(configured.version()) {}

const ParameterOrigin& ParameterRegistry::origin(model::Param key) const noexcept {
  return origins_[slot_of(key)];
}

std::optional<ParameterRegistry::Inverse> ParameterRegistry::change(model::Param key, Rate value,
                                                                    std::uint32_t by,
                                                                    Timestamp at) noexcept {
  if (is_pinned(key) || nearest_allowed(key, value) != value) {
    return std::nullopt;
  }
  const Inverse inverse{key, values_.rate(key), origin(key)};
  if (!values_.put(key, value)) {
    return std::nullopt;
  }
  origins_[slot_of(key)] = {inverse.origin.version + 1, by, at};
  ++revision_;
  return inverse;
}

void ParameterRegistry::undo(const Inverse& inverse) noexcept {
  ENSURE(values_.put(inverse.key, inverse.value));
  origins_[slot_of(inverse.key)] = inverse.origin;
  ++revision_;
}

bool ParameterRegistry::configure(model::Param key, Rate value, Timestamp at) noexcept {
  if (!configured_.put(key, value)) {
    return false;
  }
  ENSURE(values_.put(key, value));
  ParameterOrigin& origin = origins_[slot_of(key)];
  origin = {origin.version + 1, 0, at};
  ++revision_;
  return true;
}

void ParameterRegistry::pin(model::Param key, bool is_pinned) noexcept {
  pinned_[slot_of(key)] = is_pinned ? 1 : 0;
}

bool ParameterRegistry::is_pinned(model::Param key) const noexcept {
  return pinned_[slot_of(key)] != 0;
}

Rate ParameterRegistry::nearest_allowed(model::Param key, Rate wanted) const noexcept {
  const model::ParameterSpec& spec = model::parameter_specs()[slot_of(key)];
  const Rate from = configured_.rate(key);
  const Rate low = std::max(decimal(spec.low), from - step_of(key));
  const Rate high = std::min(decimal(spec.high), from + step_of(key));
  return std::clamp(wanted, low, high);
}

ParameterRow ParameterRegistry::row(model::Param key) const noexcept {
  const model::ParameterSpec& spec = model::parameter_specs()[slot_of(key)];
  return {&spec, decimal(spec.prior), values_.rate(key), origin(key)};
}

void ParameterRegistry::encode(ByteWriter& out) const {
  out.put_u32(revision_);
  for (std::size_t i = 0; i < model::kParamCount; ++i) {
    out.put_i64(values_.rate(static_cast<model::Param>(i)).raw());
    out.put_u32(origins_[i].version);
    out.put_u32(origins_[i].changed_by);
    out.put_i64(origins_[i].changed_at.ns());
    out.put_u8(pinned_[i]);
  }
}

}  // namespace lanner::learn
