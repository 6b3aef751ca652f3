#include "risk/entry_window.hpp"

namespace lanner::risk {

std::size_t EntryWindow::count_within(Duration length, Timestamp now) const noexcept {
  // Ages are sorted from new to old, so the first one outside the window is found by halving.
  std::size_t inside = 0;
  std::size_t outside = entries_.size();
  while (inside < outside) {
    const std::size_t middle = inside + (outside - inside) / 2;
    if (now - entries_[middle] < length) {
      inside = middle + 1;
    } else {
      outside = middle;
    }
  }
  return inside;
}

}  // namespace lanner::risk
