#include "model/margin.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace lanner::model {
namespace {

Money money(const char* text) { return *parse_fixed<Money>(text); }
Rate rate(const char* text) { return *parse_fixed<Rate>(text); }
Quantity qty(const char* text) { return *parse_fixed<Quantity>(text); }

Instrument one_tier() {
  Instrument made;
  made.tiers = {{Money::max(), 20, rate("0.025")}};
  return made;
}
Instrument two_tiers() {
  Instrument made;
  made.tiers = {{money("1000"), 20, rate("0.01")}, {Money::max(), 10, rate("0.05")}};
  return made;
}

std::string liquidation(const Instrument& instrument, PositionSide side, const char* quantity,
                        const char* cost, const char* collateral) {
  const auto price =
      liquidation_price(instrument, {side, qty(quantity), money(cost), money(collateral)});
  return price ? to_string(*price) : "none";
}

constexpr auto kLong = PositionSide::long_side;
constexpr auto kShort = PositionSide::short_side;

TEST_CASE("maintenance is progressive: no step at a tier's cap") {
  CHECK(maintenance_margin(one_tier(), money("924")) == money("23.1"));
  CHECK(maintenance_margin(two_tiers(), money("1000")) == money("10"));
  CHECK(maintenance_amount(two_tiers(), money("1000")).is_zero());
  CHECK(maintenance_amount(two_tiers(), money("1001")) == money("40"));
  CHECK(maintenance_margin(two_tiers(), money("1001")) == money("10.05"));
  CHECK(maintenance_margin(two_tiers(), money("2000")) == money("60"));
}

TEST_CASE("initial margin is rounded up at the tier's leverage, isolated at the account's") {
  CHECK(initial_margin(two_tiers(), money("1000")) == money("50"));
  CHECK(initial_margin(two_tiers(), money("1001")) == money("100.1"));
  CHECK(initial_margin(one_tier(), Money::from_raw(21)) == Money::from_raw(2));
  CHECK(isolated_margin(one_tier(), money("1000"), {MarginMode::isolated, 5}) == money("200"));
  CHECK(isolated_margin(one_tier(), money("1000"), {MarginMode::isolated, 50}) == money("50"));
}

// Worked by hand: collateral + s (P q - |cost|) = rate P q - amount.
TEST_CASE("liquidation prices in one tier") {
  // 10 + P - 100 = .025 P -> 90 / .975
  CHECK(liquidation(one_tier(), kLong, "1", "100", "10") == "92.307692308");
  // 10 + 100 - P = .025 P -> 110 / 1.025
  CHECK(liquidation(one_tier(), kShort, "1", "-100", "10") == "107.317073171");
  // 1000 + 50 P - 5000 = 1.25 P -> 4000 / 48.75
  CHECK(liquidation(one_tier(), kLong, "50", "5000", "1000") == "82.051282051");
  // 1000 + 5000 - 50 P = 1.25 P -> 6000 / 51.25
  CHECK(liquidation(one_tier(), kShort, "50", "-5000", "1000") == "117.073170732");
  // More collateral than the position is worth: a long cannot be liquidated.
  CHECK(liquidation(one_tier(), kLong, "1", "100", "101") == "none");
  CHECK(liquidation(one_tier(), PositionSide::flat, "0", "0", "10") == "none");
}

TEST_CASE("liquidation prices in two tiers: the tier of the notional at that price counts") {
  // First tier: 200 + 10 P - 1000 = .1 P -> 800 / 9.9, notional 808
  CHECK(liquidation(two_tiers(), kLong, "10", "1000", "200") == "80.808080808");
  // Second: 200 + 20 P - 2000 = P - 40 -> 1760 / 19, notional 1,853
  CHECK(liquidation(two_tiers(), kLong, "20", "2000", "200") == "92.631578947");
  // A short that grows into the second tier: 200 + 900 - 9 P = .45 P - 40 -> 1140 / 9.45
  CHECK(liquidation(two_tiers(), kShort, "9", "-900", "200") == "120.634920635");
  // A long that shrinks into the first: 1100 + 20 P - 2000 = .2 P -> 900 / 19.8
  CHECK(liquidation(two_tiers(), kLong, "20", "2000", "1100") == "45.454545455");
}

TEST_CASE("bankruptcy is where the collateral is gone") {
  CHECK(to_string(bankruptcy_price({kLong, qty("1"), money("100"), money("10")})) == "90");
  CHECK(to_string(bankruptcy_price({kShort, qty("1"), money("-100"), money("10")})) == "110");
  CHECK(bankruptcy_price({kLong, qty("1"), money("100"), money("100")}).is_zero());
}

TEST_CASE("at the liquidation price what is left is what must be kept") {
  CHECK(rc::check([] {
    const Instrument instrument = two_tiers();
    const auto side = *rc::gen::element(kLong, kShort);
    const Quantity quantity = Quantity::from_raw(*rc::gen::inRange<std::int64_t>(1, 100'000) *
                                                 Quantity::kScale / 1000);
    const Price entry = Price::from_raw(*rc::gen::inRange<std::int64_t>(1, 10'000) *
                                        Price::kScale / 10);
    const Money own = notional_of(entry, quantity);
    const Money collateral = Money::from_raw(own.raw() / *rc::gen::inRange(2, 20));
    const LeveragedPosition position{side, quantity, own * sign_of(side), collateral};
    const auto price = liquidation_price(instrument, position);
    RC_ASSERT(price.has_value());
    const Money value = notional_of(*price, quantity);
    const Money left = collateral + value * sign_of(side) - position.cost;
    const Money gap = (left - maintenance_margin(instrument, value)).abs();
    // A price is rounded to 1e-9, so the money to that times the quantity.
    RC_ASSERT(gap <= notional_of(Price::from_raw(2), quantity) + Money::from_raw(4));
  }));
}

}  // namespace
}  // namespace lanner::model
