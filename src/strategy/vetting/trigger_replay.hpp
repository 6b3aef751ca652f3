#pragma once

// V10 (always on, never true) and V18 (too many triggers): a trigger is played over the bars that
// the engine has kept, through a pipeline of its own that works exactly like the engine's. What
// was found is remembered by canonical hash for an hour of event time.

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "features/pipeline.hpp"
#include "model/condition.hpp"
#include "model/instrument.hpp"
#include "model/parameters.hpp"
#include "strategy/vetting/bar_history.hpp"
#include "strategy/vetting/condition_rules.hpp"

namespace lanner::strategy {

struct ReplayFacts {
  Duration span;                    // of the bars that were there, the last week at most
  std::uint32_t bars = 0;           // of the shortest timeframe that it reads, last 500 at most
  std::uint32_t true_bars = 0;      // of these
  std::uint32_t triggers_day = 0;   // in the last 24 h
  bool was_true = false;            // at any time
  bool is_whole = false;            // a week of bars, or as many as are kept at all
  bool is_readable = true;          // bars and funding tell every feature that it reads
};

// What follows from it. `is_complete`: a day of bars and 500 closes were there (or all that is
// kept), so that what could refuse it was asked in full.
struct ReplayFinding {
  Check refused;
  bool is_never_true = false;
  bool is_complete = false;
};
[[nodiscard]] ReplayFinding judge_replay(const ReplayFacts& facts,
                                         const model::ParameterSet& parameters) noexcept;

class TriggerReplay {
 public:
  static constexpr std::uint32_t kBarsAsked = 500;

  TriggerReplay(const model::InstrumentTable& instruments, const BarHistory& history,
                std::span<const features::UserFeature> own = {});

  [[nodiscard]] ReplayFacts play(const model::TradeCondition& condition) noexcept;
  // The same with the memory; `hash` is the canonical one.
  [[nodiscard]] ReplayFacts ask(const model::TradeCondition& condition, std::uint64_t hash,
                                Timestamp now) noexcept;
  [[nodiscard]] std::uint64_t plays() const noexcept { return plays_; }

 private:
  static constexpr std::size_t kRemembered = 256;
  struct Memory {
    std::uint64_t hash = 0;
    std::int64_t hour = -1;
    ReplayFacts facts;
  };
  void read_funding(InstrumentId id, Timestamp until, std::size_t& next) noexcept;
  void read_leader(InstrumentId id, Timestamp until, std::size_t& next) noexcept;

  const BarHistory& history_;
  std::optional<features::FeaturePipeline> fresh_;  // only where history is kept
  std::optional<features::FeaturePipeline> scratch_;
  std::array<Memory, kRemembered> memory_{};
  std::uint64_t plays_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(memory_, plays_);
  }
};

}  // namespace lanner::strategy
