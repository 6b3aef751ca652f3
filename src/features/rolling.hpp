#pragma once

// Statistics of a stream in constant memory; nothing allocates.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace lanner::features {

// The last kCapacity values, kept in order of size as well: exact quantiles by nearest rank.
template <std::size_t kCapacity>
class RollingQuantiles {
 public:
  void add(double value) noexcept {
    std::size_t end = size_;
    if (size_ == kCapacity) {
      // The oldest leaves, and its place among the sorted closes up.
      double* gone = std::lower_bound(sorted_.data(), sorted_.data() + size_, ring_[next_]);
      std::copy(gone + 1, sorted_.data() + size_, gone);
      end = size_ - 1;
    } else {
      ++size_;
    }
    double* place = std::upper_bound(sorted_.data(), sorted_.data() + end, value);
    std::copy_backward(place, sorted_.data() + end, sorted_.data() + end + 1);
    *place = value;
    ring_[next_] = value;
    next_ = next_ + 1 == kCapacity ? 0 : next_ + 1;
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  // The smallest value that at least this share of all does not exceed; there must be one.
  [[nodiscard]] double quantile(double share) const noexcept {
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(size_)));
    return sorted_[rank == 0 ? 0 : rank - 1];
  }

 private:
  std::array<double, kCapacity> ring_{};
  std::array<double, kCapacity> sorted_{};
  std::size_t size_ = 0;
  std::size_t next_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(ring_, sorted_, size_, next_);
  }
};

// Exponentially weighted mean and variance (T. Finch, Incremental calculation of weighted mean
// and variance, 2009, 9): d = x - m, m += a d, v = (1 - a)(v + a d^2), from the first value on.
class WeightedMoments {
 public:
  void add(double value, double alpha) noexcept {
    const double away = count_ == 0 ? 0.0 : value - mean_;
    mean_ = count_ == 0 ? value : mean_ + alpha * away;
    variance_ = (1.0 - alpha) * (variance_ + alpha * away * away);
    ++count_;
  }
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
  [[nodiscard]] double mean() const noexcept { return mean_; }
  // Distance of a value from the mean in standard deviations; NaN where nothing ever differed.
  [[nodiscard]] double z_of(double value) const noexcept {
    return variance_ > 0.0 ? (value - mean_) / std::sqrt(variance_)
                           : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  double mean_ = 0.0;
  double variance_ = 0.0;
  std::uint32_t count_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(mean_, variance_, count_);
  }
};

}  // namespace lanner::features
