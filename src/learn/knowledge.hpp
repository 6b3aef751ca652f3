#pragma once

// KnowledgeBrain: what labels have taught, as one fold. Core feeds it each label once; the
// strategist and the gates ask it; views show its rows.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "learn/adaptations.hpp"
#include "learn/candidate_log.hpp"
#include "learn/coin_scorer.hpp"
#include "learn/past_label.hpp"
#include "learn/pattern_library.hpp"
#include "learn/pattern_posterior.hpp"
#include "learn/reflection.hpp"
#include "learn/regime_rules.hpp"
#include "model/operator_request.hpp"

namespace lanner::learn {

struct CoinRow {
  InstrumentId instrument_id;
  model::CoinStatus long_status = model::CoinStatus::normal;   // effective
  model::CoinStatus short_status = model::CoinStatus::normal;
  Score long_offset_r;
  Score short_offset_r;
  NodeView coin;
  NodeView long_side;
  NodeView short_side;
};

// What one block or one reflection changed.
struct LadderChanges {
  PatternBuffer patterns{PatternKey::kCount};
  AdaptationBuffer adaptations{4 * AdaptationEngine::kConcurrentMax};

  [[nodiscard]] bool is_empty() const noexcept {
    return patterns.is_empty() && adaptations.is_empty();
  }
  void clear() noexcept {
    patterns.clear();
    adaptations.clear();
  }
};

class KnowledgeBrain {
 public:
  KnowledgeBrain(const model::InstrumentTable& instruments,
                 const model::ParameterSet& parameters, model::ComponentMask mask);

  void on_label(const model::CandidateLabel& label, Tier tier, Timestamp now,
                StatusBuffer& changes) noexcept;
  // Warm start: fills the posteriors, before the first event, with what the history before the
  // session taught an engine like this one, each label at `share` of its weight. Evidence for
  // claims, statuses and reflection begin with the session: history was known when it was chosen.
  void learn_from_past(std::span<const PastLabel> labels, Score share) noexcept;
  // Each cycle and at day start: ages evidence, lifts what has outlived its time.
  void on_time(Timestamp now, StatusBuffer& changes) noexcept;

  // Each hour of event time: where a block of 4 h has ended since, its evidence is taken and
  // every standing claim is judged; then slices are looked at for what might be changed. Patterns
  // are judged by `patterns`, which is the log's own book but for a frozen one.
  void on_hour(CandidateLog& log, const ClaimBook& patterns, Timestamp now,
               LadderChanges& changes) noexcept;
  // What an operator asked for and the engine has checked.
  void on_request(const model::OperatorRequested& request, Timestamp now,
                  LadderChanges& changes) noexcept;
  void pin(model::Param key) noexcept;
  // Volatility of an instrument at the end of a block.
  void on_volatility(InstrumentId id, double volatility) noexcept {
    terciles_.sample(id, volatility);
  }
  [[nodiscard]] bool ends_block(Timestamp now) const noexcept {
    return block_of(now) != block_id_;
  }

  // What the standing adaptations say of a trigger; to be asked once for each candidate.
  [[nodiscard]] CandidateLog::ScopeEffects on_trigger(const EntryFacts& facts) noexcept {
    return adaptations_.on_trigger(facts);
  }
  [[nodiscard]] model::Volatility volatility(InstrumentId id, double value) const noexcept {
    return terciles_.of(id, value);
  }
  [[nodiscard]] const PatternLibrary& library() const noexcept { return library_; }
  [[nodiscard]] const AdaptationEngine& adaptations() const noexcept { return adaptations_; }
  [[nodiscard]] const Reflection& reflection() const noexcept { return reflection_; }
  // The Parameters in force, adaptations included.
  [[nodiscard]] const ParameterRegistry& parameters() const noexcept {
    return adaptations_.parameters();
  }
  [[nodiscard]] const PatternPosterior& patterns() const noexcept { return patterns_; }
  [[nodiscard]] const CoinScorer& coins() const noexcept { return coins_; }
  [[nodiscard]] CoinRow coin_row(InstrumentId id) const noexcept;
  // The whole state, the same bytes for the same history.
  void encode(ByteWriter& out) const;

 private:
  [[nodiscard]] bool is_taken_up(const model::AdaptationProposal& proposal) const noexcept;
  void close_block(CandidateLog& log, const ClaimBook& patterns, Timestamp now,
                   LadderChanges& changes) noexcept;

  model::ComponentMask mask_;
  PatternPosterior patterns_;
  CoinScorer coins_;
  PatternLibrary library_;
  AdaptationEngine adaptations_;
  Reflection reflection_;
  VolatilityTerciles terciles_;
  double alpha_;
  std::int64_t block_id_ = std::numeric_limits<std::int64_t>::min();

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(patterns_, coins_, library_, adaptations_, reflection_, terciles_, block_id_);
  }
};

}  // namespace lanner::learn
