#include "research/learning_worlds.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "base/did_you_mean.hpp"
#include "base/random.hpp"
#include "learn/knowledge.hpp"

namespace lanner::research {
namespace {

constexpr std::size_t kCoins = 10;
constexpr std::size_t kBlocksPerDay = 6;
constexpr double kTriggerShare = 0.15;  // of coins that trigger a claim in a block
constexpr double kRho = 0.62;           // of coins entered together, as measured
constexpr double kEdgeR = 0.4;
constexpr double kStopR = -1.0;
constexpr double kTargetR = 2.0;
constexpr double kTargetZ = 0.430727299295457;  // above it a standard normal lies one time in three
constexpr std::int64_t kFirstBlock = 121'000;

constexpr std::array kWorlds{World::null_independent, World::null_factor,   World::null_garch,
                             World::null_signflip,    World::null_permuted, World::tail_seller,
                             World::planted,          World::regime_flip};

// The fourteen built-in claims.
std::vector<learn::PatternKey> built_in_claims() {
  std::vector<learn::PatternKey> keys;
  for (const auto id : {model::TemplateId::p01, model::TemplateId::p02, model::TemplateId::p03,
                        model::TemplateId::p04, model::TemplateId::p05, model::TemplateId::p06,
                        model::TemplateId::p07}) {
    for (const auto side : {model::PositionSide::long_side, model::PositionSide::short_side}) {
      keys.push_back({id, side, model::ConditionSource::strategist});
    }
  }
  return keys;
}
constexpr std::size_t kPlantedClaim = 2;  // P02 long

double bracket_r(double z) { return z > kTargetZ ? kTargetR : kStopR; }

// Prices of made paths: volatility in clusters, one common factor; scaled to about 1 R a block.
BlockPaths made_paths(std::uint64_t seed, std::size_t blocks) {
  RandomStream chance(seed, 77);
  BlockPaths paths(blocks, std::vector<double>(kCoins));
  double variance = 1.0;
  double last = 0.0;
  for (auto& block : paths) {
    variance = 0.05 + 0.10 * last * last + 0.85 * variance;
    const double common = std::sqrt(variance) * chance.normal();
    last = common;
    for (double& value : block) {
      value = std::sqrt(kRho) * common + std::sqrt(1.0 - kRho) * chance.normal();
    }
  }
  return paths;
}

// What a mean that is not zero would be: an edge of holding. Null worlds have none.
void take_means_away(BlockPaths& paths) {
  if (paths.empty()) {
    return;
  }
  for (std::size_t coin = 0; coin < paths.front().size(); ++coin) {
    double sum = 0.0;
    for (const auto& block : paths) {
      sum += block[coin];
    }
    const double mean = sum / static_cast<double>(paths.size());
    for (auto& block : paths) {
      block[coin] -= mean;
    }
  }
}

// The outcomes of one block, asked claim by claim and coin by coin.
class Outcomes {
 public:
  Outcomes(const LearningOptions& options, const BlockPaths& paths, std::uint64_t run)
      : options_(options), paths_(paths), chance_(options.seed, 1'000 + run) {
    const std::size_t days = paths.size() / kBlocksPerDay;
    days_.resize(days);
    std::iota(days_.begin(), days_.end(), std::size_t{0});
    for (std::size_t i = days; i > 1; --i) {
      std::swap(days_[i - 1], days_[chance_.below(i)]);
    }
  }

  void begin_block(std::uint32_t block) {
    block_ = block;
    common_ = chance_.normal();
    variance_ = 0.05 + 0.10 * last_ * last_ + 0.85 * variance_;
    last_ = std::sqrt(variance_) * chance_.normal();
    jump_ = chance_.uniform() < 0.01 ? (chance_.uniform() < 0.5 ? -4.0 : 4.0) : 0.0;
    sign_ = chance_.uniform() < 0.5 ? -1.0 : 1.0;
    crash_ = chance_.uniform() < 0.03;
    for (double& own : own_) {
      own = chance_.normal();
    }
  }
  [[nodiscard]] bool triggers() { return chance_.uniform() < kTriggerShare; }

