#pragma once

// Pending timers, one per (kind, key); setting one again replaces it.

#include <algorithm>
#include <vector>

#include "base/time.hpp"
#include "model/commands.hpp"

namespace lanner::runtime {

class Timers {
 public:
  void set(const model::SetTimer& timer) {
    const auto same = [&timer](const model::SetTimer& other) {
      return other.kind == timer.kind && other.key == timer.key;
    };
    const auto old = std::find_if(pending_.begin(), pending_.end(), same);
    if (old != pending_.end()) {
      pending_.erase(old);
    }
    // Latest first, so that the next one is at the back.
    const auto at = std::upper_bound(pending_.begin(), pending_.end(), timer, is_later);
    pending_.insert(at, timer);
  }
  [[nodiscard]] Timestamp next_time() const noexcept {
    return pending_.empty() ? Timestamp::never() : pending_.back().at;
  }
  [[nodiscard]] model::SetTimer pop() {
    const model::SetTimer timer = pending_.back();
    pending_.pop_back();
    return timer;
  }

 private:
  [[nodiscard]] static bool is_later(const model::SetTimer& a, const model::SetTimer& b) noexcept {
    if (a.at != b.at) {
      return a.at > b.at;
    }
    return a.kind != b.kind ? a.kind > b.kind : a.key > b.key;
  }
  std::vector<model::SetTimer> pending_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(pending_);
  }
};

}  // namespace lanner::runtime
