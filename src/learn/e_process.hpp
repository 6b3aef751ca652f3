#pragma once

// Evidence that may be looked at after every block: betting martingales. Under "the mean is not
// above zero" the wealth of a bettor who stakes a fixed share of it is a supermartingale, so it
// exceeds 1 / alpha with probability alpha at most, whenever one stops. No independence and no
// shape of the outcomes is assumed, only that no block loses more than the loss bound.
//
// Clip only against the claim: gains above 1 count as 1, losses count in full down to the bound.
// Clipping both ways confirms whoever sells insurance and loses rarely but greatly.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace lanner::learn {

// One direction: wealth against H0 "E[z | past] <= 0", the mean over a grid of stakes.
class MixtureMartingale {
 public:
  static constexpr std::size_t kStakesMax = 6;
  static constexpr std::array<double, kStakesMax> kGrid{0.02, 0.05, 0.1, 0.2, 0.4, 0.8};

  // A stake never exceeds 1 / loss_bound: a block at the bound may ruin, never indebt.
  explicit MixtureMartingale(double loss_bound) noexcept : MixtureMartingale(kGrid, loss_bound) {}
  MixtureMartingale(std::span<const double> stakes, double loss_bound) noexcept;

  void bet(double z) noexcept;
  [[nodiscard]] double value() const noexcept;
  void restart() noexcept { wealth_.fill(1.0); }
  [[nodiscard]] double loss_bound() const noexcept { return loss_bound_; }
  void encode(ByteWriter& out) const;
  // Takes up where an encoded one stopped; stakes and bound are this one's.
  [[nodiscard]] Status decode(ByteReader& in);

 private:
  double loss_bound_;
  std::size_t count_;
  std::array<double, kStakesMax> stakes_{};
  std::array<double, kStakesMax> wealth_{};

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(loss_bound_, count_, stakes_, wealth_);
  }
};

// What stands beside each verdict: the sum as it was, its worst blocks, how much was clipped.
struct BlockRecord {
  static constexpr std::size_t kWorst = 5;
  std::int64_t blocks = 0;
  std::int64_t clipped = 0;
  double sum = 0.0;
  double sum_squared = 0.0;
  std::array<double, kWorst> worst{};  // lowest first; zero where fewer were negative

  void add(double d) noexcept;
  [[nodiscard]] double mean() const noexcept;
  void encode(ByteWriter& out) const;
};

// Both directions of one claim, fed with block values over a bound that was fixed before the
// block.
class EProcess {
 public:
  explicit EProcess(double loss_bound) noexcept : helps_(loss_bound), hurts_(loss_bound) {}

  void on_block(double d) noexcept {
    record_.add(d);
    helps_.bet(d);
    hurts_.bet(-d);
  }
  [[nodiscard]] double for_claim() const noexcept { return helps_.value(); }
  [[nodiscard]] double against_claim() const noexcept { return hurts_.value(); }
  [[nodiscard]] const BlockRecord& record() const noexcept { return record_; }
  void restart() noexcept;
  void encode(ByteWriter& out) const;

 private:
  MixtureMartingale helps_;
  MixtureMartingale hurts_;
  BlockRecord record_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(helps_, hurts_, record_);
  }
};

// Watches what is trusted: a Shiryaev-Roberts sum of betting martingales that start at each block.
// While the mean stays at the reference or above, the expected time to an alarm is at least the
// threshold, in blocks.
class EDetector {
 public:
  explicit EDetector(double loss_bound) noexcept;

  // From now on the claim is "the mean is at least `reference`".
  void start(double reference) noexcept;
  void on_block(double d) noexcept;
  [[nodiscard]] double value() const noexcept;
  [[nodiscard]] double reference() const noexcept { return reference_; }
  void encode(ByteWriter& out) const;

 private:
  double loss_bound_;
  double reference_ = 0.0;
  std::array<double, MixtureMartingale::kStakesMax> stakes_{};
  std::array<double, MixtureMartingale::kStakesMax> sums_{};

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(loss_bound_, reference_, stakes_, sums_);
  }
};

// e-BH: of `claims` claims (those without a value count as zero) the k largest may be rejected
// where e_(k) >= claims / (k alpha), under any dependence. Gives the smallest value that is
// rejected, or infinity.
[[nodiscard]] double e_bh_threshold(std::span<const double> e_values, std::size_t claims,
                                    double alpha) noexcept;

}  // namespace lanner::learn