  [[nodiscard]] double r(std::size_t claim, std::size_t coin) {
    const double side = claim % 2 == 0 ? 1.0 : -1.0;
    switch (options_.world) {
      case World::null_independent:
        return bracket_r(chance_.normal());
      case World::null_garch:
        return side * (last_ + jump_ + 0.5 * own_[coin]);
      case World::null_signflip:
        return side * sign_ * path_at(block_ % paths_.size(), coin);
      case World::null_permuted:
        return side * path_at(permuted(), coin);
      case World::tail_seller:
        // All coins fall together: that is what makes it a seller of insurance.
        return crash_ ? -5.0 : 0.1;
      case World::planted:
      case World::regime_flip:
      case World::null_factor:
        break;
    }
    const double z = std::sqrt(kRho) * common_ + std::sqrt(1.0 - kRho) * own_[coin];
    return bracket_r(side * z) + edge(claim);
  }
  [[nodiscard]] double edge(std::size_t claim) const {
    if (claim != kPlantedClaim || options_.world < World::planted) {
      return 0.0;
    }
    const bool has_flipped =
        options_.world == World::regime_flip && block_ >= options_.blocks / 2;
    return has_flipped ? -kEdgeR : kEdgeR;
  }

 private:
  [[nodiscard]] double path_at(std::size_t block, std::size_t coin) const {
    const auto& row = paths_[block];
    return row[coin % row.size()];
  }
  [[nodiscard]] std::size_t permuted() const {
    const std::size_t day = (block_ / kBlocksPerDay) % days_.size();
    return days_[day] * kBlocksPerDay + block_ % kBlocksPerDay;
  }

  const LearningOptions& options_;
  const BlockPaths& paths_;
  RandomStream chance_;
  std::vector<std::size_t> days_;
  std::uint32_t block_ = 0;
  double common_ = 0.0;
  double variance_ = 1.0;
  double last_ = 0.0;
  double jump_ = 0.0;
  double sign_ = 1.0;
  bool crash_ = false;
  std::array<double, kCoins> own_{};
};

// One run: a library that begins with nothing and is fed block by block.
class Run {
 public:
  Run(const LearningOptions& options, const BlockPaths& paths, std::uint64_t number)
      : options_(options), outcomes_(options, paths, number), claims_(built_in_claims()),
        library_(options.parameters, model::ComponentMask{}), posterior_(options.parameters),
        book_(kCoins, options.parameters.score(model::Param::evidence_block_bound_r).value()),
        changes_(learn::PatternKey::kCount), lost_(claims_.size(), 0.0) {}

  void play(LearningResult& result, std::vector<std::uint32_t>& found,
            std::vector<std::uint32_t>& removed) {
    const double alpha = options_.parameters.score(model::Param::pattern_active_alpha).value();
    bool is_false = false;
    for (std::uint32_t block = 0; block < options_.blocks; ++block) {
      outcomes_.begin_block(block);
      feed(block);
      book_.close_block();
      library_.on_block(book_);
      note_losses(result);
      changes_.clear();
      const double threshold = learn::e_bh_threshold(library_.e_values(), library_.claims(), alpha);
      library_.judge(threshold, posterior_, learn::block_start(kFirstBlock + block + 1), changes_);
      for (const model::PatternStateChanged& change : changes_) {
        is_false = note(change, block, result, found, removed) || is_false;
      }
    }
    result.false_promotions += is_false ? 1 : 0;
  }

 private:
  void feed(std::uint32_t block) {
    for (std::size_t i = 0; i < claims_.size(); ++i) {
      for (std::size_t coin = 0; coin < kCoins; ++coin) {
        if (outcomes_.triggers()) {
          take(i, coin, outcomes_.r(i, coin), kFirstBlock + block);
        }
      }
    }
  }

  void take(std::size_t claim, std::size_t coin, double r, std::int64_t block) {
    const learn::PatternKey& key = claims_[claim];
    model::CandidateLabel label;
    label.instrument_id = InstrumentId{static_cast<std::uint32_t>(coin)};
    label.side = key.side;
    label.template_id = key.template_id;
    label.condition_source = key.source;
    label.source = model::LabelSource::fills;
    label.net_r = Score{r};
    label.gross_r = Score{r};
    label.block_id = block;
    label.cluster_id = learn::cluster_of(key, block);
    label.triggered_at = learn::block_start(block);
    label.labelled_at = learn::block_start(block + 1);
    posterior_.on_label(label, label.labelled_at);
    library_.on_label(label);
    const double units = book_.admit(key.index());
    book_.add(key.index(), units * r);
    book_.leave(key.index(), units);
  }

