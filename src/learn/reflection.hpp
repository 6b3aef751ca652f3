#pragma once

// Looks each hour at slices of all labels (coin, coin x side, side, hour, weekday, volatility,
// expected cost, pattern, time held) for those that do better or worse than chance, and proposes
// changes. It proposes only: the data that showed a slice is never counted as evidence for the
// change. Slices are kept as running sums, so an hour costs one pass over them, not over labels.
//
// A slice's evidence takes labels in the block in which they arrived; several labels of one block
// are worth few. Slices start anew every 30 days.

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/static_vector.hpp"
#include "base/time.hpp"
#include "learn/e_process.hpp"
#include "learn/regime_rules.hpp"
#include "learn/shrinkage.hpp"
#include "learn/uniqueness.hpp"
#include "model/adaptation.hpp"
#include "model/parameters.hpp"
#include "model/position.hpp"

namespace lanner::learn {

enum class SliceFamily : std::uint8_t {
  coin,
  coin_side,
  side,
  hour,
  weekday,
  volatility,
  cost,     // expected cost above a share of the cap
  pattern,  // template x side; PatternLibrary judges these, they are shown
  held,     // known only afterwards: shown, never proposed
  count_,
};
[[nodiscard]] const char* name_of(SliceFamily value) noexcept;

struct SliceRow {
  SliceFamily family = SliceFamily::coin;
  std::uint32_t member = 0;  // of the family, in its order
  std::int64_t n = 0;
  double n_eff = 0.0;
  double mean_r = 0.0;
  double shrunk_r = 0.0;
  double e_better = 1.0;
  double e_worse = 1.0;
};

class Reflection {
 public:
  static constexpr std::size_t kProposalsMax = 5;  // in an hour
  using Proposals = StaticVector<model::AdaptationProposal, kProposalsMax>;

  Reflection(std::size_t instruments, const model::ParameterSet& parameters);

  void on_label(const model::CandidateLabel& label) noexcept;
  void on_block() noexcept;
  // What is worth proposing now; `parameters` are those in force.
  [[nodiscard]] Proposals reflect(const model::ParameterSet& parameters, Timestamp now) noexcept;
  // Slices with labels. Not for the hot path.
  [[nodiscard]] std::vector<SliceRow> rows() const;
  void encode(ByteWriter& out) const;

 private:
  static constexpr std::size_t kFamilies = static_cast<std::size_t>(SliceFamily::count_);
  static constexpr std::size_t kRecent = 1024;
  static constexpr std::array<double, 2> kCostShares{0.5, 0.75};  // of the cap

  struct Slice {
    Slice() noexcept;
    std::int64_t n = 0;
    double block_n = 0.0;
    double block_sum = 0.0;
    double n_eff = 0.0;
    double sum = 0.0;       // of block means, by what the block is worth
    double expected = 0.0;  // labels in a block that has any
    double blocks = 0.0;
    MixtureMartingale better;
    MixtureMartingale worse;
    template <typename Archive>
    void fields(Archive& archive) {
      archive(n, block_n, block_sum, n_eff, sum, expected, blocks, better, worse);
    }
  };
  struct Recent {
    EntryFacts facts;
    LabelSpan span;  // blocks
    double net_r = 0.0;
  };
  struct Find {
    SliceFamily family;
    std::uint32_t member = 0;
    bool is_better = false;
  };

  [[nodiscard]] Slice& slice(SliceFamily family, std::size_t member) noexcept;
  [[nodiscard]] const Slice& slice(SliceFamily family, std::size_t member) const noexcept;
  [[nodiscard]] std::size_t size_of(SliceFamily family) const noexcept;
  [[nodiscard]] Measured measured(const Slice& slice) const noexcept;
  [[nodiscard]] FamilyShrinkage shrinkage_of(SliceFamily family) const noexcept;
  [[nodiscard]] double threshold() const noexcept;
  [[nodiscard]] model::Scope scope_of(const Find& find, double e_threshold) const noexcept;
  void consider(const Find& find, double e_threshold, const model::ParameterSet& parameters,
                Proposals& proposals) noexcept;
  void measure_before(model::AdaptationProposal& proposal) const noexcept;
  void restart(Slice& slice) const noexcept;

  double block_bound_r_;
  double rho_;
  double sigma_r_;
  double n_min_;
  double alpha_;
  double cost_cap_;
  std::array<std::size_t, kFamilies + 1> first_{};  // slice of each family
  std::vector<Slice> slices_;
  std::vector<Recent> recent_;  // ring
  std::uint64_t labels_ = 0;
  std::int64_t window_ = -1;
  bool has_news_ = false;
  mutable std::vector<Measured> members_;      // room to work in
  mutable std::vector<LabelSpan> spans_;
  mutable std::vector<double> weights_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(slices_, recent_, labels_, window_, has_news_);
  }
};

}  // namespace lanner::learn
