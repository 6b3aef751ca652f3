#pragma once

// How long things take between market, exchange and us, drawn anew for each of them. Chance is a
// function of seed, leg and the number of the draw, so equal inputs give equal delays.
//
//   constant  what Latency says.
//   sampled   lognormal around it as the median: x exp(dispersion z), between 1/4 and 20 times.
//   recorded  half of a round trip drawn from measured ones, interpolated between neighbours, for
//             orders and for responses; the feed stays constant.
//   activity  what Latency says, times 1 + gain x (trades and quotes of the last second over the
//             reference rate), at most 20 times: venues are slow when everybody is there. Bars
//             show no rate, so on bars it is constant.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/fixed.hpp"
#include "base/time.hpp"
#include "sim/latency.hpp"

namespace lanner::sim {

enum class LatencyKind : std::uint8_t { constant, sampled, recorded, activity };
[[nodiscard]] const char* name_of(LatencyKind kind) noexcept;
[[nodiscard]] std::optional<LatencyKind> latency_kind_of(std::string_view name) noexcept;

struct LatencySpec {
  LatencyKind kind = LatencyKind::constant;
  Rate dispersion = Rate::from_raw(Rate::kScale / 2);  // standard deviation of the logarithm
  Rate activity_reference = Rate::from_int(50);        // trades and quotes per second
  Rate activity_gain = Rate::from_int(1);
  std::vector<Duration> round_trips;                   // recorded: ascending, not empty
  friend bool operator==(const LatencySpec&, const LatencySpec&) = default;
};

class LatencyModel {
 public:
  enum class Leg : std::uint8_t { feed, order, response };

  // `times` makes recorded round trips longer, too: the bad day. `base` has been made longer.
  LatencyModel(const LatencySpec& spec, const Latency& base, std::uint64_t seed,
               std::int64_t times = 1);

  // The next delay of this leg.
  [[nodiscard]] Duration draw(Leg leg, Timestamp now) noexcept {
    return spec_.kind == LatencyKind::constant ? base_of(leg) : draw_anew(leg, now);
  }
  // A trade or a quote of any instrument, in order of time.
  void note_activity(Timestamp ts) noexcept;
  // The longest delay of each leg so far, at least the base: bounds what a pair of messages took.
  [[nodiscard]] const Latency& longest() const noexcept { return longest_; }
  // Trades and quotes within the second that ends now.
  [[nodiscard]] std::uint32_t recent_rate(Timestamp now) const noexcept;

 private:
  static constexpr std::size_t kSlices = 10;  // of a tenth of a second each

  [[nodiscard]] Duration base_of(Leg leg) const noexcept {
    return leg == Leg::feed ? base_.feed : leg == Leg::order ? base_.order : base_.response;
  }
  [[nodiscard]] Duration draw_anew(Leg leg, Timestamp now) noexcept;
  [[nodiscard]] Duration sampled(Leg leg, double uniform) const noexcept;
  [[nodiscard]] Duration recorded(double uniform) const noexcept;

  LatencySpec spec_;
  Latency base_;
  Latency longest_;
  std::uint64_t seed_;
  std::int64_t times_;
  std::array<std::uint64_t, 3> draws_{};
  std::array<std::uint32_t, kSlices> counts_{};
  std::int64_t slice_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(longest_, draws_, counts_, slice_);
  }
};

}  // namespace lanner::sim
