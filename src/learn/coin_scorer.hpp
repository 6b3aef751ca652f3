#pragma once

// What is known of each coin: hierarchical shrinkage global -> tier -> coin -> coin x side, and
// from it an offset to the expected R and a status. Nothing is for ever: a blocked coin goes on
// being labelled through shadow candidates, so that evidence can lift the block.
//
// Status rests on P(mean net R > 0) of two nodes, the coin and the coin's side; the more
// restrictive one rules. A node's mean includes its parent's, so a market in which every coin
// loses its costs blocks every coin: that is what the evidence says. The offset is a difference
// of *gross* means, because the gate subtracts each coin's costs itself. Spread between coins is
// the prior tau; it is not re-estimated.

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/score.hpp"
#include "base/time.hpp"
#include "learn/buffers.hpp"
#include "learn/evidence.hpp"
#include "learn/past_label.hpp"
#include "learn/shrinkage.hpp"
#include "market/cost_model.hpp"
#include "model/component.hpp"
#include "model/instrument.hpp"
#include "model/parameters.hpp"
#include "model/position.hpp"

namespace lanner::learn {

using Tier = market::CostModel::Tier;

struct NodeView {
  Score n;      // decayed labels, real and shadow
  Score n_eff;  // decayed blocks, by weight: what the posterior rests on
  Score mean_r;  // posterior mean of net R, parent included
  Score sd_r;
  Score probability_positive;
  Score wins;       // decayed labels with net R > 0
  Score win_rate;   // Beta(10, 10) prior
  model::CoinStatus status = model::CoinStatus::normal;
};

class CoinScorer {
 public:
  // Masked: no status ever, offset zero; evidence is still counted.
  CoinScorer(const model::InstrumentTable& instruments, const model::ParameterSet& parameters,
             model::ComponentMask mask);

  void on_label(const model::CandidateLabel& label, Tier tier, Timestamp now,
                StatusBuffer& changes) noexcept;
  // One from before the session, at `share` of its weight. It changes no status: only what the
  // session itself sees does.
  void on_past(const PastLabel& label, double share) noexcept;
  // Lifts what has outlived its time; one comparison while nothing has.
  void on_time(Timestamp now, StatusBuffer& changes) noexcept;

  // For long_side and short_side the more restrictive of coin and side; flat asks the coin.
  [[nodiscard]] model::CoinStatus status(InstrumentId id, model::PositionSide side) const noexcept;
  [[nodiscard]] Score offset_r(InstrumentId id, model::PositionSide side) const noexcept;
  // Flat = the coin itself.
  [[nodiscard]] NodeView node(InstrumentId id, model::PositionSide side) const noexcept;
  [[nodiscard]] NodeView tier_node(Tier tier) const noexcept;
  [[nodiscard]] NodeView global_node() const noexcept;
  [[nodiscard]] std::uint64_t late() const noexcept { return late_; }
  // Another number after any status changed.
  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }
  void encode(ByteWriter& out) const;

 private:
  static constexpr std::size_t kTiers = 3;
  enum Level : std::size_t { coin_level, long_level, short_level };

  struct Node {
    BlockEvidence evidence;
    model::CoinStatus status = model::CoinStatus::normal;
    Timestamp expires_at = Timestamp::never();
  };
  struct Coin {
    std::array<Node, 3> nodes;
    Tier tier{};
  };
  // Means of net and gross R with parents included.
  struct Means {
    double net = 0.0;
    double gross = 0.0;
    NormalPosterior posterior;
    BlockEvidence::Sums sums;
  };

  [[nodiscard]] static std::size_t level_of(model::PositionSide side) noexcept;
  [[nodiscard]] Means means_of(const BlockEvidence& evidence, const Means& parent) const noexcept;
  [[nodiscard]] Means global_means() const noexcept;
  [[nodiscard]] Means tier_means(Tier tier) const noexcept;
  [[nodiscard]] Means coin_means(const Coin& coin, std::size_t level) const noexcept;
  [[nodiscard]] NodeView view_of(const Means& means, model::CoinStatus status) const noexcept;
  void judge(InstrumentId id, std::size_t level, StatusBuffer& changes) noexcept;
  [[nodiscard]] model::CoinStatus judged(model::CoinStatus before, double p, double n)
      const noexcept;
  void change(InstrumentId id, std::size_t level, model::CoinStatus after,
              model::StatusReason reason, const Means& means, StatusBuffer& changes) noexcept;
  void count(InstrumentId id, model::PositionSide side, Tier tier, std::int64_t block_id,
             const Outcome& outcome) noexcept;
  void move_reference() noexcept;

  double sigma_;
  double kappa_;
  double block_p_;
  double block_n_min_;
  double reduce_p_;
  double favour_p_;
  double lift_p_;
  Duration ttl_;
  bool is_masked_;
  DecayScale scale_;
  Timestamp now_;
  double now_weight_ = 1.0;
  Timestamp earliest_expiry_ = Timestamp::never();
  std::uint64_t late_ = 0;
  std::uint64_t revision_ = 0;
  BlockEvidence global_;
  std::array<BlockEvidence, kTiers> tiers_{};
  std::vector<Coin> coins_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(scale_, now_, now_weight_, earliest_expiry_, late_, revision_, global_, tiers_, coins_);
  }
};

}  // namespace lanner::learn
