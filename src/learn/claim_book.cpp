#include "learn/claim_book.hpp"

#include <algorithm>

namespace lanner::learn {
namespace {

// A book takes in so many times the usual number: a crowd is when tails come together.
constexpr double kRoom = 4.0;
// The usual number is learned as an average that remembers a week of blocks; the first guess, a
// candidate on every fourth instrument, weighs as much as a day.
constexpr double kMemoryBlocks = 42.0;
constexpr double kPriorBlocks = 6.0;
constexpr double kFirstGuess = 0.25;

}  // namespace

ClaimBook::ClaimBook(std::size_t instruments, double block_bound_r) noexcept
    : block_bound_r_(block_bound_r) {
  set_universe(instruments);
}

void ClaimBook::set_universe(std::size_t instruments) noexcept {
  expected_at_first_ = kFirstGuess * static_cast<double>(instruments);
  for (Claim& claim : claims_) {
    claim.expected = expected_at_first_;
    claim.seen = kPriorBlocks;
  }
}

double ClaimBook::admit(std::size_t claim) noexcept {
  Claim& book = claims_[claim];
  // One candidate always finds room, however rare the claim's are.
  const double room = std::max(kRoom * book.expected, 1.0) - book.held;
  const double units = std::clamp(room, 0.0, 1.0);
  ++book.opened;
  join(claim, units);
  return units;
}

void ClaimBook::join(std::size_t claim, double units) noexcept {
  claims_[claim].open += units;
  claims_[claim].held += units;
}

void ClaimBook::start_scope(std::size_t scope, double expected) noexcept {
  Claim& claim = claims_[scope_claim(scope)];
  claim = Claim{};
  claim.expected = expected > 0.0 ? expected : expected_at_first_;
  claim.seen = kPriorBlocks;
}

void ClaimBook::close_block() noexcept {
  for (std::size_t i = 0; i < kClaims; ++i) {
    Claim& claim = claims_[i];
    Closed& closed = closed_[i];
    closed = Closed{};
    closed.opened = claim.opened;
    if (claim.held > 0.0) {
      closed.is_held = true;
      closed.sum_r = claim.sum;
      closed.bound_r = block_bound_r_ * claim.expected;
      closed.value = claim.sum / closed.bound_r;
      claim.seen = std::min(claim.seen + 1.0, kMemoryBlocks);
      claim.expected += (claim.held - claim.expected) / claim.seen;
    }
    claim.sum = 0.0;
    claim.opened = 0;
    // Fractions leave as they came, so an empty book is empty to the last bits only.
    constexpr double kDust = 1e-9;
    claim.open = claim.open > kDust ? claim.open : 0.0;
    claim.held = claim.open;
  }
}

void ClaimBook::encode(ByteWriter& out) const {
  for (const Claim& claim : claims_) {
    for (const double value : {claim.expected, claim.seen, claim.open, claim.held, claim.sum}) {
      out.put_score(Score{value});
    }
    out.put_i64(claim.opened);
  }
}

}  // namespace lanner::learn
