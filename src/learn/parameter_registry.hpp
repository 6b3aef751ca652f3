#pragma once

// The values in force and where each came from: who changed it, when, and how often. A change
// gives back its exact inverse; undoing restores value and origin to the last bit, so a rolled
// back set is the set that was.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/fixed.hpp"
#include "base/time.hpp"
#include "model/parameters.hpp"

namespace lanner::learn {

struct ParameterOrigin {
  std::uint32_t version = 1;     // of this value
  std::uint32_t changed_by = 0;  // adaptation; 0 = configuration, operator or prior
  Timestamp changed_at;          // not set: from the start
  friend bool operator==(const ParameterOrigin&, const ParameterOrigin&) = default;
};

struct ParameterRow {
  const model::ParameterSpec* spec = nullptr;
  Rate prior;
  Rate value;
  ParameterOrigin origin;
};

class ParameterRegistry {
 public:
  struct Inverse {
    model::Param key = model::Param::count_;
    Rate value;
    ParameterOrigin origin;
  };

  explicit ParameterRegistry(const model::ParameterSet& configured) noexcept;

  [[nodiscard]] const model::ParameterSet& values() const noexcept { return values_; }
  [[nodiscard]] const ParameterOrigin& origin(model::Param key) const noexcept;
  // Rises with every change and every undoing; what decisions refer to.
  [[nodiscard]] std::uint32_t revision() const noexcept { return revision_; }

  // Nothing where the value lies outside its bounds or further than one step from what was
  // configured.
  [[nodiscard]] std::optional<Inverse> change(model::Param key, Rate value, std::uint32_t by,
                                              Timestamp at) noexcept;
  void undo(const Inverse& inverse) noexcept;

  // By an operator: within its bounds any value, and later steps of learning start from it. False
  // outside of them.
  [[nodiscard]] bool configure(model::Param key, Rate value, Timestamp at) noexcept;
  // What is pinned stays as configured: change() refuses it.
  void pin(model::Param key, bool is_pinned) noexcept;
  [[nodiscard]] bool is_pinned(model::Param key) const noexcept;

  // The furthest value in the direction of `wanted` that one change may set.
  [[nodiscard]] Rate nearest_allowed(model::Param key, Rate wanted) const noexcept;
  [[nodiscard]] ParameterRow row(model::Param key) const noexcept;
  void encode(ByteWriter& out) const;

 private:
  model::ParameterSet configured_;
  model::ParameterSet values_;
  std::array<ParameterOrigin, model::kParamCount> origins_{};
  std::array<std::uint8_t, model::kParamCount> pinned_{};
  std::uint32_t revision_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(configured_, values_, origins_, pinned_, revision_);
  }
};

}  // namespace lanner::learn
