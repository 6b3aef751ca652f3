#pragma once

// Trouble on purpose: answers that never come, and refusals in the busiest minutes. The draws are
// pure functions of the seed and the order's id, so no order of calls changes them.

#include <cstdint>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/time.hpp"

namespace lanner::sim {

enum class SubmitFate : std::uint8_t { normal, lost_answer, lost_request };

// 5 % of submits get no answer in time; half of these were executed all the same.
[[nodiscard]] SubmitFate fate_of(std::uint64_t seed, ClientOrderId id) noexcept;

// The minutes that follow one whose turnover was among the busiest 1 % of the last day.
class BusyMinutes {
 public:
  BusyMinutes();

  void add(Price price, Quantity quantity, Timestamp ts) noexcept {
    if (ts >= minute_end_) [[unlikely]] {
      begin_minute(ts.floor_to(minutes(1)));
    }
    turnover_ += to_score(price) * to_score(quantity);
  }
  [[nodiscard]] bool is_busy(Timestamp ts) const noexcept {
    return busy_from_ <= ts && ts < busy_until_;
  }

 private:
  static constexpr std::size_t kMinutes = 1440;
  static constexpr std::size_t kMinutesMin = 100;

  void begin_minute(Timestamp minute) noexcept;
  void close_minute(Timestamp next_minute) noexcept;
  void rank_in(Score leaver, Score comer) noexcept;

  std::vector<Score> history_;  // ring
  std::vector<Score> sorted_;
  std::size_t oldest_ = 0;
  Timestamp minute_end_;  // of the minute that is being filled
  Score turnover_;
  Timestamp busy_from_;
  Timestamp busy_until_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(history_, sorted_, oldest_, minute_end_, turnover_, busy_from_, busy_until_);
  }
};

}  // namespace lanner::sim
