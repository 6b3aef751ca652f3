#pragma once

// The evidence ladder of patterns: CANDIDATE (shadow) -> PROBE (small) -> ACTIVE -> RETIRED
// (shadow again), per template x side x source. Promotion is by the e-process of block values
// through e-BH over all claims that stand beside it; what is trusted is watched by an e-detector
// for as long as it is. A retired pattern goes on being labelled, so evidence can bring it back.
//
// What an operator wrote into a file is measured like the rest, but stays a probe: it is his to
// withdraw.

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "learn/block.hpp"
#include "learn/buffers.hpp"
#include "learn/claim_book.hpp"
#include "learn/confidence.hpp"
#include "learn/e_process.hpp"
#include "learn/pattern_posterior.hpp"
#include "model/adaptation.hpp"
#include "model/component.hpp"
#include "model/parameters.hpp"
#include "model/position.hpp"

namespace lanner::learn {

using PatternBuffer = ReservedBuffer<model::PatternStateChanged>;

struct PatternRow {
  PatternKey key;
  model::PatternState state = model::PatternState::probe;
  Timestamp since;
  std::int64_t labels = 0;      // since the state began
  std::int64_t own_trades = 0;  // of these, from fills
  double e_for = 1.0;
  double e_against = 1.0;
  double e_wins = 1.0;          // winning against losing blocks, against even odds
  double detector = 0.0;
  double mean_at_least = 0.0;   // block value, one-sided 95 %
  Interval mean;                // block value, 95 %
  Interval wins;                // share of winning blocks, 95 %
  BlockRecord record;
};

class PatternLibrary {
 public:
  static constexpr std::size_t kBuiltInClaims = 14;  // seven templates, both sides

  // Masked: every pattern is a probe and stays one; evidence is taken all the same.
  PatternLibrary(const model::ParameterSet& parameters, model::ComponentMask mask);

  void on_label(const model::CandidateLabel& label) noexcept;
  // The evidence of a closed block; then judge(), once the threshold over all claims is known.
  void on_block(const ClaimBook& book) noexcept;
  void judge(double e_threshold, const PatternPosterior& posterior, Timestamp now,
             PatternBuffer& changes) noexcept;

  [[nodiscard]] model::PatternState state(const PatternKey& key) const noexcept {
    return patterns_[key.index()].state;
  }
  // e-values for the claims "this pattern has an edge", by PatternKey::index().
  [[nodiscard]] std::array<double, PatternKey::kCount> e_values() const noexcept;
  // Claims ever opened: the built-in ones, and those of files that were seen.
  [[nodiscard]] std::size_t claims() const noexcept;
  [[nodiscard]] PatternRow row(const PatternKey& key) const noexcept;
  void encode(ByteWriter& out) const;

 private:
  struct Pattern {
    Pattern(model::PatternState begin, double loss_bound) noexcept
        : state(begin), evidence(loss_bound), detector(loss_bound) {}
    model::PatternState state;
    Timestamp since;
    std::int64_t labels = 0;
    std::int64_t own_trades = 0;
    std::int64_t won_blocks = 0;
    bool is_claimed = false;
    EProcess evidence;
    EDetector detector;
    template <typename Archive>
    void fields(Archive& archive) {
      archive(state, since, labels, own_trades, won_blocks, is_claimed, evidence, detector);
    }
  };
  struct Verdict {
    model::PatternState state;
    model::PatternReason reason;
  };

  [[nodiscard]] double e_for(std::size_t index) const noexcept;
  [[nodiscard]] Verdict verdict_on(std::size_t index, double e_threshold,
                                   double p) const noexcept;
  [[nodiscard]] bool is_against(const Pattern& pattern, double p, Verdict& verdict)
      const noexcept;
  void enter(Pattern& pattern, model::PatternState state, Timestamp now) noexcept;

  bool is_masked_;
  double probe_n_min_;
  double probe_p_;
  double active_n_min_;
  double retire_e_;
  double retire_p_;
  double retire_n_min_;
  double arl_;
  std::vector<Pattern> patterns_;  // by PatternKey::index()

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(patterns_);
  }
};

}  // namespace lanner::learn
