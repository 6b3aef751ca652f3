// How an armed condition waits: which obstacle stands in its way, and in which ladder or list it
// is found again when that obstacle may be gone.

#include "strategy/sniper.hpp"

namespace lanner::strategy {
namespace {

using model::Predicate;
using model::PredicateOp;

// Due at every close that brings a value at all.
constexpr std::int64_t kAlwaysDue = std::numeric_limits<std::int64_t>::min();

constexpr PredicateOp negation_of(PredicateOp op) noexcept {
  switch (op) {
    case PredicateOp::gt: return PredicateOp::le;
    case PredicateOp::ge: return PredicateOp::lt;
    case PredicateOp::lt: return PredicateOp::ge;
    case PredicateOp::le: return PredicateOp::gt;
    case PredicateOp::cross_up:
    case PredicateOp::cross_down: return op;
  }
  return op;
}

bool watches_live_price(const model::TradeCondition& condition) noexcept {
  for (const Predicate& predicate : condition.when_any) {
    if (is_live_price(predicate)) {
      return true;
    }
  }
  return false;
}

}  // namespace

Sniper::Blocked Sniper::obstacle_of(std::uint32_t index, const Moment& moment) const noexcept {
  const Slot& slot = slots_[index];
  const model::TradeCondition& condition = conditions_[index];
  if (slot.is_lone_price) {
    const std::int64_t raw = moment.price.raw();
    const bool is_inside = raw > 0 && slot.lone_price.low <= raw && raw <= slot.lone_price.high;
    return is_inside ? Blocked{} : Blocked{Obstacle::must_become_true, &condition.when_all[0]};
  }
  if (!moment.view->allows(condition.regimes)) {
    return {Obstacle::regime, nullptr};
  }
  // A closed bar comes less often than a price, so a feature in the way is the better wait.
  for (const Predicate& predicate : condition.when_all) {
    if (!is_live_price(predicate) && !holds_closed(predicate, *moment.view)) {
      return {Obstacle::must_become_true, &predicate};
    }
  }
  const Predicate* price_in_way = nullptr;
  for (const Predicate& predicate : condition.when_all) {
    if (is_live_price(predicate) && !holds_live(predicate, *moment.view, moment.price)) {
      price_in_way = &predicate;
    }
  }
  if (price_in_way != nullptr) {
    return {Obstacle::must_become_true, price_in_way};
  }
  for (const Predicate& predicate : condition.invalidate_any) {
    if (is_true(predicate, *moment.view, moment.price)) {
      return {Obstacle::must_become_false, &predicate};
    }
  }
  for (const Predicate& predicate : condition.when_any) {
    if (is_true(predicate, *moment.view, moment.price)) {
      return {};
    }
  }
  return condition.when_any.is_empty() ? Blocked{} : Blocked{Obstacle::any_of, nullptr};
}

void Sniper::wait_for(std::uint32_t index, const Blocked& blocked, const Moment& moment) noexcept {
  const Slot& slot = slots_[index];
  if (slot.is_lone_price) {
    wait_for_range(index, slot.lone_price);
    return;
  }
  if (slot.cross_frames != 0) {
    wait_for_cross(index, moment);
    return;
  }
  if (blocked.obstacle == Obstacle::regime) {
    wait_in_list(index, ListKind::frames, bit_of(features::kRegimeFrame));
    return;
  }
  if (blocked.obstacle == Obstacle::any_of) {
    // Several predicates may end the wait, so it is looked at whenever one of them can change.
    wait_in_list(index,
                 watches_live_price(conditions_[index]) ? ListKind::each_price : ListKind::frames,
                 slot.clear_frames);
    return;
  }
  const Predicate& predicate = *blocked.predicate;
  const bool must_rise = blocked.obstacle == Obstacle::must_become_true;
  if (is_live_price(predicate)) {
    wait_for_price(index, predicate, must_rise ? predicate.op : negation_of(predicate.op), moment);
  } else if (must_rise) {
    wait_for_feature(index, predicate, moment);
  } else {
    // It also ends when the feature goes absent, which no ladder sees.
    wait_in_list(index, ListKind::frames, bit_of(predicate.tf));
  }
}

void Sniper::wait_for_range(std::uint32_t index, const LiveRange& range) noexcept {
  const bool is_below = range.low != std::numeric_limits<std::int64_t>::min();
  Slot& slot = slots_[index];
  slot.ladder = price_root(slot.instrument, is_below ? Rung::up : Rung::down);
  ladders_.insert(roots_[slot.ladder], index, is_below ? range.low : ~range.high);
}

void Sniper::wait_for_price(std::uint32_t index, const Predicate& predicate, PredicateOp op,
                            const Moment& moment) noexcept {
  const auto level = price_level(predicate, *moment.view);
  if (level) {
    wait_for_range(index, live_range(op, *level));
  }
  if (predicate.rhs != model::FeatureId::none) {
    // The level moves when its bar closes; the condition is then put at the new one.
    wait_in_list(index, ListKind::frames, bit_of(predicate.tf));
  }
}

void Sniper::wait_for_feature(std::uint32_t index, const Predicate& predicate,
                              const Moment& moment) noexcept {
  if (predicate.rhs != model::FeatureId::none) {
    // Both sides move with each closed bar, so no level tells when to look again.
    wait_in_list(index, ListKind::frames, bit_of(predicate.tf));
    return;
  }
  const double value = moment.view->value(predicate.lhs, predicate.tf);
  if (!std::isfinite(value)) {
    wait_in_feature(index, predicate, Rung::up, kAlwaysDue);
    return;
  }
  const std::int64_t key = ordered_key(predicate.value.value());
  switch (predicate.op) {
    case PredicateOp::gt: wait_in_feature(index, predicate, Rung::up, key + 1); break;
    case PredicateOp::ge:
    case PredicateOp::cross_up: wait_in_feature(index, predicate, Rung::up, key); break;
    case PredicateOp::lt: wait_in_feature(index, predicate, Rung::down, ~(key - 1)); break;
    case PredicateOp::le:
    case PredicateOp::cross_down: wait_in_feature(index, predicate, Rung::down, ~key); break;
  }
}

void Sniper::wait_for_cross(std::uint32_t index, const Moment& moment) noexcept {
  const Slot& slot = slots_[index];
  if (slot.lone_cross == 0) {
    wait_in_list(index, ListKind::frames, slot.cross_frames);
    return;
  }
  const Predicate& predicate = conditions_[index].when_all[slot.lone_cross - 1U];
  const double value = moment.view->value(predicate.lhs, predicate.tf);
  const double level = predicate.value.value();
  const bool is_beyond =
      predicate.op == PredicateOp::cross_up ? value >= level : value <= level;
  if (predicate.rhs != model::FeatureId::none || !is_beyond) {
    wait_for_feature(index, predicate, moment);
    return;
  }
  // It must come back before it can cross again.
  const std::int64_t key = ordered_key(level);
  if (predicate.op == PredicateOp::cross_up) {
    wait_in_feature(index, predicate, Rung::down, ~(key - 1));
  } else {
    wait_in_feature(index, predicate, Rung::up, key + 1);
  }
}

void Sniper::wait_in_feature(std::uint32_t index, const Predicate& predicate, Rung rung,
                             std::int64_t key) noexcept {
  Slot& slot = slots_[index];
  const auto timeframe = static_cast<std::size_t>(predicate.tf);
  const auto feature = static_cast<std::size_t>(predicate.lhs);
  slot.ladder = feature_root(slot.instrument, timeframe, feature, rung);
  ladders_.insert(roots_[slot.ladder], index, key);
  watched_[slot.instrument * model::kTimeframeCount + timeframe] |= std::uint64_t{1} << feature;
}

void Sniper::wait_in_list(std::uint32_t index, ListKind list, std::uint8_t frames) noexcept {
  Slot& slot = slots_[index];
  slot.list_frames = frames;
  is_in_list_again_ = true;
  if (slot.list == list) {
    return;
  }
  leave_list(index);
  std::uint32_t& head = list_head(list, slot.instrument);
  slot.list = list;
  slot.list_before = LadderPool::kNil;
  slot.list_next = head;
  if (head != LadderPool::kNil) {
    slots_[head].list_before = index;
  }
  head = index;
}

void Sniper::leave_list(std::uint32_t index) noexcept {
  Slot& slot = slots_[index];
  if (slot.list == ListKind::none) {
    return;
  }
  if (slot.list_before == LadderPool::kNil) {
    list_head(slot.list, slot.instrument) = slot.list_next;
  } else {
    slots_[slot.list_before].list_next = slot.list_next;
  }
  if (slot.list_next != LadderPool::kNil) {
    slots_[slot.list_next].list_before = slot.list_before;
  }
  slot.list = ListKind::none;
}

void Sniper::leave_ladder(std::uint32_t index) noexcept {
  Slot& slot = slots_[index];
  if (slot.ladder != LadderPool::kNil) {
    ladders_.remove(roots_[slot.ladder], index);
    slot.ladder = LadderPool::kNil;
  }
}

void Sniper::update_edge(std::uint32_t instrument) noexcept {
  const bool has_impatient = heads_[instrument].each_price != LadderPool::kNil;
  edges_[instrument] = {
      has_impatient ? std::numeric_limits<std::int64_t>::min()
                    : ladders_.lowest(roots_[price_root(instrument, Rung::up)]),
      ~ladders_.lowest(roots_[price_root(instrument, Rung::down)])};
}

std::uint32_t Sniper::feature_root(std::uint32_t instrument, std::size_t timeframe,
                                   std::size_t feature, Rung rung) const noexcept {
  const std::size_t ladder =
      instruments_ + (instrument * model::kTimeframeCount + timeframe) * model::kFeatureCount +
      feature;
  return static_cast<std::uint32_t>(ladder * 2 + static_cast<std::size_t>(rung));
}

}  // namespace lanner::strategy
