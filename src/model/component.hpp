#pragma once

// A component chooses (what, when, how much, which exit); a guard only refuses or reduces, for
// safety. Each component has a neutral setting, its mask; guards are proven by scenarios.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace lanner::model {

enum class Component : std::uint8_t {
  template_p01,
  template_p02,
  template_p03,
  coin_scorer,
  fee_gate,
  thompson_probe,
  btc_lead,
  bracket,
  strategist_cycle,
  pattern_library,
  reflection,
  regime_rules,
  adaptations,
  template_p04,
  template_p05,
  template_p06,
  template_p07,
  correlation_penalty,
  exploration_slot,
  regime_flip,
  count_,
};

enum class ComponentKind : std::uint8_t { component, guard };

struct ComponentInfo {
  std::string_view id;  // "template.P01"
  ComponentKind kind;
  std::span<const std::string_view> inputs;
  std::string_view purpose;
  std::string_view mask_meaning;
};

// Components first (in the order of Component), then guards.
[[nodiscard]] std::span<const ComponentInfo> component_infos() noexcept;

class ComponentMask {
 public:
  constexpr void mask(Component component) noexcept { bits_ |= bit(component); }
  [[nodiscard]] constexpr bool is_masked(Component component) const noexcept {
    return (bits_ & bit(component)) != 0;
  }
  // Comma-separated component ids; an unknown one or a guard is a usage error with a suggestion.
  [[nodiscard]] static Result<ComponentMask> parse(std::string_view ids);
  // For codecs.
  template <typename F>
  void visit(F each) {
    each(bits_);
  }
  friend bool operator==(const ComponentMask&, const ComponentMask&) = default;

 private:
  [[nodiscard]] static constexpr std::uint32_t bit(Component component) noexcept {
    return std::uint32_t{1} << static_cast<unsigned>(component);
  }
  std::uint32_t bits_ = 0;
};

}  // namespace lanner::model
