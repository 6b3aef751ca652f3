#include "store/depth_replay.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace lanner::store {
namespace {

using market::BookRules;
using market::SyncAction;

// Only futures tell the id of the change before.
BookRules rules_of(std::span<const DepthRecord> rows) noexcept {
  const bool has_prior = std::any_of(rows.begin(), rows.end(), [](const DepthRecord& row) {
    return row.is(DepthRecord::has_prior);
  });
  return has_prior ? BookRules::futures : BookRules::spot;
}

}  // namespace

DepthEvent take_event(std::span<const DepthRecord>& rows) noexcept {
  ENSURE(!rows.empty());
  std::size_t count = 1;
  while (!rows[count - 1].is(DepthRecord::event_end) && count < rows.size() &&
         !rows[count].is(DepthRecord::event_begin)) {
    ++count;
  }
  const DepthRecord& first = rows.front();
  const auto last_id = static_cast<std::uint64_t>(first.last_id);
  DepthEvent out;
  out.ts_event = Timestamp{first.ts_event};
  out.delay = Duration{std::int64_t{first.ts_init_delta_us} * 1'000};
  out.ids = {last_id - first.first_back, last_id, last_id - first.prior_back};
  out.is_snapshot = first.is(DepthRecord::snapshot);
  out.has_prior = first.is(DepthRecord::has_prior);
  out.levels = rows.first(first.is(DepthRecord::no_level) ? 0 : count);
  rows = rows.subspan(count);
  return out;
}

DepthReplay::DepthReplay(std::span<const DepthRecord> rows, Price tick, std::size_t far_levels)
    : rows_(rows), sync_(rules_of(rows)), book_(tick, far_levels) {}

const DepthEvent* DepthReplay::next() noexcept {
  while (!has_event_ && at_ < rows_.size()) {
    const std::size_t begin = at_;
    auto rest = rows_.subspan(begin);
    event_ = take_event(rest);
    at_ = rows_.size() - rest.size();
    if (event_.is_snapshot) {
      has_event_ = begin >= snapshots_until_ && take_snapshot();
    } else {
      has_event_ = take_change();
      // The first change of those that wait for a snapshot.
      held_from_ = !has_event_ && held_from_ == kNothing && !sync_.is_synced() ? begin : held_from_;
    }
  }
  return has_event_ ? &event_ : nullptr;
}

bool DepthReplay::take_snapshot() noexcept {
  snapshots_until_ = at_;
  if (event_.ids.last == 0) {
    return true;
  }
  if (sync_.on_snapshot(event_.ids.last) != SyncAction::apply) {
    return false;
  }
  returns_to_held_ = held_from_ != kNothing;
  return true;
}

bool DepthReplay::take_change() noexcept {
  if (event_.ids.last == 0) {
    return true;
  }
  const Timestamp last = book_.last_event();
  switch (sync_.on_delta(event_.ids)) {
    case SyncAction::apply:
      return true;
    case SyncAction::drop:
      ++dropped_;
      return false;
    case SyncAction::resnapshot:
      break_from_ = last;
      break_to_ = event_.ts_event;
      book_.mark_gap();
      return false;
    case SyncAction::hold:
      break;
  }
  return false;
}

void DepthReplay::apply() noexcept {
  ENSURE(has_event_);
  has_event_ = false;
  ++applied_;
  if (event_.is_snapshot) {
    book_.begin_snapshot();
  }
  for (const DepthRecord& level : event_.levels) {
    book_.apply_delta(level.side, Price::from_raw(level.price), Quantity::from_raw(level.quantity));
  }
  book_.end_event(event_.ts_event);
  if (returns_to_held_) {
    at_ = held_from_;
    held_from_ = kNothing;
    returns_to_held_ = false;
  }
}

}  // namespace lanner::store
