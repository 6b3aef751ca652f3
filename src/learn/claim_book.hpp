#pragma once

// The block values of claims. A claim's block value is the sum, over all its open candidates in
// all instruments, of what they gained in that block marked to market, in R, over a bound that was
// fixed before the block. The bound follows how many candidates the claim usually has open, so
// twice the coins give the same value; the sum is of a book that could be held: beyond a multiple
// of that number candidates are not taken in, which is decided when they open, never afterwards.

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "learn/block.hpp"

namespace lanner::learn {

class ClaimBook {
 public:
  // Adaptations at once; their claims come after those of the patterns.
  static constexpr std::size_t kScopes = 10;
  static constexpr std::size_t kClaims = PatternKey::kCount + kScopes;
  [[nodiscard]] static constexpr std::size_t scope_claim(std::size_t scope) noexcept {
    return PatternKey::kCount + scope;
  }

  struct Closed {
    bool is_held = false;  // anything was open in the block
    double value = 0.0;    // over the bound
    double sum_r = 0.0;
    double bound_r = 0.0;
    std::int64_t opened = 0;  // candidates
  };

  ClaimBook(std::size_t instruments, double block_bound_r) noexcept;
  // How many instruments have prices at all; before the first candidate.
  void set_universe(std::size_t instruments) noexcept;

  // Share of one candidate that the claim's book takes in: 1, or less at the end of its room.
  [[nodiscard]] double admit(std::size_t claim) noexcept;
  // For scopes, whose candidates are in a pattern's book already.
  void join(std::size_t claim, double units) noexcept;
  void add(std::size_t claim, double r) noexcept { claims_[claim].sum += r; }
  void leave(std::size_t claim, double units) noexcept { claims_[claim].open -= units; }
  // A scope that starts now expects so many candidates in a block.
  void start_scope(std::size_t scope, double expected) noexcept;
  // Ends the block of every claim; closed() tells what it was.
  void close_block() noexcept;
  [[nodiscard]] const Closed& closed(std::size_t claim) const noexcept { return closed_[claim]; }
  void encode(ByteWriter& out) const;

 private:
  struct Claim {
    double expected = 0.0;  // units held in a block that has any
    double seen = 0.0;      // blocks that taught it
    double open = 0.0;      // units open now
    double held = 0.0;      // units that were open at some time of this block
    double sum = 0.0;
    std::int64_t opened = 0;
  };

  double expected_at_first_ = 0.0;
  double block_bound_r_;
  std::array<Claim, kClaims> claims_{};
  std::array<Closed, kClaims> closed_{};

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(expected_at_first_, claims_, closed_);
  }
};

}  // namespace lanner::learn
