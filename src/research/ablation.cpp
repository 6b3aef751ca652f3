#include "research/ablation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <tuple>

#include "base/random.hpp"
#include "base/score.hpp"

namespace lanner::research {
namespace {

// Standard normal quantiles of 97.5 % and 80 %.
constexpr double kTwoSided = 1.959964;
constexpr double kPower = 0.841621;
constexpr std::size_t kTail = kResamples * 25 / 1000;  // 2.5 %
// One stream for all components: each is measured on the same draws of blocks.
constexpr std::uint64_t kResampleStream = 0xab1a7e;

using EntryKey = std::tuple<std::uint32_t, std::int64_t, int, int>;
using EntryMap = std::map<EntryKey, const BookEntry*>;

EntryMap by_key(const Book& book) {
  EntryMap entries;
  for (const BookEntry& entry : book.entries) {
    entries[{entry.instrument_id.value(), entry.triggered_at.ns(), static_cast<int>(entry.side),
             static_cast<int>(entry.template_id)}] = &entry;
  }
  return entries;
}

bool is_resized(Quantity base, Quantity other) noexcept {
  const Int128 difference = Int128{base.raw()} - other.raw();
  return (difference < 0 ? -difference : difference) * 20 > base.raw();
}

bool is_other_exit(const BookEntry& a, const BookEntry& b) noexcept {
  return a.closed_at != b.closed_at || a.exit_px != b.exit_px || a.reason != b.reason;
}

double percent_of(std::size_t part, std::size_t whole) noexcept {
  return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

// d of each block of the base, in order; a block that only the other has cannot be, the market
// being the same.
std::vector<BlockPnl> paired(const Book& base, const Book& masked) {
  std::map<Timestamp, Money> other;
  for (const BlockPnl& block : masked.blocks) {
    other[block.from] = block.pnl;
  }
  std::vector<BlockPnl> differences;
  for (const BlockPnl& block : base.blocks) {
    const auto found = other.find(block.from);
    differences.push_back(
        {block.from, found == other.end() ? block.pnl : block.pnl - found->second});
  }
  return differences;
}

struct Resampled {
  std::vector<double> sums;   // unclipped
  std::vector<double> helps;  // gains end at the bound
  std::vector<double> hurts;  // losses end at the bound
};

Resampled resample(const std::vector<double>& values, double bound, std::uint64_t seed) {
  RandomStream chance(seed, kResampleStream);
  Resampled out;
  for (std::size_t turn = 0; turn < kResamples; ++turn) {
    double sum = 0.0;
    double helps = 0.0;
    double hurts = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double value = values[chance.below(values.size())];
      sum += value;
      helps += std::min(value, bound);
      hurts += std::max(value, -bound);
    }
    out.sums.push_back(sum);
    out.helps.push_back(helps);
    out.hurts.push_back(hurts);
  }
  std::sort(out.sums.begin(), out.sums.end());
  std::sort(out.helps.begin(), out.helps.end());
  std::sort(out.hurts.begin(), out.hurts.end());
  return out;
}

double standard_deviation(const std::vector<double>& values) {
  double sum = 0.0;
  double squares = 0.0;
  for (const double value : values) {
    sum += value;
  }
  const double mean = sum / static_cast<double>(values.size());
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  return std::sqrt(squares / static_cast<double>(values.size()));
}

}  // namespace

BookChanges changes_between(const Book& base, const Book& masked) {
  const EntryMap ours = by_key(base);
  const EntryMap theirs = by_key(masked);
  std::size_t shared = 0;
  std::size_t exits = 0;
  std::size_t sizes = 0;
  for (const auto& [key, entry] : ours) {
    const auto found = theirs.find(key);
    if (found == theirs.end()) {
      continue;
    }
    ++shared;
    exits += is_other_exit(*entry, *found->second) ? 1 : 0;
    sizes += is_resized(entry->quantity, found->second->quantity) ? 1 : 0;
  }
  const std::size_t all = ours.size() + theirs.size() - shared;
  return {percent_of(all - shared, all), percent_of(exits, shared), percent_of(sizes, shared)};
}

bool matters(const BookChanges& changes) noexcept {
  return changes.entries_pct >= kMattersPct || changes.exits_pct >= kMattersPct ||
         changes.sizes_pct >= kMattersPct;
}

Effect measure_effect(const Book& base, const Book& masked, const EffectRequest& request) {
  Effect effect;
  const std::vector<BlockPnl> differences = paired(base, masked);
  const double bound = to_score(request.bound).value();
  std::vector<double> values;
  std::size_t clipped = 0;
  for (const BlockPnl& block : differences) {
    effect.delta_pnl += block.pnl;
    values.push_back(to_score(block.pnl).value());
    effect.blocks_changed += block.pnl.is_zero() ? 0 : 1;
    clipped += std::fabs(values.back()) > bound ? 1 : 0;
  }
  effect.blocks = values.size();
  if (effect.blocks_changed == 0) {
    return effect;
  }
  effect.clipped_share =
      static_cast<double>(clipped) / static_cast<double>(effect.blocks_changed);
  const Resampled drawn = resample(values, bound, request.seed);
  effect.ci_low = drawn.sums[kTail];
  effect.ci_high = drawn.sums[kResamples - 1 - kTail];
  effect.mde = (kTwoSided + kPower) * standard_deviation(drawn.sums);
  effect.helps_low = drawn.helps[kTail];
  effect.hurts_high = drawn.hurts[kResamples - 1 - kTail];
  effect.worst = differences;
  std::stable_sort(effect.worst.begin(), effect.worst.end(),
                   [](const BlockPnl& a, const BlockPnl& b) { return a.pnl < b.pnl; });
  effect.worst.resize(std::min(effect.worst.size(), kWorstBlocks));
  std::erase_if(effect.worst, [](const BlockPnl& block) { return !block.pnl.is_negative(); });
  return effect;
}

const char* name_of(AblationVerdict value) noexcept {
  switch (value) {
    case AblationVerdict::helps:
      return "helps";
    case AblationVerdict::hurts:
      return "hurts";
    case AblationVerdict::undecided:
      return "undecided";
    case AblationVerdict::asleep:
      return "asleep";
    case AblationVerdict::decorative:
      return "decorative";
  }
  return "?";
}

Judgement judge(const Book& base, const BookChanges& changes, const Effect& effect,
                const std::string& missing) {
  if (!missing.empty()) {
    return {AblationVerdict::asleep, "without " + missing};
  }
  if (!matters(changes)) {
    if (base.entries.empty()) {
      return {AblationVerdict::undecided, "nothing was entered in the base session"};
    }
    return {AblationVerdict::decorative, "its inputs are there, and it changes next to nothing"};
  }
  if (effect.blocks < kBlocksMin) {
    return {AblationVerdict::undecided, "only " + std::to_string(effect.blocks) +
                                            " blocks of 4 h; a verdict needs " +
                                            std::to_string(kBlocksMin)};
  }
  if (effect.helps_low > 0.0) {
    return {AblationVerdict::helps, ""};
  }
  if (effect.hurts_high < 0.0) {
    return {AblationVerdict::hurts, ""};
  }
  return {AblationVerdict::undecided, "the interval holds zero"};
}

}  // namespace lanner::research
