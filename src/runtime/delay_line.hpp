#pragma once

// Market records between the venue and us: each kind waits its own delay, so each keeps its
// order, and the earliest head is the next event.

#include <limits>
#include <vector>

#include "base/time.hpp"
#include "runtime/tape.hpp"

namespace lanner::runtime {

struct DelayedItem {
  Timestamp ts_init;
  Timestamp ts_event;
  TapeItem item;
};

class DelayLine {
 public:
  // feed: what a record needs from venue to us.
  explicit DelayLine(Duration feed) noexcept : feed_(feed) {}

  void push(const TapeItem& item) {
    const bool is_bar = item.kind == TapeKind::bar;
    const Timestamp ts_event =
        is_bar ? item.venue_time + seconds(item.interval_s) : item.venue_time;
    // A recorded receipt is kept where the tape has one; it must not run ahead of the venue.
    const Duration recorded = item.recorded_delay();
    const Duration delay = recorded > Duration{} ? recorded : feed_;
    Lane& lane = lane_of(item);
    lane.last = std::max(lane.last, ts_event + delay);
    lane.items.push_back({lane.last, ts_event, item});
    if (lane.items.size() == 1) {
      choose();
    }
  }

  [[nodiscard]] bool is_empty() const noexcept { return next_ == kNone; }
  [[nodiscard]] Timestamp next_time() const noexcept {
    return is_empty() ? Timestamp::never() : lanes_[next_].items.front().ts_init;
  }
  [[nodiscard]] TapeKind next_kind() const noexcept {
    return lanes_[next_].items.front().item.kind;
  }
  [[nodiscard]] DelayedItem pop() {
    Lane& lane = lanes_[next_];
    const DelayedItem item = lane.items.front();
    lane.items.pop_front();
    choose();
    return item;
  }

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  // First in, first out; grows by doubling and then stays.
  class Items {
   public:
    [[nodiscard]] bool empty() const noexcept { return first_ == end_; }
    [[nodiscard]] std::size_t size() const noexcept { return end_ - first_; }
    [[nodiscard]] const DelayedItem& front() const noexcept {
      return places_[first_ & (places_.size() - 1)];
    }
    void push_back(const DelayedItem& item) {
      if (size() == places_.size()) {
        grow();
      }
      places_[end_++ & (places_.size() - 1)] = item;
    }
    void pop_front() noexcept { ++first_; }

   private:
    void grow() {
      std::vector<DelayedItem> wider(places_.size() * 2);
      for (std::size_t i = 0; i < size(); ++i) {
        wider[i] = places_[(first_ + i) & (places_.size() - 1)];
      }
      end_ = size();
      first_ = 0;
      places_ = std::move(wider);
    }
    std::vector<DelayedItem> places_ = std::vector<DelayedItem>(256);  // a power of two
    std::size_t first_ = 0;
    std::size_t end_ = 0;
  };
  struct Lane {
    TapeKind kind = TapeKind::bar;
    std::int32_t interval_s = 0;
    Timestamp last;
    Items items;
  };

  Lane& lane_of(const TapeItem& item) {
    for (Lane& lane : lanes_) {
      if (lane.kind == item.kind && lane.interval_s == item.interval_s) {
        return lane;
      }
    }
    lanes_.push_back(Lane{item.kind, item.interval_s, Timestamp{}, {}});
    return lanes_.back();
  }
  // Earliest first; at one instant by kind, then instrument.
  void choose() noexcept {
    next_ = kNone;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      if (!lanes_[i].items.empty() && (next_ == kNone || is_before(lanes_[i], lanes_[next_]))) {
        next_ = i;
      }
    }
  }
  [[nodiscard]] static bool is_before(const Lane& a, const Lane& b) noexcept {
    const DelayedItem& x = a.items.front();
    const DelayedItem& y = b.items.front();
    if (x.ts_init != y.ts_init) {
      return x.ts_init < y.ts_init;
    }
    return a.kind != b.kind ? a.kind < b.kind : x.item.instrument_id < y.item.instrument_id;
  }

  Duration feed_;
  std::vector<Lane> lanes_;
  std::size_t next_ = kNone;
};

}  // namespace lanner::runtime
