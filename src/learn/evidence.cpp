#include "learn/evidence.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/mathx.hpp"

namespace lanner::learn {
namespace {

constexpr double kLn2 = 0.693147180559945309417;
constexpr std::int64_t kHalvingsMax = 512;

double two_to(std::int64_t exponent) noexcept {
  // Below the normal range nothing of the evidence is left anyway.
  if (exponent < -1022) {
    return 0.0;
  }
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52U);
}

}  // namespace

double DecayScale::weight_of(Timestamp at) noexcept {
  if (!has_reference_) {
    reference_ = at;
    has_reference_ = true;
  }
  return std::as_const(*this).weight_of(at);
}

double DecayScale::weight_of(Timestamp at) const noexcept {
  const std::int64_t age = (at - reference_).ns();
  std::int64_t whole = age / half_life_.ns();
  std::int64_t rest = age % half_life_.ns();
  if (rest < 0) {
    rest += half_life_.ns();
    --whole;
  }
  const double part = static_cast<double>(rest) / static_cast<double>(half_life_.ns());
  return mathx::exp(part * kLn2) * two_to(std::min<std::int64_t>(whole, 1022));
}

double DecayScale::move_on(Timestamp now) noexcept {
  const Duration span = half_life_ * kHalvingsMax;
  if (!has_reference_ || now - reference_ < span) {
    return 1.0;
  }
  const std::int64_t steps = (now - reference_).ns() / span.ns();
  reference_ = reference_ + span * steps;
  return two_to(-kHalvingsMax * std::min<std::int64_t>(steps, 2));
}

void DecayScale::encode(ByteWriter& out) const {
  out.put_i64(half_life_.ns());
  out.put_i64(has_reference_ ? reference_.ns() : 0);
}

void BlockEvidence::count(const Block& block, double scale) noexcept {
  if (block.weight <= 0.0) {
    return;
  }
  const double weight = scale * block.best;
  const double gross = block.gross / block.weight;
  sums_.n += weight;
  sums_.gross += weight * gross;
  sums_.gross_squared += weight * gross * gross;
  sums_.net += weight * block.net / block.weight;
}

bool BlockEvidence::add(std::int64_t block_id, const Outcome& outcome, double scale) noexcept {
  Block& block = blocks_[static_cast<std::size_t>(block_id) % kBlocks];
  if (block.id > block_id) {
    return false;
  }
  if (block.id != block_id) {
    block = Block{};
    block.id = block_id;
  }
  count(block, -scale);
  const double gross = std::clamp(outcome.gross_r, -kOutcomeBoundR, kOutcomeBoundR);
  const double net = std::clamp(outcome.net_r, -kOutcomeBoundR, kOutcomeBoundR);
  block.weight += outcome.weight;
  block.gross += outcome.weight * gross;
  block.net += outcome.weight * net;
  block.best = std::max(block.best, outcome.weight);
  count(block, scale);
  sums_.labels += scale * outcome.counts;
  sums_.wins += outcome.net_r > 0.0 ? scale * outcome.counts : 0.0;
  return true;
}

void BlockEvidence::rescale(double factor) noexcept {
  for (double* sum : {&sums_.n, &sums_.gross, &sums_.gross_squared, &sums_.net, &sums_.labels,
                      &sums_.wins}) {
    *sum *= factor;
  }
}

BlockEvidence::Sums BlockEvidence::at(double scale) const noexcept {
  // What is left of a block after replacing it may be a rounding error below zero.
  return {std::max(sums_.n, 0.0) / scale, sums_.gross / scale, sums_.gross_squared / scale,
          sums_.net / scale, sums_.labels / scale, sums_.wins / scale};
}

void BlockEvidence::encode(ByteWriter& out) const {
  for (const double sum : {sums_.n, sums_.gross, sums_.gross_squared, sums_.net, sums_.labels,
                           sums_.wins}) {
    out.put_score(Score{sum});
  }
  for (const Block& block : blocks_) {
    out.put_i64(block.id);
    out.put_score(Score{block.best});
    out.put_score(Score{block.weight});
    out.put_score(Score{block.gross});
    out.put_score(Score{block.net});
  }
}

}  // namespace lanner::learn
