#pragma once

// What is known of E[R_gross] per template x side x source, pooled over coins: a
// normal-inverse-gamma posterior around "no edge", from one observation per block.

#include <array>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/score.hpp"
#include "base/time.hpp"
#include "learn/block.hpp"
#include "learn/evidence.hpp"
#include "learn/past_label.hpp"
#include "learn/shrinkage.hpp"
#include "model/parameters.hpp"
#include "model/position.hpp"

namespace lanner::learn {

class PatternPosterior {
 public:
  struct View {
    Score n_eff;  // decayed blocks
    Score labels;  // decayed labels
    Score mean_r;
    Score sd_r;  // of the mean
    Score probability_positive;
  };

  explicit PatternPosterior(const model::ParameterSet& parameters);

  // Unfilled labels say nothing about R and are passed over.
  void on_label(const model::CandidateLabel& label, Timestamp now) noexcept;

  // One from before the session, at `share` of its weight.
  void on_past(const PastLabel& label, double share) noexcept;

  // Thompson draw of E[R_gross]: a pure function of posterior, seed, key and counter.
  [[nodiscard]] Score draw(const PatternKey& key, std::uint64_t seed,
                           std::uint64_t counter) const noexcept;
  [[nodiscard]] Score quantile(const PatternKey& key, Score p) const noexcept;
  // P(E[R_net] > 0): the spread of gross outcomes around the mean of net ones.
  [[nodiscard]] Score probability_net_positive(const PatternKey& key) const noexcept;
  [[nodiscard]] View view(const PatternKey& key) const noexcept;
  [[nodiscard]] NigPosterior posterior(const PatternKey& key) const noexcept;
  // Labels whose block was no longer open here.
  [[nodiscard]] std::uint64_t late() const noexcept { return late_; }
  // Evidence ages up to this instant.
  void on_time(Timestamp now) noexcept;
  void encode(ByteWriter& out) const;

 private:
  [[nodiscard]] BlockEvidence::Sums sums(const PatternKey& key) const noexcept;

  NigPosterior prior_;
  DecayScale scale_;
  Timestamp now_;
  std::uint64_t late_ = 0;
  std::array<BlockEvidence, PatternKey::kCount> nodes_{};

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(scale_, now_, late_, nodes_);
  }
};

}  // namespace lanner::learn
