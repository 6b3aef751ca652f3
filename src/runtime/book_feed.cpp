#include "runtime/book_feed.hpp"

namespace lanner::runtime {
namespace {

using market::BookRules;
using market::BookSync;
using market::SyncAction;
using store::DepthEvent;
using store::DepthRecord;

constexpr std::size_t kLevelsReserved = 4096;

}  // namespace

BookFeed::BookFeed(InstrumentId id) : id_(id) {
  bids_.reserve(kLevelsReserved);
  asks_.reserve(kLevelsReserved);
}

void BookFeed::on_event(std::span<const DepthRecord> rows, sim::Exchange& exchange) {
  const DepthRecord* begin = rows.data();
  const DepthEvent event = store::take_event(rows);
  if (event.is_snapshot) {
    on_snapshot(event, begin, exchange);
  } else {
    on_change(event, begin, event.ts_event, exchange);
  }
}

// Only futures tell the id of the change before, so the first change tells the rules.
BookSync& BookFeed::sync_for(const DepthEvent& event) {
  if (!sync_) {
    sync_.emplace(event.has_prior ? BookRules::futures : BookRules::spot);
    if (first_snapshot_) {
      static_cast<void>(sync_->on_snapshot(*first_snapshot_));
    }
  }
  return *sync_;
}

void BookFeed::on_snapshot(const DepthEvent& event, const DepthRecord* begin,
                           sim::Exchange& exchange) {
  if (event.ids.last != 0) {
    if (!sync_) {
      first_snapshot_ = event.ids.last;
    } else if (sync_->on_snapshot(event.ids.last) != SyncAction::apply) {
      return;
    }
  }
  put(event);
  exchange.on_book(model::BookSnapshot{id_, event.ids.last, bids_, asks_}, event.ts_event);
  if (held_from_ == nullptr) {
    return;
  }
  std::span<const DepthRecord> held(held_from_, begin);
  held_from_ = nullptr;
  while (!held.empty()) {
    const DepthRecord* at = held.data();
    const DepthEvent change = store::take_event(held);
    if (!change.is_snapshot) {
      on_change(change, at, event.ts_event, exchange);
    }
  }
}

void BookFeed::on_change(const DepthEvent& event, const DepthRecord* begin, Timestamp now,
                         sim::Exchange& exchange) {
  SyncAction action = SyncAction::apply;
  if (event.ids.last != 0) {
    action = sync_for(event).on_delta(event.ids);
  }
  switch (action) {
    case SyncAction::apply:
      put(event);
      exchange.on_book(model::BookDelta{id_, event.ids, bids_, asks_}, now);
      break;
    case SyncAction::drop:
      break;
    case SyncAction::resnapshot:
      exchange.on_book_gap(id_);
      held_from_ = begin;
      break;
    case SyncAction::hold:
      held_from_ = held_from_ == nullptr ? begin : held_from_;
      break;
  }
}

void BookFeed::put(const DepthEvent& event) {
  bids_.clear();
  asks_.clear();
  for (const DepthRecord& row : event.levels) {
    (row.side == model::Side::buy ? bids_ : asks_)
        .push_back({Price::from_raw(row.price), Quantity::from_raw(row.quantity)});
  }
}

}  // namespace lanner::runtime
