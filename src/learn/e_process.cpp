#include "learn/e_process.hpp"

#include <algorithm>
#include <functional>
#include <limits>

#include "base/ensure.hpp"

namespace lanner::learn {
namespace {

// Wealth beyond this proves nothing more, and below it is ruin. A cap only lowers it, and ruin
// without denormals is rounding down: both keep a supermartingale one.
constexpr double kWealthMax = 1e100;
constexpr double kWealthMin = 1e-200;

double kept_in_range(double wealth) noexcept {
  return wealth < kWealthMin ? 0.0 : std::min(wealth, kWealthMax);
}

}  // namespace

MixtureMartingale::MixtureMartingale(std::span<const double> stakes, double loss_bound) noexcept
    : loss_bound_(loss_bound), count_(stakes.size()) {
  ENSURE(loss_bound > 0.0 && !stakes.empty() && stakes.size() <= kStakesMax);
  for (std::size_t i = 0; i < count_; ++i) {
    stakes_[i] = std::min(stakes[i], 1.0 / loss_bound);
  }
  restart();
}

void MixtureMartingale::bet(double z) noexcept {
  const double outcome = std::clamp(z, -loss_bound_, 1.0);
  for (std::size_t i = 0; i < count_; ++i) {
    wealth_[i] = kept_in_range(wealth_[i] * (1.0 + stakes_[i] * outcome));
  }
}

double MixtureMartingale::value() const noexcept {
  double sum = 0.0;
  for (std::size_t i = 0; i < count_; ++i) {
    sum += wealth_[i];
  }
  return sum / static_cast<double>(count_);
}

void MixtureMartingale::encode(ByteWriter& out) const {
  out.put_u8(static_cast<std::uint8_t>(count_));
  for (std::size_t i = 0; i < count_; ++i) {
    out.put_score(Score{wealth_[i]});
  }
}

Status MixtureMartingale::decode(ByteReader& in) {
  const auto count = in.u8();
  if (!count || *count != count_) {
    return fail(ErrorKind::data, "a betting martingale of another grid");
  }
  for (std::size_t i = 0; i < count_; ++i) {
    const auto wealth = in.score();
    if (!wealth || !(wealth->value() >= 0.0)) {
      return fail(ErrorKind::data, "a betting martingale without its wealth");
    }
    wealth_[i] = wealth->value();
  }
  return {};
}

void BlockRecord::add(double d) noexcept {
  ++blocks;
  sum += d;
  sum_squared += d * d;
  clipped += d > 1.0 || d < -1.0 ? 1 : 0;
  if (d < worst.back()) {
    worst.back() = d;
    std::sort(worst.begin(), worst.end());
  }
}

double BlockRecord::mean() const noexcept {
  return blocks > 0 ? sum / static_cast<double>(blocks) : 0.0;
}

void BlockRecord::encode(ByteWriter& out) const {
  out.put_i64(blocks);
  out.put_i64(clipped);
  out.put_score(Score{sum});
  out.put_score(Score{sum_squared});
  for (const double d : worst) {
    out.put_score(Score{d});
  }
}

void EProcess::restart() noexcept {
  helps_.restart();
  hurts_.restart();
  record_ = BlockRecord{};
}

void EProcess::encode(ByteWriter& out) const {
  helps_.encode(out);
  hurts_.encode(out);
  record_.encode(out);
}

EDetector::EDetector(double loss_bound) noexcept : loss_bound_(loss_bound) {
  for (std::size_t i = 0; i < stakes_.size(); ++i) {
    stakes_[i] = std::min(MixtureMartingale::kGrid[i], 1.0 / loss_bound);
  }
}

void EDetector::start(double reference) noexcept {
  reference_ = reference;
  sums_.fill(0.0);
}

void EDetector::on_block(double d) noexcept {
  // It claims "worse than the reference", so it is clipped against that claim.
  const double outcome = std::clamp(reference_ - d, -loss_bound_, 1.0);
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    sums_[i] = kept_in_range((sums_[i] + 1.0) * (1.0 + stakes_[i] * outcome));
  }
}

double EDetector::value() const noexcept {
  double sum = 0.0;
  for (const double one : sums_) {
    sum += one;
  }
  return sum / static_cast<double>(sums_.size());
}

void EDetector::encode(ByteWriter& out) const {
  out.put_score(Score{reference_});
  for (const double one : sums_) {
    out.put_score(Score{one});
  }
}

double e_bh_threshold(std::span<const double> e_values, std::size_t claims,
                      double alpha) noexcept {
  constexpr std::size_t kClaimsMax = 256;
  ENSURE(e_values.size() <= kClaimsMax && alpha > 0.0);
  std::array<double, kClaimsMax> sorted{};
  const auto end = std::copy(e_values.begin(), e_values.end(), sorted.begin());
  std::sort(sorted.begin(), end, std::greater<>());
  for (std::size_t k = e_values.size(); k > 0; --k) {
    if (sorted[k - 1] >= static_cast<double>(claims) / (static_cast<double>(k) * alpha)) {
      return sorted[k - 1];
    }
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace lanner::learn
