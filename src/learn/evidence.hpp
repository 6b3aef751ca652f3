#pragma once

// Decayed sums of outcomes in which each block counts once: the building stone of every
// posterior here.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "learn/block.hpp"

namespace lanner::learn {

// Beyond this an outcome says "gap" or "tiny stop", not "size of the edge"; the log and the
// money keep the true figure.
constexpr double kOutcomeBoundR = 10.0;

// Old evidence halves each half-life. Instead of ageing all sums all the time, a block weighs
// 2^((block - reference) / half-life) for ever and readers divide by the present weight. Sums are
// therefore free of the order in which labels come.
class DecayScale {
 public:
  explicit DecayScale(Duration half_life) noexcept : half_life_(half_life) {}

  // Weight of an instant relative to the reference; the first call sets the reference.
  [[nodiscard]] double weight_of(Timestamp at) noexcept;
  [[nodiscard]] double weight_of(Timestamp at) const noexcept;
  // Factor that every sum must be multiplied by, 1 nearly always: the reference moves on before
  // weights grow out of range. The factor is a power of two, so nothing is rounded.
  [[nodiscard]] double move_on(Timestamp now) noexcept;
  void encode(ByteWriter& out) const;

 private:
  Duration half_life_;
  Timestamp reference_;
  bool has_reference_ = false;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(reference_, has_reference_);
  }
};

struct Outcome {
  double weight = 0.0;  // 1 for fills, less for shadow labels
  double gross_r = 0.0;
  double net_r = 0.0;
  double counts = 1.0;  // as so much of a label; less when it is from before the session
};

// Sums over blocks, in the scale of a DecayScale. A block's observation is the weighted mean of
// its labels and weighs as much as its best label, replaced as more labels of the block arrive:
// the same labels on twice as many coins change nothing.
class BlockEvidence {
 public:
  struct Sums {
    double n = 0.0;  // effective: one per block
    double gross = 0.0;
    double gross_squared = 0.0;
    double net = 0.0;
    double labels = 0.0;  // each label, real or shadow, one
    double wins = 0.0;    // labels with net_r > 0
  };
  // Open blocks that are remembered: 64 h, above the longest time stop (24 h). A later label
  // finds its block forgotten and is refused.
  static constexpr std::size_t kBlocks = 16;

  // False when the block is older than what is remembered: the sums stay.
  [[nodiscard]] bool add(std::int64_t block_id, const Outcome& outcome, double scale) noexcept;
  void rescale(double factor) noexcept;
  // As of an instant whose weight is `scale`.
  [[nodiscard]] Sums at(double scale) const noexcept;
  void encode(ByteWriter& out) const;

 private:
  struct Block {
    std::int64_t id = std::numeric_limits<std::int64_t>::min();
    double best = 0.0;    // largest weight of a label
    double weight = 0.0;  // sum of weights
    double gross = 0.0;   // weighted sum
    double net = 0.0;
  };
  void count(const Block& block, double scale) noexcept;

  Sums sums_;
  std::array<Block, kBlocks> blocks_{};

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(sums_, blocks_);
  }
};

}  // namespace lanner::learn
