#pragma once

// KnowledgeBrain: what labels have taught, as one fold. Core feeds it each label once; the
// strategist and the gates ask it; views show its rows.

#include <array>
#include <cstddef>
#include <vector>

#include "base/bytes.hpp"
#include "learn/coin_scorer.hpp"
#include "learn/pattern_posterior.hpp"

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

class KnowledgeBrain {
 public:
  KnowledgeBrain(const model::InstrumentTable& instruments,
                 const model::ParameterSet& parameters, model::ComponentMask mask);

  void on_label(const model::CandidateLabel& label, Tier tier, Timestamp now,
                StatusBuffer& changes) noexcept;
  // Each cycle and at day start: ages evidence, lifts what has outlived its time.
  void on_time(Timestamp now, StatusBuffer& changes) noexcept;

  [[nodiscard]] const PatternPosterior& patterns() const noexcept { return patterns_; }
  [[nodiscard]] const CoinScorer& coins() const noexcept { return coins_; }
  [[nodiscard]] CoinRow coin_row(InstrumentId id) const noexcept;
  // The whole state, the same bytes for the same history.
  void encode(ByteWriter& out) const;

 private:
  PatternPosterior patterns_;
  CoinScorer coins_;
};

}  // namespace lanner::learn
