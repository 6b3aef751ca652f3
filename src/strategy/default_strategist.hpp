#pragma once

// The strategist that works out of the box: each cycle it keeps one condition per instrument,
// template and side armed, for as long as the instrument is fit for it. Deterministic: the same
// cycles give the same conditions. One owner, no threads; nothing allocates after construction.

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "features/pipeline.hpp"
#include "market/cost_model.hpp"
#include "market/market_state.hpp"
#include "model/component.hpp"
#include "model/instrument.hpp"
#include "model/parameters.hpp"
#include "strategy/coin_knowledge.hpp"
#include "strategy/sniper.hpp"
#include "strategy/templates.hpp"

namespace lanner::strategy {

// What one cycle looks at. `knowledge` is indexed by knowledge_index; missing entries are normal.
struct CycleInput {
  std::uint64_t number = 0;
  Timestamp now;
  std::span<const CoinKnowledge> knowledge;
  const market::MarketState& market;
  const features::FeaturePipeline& features;
  const market::CostModel& costs;
  std::span<const std::uint8_t> is_active = {};  // by instrument; the others are never armed
};

class DefaultStrategist {
 public:
  struct Report {
    std::uint32_t armed = 0;      // new in this cycle
    std::uint32_t refreshed = 0;
    std::uint32_t shadow_only = 0;  // of both
    std::uint32_t not_fresh = 0;  // instruments passed over
    std::uint32_t not_warm = 0;
    std::uint32_t too_dear = 0;   // conditions whose fees and spread alone are above the cap
    std::uint32_t no_room = 0;    // conditions that the Sniper could not take
    std::uint32_t asleep = 0;     // conditions whose inputs no feed brings
    friend bool operator==(const Report&, const Report&) = default;
  };

  DefaultStrategist(const model::InstrumentTable& instruments,
                    const model::ParameterSet& parameters, model::ComponentMask mask,
                    FeedFeatures feed = {});

  // The Sniper has a lease for each instrument; nobody else uses them.
  Report cycle(const CycleInput& input, Sniper& sniper) noexcept;

  // Time from one cycle to the next.
  [[nodiscard]] Duration period() const noexcept { return period_; }
  // In the order of kTemplates, long before short; masked templates are left out. With a grid its
  // lower points follow, then its higher ones.
  [[nodiscard]] std::span<const std::optional<model::TradeCondition>> patterns() const noexcept {
    return {patterns_.data(), patterns_used_};
  }
  // What keeps this pattern from the instrument: inputs that no feed has brought.
  [[nodiscard]] StaticVector<model::FeatureId, 6> missing(
      std::size_t pattern, const features::FeatureView& view) const noexcept {
    return patterns_[pattern] ? missing_inputs(*patterns_[pattern], view)
                              : StaticVector<model::FeatureId, 6>{};
  }

 private:
  // One instrument that is fit to be watched.
  struct Candidacy {
    InstrumentId id;
    Price last_px;
    Score atr_fraction;  // ATR14(1h) / price
    std::array<model::ShadowOnly, kSides.size()> shadow_only;
  };
  [[nodiscard]] std::optional<Candidacy> assess(InstrumentId id, const CycleInput& input,
                                                Report& report) const noexcept;
  // What of an instrument is watched: as bits of a word, by pattern.
  struct Watch {
    std::uint64_t patterns = 0;
    std::uint64_t shadow_only = 0;  // of these
    friend bool operator==(const Watch&, const Watch&) = default;
  };
  void wake(const Candidacy& candidacy, const CycleInput& input) noexcept;
  [[nodiscard]] Score round_trip(InstrumentId id, Score half_spread) const noexcept;
  [[nodiscard]] Watch choose(const Candidacy& candidacy, const market::CostModel& costs,
                             Report& report) const noexcept;
  void keep(const Candidacy& candidacy, const CycleInput& input, Sniper& sniper,
            Report& report) noexcept;
  void keep_each(const Candidacy& candidacy, const CycleInput& input, Watch wanted, Sniper& sniper,
                 Report& report) noexcept;

  const model::InstrumentTable& instruments_;
  model::ParameterSet parameters_;
  std::array<std::optional<model::TradeCondition>, kGridConditions> patterns_;
  std::size_t patterns_used_;        // with the points of the grid that are watched
  std::array<Score, kGridConditions> stops_{};  // by pattern: ATRs of its stop, times the cap
  Score least_stop_{std::numeric_limits<double>::max()};
  std::vector<std::uint64_t> awake_;  // by instrument: patterns whose inputs are there
  std::vector<ArmHandle> handles_;  // instrument x pattern
  std::vector<Watch> kept_;         // by instrument: what its lease in the Sniper holds
  std::uint64_t made_ = 0;          // patterns that no mask has left out
  std::uint64_t at_prior_ = 0;      // of these, the ones at the grid's middle: only they trade
  Duration period_;
  std::int64_t expiry_cycles_;
  bool is_cost_asked_;
  bool is_knowledge_used_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(awake_, handles_, kept_);
  }
};

}  // namespace lanner::strategy
