#include "strategy/sniper.hpp"

#include <algorithm>
#include <bit>

#include "strategy/condition_hash.hpp"

namespace lanner::strategy {
namespace {

using model::Predicate;
using model::TradeCondition;

constexpr std::uint32_t kNil = LadderPool::kNil;

static_assert(model::kFeatureCount <= 64, "watched features are bits of a word");
static_assert(model::kTimeframeCount <= 8, "timeframes are bits of a byte");

template <typename Visit>
void for_each_predicate(const TradeCondition& condition, const Visit& visit) {
  for (const Predicate& predicate : condition.when_all) {
    visit(predicate);
  }
  for (const Predicate& predicate : condition.when_any) {
    visit(predicate);
  }
  for (const Predicate& predicate : condition.invalidate_any) {
    visit(predicate);
  }
}

// The bits of this timeframe and of all longer ones: where an instrument has no bars of the
// shortest, the next one serves.
constexpr std::uint8_t bits_from(model::Timeframe timeframe) noexcept {
  constexpr unsigned kAll = (1U << model::kTimeframeCount) - 1U;
  return static_cast<std::uint8_t>(kAll & ~(static_cast<unsigned>(bit_of(timeframe)) - 1U));
}

}  // namespace

Sniper::Sniper(Config config)
    : instruments_(config.instruments),
      edges_(config.instruments),
      roots_(config.instruments * 2 * (1 + model::kTimeframeCount * model::kFeatureCount), kNil),
      watched_(config.instruments * model::kTimeframeCount),
      heads_(config.instruments),
      slots_(config.conditions_max),
      leases_(config.leases),
      hashes_(config.conditions_max),
      conditions_(config.conditions_max),
      ladders_(config.conditions_max),
      index_(config.conditions_max) {
  free_.reserve(config.conditions_max);
  // The lowest slot is taken first.
  for (std::size_t i = config.conditions_max; i > 0; --i) {
    free_.push_back(static_cast<std::uint32_t>(i - 1));
  }
  // A condition may be found in its ladder and in its list.
  scratch_.reserve(config.conditions_max * 2);
  overdue_.reserve(config.conditions_max * 2);
}

std::optional<ArmHandle> Sniper::arm(const TradeCondition& condition, std::uint64_t cycle,
                                     Timestamp now) noexcept {
  if (!is_usable(condition, now)) {
    ++counters_.refused_invalid;
    return std::nullopt;
  }
  const std::uint64_t hash = canonical_hash(condition);
  const std::uint32_t known = index_.find(hash);
  if (known != SlotIndex::kNone) {
    refresh_slot(known, {condition.expires_at, condition.shadow_only, cycle});
    return ArmHandle{known, slots_[known].generation};
  }
  if (free_.empty()) {
    ++counters_.refused_full;
    return std::nullopt;
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[index];
  const std::uint32_t generation = slot.generation;
  slot = Slot{};
  slot.generation = generation;
  slot.expires_ns = condition.expires_at.ns();
  slot.cycle = cycle;
  hashes_[index] = hash;
  slot.instrument = condition.instrument_id.value();
  describe(slot, condition);
  conditions_[index] = condition;
  if (!condition.pattern_id.is_valid()) {
    conditions_[index].pattern_id = pattern_id_of(condition);
  }
  index_.insert(hash, index);
  used_ = std::max(used_, index + 1);
  next_own_expiry_ns_ = std::min(next_own_expiry_ns_, slot.expires_ns);
  next_expiry_ns_ = std::min(next_expiry_ns_, slot.expires_ns);
  make_armed(index);
  ++counters_.armed;
  return ArmHandle{index, generation};
}

// Whoever refreshes one condition speaks for it alone.
void Sniper::refresh_slot(std::uint32_t index, const Refresh& update) noexcept {
  Slot& slot = slots_[index];
  end_lease(slot);
  ++counters_.refreshed;
  slot.expires_ns = update.expires_at.ns();
  conditions_[index].expires_at = update.expires_at;
  conditions_[index].shadow_only = update.shadow_only;
  next_own_expiry_ns_ = std::min(next_own_expiry_ns_, slot.expires_ns);
  next_expiry_ns_ = std::min(next_expiry_ns_, slot.expires_ns);
  if (update.cycle > slot.cycle) {
    slot.cycle = update.cycle;
    if (slot.state == State::cleared) {
      ++counters_.rearmed;
      make_armed(index);
    }
  }
}

void Sniper::end_lease(Slot& slot) noexcept {
  if (slot.lease == kNil) {
    return;
  }
  Lease& lease = leases_[slot.lease];
  slot.expires_ns = lease.expires_ns;
  slot.cycle = lease.cycle;
  slot.lease = kNil;
  --lease.size;
  lease.is_disturbed = true;
  next_own_expiry_ns_ = std::min(next_own_expiry_ns_, slot.expires_ns);
}

void Sniper::take_into(std::uint32_t lease, ArmHandle handle) noexcept {
  Slot& slot = slots_[handle.slot];
  end_lease(slot);
  slot.lease = lease;
  ++leases_[lease].size;
  leases_used_ = std::max(leases_used_, lease + 1);
}

void Sniper::take_out(ArmHandle handle) noexcept {
  if (handle.slot < slots_.size() && slots_[handle.slot].generation == handle.generation) {
    end_lease(slots_[handle.slot]);
  }
}

void Sniper::renew_anew(std::uint32_t lease, Timestamp expires_at, std::uint64_t cycle) noexcept {
  leases_[lease].expires_ns = expires_at.ns();
  leases_[lease].cycle = cycle;
  leases_[lease].is_disturbed = false;
}

bool Sniper::is_usable(const TradeCondition& condition, Timestamp now) const noexcept {
  bool is_finite = true;
  for_each_predicate(condition, [&is_finite](const Predicate& predicate) {
    is_finite = is_finite && predicate.value.is_finite();
  });
  return is_finite && !condition.when_all.is_empty() &&
         condition.instrument_id.index() < instruments_ && condition.expires_at > now;
}

void Sniper::describe(Slot& slot, const TradeCondition& condition) noexcept {
  model::Timeframe finest = model::Timeframe::h1;
  for_each_predicate(condition, [&finest](const Predicate& predicate) {
    finest = std::min(finest, predicate.tf);
  });
  std::size_t crosses = 0;
  for (std::size_t i = 0; i < condition.when_all.size(); ++i) {
    const Predicate& predicate = condition.when_all[i];
    if (is_cross(predicate.op)) {
      ++crosses;
      slot.lone_cross = static_cast<std::uint8_t>(i + 1);
      slot.cross_frames |= bit_of(predicate.tf);
    }
  }
  for (const Predicate& predicate : condition.when_any) {
    if (is_cross(predicate.op)) {
      ++crosses;
      slot.lone_cross = 0;
      slot.cross_frames |= bit_of(predicate.tf);
    }
  }
  if (crosses != 1) {
    slot.lone_cross = 0;
  }
  slot.clear_frames = slot.cross_frames != 0 ? slot.cross_frames : bits_from(finest);
  const Predicate& first = condition.when_all[0];
  slot.is_lone_price = condition.when_all.size() == 1 && condition.when_any.is_empty() &&
                       condition.invalidate_any.is_empty() && is_live_price(first) &&
                       first.rhs == model::FeatureId::none &&
                       (condition.regimes & bit_of(model::Regime::any)) != 0;
  if (slot.is_lone_price) {
    slot.lone_price = live_range(first.op, to_level(first.value.value()));
  }
}

void Sniper::make_armed(std::uint32_t index) noexcept {
  Slot& slot = slots_[index];
  slot.state = State::armed;
  if (slot.cross_frames != 0) {
    wait_in_list(index, ListKind::frames, slot.cross_frames);
  } else {
    wait_in_list(index, ListKind::each_price, 0);
    update_edge(slot.instrument);
  }
}

void Sniper::release(std::uint32_t index) noexcept {
  Slot& slot = slots_[index];
  end_lease(slot);
  leave_ladder(index);
  leave_list(index);
  update_edge(slot.instrument);
  index_.erase(hashes_[index]);
  slot.state = State::free;
  ++slot.generation;
  free_.push_back(index);
  ++counters_.expired;
}

// Leases are few and renewed each cycle; only when none of them can be meant are the conditions
// looked at.
bool Sniper::may_be_due(Timestamp now) noexcept {
  std::int64_t next = next_own_expiry_ns_;
  for (std::uint32_t i = 0; i < leases_used_; ++i) {
    if (leases_[i].size != 0) {
      next = std::min(next, leases_[i].expires_ns);
    }
  }
  next_expiry_ns_ = next;
  return next <= now.ns();
}

// Nearly all conditions are renewed each cycle, so an order among their instants would be kept for
// nothing: when the earliest may have come, all that ever lived are looked through once. A spent
// condition stays until its trigger was false.
void Sniper::expire_due(Timestamp now) noexcept {
  if (!may_be_due(now)) {
    return;
  }
  next_expiry_ns_ = LadderPool::kNoKey;
  next_own_expiry_ns_ = LadderPool::kNoKey;
  for (std::uint32_t index = 0; index < used_; ++index) {
    const Slot& slot = slots_[index];
    if (slot.state == State::free) {
      continue;
    }
    const std::int64_t expires = expires_ns(slot);
    if (expires > now.ns()) {
      next_expiry_ns_ = std::min(next_expiry_ns_, expires);
      if (slot.lease == kNil) {
        next_own_expiry_ns_ = std::min(next_own_expiry_ns_, expires);
      }
    } else if (slot.state != State::spent) {
      release(index);
    }
  }
}

void Sniper::wake_price(InstrumentId id, const Moment& moment, TriggerBuffer& out) noexcept {
  const std::uint32_t instrument = id.value();
  ++counters_.price_wakes;
  scratch_.clear();
  collect_price(instrument, moment.price);
  look_at(scratch_, moment, out);
  update_edge(instrument);
}

// Asked for every watched value of every bar, and mostly nobody is due.
inline void Sniper::collect_root(std::uint32_t root, std::int64_t key) noexcept {
  while (roots_[root] != kNil && ladders_.key(roots_[root]) <= key) [[unlikely]] {
    const std::uint32_t index = ladders_.pop(roots_[root]);
    slots_[index].ladder = kNil;
    scratch_.push_back(index);
  }
}

void Sniper::collect_price(std::uint32_t instrument, Price price) noexcept {
  collect_root(price_root(instrument, Rung::up), price.raw());
  collect_root(price_root(instrument, Rung::down), ~price.raw());
  collect_list(ListKind::each_price, instrument, 0);
}

void Sniper::on_bar(InstrumentId id, features::FrameSet frames,
                    const features::FeatureView& view, Price last, Timestamp now,
                    TriggerBuffer& out) noexcept {
  const std::uint32_t instrument = id.value();
  const Moment moment{&view, last, now, frames.bits};
  const Edge edge = edges_[instrument];
  scratch_.clear();
  if (last.raw() >= edge.up || last.raw() <= edge.down) {
    ++counters_.price_wakes;
    collect_price(instrument, last);
    for (const std::uint32_t index : scratch_) {
      leave_list(index);  // of its timeframes too: the bar has not changed since
    }
  }
  const std::size_t of_frames = scratch_.size();
  collect_features(instrument, moment);
  collect_list(ListKind::frames, instrument, frames.bits);
  if (scratch_.empty()) {
    return;
  }
  // What the price wakes is looked at first: a price comes before the closes that it ends.
  if (of_frames != 0) {
    look_at({scratch_.data(), of_frames}, moment, out);
  }
  look_at(std::span{scratch_}.subspan(of_frames), moment, out);
  update_edge(instrument);
}

void Sniper::on_frames(InstrumentId id, features::FrameSet frames,
                       const features::FeatureView& view, Price last, Timestamp now,
                       TriggerBuffer& out) noexcept {
  const std::uint32_t instrument = id.value();
  const Moment moment{&view, last, now, frames.bits};
  scratch_.clear();
  collect_features(instrument, moment);
  collect_list(ListKind::frames, instrument, frames.bits);
  collect_list(ListKind::each_price, instrument, frames.bits);
  look_at(scratch_, moment, out);
  update_edge(instrument);
}

void Sniper::collect_features(std::uint32_t instrument, const Moment& moment) noexcept {
  for (unsigned frames = moment.frames; frames != 0; frames &= frames - 1) {
    const auto tf = static_cast<std::size_t>(std::countr_zero(frames));
    std::uint64_t& watched = watched_[instrument * model::kTimeframeCount + tf];
    for (std::uint64_t bits = watched; bits != 0; bits &= bits - 1) {
      const auto feature = static_cast<std::size_t>(std::countr_zero(bits));
      const double value = moment.view->value(static_cast<model::FeatureId>(feature),
                                              static_cast<model::Timeframe>(tf));
      if (!std::isfinite(value)) {
        continue;
      }
      const std::int64_t key = ordered_key(value);
      const std::uint32_t up = feature_root(instrument, tf, feature, Rung::up);
      const std::uint32_t down = feature_root(instrument, tf, feature, Rung::down);
      collect_root(up, key);
      collect_root(down, ~key);
      if (roots_[up] == kNil && roots_[down] == kNil) {
        watched &= ~(std::uint64_t{1} << feature);
      }
    }
  }
}

void Sniper::collect_list(ListKind list, std::uint32_t instrument, std::uint8_t frames) noexcept {
  for (std::uint32_t index = list_head(list, instrument); index != kNil;) {
    const std::uint32_t next = slots_[index].list_next;
    if (list == ListKind::each_price || (slots_[index].list_frames & frames) != 0) {
      scratch_.push_back(index);
    }
    index = next;
  }
}

// Looks do not see each other, so only what they cause is brought into the order of slots.
void Sniper::look_at(std::span<const std::uint32_t> collected, const Moment& moment,
                     TriggerBuffer& out) noexcept {
  const std::size_t fired_before = out.size();
  overdue_.clear();
  for (const std::uint32_t index : collected) {
    look(index, moment, out);
  }
  out.sort_from(fired_before);
  std::sort(overdue_.begin(), overdue_.end());
  const auto last = std::unique(overdue_.begin(), overdue_.end());
  for (auto index = overdue_.begin(); index != last; ++index) {
    release(*index);
  }
}

// Most conditions wait in the list that they were found in, so they leave it only when it turns
// out that they do not.
void Sniper::look(std::uint32_t index, const Moment& moment, TriggerBuffer& out) noexcept {
  Slot& slot = slots_[index];
  leave_ladder(index);
  is_in_list_again_ = false;
  ++counters_.looks;
  if (slot.state == State::spent) {
    look_at_spent(index, moment);
  } else if (moment.now.ns() >= expires_ns(slot)) {
    overdue_.push_back(index);
  } else if (const Blocked blocked = obstacle_of(index, moment);
             blocked.obstacle != Obstacle::none) {
    wait_for(index, blocked, moment);
  } else {
    ++counters_.fired;
    slot.state = State::spent;
    conditions_[index].expires_at = Timestamp{expires_ns(slot)};
    wait_in_list(index, ListKind::frames, slot.clear_frames);
    out.push({index, moment.price});
  }
  if (!is_in_list_again_) {
    leave_list(index);
  }
}

void Sniper::look_at_spent(std::uint32_t index, const Moment& moment) noexcept {
  Slot& slot = slots_[index];
  if (obstacle_of(index, moment).obstacle == Obstacle::none) {
    wait_in_list(index, ListKind::frames, slot.clear_frames);
    return;
  }
  slot.state = State::cleared;
  if (slot.lease != kNil) {
    leases_[slot.lease].is_disturbed = true;
  }
  if (moment.now.ns() >= expires_ns(slot)) {
    overdue_.push_back(index);
  }
}

void Sniper::inputs(std::uint32_t slot, const features::FeatureView& view, Price price,
                    StaticVector<Score, 12>& out) const noexcept {
  out.clear();
  for_each_predicate(conditions_[slot], [&](const Predicate& predicate) {
    const double value = is_live_price(predicate) ? to_score(price).value()
                                                  : view.value(predicate.lhs, predicate.tf);
    (void)out.push_back(std::isfinite(value) ? Score{value} : kAbsentInput);
  });
}

}  // namespace lanner::strategy
