#pragma once

// The Sniper holds the armed conditions and says, price by price and bar by bar, which of them
// fire. It never scans them: a condition is false as long as one predicate is, so each condition
// waits in exactly one ladder, at the level where its present obstacle goes away.
//
// When a condition is looked at:
//  - with a cross_* predicate in when_all or when_any: when a bar of such a predicate's timeframe
//    closes, and then only;
//  - without: whenever its truth can have changed, by a price or by a closed bar.
// It fires when it is true while armed, and then is spent. A new condition may fire at its first
// look; a spent one is armed again by a later cycle, after its trigger was false at one closed
// bar of its timeframes (of its cross_* predicates' timeframes, if it has any). Expiry does not
// make it new: a spent condition is remembered until its trigger was false.
//
// Everything is sized at construction. One owner, no threads.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/static_vector.hpp"
#include "base/time.hpp"
#include "features/pipeline.hpp"
#include "model/condition.hpp"
#include "strategy/ladder.hpp"
#include "strategy/predicate.hpp"
#include "strategy/slot_index.hpp"
#include "strategy/trigger.hpp"

namespace lanner::strategy {

// Names one stay of a condition in the Sniper; it grows stale when the condition leaves.
struct ArmHandle {
  std::uint32_t slot = LadderPool::kNil;
  std::uint32_t generation = 0;
};

class Sniper {
 public:
  struct Config {
    std::size_t instruments = 0;
    std::size_t conditions_max = 0;
    std::size_t leases = 0;
  };
  struct Counters {
    std::uint64_t armed = 0;      // new conditions
    std::uint64_t refreshed = 0;  // conditions that were there already
    std::uint64_t rearmed = 0;    // of these, spent ones that may fire again
    std::uint64_t fired = 0;
    std::uint64_t expired = 0;
    std::uint64_t refused_full = 0;
    std::uint64_t refused_invalid = 0;
    std::uint64_t looks = 0;        // conditions looked at
    std::uint64_t price_wakes = 0;  // prices at which at least one was due
  };
  struct Refresh {
    Timestamp expires_at;
    model::ShadowOnly shadow_only = model::ShadowOnly::no;
    std::uint64_t cycle = 0;
  };
  // In place of the value of an absent feature in inputs().
  static constexpr Score kAbsentInput{std::numeric_limits<double>::lowest()};

  explicit Sniper(Config config);

  // Inserts, or refreshes the identical condition that is there. Nothing when full, or when the
  // condition has no when_all, an unknown instrument or a value that is not finite. `cycle`
  // counts the strategist's cycles. An invalid pattern_id is made from the condition.
  std::optional<ArmHandle> arm(const model::TradeCondition& condition, std::uint64_t cycle,
                               Timestamp now) noexcept;
  // The same without looking for it; false when the handle is stale.
  bool refresh(ArmHandle handle, const Refresh& update) noexcept {
    if (handle.slot >= slots_.size() || slots_[handle.slot].generation != handle.generation ||
        slots_[handle.slot].state == State::free) {
      return false;
    }
    refresh_slot(handle.slot, update);
    return true;
  }

  // A lease renews all of its conditions at once; false when one of them was refreshed, left or
  // may fire again. Each is then refreshed and taken into it again, and renew_anew() ends it.
  bool renew(std::uint32_t lease, Timestamp expires_at, std::uint64_t cycle) noexcept {
    Lease& renewed = leases_[lease];
    if (renewed.is_disturbed) {
      return false;
    }
    counters_.refreshed += renewed.size;
    renewed.expires_ns = expires_at.ns();
    renewed.cycle = cycle;
    return true;
  }
  void renew_anew(std::uint32_t lease, Timestamp expires_at, std::uint64_t cycle) noexcept;
  void take_into(std::uint32_t lease, ArmHandle handle) noexcept;
  void take_out(ArmHandle handle) noexcept;  // it keeps what the lease gave it last

  void on_price(InstrumentId id, Price price, Timestamp now, const features::FeatureView& view,
                TriggerBuffer& out) noexcept {
    const Edge edge = edges_[id.index()];
    // One branch instead of two: both compares are cheaper than a second guess.
    if ((static_cast<unsigned>(price.raw() >= edge.up) |
         static_cast<unsigned>(price.raw() <= edge.down)) != 0) [[unlikely]] {
      wake_price(id, Moment{&view, price, now, 0}, out);
    }
  }
  // `last` may be zero while no price is known.
  void on_frames(InstrumentId id, features::FrameSet frames, const features::FeatureView& view,
                 Price last, Timestamp now, TriggerBuffer& out) noexcept;
  // on_price and then on_frames of a bar that closed some, in one go: the same fires in the same
  // order, with one look at what both would have looked at.
  void on_bar(InstrumentId id, features::FrameSet frames, const features::FeatureView& view,
              Price last, Timestamp now, TriggerBuffer& out) noexcept;
  void expire(Timestamp now) noexcept {
    if (now.ns() >= next_expiry_ns_) [[unlikely]] {
      expire_due(now);
    }
  }

