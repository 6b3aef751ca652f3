#include "sim/bad_day.hpp"

#include <algorithm>

#include "base/random.hpp"

namespace lanner::sim {
namespace {

constexpr double kLostAnswer = 0.025;
constexpr double kLostEither = 0.05;
constexpr std::uint64_t kFateStream = 0xBAD;

}  // namespace

SubmitFate fate_of(std::uint64_t seed, ClientOrderId id) noexcept {
  const double draw = philox_uniform(seed, kFateStream, id.value());
  return draw < kLostAnswer   ? SubmitFate::lost_answer
         : draw < kLostEither ? SubmitFate::lost_request
                              : SubmitFate::normal;
}

BusyMinutes::BusyMinutes() {
  history_.reserve(kMinutes);
  sorted_.reserve(kMinutes);
}

void BusyMinutes::begin_minute(Timestamp minute) noexcept {
  if (turnover_ > Score{}) {
    close_minute(minute);
  }
  minute_end_ = minute + minutes(1);
  turnover_ = Score{};
}

void BusyMinutes::close_minute(Timestamp next_minute) noexcept {
  // Rank the minute among those before it, so that it is judged by what was known.
  if (sorted_.size() >= kMinutesMin) {
    const Score bound = sorted_[sorted_.size() - 1 - sorted_.size() / 100];
    if (turnover_ > bound) {
      busy_from_ = next_minute;
      busy_until_ = next_minute + minutes(1);
    }
  }
  if (sorted_.size() == kMinutes) {
    rank_in(history_[oldest_], turnover_);
    history_[oldest_] = turnover_;
    oldest_ = oldest_ + 1 == kMinutes ? 0 : oldest_ + 1;
  } else {
    history_.push_back(turnover_);
    sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), turnover_), turnover_);
  }
}

// Only what stands between the two ranks moves.
void BusyMinutes::rank_in(Score leaver, Score comer) noexcept {
  const auto from = std::lower_bound(sorted_.begin(), sorted_.end(), leaver);
  const auto to = std::upper_bound(sorted_.begin(), sorted_.end(), comer);
  if (to > from) {
    *std::move(from + 1, to, from) = comer;
  } else {
    std::move_backward(to, from, from + 1);
    *to = comer;
  }
}

}  // namespace lanner::sim
