#include "market/book_sync.hpp"

namespace lanner::market {

void BookSync::reset() noexcept {
  state_ = State::waiting;
  first_held_ = 0;
  last_id_ = 0;
}

SyncAction BookSync::on_snapshot(std::uint64_t last_id) noexcept {
  // Spot tells at once that the snapshot ends before the held changes begin; on futures ids jump
  // between changes, so only the first change that is not dropped can tell.
  if (rules_ == BookRules::spot && state_ == State::waiting && first_held_ != 0 &&
      last_id < first_held_) {
    return SyncAction::resnapshot;
  }
  if (state_ == State::following && last_id < last_id_) {
    return SyncAction::drop;
  }
  state_ = State::bridging;
  first_held_ = 0;
  last_id_ = last_id;
  return SyncAction::apply;
}

bool BookSync::joins(const model::BookUpdateIds& ids) const noexcept {
  if (rules_ == BookRules::spot) {
    return ids.first <= last_id_ + 1;
  }
  return state_ == State::bridging ? ids.first <= last_id_ : ids.prior == last_id_;
}

SyncAction BookSync::on_delta(const model::BookUpdateIds& ids) noexcept {
  if (state_ == State::waiting) {
    first_held_ = first_held_ == 0 ? ids.first : first_held_;
    return SyncAction::hold;
  }
  const bool is_old = rules_ == BookRules::spot || state_ == State::following
                          ? ids.last <= last_id_
                          : ids.last < last_id_;
  if (is_old) {
    return SyncAction::drop;
  }
  if (!joins(ids)) {
    ++gaps_;
    state_ = State::waiting;
    first_held_ = ids.first;
    return SyncAction::resnapshot;
  }
  state_ = State::following;
  last_id_ = ids.last;
  return SyncAction::apply;
}

}  // namespace lanner::market
