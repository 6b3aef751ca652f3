#pragma once

// Market records between the venue and us: each kind waits its own delay, so each keeps its
// order, and the earliest head is the next event. The events lie here by value: by the time they
// are heard of, the records that they were read from have long left the processor's caches.

#include <algorithm>
#include <vector>

#include "base/time.hpp"
#include "model/events.hpp"
#include "runtime/tape.hpp"
#include "sim/latency_model.hpp"

namespace lanner::runtime {

class DelayLine {
 public:
  // feed: what a record needs from venue to us.
  explicit DelayLine(Duration feed) : DelayLine(sim::LatencyModel({}, {feed, {}, {}}, 0), false) {}
  // The same, drawn anew for each record. `counts_activity`: the model wants to know of trades.
  DelayLine(const sim::LatencyModel& delays, bool counts_activity)
      : delays_(delays), counts_activity_(counts_activity) {}

  // The event of this record, with its times; its payload is for the caller to fill before
  // anything else is asked of the line.
  // In place at its callers: to call it costs a bar as much as what it does.
  [[gnu::always_inline]] model::Event& push(const TapeItem& item) {
    const Timestamp ts_event = item.kind == TapeKind::bar
                                   ? item.venue_time + seconds(item.interval_s)
                                   : item.venue_time;
    const Timestamp due = ts_event + (item.kind == TapeKind::bar
                                          ? delays_.draw(sim::LatencyModel::Leg::feed, ts_event)
                                          : delay_of(item));
    Lane& lane = lane_of(item);
    lane.last = due > lane.last ? due : lane.last;
    Place& place = lane.places.push_back();
    place.event.ts_event = ts_event;
    place.event.ts_init = lane.last;
    place.event.sequence = 0;  // the place may have held another event
    place.instrument_id = item.instrument_id;
    if (lane.head == Timestamp::never()) [[unlikely]] {
      lane.head = lane.last;
      choose();
    }
    return place.event;
  }

  [[nodiscard]] bool is_empty() const noexcept { return next_time_ == Timestamp::never(); }
  [[nodiscard]] Timestamp next_time() const noexcept { return next_time_; }
  // The next event; valid until it is popped. Not of an empty line.
  [[nodiscard]] model::Event& front() noexcept { return lanes_[next_].places.front().event; }
  void pop() noexcept {
    Lane& lane = lanes_[next_];
    lane.places.pop_front();
    lane.head = lane.places.is_empty() ? Timestamp::never() : lane.places.front().event.ts_init;
    if (lane.head < other_time_) {
      next_time_ = lane.head;  // mostly one lane alone is in motion
    } else {
      choose();
    }
  }

 private:
  struct Place {
    model::Event event;
    InstrumentId instrument_id;
  };
  // First in, first out; grows by doubling and then stays.
  class Places {
   public:
    [[nodiscard]] bool is_empty() const noexcept { return first_ == end_; }
    [[nodiscard]] Place& front() noexcept { return places_[first_ & mask_]; }
    [[nodiscard]] const Place& front() const noexcept { return places_[first_ & mask_]; }
    Place& push_back() {
      if (end_ - first_ > mask_) [[unlikely]] {
        grow();
      }
      return places_[end_++ & mask_];
    }
    void pop_front() noexcept { ++first_; }
    template <typename Archive>
    void fields(Archive& archive) {
      std::uint64_t held = end_ - first_;
      archive(held);
      if constexpr (Archive::kLoads) {
        if (!archive.holds(held)) {
          return archive.refuse();
        }
        while (held > places_.size()) {
          grow();
        }
        first_ = 0;
        end_ = static_cast<std::size_t>(held);
      }
      for (std::size_t i = first_; i < end_; ++i) {
        archive(places_[i & mask_]);
      }
    }

   private:
    [[gnu::noinline]] void grow() {
      std::vector<Place> wider(places_.size() * 2);
      for (std::size_t i = first_; i < end_; ++i) {
        wider[i - first_] = places_[i & mask_];
      }
      end_ -= first_;
      first_ = 0;
      places_ = std::move(wider);
      mask_ = places_.size() - 1;
    }
    static constexpr std::size_t kStart = 256;  // a power of two
    std::vector<Place> places_ = std::vector<Place>(kStart);
    std::size_t mask_ = kStart - 1;
    std::size_t first_ = 0;
    std::size_t end_ = 0;
  };
  struct Lane {
    TapeKind kind = TapeKind::bar;
    std::int32_t interval_s = 0;
    Timestamp last;
    Timestamp head = Timestamp::never();  // of the first place
    Places places;
    [[nodiscard]] bool holds(const TapeItem& item) const noexcept {
      return kind == item.kind && interval_s == item.interval_s;
    }
  };

  // Of anything but a bar. A recorded receipt is kept where the tape has one; it must not run ahead
  // of the venue.
  [[gnu::noinline]] Duration delay_of(const TapeItem& item) noexcept {
    const Duration recorded = item.recorded_delay();
    if (counts_activity_ && item.kind == TapeKind::trade) {
      delays_.note_activity(item.venue_time);
    }
    return recorded > Duration{}
               ? recorded
               : delays_.draw(sim::LatencyModel::Leg::feed, item.venue_time);
  }
  Lane& lane_of(const TapeItem& item) {
    if (pushed_ < lanes_.size() && lanes_[pushed_].holds(item)) [[likely]] {
      return lanes_[pushed_];
    }
    return find_lane(item);
  }
  [[gnu::noinline]] Lane& find_lane(const TapeItem& item) {
    for (pushed_ = 0; pushed_ < lanes_.size(); ++pushed_) {
      if (lanes_[pushed_].holds(item)) {
        return lanes_[pushed_];
      }
    }
    lanes_.push_back(Lane{item.kind, item.interval_s, Timestamp{}, Timestamp::never(), {}});
    return lanes_.back();
  }
  // Earliest first; at one instant by kind, then instrument.
  [[gnu::noinline]] void choose() noexcept {
    next_time_ = Timestamp::never();
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      const Timestamp head = lanes_[i].head;
      const bool is_tie = head == next_time_ && head != Timestamp::never();
      if (head < next_time_ || (is_tie && is_before(lanes_[i], lanes_[next_]))) {
        next_ = i;
        next_time_ = head;
      }
    }
    other_time_ = Timestamp::never();
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      other_time_ = i == next_ ? other_time_ : std::min(other_time_, lanes_[i].head);
    }
  }
  [[nodiscard]] static bool is_before(const Lane& a, const Lane& b) noexcept {
    return a.kind != b.kind
               ? a.kind < b.kind
               : a.places.front().instrument_id < b.places.front().instrument_id;
  }

  sim::LatencyModel delays_;
  bool counts_activity_;
  std::vector<Lane> lanes_;
  std::size_t next_ = 0;
  std::size_t pushed_ = 0;  // the lane of the last push
  Timestamp next_time_ = Timestamp::never();
  Timestamp other_time_ = Timestamp::never();  // earliest head of the other lanes

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(delays_, lanes_, next_, pushed_, next_time_, other_time_);
  }
};

}  // namespace lanner::runtime