  [[nodiscard]] const model::TradeCondition& condition(std::uint32_t slot) const noexcept {
    return conditions_[slot];
  }
  // Left-hand values of when_all, when_any, invalidate_any, in this order.
  void inputs(std::uint32_t slot, const features::FeatureView& view, Price price,
              StaticVector<Score, 12>& out) const noexcept;
  [[nodiscard]] Timestamp expires_at(std::uint32_t slot) const noexcept {  // by its lease, if any
    return Timestamp{expires_ns(slots_[slot])};
  }
  [[nodiscard]] bool is_held(std::uint32_t slot) const noexcept {
    return slot < slots_.size() && slots_[slot].state != State::free;
  }
  // False for one that fired and waits until its trigger was false.
  [[nodiscard]] bool is_armed(std::uint32_t slot) const noexcept {
    return slot < slots_.size() && slots_[slot].state == State::armed;
  }
  [[nodiscard]] std::size_t size() const noexcept { return slots_.size() - free_.size(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return slots_.size(); }
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  enum class State : std::uint8_t { free, armed, spent, cleared };
  enum class ListKind : std::uint8_t { none, each_price, frames };
  enum class Obstacle : std::uint8_t {
    none,
    must_become_true,
    must_become_false,
    any_of,
    regime,
  };
  enum class Rung : unsigned char { up, down };

  // The nearest levels above and below at which somebody wakes.
  struct Edge {
    std::int64_t up = std::numeric_limits<std::int64_t>::max();
    std::int64_t down = std::numeric_limits<std::int64_t>::min();
  };
  struct Moment {
    const features::FeatureView* view;
    Price price;
    Timestamp now;
    std::uint8_t frames;  // closed with this event; zero at a price
  };
  // What a look touches first: one cache line.
  struct alignas(64) Slot {
    std::int64_t expires_ns = 0;    // without a lease
    std::uint64_t cycle = 0;        // last armed or refreshed, without a lease
    LiveRange lone_price;           // valid when is_lone_price
    std::uint32_t instrument = 0;
    std::uint32_t generation = 0;
    std::uint32_t ladder = LadderPool::kNil;  // index in roots_
    std::uint32_t lease = LadderPool::kNil;
    std::uint32_t list_next = LadderPool::kNil;
    std::uint32_t list_before = LadderPool::kNil;
    ListKind list = ListKind::none;
    std::uint8_t list_frames = 0;   // closes that matter to it
    State state = State::free;
    bool is_lone_price = false;     // one live price against a constant: its range says all
    std::uint8_t cross_frames = 0;  // timeframes of its cross_* predicates
    std::uint8_t clear_frames = 0;  // closes at which a spent one may be found false
    std::uint8_t lone_cross = 0;    // 1 + index in when_all when that is the only cross_*
  };
  static_assert(sizeof(Slot) == 64);
  struct Lease {
    std::int64_t expires_ns = 0;
    std::uint64_t cycle = 0;
    std::uint32_t size = 0;
    bool is_disturbed = true;
  };
  struct Blocked {
    Obstacle obstacle = Obstacle::none;
    const model::Predicate* predicate = nullptr;
  };
  struct ListHeads {
    std::uint32_t each_price = LadderPool::kNil;
    std::uint32_t frames = LadderPool::kNil;
  };

  [[nodiscard]] bool is_usable(const model::TradeCondition& condition,
                               Timestamp now) const noexcept;
  static void describe(Slot& slot, const model::TradeCondition& condition) noexcept;
  void refresh_slot(std::uint32_t index, const Refresh& update) noexcept;
  [[nodiscard]] std::int64_t expires_ns(const Slot& slot) const noexcept {
    return slot.lease == LadderPool::kNil ? slot.expires_ns : leases_[slot.lease].expires_ns;
  }
  void end_lease(Slot& slot) noexcept;
  [[nodiscard]] bool may_be_due(Timestamp now) noexcept;
  void make_armed(std::uint32_t index) noexcept;
  void release(std::uint32_t index) noexcept;
  void expire_due(Timestamp now) noexcept;

  void wake_price(InstrumentId id, const Moment& moment, TriggerBuffer& out) noexcept;
  void collect_features(std::uint32_t instrument, const Moment& moment) noexcept;
  void collect_root(std::uint32_t root, std::int64_t key) noexcept;
  void collect_list(ListKind list, std::uint32_t instrument, std::uint8_t frames) noexcept;
  void collect_price(std::uint32_t instrument, Price price) noexcept;
  void look_at(std::span<const std::uint32_t> collected, const Moment& moment,
               TriggerBuffer& out) noexcept;
  void look(std::uint32_t index, const Moment& moment, TriggerBuffer& out) noexcept;
  void look_at_spent(std::uint32_t index, const Moment& moment) noexcept;
  [[nodiscard]] Blocked obstacle_of(std::uint32_t index, const Moment& moment) const noexcept;

  void wait_for(std::uint32_t index, const Blocked& blocked, const Moment& moment) noexcept;
  void wait_for_range(std::uint32_t index, const LiveRange& range) noexcept;
  void wait_for_price(std::uint32_t index, const model::Predicate& predicate,
                      model::PredicateOp op, const Moment& moment) noexcept;
  void wait_for_feature(std::uint32_t index, const model::Predicate& predicate,
                        const Moment& moment) noexcept;
  void wait_for_cross(std::uint32_t index, const Moment& moment) noexcept;
  void wait_in_feature(std::uint32_t index, const model::Predicate& predicate, Rung rung,
                       std::int64_t key) noexcept;
  void wait_in_list(std::uint32_t index, ListKind list, std::uint8_t frames) noexcept;
  void leave_ladder(std::uint32_t index) noexcept;
  void leave_list(std::uint32_t index) noexcept;
  void update_edge(std::uint32_t instrument) noexcept;

  [[nodiscard]] std::uint32_t price_root(std::uint32_t instrument, Rung rung) const noexcept {
    return instrument * 2 + static_cast<std::uint32_t>(rung);
  }
  [[nodiscard]] std::uint32_t feature_root(std::uint32_t instrument, std::size_t timeframe,
                                           std::size_t feature, Rung rung) const noexcept;
  [[nodiscard]] std::uint32_t& list_head(ListKind list, std::uint32_t instrument) noexcept {
    ListHeads& heads = heads_[instrument];
    return list == ListKind::each_price ? heads.each_price : heads.frames;
  }

  std::size_t instruments_;
  std::vector<Edge> edges_;            // per instrument; the only memory of an idle price
  std::vector<std::uint32_t> roots_;   // price ladders, then feature ladders
  std::vector<std::uint64_t> watched_;  // per instrument and timeframe: bit set of features
  std::vector<ListHeads> heads_;
  std::vector<Slot> slots_;
  std::vector<Lease> leases_;
  std::uint32_t leases_used_ = 0;  // those from here on never were
  std::vector<std::uint64_t> hashes_;  // canonical, by slot
  std::vector<model::TradeCondition> conditions_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> scratch_;
  std::vector<std::uint32_t> overdue_;  // of the looks in hand: to be released
  bool is_in_list_again_ = false;  // since the look in hand began
  LadderPool ladders_;
  std::uint32_t used_ = 0;  // slots below it have been taken at least once
  // No condition leaves before the first; none without a lease before the second.
  std::int64_t next_expiry_ns_ = LadderPool::kNoKey;
  std::int64_t next_own_expiry_ns_ = LadderPool::kNoKey;
  SlotIndex index_;
  Counters counters_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(edges_, roots_, watched_, heads_, leases_used_, free_, used_, next_expiry_ns_);
    archive(next_own_expiry_ns_, counters_);
    if (used_ > slots_.size() || leases_used_ > leases_.size()) {
      return archive.refuse();
    }
    for (std::uint32_t i = 0; i < leases_used_; ++i) {
      archive(leases_[i]);
    }
    for (std::uint32_t i = 0; i < used_; ++i) {
      archive(slots_[i], hashes_[i], conditions_[i]);
    }
    ladders_.fields(archive, used_);
    if constexpr (Archive::kLoads) {
      index_.clear();
      for (std::uint32_t i = 0; i < used_; ++i) {
        if (slots_[i].state != State::free) {
          index_.insert(hashes_[i], i);
        }
      }
    }
  }
};

}  // namespace lanner::strategy
