#pragma once

// What readers see of an instrument's features.

#include <cstddef>
#include <cstdint>

#include "features/frame.hpp"
#include "model/condition.hpp"

namespace lanner::features {

// Values at the last and at the previous closed bar of each timeframe; NaN = absent. Points into
// the pipeline: valid as long as it lives, and always current.
struct FeatureView {
  const double* now = nullptr;  // [tf * kFeatureCount + feature], windows only without frames
  const double* before = nullptr;
  const std::uint8_t* regimes = nullptr;  // bit set of model::Regime; null: none is known
  const Frame* frames = nullptr;          // by timeframe: what windows are made of when read

  // Whether a condition that names these regimes may act now; `any` always may.
  [[nodiscard]] bool allows(std::uint8_t asked) const noexcept {
    const unsigned known = regimes == nullptr ? 0U : *regimes;
    return (asked & (known | bit_of(model::Regime::any))) != 0;
  }
  [[nodiscard]] static constexpr std::size_t at(model::FeatureId id,
                                                model::Timeframe tf) noexcept {
    return static_cast<std::size_t>(tf) * model::kFeatureCount + static_cast<std::size_t>(id);
  }
  [[nodiscard]] double value(model::FeatureId id, model::Timeframe tf) const noexcept {
    return is_made(id) ? frames[static_cast<std::size_t>(tf)].window(id, 0) : now[at(id, tf)];
  }
  [[nodiscard]] double previous(model::FeatureId id, model::Timeframe tf) const noexcept {
    return is_made(id) ? frames[static_cast<std::size_t>(tf)].window(id, 1) : before[at(id, tf)];
  }

 private:
  [[nodiscard]] bool is_made(model::FeatureId id) const noexcept {
    return is_window(id) && frames != nullptr;
  }
};

}  // namespace lanner::features
