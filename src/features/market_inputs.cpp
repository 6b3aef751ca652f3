#include "features/market_inputs.hpp"

#include <cmath>

namespace lanner::features {
namespace {

constexpr std::size_t kSpreadsWarm = 20;

bool is_recent(Timestamp at, Timestamp now, Duration age_max) noexcept {
  return at.ns() > 0 && now - at <= age_max;
}

}  // namespace

bool ClosePair::match(const ClosePair& a, const ClosePair& b, std::int64_t before_ns,
                      ClosePoint& of_a, ClosePoint& of_b) noexcept {
  for (const ClosePoint* x : {&a.last_, &a.prior_}) {
    for (const ClosePoint* y : {&b.last_, &b.prior_}) {
      if (x->boundary_ns > 0 && x->boundary_ns == y->boundary_ns && x->known_ns < before_ns &&
          y->known_ns < before_ns) {
        of_a = *x;
        of_b = *y;
        return true;
      }
    }
  }
  return false;
}

void FundingRanks::add(double rate, Timestamp ts) noexcept {
  if (rates_.size() < kRates) {
    rates_.push_back({ts, rate});
    next_ = rates_.size() == kRates ? 0 : rates_.size();
    return;
  }
  rates_[next_] = {ts, rate};
  next_ = (next_ + 1) % kRates;
}

double FundingRanks::rank(Timestamp now) const noexcept {
  if (rates_.empty()) {
    return kAbsent;
  }
  const Stamped& last = rates_[(next_ + rates_.size() - 1) % rates_.size()];
  std::size_t count = 0;
  std::size_t halves = 0;
  for (const Stamped& one : rates_) {
    if (now - one.ts <= kFundingWindow) {
      ++count;
      halves += one.rate < last.rate ? 2U : one.rate > last.rate ? 0U : 1U;
    }
  }
  return count >= kWarm ? static_cast<double>(halves) / (2.0 * static_cast<double>(count))
                        : kAbsent;
}

void Momentum::add(double close_px, Timestamp close) noexcept {
  if (close > last_at_) {
    prior_ = last_;
    prior_at_ = last_at_;
    last_at_ = close;
  }
  for (std::size_t i = 1; i < kCloses; ++i) {
    closes_[i - 1] = closes_[i];
  }
  closes_[kCloses - 1] = close_px;
  if (++count_ < kCloses) {
    return;
  }
  double squares = 0.0;
  for (std::size_t i = 1; i < kCloses; ++i) {
    const double ret = closes_[i] / closes_[i - 1] - 1.0;
    squares += ret * ret;
  }
  last_ = squares > 0.0 ? (close_px / closes_[0] - 1.0) / std::sqrt(squares) : kAbsent;
}

double Momentum::before(Timestamp instant) const noexcept {
  const bool is_last = last_at_ < instant;
  const Timestamp at = is_last ? last_at_ : prior_at_;
  return is_recent(at, instant, hours(2)) ? (is_last ? last_ : prior_) : kAbsent;
}

void MarketInputs::forget_book() noexcept {
  quote_at = Timestamp{};
  depth_at = Timestamp{};
  flow = OrderFlow{};
}

double MarketInputs::spread_bps(Timestamp now) const noexcept {
  if (!is_recent(quote_at, now, kQuoteAgeMax)) {
    return kAbsent;
  }
  return (quote.ask_px - quote.bid_px) / ((quote.ask_px + quote.bid_px) * 0.5) * 1e4;
}

double MarketInputs::spread_ratio(Timestamp now) const noexcept {
  if (spreads.size() < kSpreadsWarm) {
    return kAbsent;
  }
  const double median = spreads.quantile(0.5);
  return median > 0.0 ? spread_bps(now) / median : kAbsent;
}

double MarketInputs::book_imbalance(Timestamp now) const noexcept {
  const double all = bid_depth + ask_depth;
  return is_recent(depth_at, now, kQuoteAgeMax) && all > 0.0 ? (bid_depth - ask_depth) / all
                                                             : kAbsent;
}

double MarketInputs::open_interest_change(std::size_t tf, Timestamp now) noexcept {
  const double before = open_interest_before[tf];
  if (!is_recent(open_interest_at, now, kOpenInterestAgeMax)) {
    open_interest_before[tf] = 0.0;
    return kAbsent;
  }
  open_interest_before[tf] = open_interest;
  return before > 0.0 ? (open_interest / before - 1.0) * 100.0 : kAbsent;
}

}  // namespace lanner::features
