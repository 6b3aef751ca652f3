#pragma once

// What quotes and liquidations say: spread against its median, order-flow imbalance.

#include <array>
#include <cstdint>

#include "base/time.hpp"
#include "features/rolling.hpp"

namespace lanner::features {

struct TopOfBook {
  double bid_px = 0.0;
  double bid_qty = 0.0;
  double ask_px = 0.0;
  double ask_qty = 0.0;
};

// Order-flow imbalance (R. Cont, A. Kukanov, S. Stoikov, The Price Impact of Order Book Events,
// 2014, section 2.1): each change of the best quotes counts
//   e = q_bid [P_bid >= P_bid'] - q_bid' [P_bid <= P_bid'] - q_ask [P_ask <= P_ask']
//       + q_ask' [P_ask >= P_ask'],
// primes being the quotes before. The sum over 30 s is divided by the mean quantity at the best
// bid and ask of the same quotes, so that coins compare.
class OrderFlow {
 public:
  void add(const TopOfBook& quote, Timestamp ts) noexcept;
  // Over the 30 s that end at a whole second; NaN without a quote in them or before them.
  [[nodiscard]] double imbalance(Timestamp end) const noexcept;

 private:
  static constexpr std::int64_t kSeconds = 30;
  struct Second {
    std::int64_t number = -1;
    double flow = 0.0;
    double quantity = 0.0;
    std::uint32_t quotes = 0;
  };
  TopOfBook last_;
  bool has_last_ = false;
  std::array<Second, kSeconds> seconds_{};

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(last_, has_last_, seconds_);
  }
};

// Notional of forced closes per bar against the bars before: z by exponentially weighted moments
// with alpha 2 / 97, once there are 20 bars. Counting begins with the feed's first event.
class LiquidationFlow {
 public:
  void add(double notional) noexcept { pending_ += notional; }
  // Ends a bar and tells its z.
  [[nodiscard]] double close() noexcept;

 private:
  static constexpr std::uint32_t kWarm = 20;
  double pending_ = 0.0;
  WeightedMoments before_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(pending_, before_);
  }
};

}  // namespace lanner::features
