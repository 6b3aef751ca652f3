#include "features/order_flow.hpp"

#include "features/frame.hpp"

namespace lanner::features {

void OrderFlow::add(const TopOfBook& quote, Timestamp ts) noexcept {
  const std::int64_t number = ts.ns() / kNsPerSecond;
  Second& second = seconds_[static_cast<std::size_t>(number % kSeconds)];
  if (second.number != number) {
    second = Second{number, 0.0, 0.0, 0};
  }
  if (has_last_) {
    const TopOfBook& old = last_;
    second.flow += (quote.bid_px >= old.bid_px ? quote.bid_qty : 0.0) -
                   (quote.bid_px <= old.bid_px ? old.bid_qty : 0.0) -
                   (quote.ask_px <= old.ask_px ? quote.ask_qty : 0.0) +
                   (quote.ask_px >= old.ask_px ? old.ask_qty : 0.0);
    second.quantity += (quote.bid_qty + quote.ask_qty) * 0.5;
    ++second.quotes;
  }
  last_ = quote;
  has_last_ = true;
}

double OrderFlow::imbalance(Timestamp end) const noexcept {
  const std::int64_t end_number = end.ns() / kNsPerSecond;
  double flow = 0.0;
  double quantity = 0.0;
  std::uint32_t quotes = 0;
  // Oldest first, so that the order of additions is that of the definition.
  for (std::int64_t number = end_number - kSeconds; number < end_number; ++number) {
    const Second& second = seconds_[static_cast<std::size_t>(number % kSeconds)];
    if (second.number == number) {
      flow += second.flow;
      quantity += second.quantity;
      quotes += second.quotes;
    }
  }
  return quotes > 0 && quantity > 0.0 ? flow / (quantity / static_cast<double>(quotes)) : kAbsent;
}

double LiquidationFlow::close() noexcept {
  const double notional = pending_;
  pending_ = 0.0;
  const double z = before_.count() >= kWarm ? before_.z_of(notional) : kAbsent;
  before_.add(notional, 2.0 / 97.0);
  return z;
}

}  // namespace lanner::features
