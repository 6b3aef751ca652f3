#include "sim/queue.hpp"

#include <algorithm>
#include <cmath>

namespace lanner::sim {
namespace {

// The part of `gone` that stood before us, of a queue with `front` before and `back` behind us.
std::int64_t gone_ahead(std::int64_t gone, std::int64_t front, std::int64_t back) noexcept {
  if (front <= 0) {
    return 0;
  }
  const double ahead = static_cast<double>(front) * static_cast<double>(front);
  const double behind = static_cast<double>(back) * static_cast<double>(back);
  const double part = std::floor(static_cast<double>(gone) * (ahead / (ahead + behind)));
  return static_cast<std::int64_t>(part);
}

}  // namespace

const char* name_of(QueueModel model) noexcept {
  switch (model) {
    case QueueModel::conservative: return "conservative";
    case QueueModel::probabilistic: return "probabilistic";
    case QueueModel::none: return "none";
  }
  return "none";
}

void QueuePosition::join(Quantity shown, bool is_in_view) noexcept {
  front_ = is_in_view ? shown : Quantity::max();
  shown_ = shown;
  traded_ = Quantity{};
  due = Quantity{};
  is_tracked_ = true;
  is_in_view_ = is_in_view;
}

void QueuePosition::on_shown(QueueModel model, Quantity shown, bool is_in_view) noexcept {
  if (!is_in_view) {
    // Out of view is not empty: who stood there may still stand there.
    is_in_view_ = false;
    return;
  }
  if (model == QueueModel::probabilistic && is_in_view_) {
    const std::int64_t rest = std::max<std::int64_t>(shown_.raw() - traded_.raw(), 0);
    const std::int64_t gone = rest - shown.raw();
    if (gone > 0) {
      const std::int64_t back = std::max<std::int64_t>(rest - front_.raw(), 0);
      // Not more can have left behind us than stood there.
      const std::int64_t ahead =
          std::max(gone_ahead(gone, front_.raw(), back), gone - back);
      front_ = Quantity::from_raw(std::max<std::int64_t>(front_.raw() - ahead, 0));
    }
  }
  front_ = std::min(front_, shown);
  shown_ = shown;
  traded_ = Quantity{};
  is_in_view_ = true;
}

Quantity QueuePosition::on_trade(Quantity volume) noexcept {
  if (front_ == Quantity::max()) {
    return {};
  }
  traded_ += volume;
  const Quantity ahead = std::min(front_, volume);
  front_ -= ahead;
  return volume - ahead;
}

}  // namespace lanner::sim
