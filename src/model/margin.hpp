#pragma once

// Margin arithmetic by tiers, once for all who need it: the simulated exchange, the portfolio's
// views and the gates.
//
// Tiers are progressive, as venues publish them (Binance: maintenance amount of a bracket): each
// part of a notional pays the rate of the tier that it lies in, so that the sum has no steps.

#include <optional>

#include "base/fixed.hpp"
#include "model/enums.hpp"
#include "model/instrument.hpp"

namespace lanner::model {

// How an account holds margin.
struct MarginTerms {
  MarginMode mode = MarginMode::cross;
  std::int32_t isolated_leverage = 5;  // bounded by the tier's
  friend bool operator==(const MarginTerms&, const MarginTerms&) = default;
};

// What a position of `notional` (unsigned) must keep.
[[nodiscard]] Money maintenance_margin(const Instrument& instrument, Money notional) noexcept;
// What the flat rate of the tier that covers `notional` charges too much: the bracket's amount.
[[nodiscard]] Money maintenance_amount(const Instrument& instrument, Money notional) noexcept;
// What it must bring, at the leverage that its tier allows; rounded up.
[[nodiscard]] Money initial_margin(const Instrument& instrument, Money notional) noexcept;
// The same of an isolated position, at the account's leverage where that is lower.
[[nodiscard]] Money isolated_margin(const Instrument& instrument, Money notional,
                                    const MarginTerms& terms) noexcept;

struct LeveragedPosition {
  PositionSide side = PositionSide::flat;
  Quantity quantity;  // unsigned
  Money cost;         // signed notional at the fill prices: > 0 for a long
  // Isolated: its margin. Cross: the account's equity without this position, less what the other
  // positions must keep.
  Money collateral;
};
// The price at which collateral and unrealised profit are what must be kept. Absent when no price
// above zero is.
[[nodiscard]] std::optional<Price> liquidation_price(const Instrument& instrument,
                                                     const LeveragedPosition& position) noexcept;
// The price at which nothing is left of the collateral; zero where no price above it does that.
[[nodiscard]] Price bankruptcy_price(const LeveragedPosition& position) noexcept;

}  // namespace lanner::model
