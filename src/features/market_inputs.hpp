#pragma once

// Of one instrument: what else than its bars was last heard, and what it takes to make features
// of it. A value older than its kind allows is no value.

#include <array>
#include <cstdint>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "features/frame.hpp"
#include "features/order_flow.hpp"
#include "features/regime.hpp"
#include "model/condition.hpp"
#include "model/market_data.hpp"

namespace lanner::features {

// The oldest that each kind may be at a bar's close.
inline constexpr Duration kQuoteAgeMax = minutes(1);
inline constexpr Duration kOpenInterestAgeMax = minutes(15);
inline constexpr Duration kLiquidationAgeMax = hours(24);  // of the feed's last event
inline constexpr Duration kFundingAgeMax = hours(9);
inline constexpr Duration kSentimentAgeMax = hours(48);
inline constexpr Duration kFundingWindow = hours(24 * 30);

// Price and return of an instrument at the closes of one timeframe, for those that compare
// themselves with it. Two closes are kept, so that a reader at the same instant sees the earlier.
struct ClosePoint {
  std::int64_t boundary_ns = 0;
  std::int64_t known_ns = 0;
  double price = kAbsent;
  double ret_bps = kAbsent;
};
class ClosePair {
 public:
  void add(const ClosePoint& point) noexcept {
    prior_ = last_;
    last_ = point;
  }
  // The latest boundary that both knew before the instant; false where there is none.
  static bool match(const ClosePair& a, const ClosePair& b, std::int64_t before_ns,
                    ClosePoint& of_a, ClosePoint& of_b) noexcept;

 private:
  ClosePoint last_;
  ClosePoint prior_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(last_, prior_);
  }
};

// Share of the last 30 days' rates below this one, equal ones counting half.
class FundingRanks {
 public:
  static constexpr std::size_t kRates = 30 * 24;  // one each hour at most
  static constexpr std::size_t kWarm = 30;
  FundingRanks() { rates_.reserve(kRates); }
  void add(double rate, Timestamp ts) noexcept;
  [[nodiscard]] double rank(Timestamp now) const noexcept;  // of the last one

 private:
  struct Stamped {
    Timestamp ts;
    double rate = 0.0;
  };
  std::vector<Stamped> rates_;
  std::size_t next_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(rates_, next_);
  }
};

// (close / close 24 hours before - 1) / root of the sum of the 24 squared hourly returns.
class Momentum {
 public:
  void add(double close_px, Timestamp close) noexcept;
  // The score known before the instant and not older than two hours; else NaN.
  [[nodiscard]] double before(Timestamp instant) const noexcept;

 private:
  static constexpr std::size_t kCloses = 25;
  std::array<double, kCloses> closes_{};
  std::size_t count_ = 0;
  double last_ = kAbsent;
  double prior_ = kAbsent;
  Timestamp last_at_;
  Timestamp prior_at_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(closes_, count_, last_, prior_, last_at_, prior_at_);
  }
};

struct MarketInputs {
  TopOfBook quote;
  Timestamp quote_at;
  double bid_depth = 0.0;
  double ask_depth = 0.0;
  Timestamp depth_at;
  double open_interest = 0.0;
  Timestamp open_interest_at;
  std::array<double, model::kTimeframeCount> open_interest_before{};  // at the last close; 0: none
  Timestamp liquidation_at;
  std::array<LiquidationFlow, model::kTimeframeCount> liquidated_longs;
  std::array<LiquidationFlow, model::kTimeframeCount> liquidated_shorts;
  OrderFlow flow;
  RollingQuantiles<128> spreads;  // at the closes of base bars
  std::array<ClosePair, model::kTimeframeCount> closes;
  FundingRanks funding;
  Momentum momentum;
  RegimeTracker regime;
  double rank = kAbsent;
  Timestamp rank_at;
  std::uint32_t regime_flips = 0;
  InstrumentId spot;         // same venue, base and quote; invalid where there is none
  InstrumentId other_venue;  // same base and kind elsewhere; invalid where there is none

  // What the book said is not to be believed any more. The spreads that were known remain, since
  // they were true when they were taken.
  void forget_book() noexcept;
  [[nodiscard]] double spread_bps(Timestamp now) const noexcept;
  [[nodiscard]] double spread_ratio(Timestamp now) const noexcept;
  [[nodiscard]] double book_imbalance(Timestamp now) const noexcept;
  [[nodiscard]] double open_interest_change(std::size_t tf, Timestamp now) noexcept;
};

}  // namespace lanner::features
