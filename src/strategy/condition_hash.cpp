#include "strategy/condition_hash.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <span>

#include "base/hash.hpp"

namespace lanner::strategy {
namespace {

using model::FeatureId;
using model::Predicate;
using model::TradeCondition;

// Words, written little endian, so that the hash is the same everywhere.
class HashBytes {
 public:
  void add(std::uint64_t word) noexcept {
    for (unsigned shift = 0; shift < 64; shift += 8) {
      bytes_[size_++] = static_cast<std::byte>(word >> shift);
    }
  }
  // Adding zero makes one zero of the two.
  void add(Score score) noexcept { add(std::bit_cast<std::uint64_t>(score.value() + 0.0)); }
  [[nodiscard]] std::uint64_t hash() const noexcept {
    return hash64(std::span<const std::byte>{bytes_.data(), size_});
  }

 private:
  std::array<std::byte, 8 * 64> bytes_{};
  std::size_t size_ = 0;
};

struct PredicateWords {
  std::uint64_t shape = 0;
  std::uint64_t value = 0;
  friend auto operator<=>(const PredicateWords&, const PredicateWords&) = default;
};

std::uint64_t shape_of(const Predicate& predicate) noexcept {
  return static_cast<std::uint64_t>(predicate.lhs) |
         (static_cast<std::uint64_t>(predicate.tf) << 8U) |
         (static_cast<std::uint64_t>(predicate.op) << 16U) |
         (static_cast<std::uint64_t>(predicate.rhs) << 24U);
}

double bucket_width(FeatureId feature) noexcept {
  switch (feature) {
    case FeatureId::rsi14:
    case FeatureId::ret_bps:
    case FeatureId::btc_ret_bps:
    case FeatureId::vwap_dev_bps:
      return 5.0;
    case FeatureId::er20:
      return 0.05;
    case FeatureId::bb_pos:
    case FeatureId::vol_z:
    case FeatureId::vwap_dev_atr:
    case FeatureId::funding_bps:
      return 0.25;
    default:
      return 1.0;
  }
}

enum class Thresholds : bool { exact, bucketed };

std::uint64_t threshold_word(const Predicate& predicate, Thresholds thresholds) noexcept {
  if (thresholds == Thresholds::exact) {
    return std::bit_cast<std::uint64_t>(predicate.value.value() + 0.0);
  }
  const bool is_price_constant =
      predicate.lhs == FeatureId::price && predicate.rhs == FeatureId::none;
  const double bucket =
      is_price_constant ? 0.0
                        : std::floor(predicate.value.value() / bucket_width(predicate.lhs) + 0.5);
  return std::bit_cast<std::uint64_t>(bucket + 0.0);
}

template <std::size_t N>
void add_predicates(HashBytes& bytes, const StaticVector<Predicate, N>& predicates,
                    Thresholds thresholds) noexcept {
  std::array<PredicateWords, N> words{};
  for (std::size_t i = 0; i < predicates.size(); ++i) {
    words[i] = {shape_of(predicates[i]), threshold_word(predicates[i], thresholds)};
  }
  std::sort(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(predicates.size()));
  bytes.add(predicates.size());
  for (std::size_t i = 0; i < predicates.size(); ++i) {
    bytes.add(words[i].shape);
    bytes.add(words[i].value);
  }
}

void add_trigger(HashBytes& bytes, const TradeCondition& condition,
                 Thresholds thresholds) noexcept {
  add_predicates(bytes, condition.when_all, thresholds);
  add_predicates(bytes, condition.when_any, thresholds);
  add_predicates(bytes, condition.invalidate_any, thresholds);
  bytes.add((static_cast<std::uint64_t>(condition.side) << 16U) |
            (static_cast<std::uint64_t>(condition.regimes) << 8U) |
            static_cast<std::uint64_t>(condition.entry_mode));
}

}  // namespace

std::uint64_t canonical_hash(const TradeCondition& condition) noexcept {
  HashBytes bytes;
  add_trigger(bytes, condition, Thresholds::exact);
  bytes.add(condition.instrument_id.value());
  bytes.add((static_cast<std::uint64_t>(condition.grid) << 32U) |
            (static_cast<std::uint64_t>(condition.proposer) << 24U) |
            (static_cast<std::uint64_t>(condition.template_id) << 16U) |
            (static_cast<std::uint64_t>(condition.source) << 8U) |
            static_cast<std::uint64_t>(condition.stop_tf));
  bytes.add(condition.entry_offset_atr);
  bytes.add(condition.stop_atr);
  bytes.add(condition.take_profit_r);
  bytes.add(condition.size_scale);
  bytes.add(static_cast<std::uint64_t>(condition.time_stop.ns()));
  return bytes.hash();
}

model::PatternId pattern_id_of(const TradeCondition& condition) noexcept {
  HashBytes bytes;
  add_trigger(bytes, condition, Thresholds::bucketed);
  bytes.add(static_cast<std::uint64_t>(condition.stop_tf));
  // A bracket family: stop and target to half a unit, time stop to the hour.
  bytes.add(Score{std::floor(condition.stop_atr.value() * 2.0 + 0.5)});
  bytes.add(Score{std::floor(condition.take_profit_r.value() * 2.0 + 0.5)});
  bytes.add(static_cast<std::uint64_t>(condition.time_stop.ns() / kNsPerHour));
  return model::PatternId{bytes.hash()};
}

}  // namespace lanner::strategy