  void note_losses(LearningResult& result) {
    for (std::size_t i = 0; i < claims_.size(); ++i) {
      if (library_.state(claims_[i]) == model::PatternState::active) {
        lost_[i] += book_.closed(claims_[i].index()).sum_r;
        result.worst_loss_r = std::min(result.worst_loss_r, lost_[i]);
      }
    }
  }

  // True for a promotion of a claim that has no edge now.
  bool note(const model::PatternStateChanged& change, std::uint32_t block, LearningResult& result,
            std::vector<std::uint32_t>& found, std::vector<std::uint32_t>& removed) {
    const auto at = std::find(claims_.begin(), claims_.end(),
                              learn::PatternKey{change.template_id, change.side, change.source});
    const auto claim = static_cast<std::size_t>(at - claims_.begin());
    if (change.after == model::PatternState::active) {
      ++result.promoted;
      lost_[claim] = 0.0;
      if (outcomes_.edge(claim) > 0.0) {
        found.push_back(block + 1);
        return false;
      }
      return true;
    }
    if (change.before == model::PatternState::active) {
      ++result.rolled_back;
      if (outcomes_.edge(claim) < 0.0) {
        removed.push_back(block + 1 - options_.blocks / 2);
      }
    }
    return false;
  }

  const LearningOptions& options_;
  Outcomes outcomes_;
  std::vector<learn::PatternKey> claims_;
  learn::PatternLibrary library_;
  learn::PatternPosterior posterior_;
  learn::ClaimBook book_;
  learn::PatternBuffer changes_;
  std::vector<double> lost_;
};

std::optional<std::uint32_t> median_of(std::vector<std::uint32_t>& values) {
  if (values.empty()) {
    return std::nullopt;
  }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

const char* name_of(World world) noexcept {
  constexpr std::array kNames{"null-independent", "null-factor", "null-garch",
                              "null-signflip",    "null-permuted", "tail-seller",
                              "planted",          "regime-flip"};
  return kNames[static_cast<std::size_t>(world)];
}

std::span<const World> all_worlds() noexcept { return kWorlds; }

Result<World> world_of(std::string_view name) {
  std::vector<std::string_view> known;
  for (const World world : kWorlds) {
    if (name == name_of(world)) {
      return world;
    }
    known.emplace_back(name_of(world));
  }
  std::string list;
  for (const std::string_view one : known) {
    list += (list.empty() ? "" : ", ") + std::string{one};
  }
  const auto guess = closest(name, known);
  return fail(ErrorKind::usage,
              "no world '" + std::string{name} + "'" +
                  (guess ? "; did you mean '" + std::string{*guess} + "'?" : std::string{}) +
                  " (" + list + ")");
}

std::uint32_t false_limit_of(World world, std::uint32_t runs) noexcept {
  if (world == World::tail_seller) {
    return 0;
  }
  constexpr double kLevel = 0.025;
  constexpr double kErrors = 2.65;
  const double n = runs;
  return static_cast<std::uint32_t>(kLevel * n +
                                    kErrors * std::sqrt(kLevel * (1.0 - kLevel) * n));
}

LearningResult verify_learning(const LearningOptions& options,
                               const std::function<bool(double)>& progress) {
  BlockPaths paths = options.paths.empty() ? made_paths(options.seed, 540) : options.paths;
  take_means_away(paths);
  LearningResult result;
  result.false_limit = false_limit_of(options.world, options.runs);
  std::vector<std::uint32_t> found;
  std::vector<std::uint32_t> removed;
  for (std::uint32_t run = 0; run < options.runs; ++run) {
    Run(options, paths, run).play(result, found, removed);
    ++result.runs;
    if (progress && !progress(static_cast<double>(run + 1) / options.runs)) {
      break;
    }
  }
  result.median_blocks_to_find = median_of(found);
  result.median_blocks_to_remove = median_of(removed);
  return result;
}

}  // namespace lanner::research
