#pragma once

// A condition looked at as the sniper looks at it: what each predicate saw, what it wanted, and in
// which record of the journal that value came.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/engine.hpp"
#include "model/condition.hpp"
#include "model/events.hpp"

namespace lanner::runtime {

enum class PredicateRole : std::uint8_t { all, any, invalidate };
[[nodiscard]] const char* name_of(PredicateRole role) noexcept;
[[nodiscard]] const char* name_of(model::PredicateOp op) noexcept;

struct PredicateLook {
  PredicateRole role = PredicateRole::all;
  model::Predicate predicate;
  std::string lhs;  // names as the user knows them
  std::string rhs;  // empty: the constant alone
  bool holds = false;
  std::optional<double> value;      // nothing while the feature is absent
  std::optional<double> threshold;
  std::optional<double> value_before;  // of a cross: at the closed bar before
  std::optional<std::uint64_t> sequence;  // of the event that brought the value
  // How far the value is from what it must reach; nothing when one of the two is absent.
  [[nodiscard]] std::optional<double> gap() const;
  // "15m rsi14 cross_up 40", "15m price > don20_hi + 0.5".
  [[nodiscard]] std::string text() const;
};

struct FeatureValue {
  model::Timeframe tf = model::Timeframe::m1;
  std::string feature;
  double value = 0.0;
};

// A session's own features have the names that it gave them.
[[nodiscard]] std::string feature_name(model::FeatureId id, const core::EngineConfig& config);

// Which event last brought each instrument's price, bars and funding.
class SourceSequences {
 public:
  void note(const model::Event& event, const core::Engine& engine);
  [[nodiscard]] std::optional<std::uint64_t> of(const model::Predicate& predicate, InstrumentId id,
                                                const core::Engine& engine) const;

 private:
  struct Row {
    std::uint64_t price = 0;
    std::uint64_t funding = 0;
    std::array<std::uint64_t, model::kTimeframeCount> frames{};
    std::array<Timestamp, model::kTimeframeCount> closes{};
  };
  void note_frames(InstrumentId id, std::uint64_t sequence, const core::Engine& engine);
  std::vector<Row> rows_;
};

// when_all, when_any, invalidate_any, in this order.
[[nodiscard]] std::vector<PredicateLook> look_at(const model::TradeCondition& condition,
                                                 const core::Engine& engine,
                                                 const SourceSequences& sources);
// Every feature that is present now, by timeframe.
[[nodiscard]] std::vector<FeatureValue> features_now(InstrumentId id, const core::Engine& engine);

}  // namespace lanner::runtime
