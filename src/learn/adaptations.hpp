#pragma once

// The life of every change that learning makes: PROPOSED -> SHADOW (evidence only) -> TRIAL (acts)
// -> CONFIRMED | ROLLED_BACK | EXPIRED. Evidence begins with the candidates that open after the
// proposal, never with the data that suggested it. A change is undone by the inverse that was
// stored when it was made. What only reduces risk may act at once, for a short time and for a
// bounded share of all risk.
//
// Effects are measured on every candidate of the scope, traded or not: what the change removed or
// added of its R. Where several overlap, each answers for its Shapley share of what they do
// together.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/static_vector.hpp"
#include "base/time.hpp"
#include "learn/buffers.hpp"
#include "learn/candidate_log.hpp"
#include "learn/claim_book.hpp"
#include "learn/confidence.hpp"
#include "learn/e_process.hpp"
#include "learn/parameter_registry.hpp"
#include "learn/regime_rules.hpp"
#include "model/adaptation.hpp"

namespace lanner::learn {

using AdaptationBuffer = ReservedBuffer<model::AdaptationChanged>;

struct AdaptationRow {
  std::uint32_t id = 0;
  model::AdaptationProposal proposal;  // with what was known before
  model::AdaptationState state = model::AdaptationState::proposed;
  model::AdaptationReason reason = model::AdaptationReason::proposed;
  Timestamp proposed_at;
  Timestamp changed_at;
  Timestamp expires_at;
  bool is_acting = false;
  std::int64_t affected = 0;  // candidates since
  double effect_r = 0.0;      // per affected candidate
  Interval effect;            // of a block, over its bound, 95 %
  double e_for = 1.0;
  double e_against = 1.0;
  BlockRecord record;
};

class AdaptationEngine {
 public:
  static constexpr std::size_t kConcurrentMax = ClaimBook::kScopes;
  static constexpr std::size_t kQuarterlyMax = 40;
  static constexpr std::size_t kHistory = 64;

  explicit AdaptationEngine(const model::ParameterSet& parameters);

  // The id, or nothing: no place, no budget, one like it stands or ended lately, or not in the
  // grammar. A place that was taken is handed out by take_started().
  std::optional<std::uint32_t> propose(const model::AdaptationProposal& proposal, Timestamp now,
                                       AdaptationBuffer& changes) noexcept;
  // By an operator; false when there is none of that id.
  bool withdraw(std::uint32_t id, Timestamp now, AdaptationBuffer& changes) noexcept;

  // By an operator: what stands on the parameter is withdrawn first, so that its inverse cannot
  // bring an old value back. False outside of the bounds.
  bool set_parameter(model::Param key, Rate value, Timestamp now,
                     AdaptationBuffer& changes) noexcept;
  void pin_parameter(model::Param key, bool is_pinned, Timestamp now,
                     AdaptationBuffer& changes) noexcept;
  enum class Known : std::uint8_t { never, open, ended };
  [[nodiscard]] Known known(std::uint32_t id) const noexcept;

  // What a trigger's candidate counts for in the evidence of each; counts it as affected.
  [[nodiscard]] CandidateLog::ScopeEffects on_trigger(const EntryFacts& facts) noexcept;
  [[nodiscard]] Ruling ask(const EntryFacts& facts) const noexcept { return rules_.ask(facts); }

  void on_block(const ClaimBook& book) noexcept;
  void judge(double e_threshold, Timestamp now, AdaptationBuffer& changes) noexcept;

  struct Started {
    std::size_t scope = 0;
    double expected = 0.0;
  };
  // Places whose book must start anew.
  [[nodiscard]] std::optional<Started> take_started() noexcept;

  // Claims opened in the quarter of `now`, expired ones included.
  [[nodiscard]] std::size_t claims(Timestamp now) const noexcept;
  [[nodiscard]] std::array<double, kConcurrentMax> e_values() const noexcept;
  [[nodiscard]] const ParameterRegistry& parameters() const noexcept { return registry_; }
  [[nodiscard]] const RegimeRules& rules() const noexcept { return rules_; }
  [[nodiscard]] std::size_t open_count() const noexcept;
  // Open ones, then ended ones, newest last. Not for the hot path.
  [[nodiscard]] std::vector<AdaptationRow> rows() const;
  void encode(ByteWriter& out) const;

 private:
  struct Place {
    explicit Place(double loss_bound) noexcept : evidence(loss_bound), detector(loss_bound) {}
    bool is_taken = false;
    std::uint32_t id = 0;
    model::AdaptationProposal proposal;
    model::AdaptationState state = model::AdaptationState::proposed;
    model::AdaptationReason reason = model::AdaptationReason::proposed;
    Timestamp proposed_at;
    Timestamp changed_at;
    Timestamp expires_at;
    Timestamp credit_until;  // acts without evidence until then
    bool is_acting = false;
    std::optional<ParameterRegistry::Inverse> inverse;  // of set_parameter
    std::int64_t affected = 0;
    double sum_r = 0.0;     // effect, all blocks
    double cost_r = 0.0;    // effect while acting, per usual candidate; < 0 = it cost
    EProcess evidence;
    EDetector detector;
    template <typename Archive>
    void fields(Archive& archive) {
      archive(is_taken, id, proposal, state, reason, proposed_at, changed_at, expires_at,
              credit_until, is_acting, inverse, affected, sum_r, cost_r, evidence, detector);
    }
  };
  struct Verdict {
    model::AdaptationState state;
    model::AdaptationReason reason;
  };

  [[nodiscard]] bool is_in_grammar(const model::AdaptationProposal& proposal) const noexcept;
  [[nodiscard]] bool is_known(const model::AdaptationProposal& proposal,
                              Timestamp now) const noexcept;
  [[nodiscard]] bool is_reached(const Place& place, const EntryFacts& facts) const noexcept;
  [[nodiscard]] Score multiplier_of(const model::AdaptationProposal& proposal) const noexcept;
  [[nodiscard]] Score removed_share(const model::AdaptationProposal& proposal) const noexcept;
  [[nodiscard]] Score removed_without_evidence() const noexcept;
  [[nodiscard]] bool is_likely(const Place& place) const noexcept;
  [[nodiscard]] Verdict verdict_on(const Place& place, double e_threshold,
                                   Timestamp now) const noexcept;
  void clear_parameter(model::Param key, Timestamp now, AdaptationBuffer& changes) noexcept;
  void act(Place& place, Timestamp now) noexcept;
  void undo(Place& place) noexcept;
  void enter(Place& place, const Verdict& verdict, Timestamp now,
             AdaptationBuffer& changes) noexcept;
  [[nodiscard]] static AdaptationRow row_of(const Place& place) noexcept;

  double confirm_e_;
  double undo_e_;
  double cost_max_r_;
  double trial_p_;
  double trial_n_min_;
  double arl_;
  double block_bound_r_;
  Duration ttl_;
  Duration risk_ttl_;
  Score risk_removed_max_;
  Score reduce_multiplier_;
  Score favour_multiplier_;
  ParameterRegistry registry_;
  RegimeRules rules_;
  std::vector<Place> places_;
  StaticVector<Started, kConcurrentMax> started_;
  std::vector<AdaptationRow> history_;  // ring
  std::size_t ended_ = 0;
  std::uint32_t last_id_ = 0;
  std::int64_t quarter_ = -1;
  std::size_t opened_in_quarter_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(registry_, rules_, places_, started_, history_, ended_, last_id_, quarter_,
            opened_in_quarter_);
  }
};

}  // namespace lanner::learn
