#include "portfolio/portfolio.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace lanner;
using model::ExitReason;
using model::PositionSide;
using model::Side;
using portfolio::Portfolio;

namespace {

constexpr InstrumentId kPerp{0};
constexpr InstrumentId kSpot{1};
constexpr InstrumentId kOther{2};
constexpr VenueId kVenue{0};
constexpr Timestamp kStart{1'746'057'600 * kNsPerSecond};

Price px(const char* text) { return *parse_fixed<Price>(text); }
Quantity qty(const char* text) { return *parse_fixed<Quantity>(text); }
Money money(const char* text) { return *parse_fixed<Money>(text); }

model::InstrumentTable instruments() {
  model::InstrumentTable table(3);
  for (std::uint32_t i = 0; i < 3; ++i) {
    table[i].id = InstrumentId{i};
    table[i].venue_id = kVenue;
    table[i].kind = i == kSpot.index() ? model::InstrumentKind::spot
                                       : model::InstrumentKind::perpetual;
    table[i].tiers = {{Money::max(), 20, *parse_fixed<Rate>("0.025")}};
  }
  return table;
}

model::OrderFilled fill(InstrumentId id, Side side, const char* quantity, const char* price,
                        const char* commission = "0") {
  model::OrderFilled out;
  out.instrument_id = id;
  out.side = side;
  out.last_qty = qty(quantity);
  out.last_px = px(price);
  out.commission = money(commission);
  return out;
}

// The instruments outlive the portfolio that looks at them.
struct Fixture {
  model::InstrumentTable table = instruments();
  std::array<Money, 1> balance{Money::from_int(10'000)};
  Portfolio portfolio{table, balance};

  std::optional<model::TradeClosed> trade(const model::OrderFilled& event,
                                          ExitReason reason = ExitReason::target) {
    return portfolio.on_fill(event, reason, kStart);
  }
  void expect_long(InstrumentId id) {
    portfolio.expect(id, {CandidateId{7}, PositionSide::long_side, model::TemplateId::p02,
                          px("100"), px("98"), px("104")});
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "portfolio: a long trade with partial exits, fees, funding and R") {
  expect_long(kPerp);
  CHECK_FALSE(trade(fill(kPerp, Side::buy, "2", "100.5", "0.1")));
  CHECK_FALSE(trade(fill(kPerp, Side::buy, "2", "101.5", "0.1")));
  const model::Position& position = portfolio.position(kPerp);
  CHECK(position.cost == money("404"));
  CHECK(position.risk == money("12"));  // 4 x (101 - 98)
  CHECK(portfolio.open_risk() == money("12"));
  CHECK(portfolio.equity() == money("9997.8"));  // 0.2 of fees and 2 x 1 below the mark
  portfolio.on_mark(kPerp, px("104"));
  portfolio.on_mark(kPerp, px("99.5"));
  CHECK(portfolio.unrealised() == money("-6"));
  CHECK(portfolio.exposure(kPerp) == money("398"));
  portfolio.on_funding({kPerp, money("-0.5")});
  CHECK_FALSE(trade(fill(kPerp, Side::sell, "1", "103", "0.05")));
  CHECK(position.cost == money("303"));
  const auto closed = trade(fill(kPerp, Side::sell, "3", "103", "0.15"));
  REQUIRE(closed);
  CHECK(closed->trade_number == 1);
  CHECK(closed->candidate_id == CandidateId{7});
  CHECK(closed->template_id == model::TemplateId::p02);
  CHECK(closed->quantity == qty("4"));
  CHECK(closed->entry_px == px("101"));
  CHECK(closed->exit_px == px("103"));
  CHECK(closed->gross_pnl == money("8"));
  CHECK(closed->commissions == money("0.4"));
  CHECK(closed->funding == money("-0.5"));
  CHECK(closed->net_pnl == money("7.1"));
  CHECK(closed->slippage == money("4"));
  CHECK(closed->gross_r.value() == doctest::Approx(8.0 / 12));
  CHECK(closed->net_r.value() == doctest::Approx(7.1 / 12));
  CHECK(closed->cost_r.value() == doctest::Approx(4.9 / 12));
  CHECK(closed->mfe_r.value() == doctest::Approx(1.0));
  CHECK(closed->mae_r.value() == doctest::Approx(-0.5));
  CHECK(portfolio.equity() == money("10007.1"));
  CHECK(portfolio.cash(kVenue) == portfolio.equity());
  CHECK(portfolio.open_positions() == 0);
  CHECK(portfolio.gross_exposure().is_zero());
  CHECK(portfolio.open_risk().is_zero());
  CHECK(portfolio.position(kPerp).side == PositionSide::flat);
}

TEST_CASE_FIXTURE(Fixture, "portfolio: a spot purchase ties up cash") {
  CHECK_FALSE(trade(fill(kSpot, Side::buy, "3", "100", "0.3")));
  CHECK(portfolio.free_cash(kVenue) == money("9699.7"));
  CHECK(portfolio.cash(kVenue) == money("9999.7"));
  CHECK(portfolio.equity() == money("9999.7"));
  portfolio.on_mark(kSpot, px("110"));
  CHECK(portfolio.equity() == money("10029.7"));
  CHECK(portfolio.margin_used().is_zero());
  CHECK_FALSE(portfolio.liquidation_price(kSpot));
  const auto closed = trade(fill(kSpot, Side::sell, "3", "110", "0.3"));
  REQUIRE(closed);
  CHECK(closed->net_pnl == money("29.4"));
  CHECK(portfolio.cash(kVenue) == money("10029.4"));
  CHECK(portfolio.equity() == portfolio.cash(kVenue));
  CHECK(portfolio.free_cash(kVenue) == portfolio.cash(kVenue));
}

TEST_CASE_FIXTURE(Fixture, "portfolio: thirds of a cost leave nothing behind") {
  trade(fill(kPerp, Side::buy, "0.00000003", "0.333333333"));
  trade(fill(kPerp, Side::buy, "1", "33.333333333"));
  trade(fill(kPerp, Side::sell, "0.33333334", "33.1"));
  trade(fill(kPerp, Side::sell, "0.33333334", "33.7"));
  const auto closed = trade(fill(kPerp, Side::sell, "0.33333335", "33.2"));
  REQUIRE(closed);
  CHECK(portfolio.position(kPerp).cost.is_zero());
  CHECK(portfolio.start_equity() + closed->net_pnl == portfolio.equity());
  CHECK(portfolio.unrealised().is_zero());
}

TEST_CASE_FIXTURE(Fixture, "portfolio: without a known stop R is zero, and all is at risk") {
  trade(fill(kPerp, Side::sell, "1", "100"));
  CHECK(portfolio.open_risk() == money("100"));
  CHECK_FALSE(portfolio.position(kPerp).candidate_id.is_valid());
  const auto closed = trade(fill(kPerp, Side::buy, "1", "90"), ExitReason::flatten);
  REQUIRE(closed);
  CHECK(closed->exit_reason == ExitReason::flatten);
  CHECK(closed->net_r == Score{});
  CHECK(closed->net_pnl == money("10"));
}

TEST_CASE_FIXTURE(Fixture, "portfolio: an entry filled at its stop has the planned risk") {
  expect_long(kPerp);
  trade(fill(kPerp, Side::buy, "1", "98"));
  CHECK(portfolio.position(kPerp).risk == money("2"));
}

TEST_CASE_FIXTURE(Fixture, "portfolio: a stop in profit leaves no risk open") {
  expect_long(kPerp);
  trade(fill(kPerp, Side::buy, "1", "97"));
  CHECK(portfolio.open_risk().is_zero());
}

TEST_CASE_FIXTURE(Fixture, "portfolio: a fill beyond the position opens the other side") {
  expect_long(kPerp);
  trade(fill(kPerp, Side::buy, "2", "100", "0.2"));
  const auto closed = trade(fill(kPerp, Side::sell, "3", "101", "0.3"));
  REQUIRE(closed);
  CHECK(closed->net_pnl == money("1.6"));
  const model::Position& position = portfolio.position(kPerp);
  CHECK(position.side == PositionSide::short_side);
  CHECK(position.quantity == qty("1"));
  CHECK(position.commissions == money("0.1"));
  CHECK_FALSE(position.candidate_id.is_valid());
  CHECK(portfolio.equity() == money("10001.5"));
  CHECK(portfolio.open_positions() == 1);
}

TEST_CASE_FIXTURE(Fixture, "portfolio: wins, losses and flats are counted by net result") {
  trade(fill(kPerp, Side::buy, "1", "100"));
  trade(fill(kPerp, Side::sell, "1", "101"));
  trade(fill(kPerp, Side::buy, "1", "100", "1"));
  trade(fill(kPerp, Side::sell, "1", "101"));
  trade(fill(kPerp, Side::buy, "1", "100", "1"));
  trade(fill(kPerp, Side::sell, "1", "101", "1"));
  const portfolio::Totals& totals = portfolio.totals();
  CHECK(totals.trades == 3);
  CHECK(totals.wins == 1);
  CHECK(totals.flats == 1);
  CHECK(totals.losses == 1);
  CHECK(totals.commissions == money("3"));
  CHECK(portfolio.net_pnl().is_zero());
}

TEST_CASE_FIXTURE(Fixture, "portfolio: late funding moves the account alone") {
  portfolio.on_funding({kPerp, money("-2")});
  CHECK(portfolio.equity() == money("9998"));
  CHECK(portfolio.totals().funding == money("-2"));
  CHECK(portfolio.cash(kVenue) == money("9998"));
}

TEST_CASE_FIXTURE(Fixture, "portfolio: drawdown is measured from the peak, at its worst") {
  trade(fill(kPerp, Side::buy, "100", "100"));
  portfolio.on_mark(kPerp, px("110"));
  CHECK(portfolio.peak_equity() == money("11000"));
  portfolio.on_mark(kPerp, px("99"));
  CHECK(portfolio.drawdown().value() == doctest::Approx(0.1));
  portfolio.on_mark(kPerp, px("105"));
  CHECK(portfolio.max_drawdown().value() == doctest::Approx(0.1));
  portfolio.on_mark(kPerp, px("120"));
  portfolio.on_mark(kPerp, px("119"));
  CHECK(portfolio.max_drawdown().value() == doctest::Approx(0.1));
  CHECK(portfolio.drawdown().value() == doctest::Approx(100.0 / 12'000));
}

TEST_CASE_FIXTURE(Fixture, "portfolio: time in the market counts overlapping positions once") {
  const auto at = [&](InstrumentId id, Side side, std::int64_t minute) {
    portfolio.on_fill(fill(id, side, "1", "100"), ExitReason::target, kStart + minutes(minute));
  };
  at(kPerp, Side::buy, 1);
  at(kOther, Side::buy, 3);
  at(kPerp, Side::sell, 5);
  CHECK(portfolio.exposed_for(kStart + minutes(6)) == minutes(5));
  at(kOther, Side::sell, 7);
  CHECK(portfolio.exposed_for(kStart + minutes(60)) == minutes(6));
}

TEST_CASE_FIXTURE(Fixture, "portfolio: margin and liquidation of a cross-margin account") {
  trade(fill(kPerp, Side::buy, "1000", "100"));
  CHECK(portfolio.margin_used() == money("5000"));
  // 10000 + 1000 (P - 100) = 0.025 x 1000 P
  const auto alone = portfolio.liquidation_price(kPerp);
  REQUIRE(alone);
  CHECK(to_score(*alone).value() == doctest::Approx(90'000 / 975.0).epsilon(1e-9));
  // A losing neighbour moves it nearer: -1000 unrealised, 225 maintenance.
  trade(fill(kOther, Side::buy, "100", "100"));
  portfolio.on_mark(kOther, px("90"));
  const auto both = portfolio.liquidation_price(kPerp);
  REQUIRE(both);
  CHECK(to_score(*both).value() ==
        doctest::Approx((100'000 - 9'000 + 225) / 975.0).epsilon(1e-9));
  CHECK(portfolio.margin_used(kVenue) == money("5450"));
}

TEST_CASE_FIXTURE(Fixture, "portfolio: the liquidation price of an entry about to be sent") {
  const auto planned =
      portfolio.liquidation_price_after(kPerp, PositionSide::short_side, qty("1000"), px("100"));
  REQUIRE(planned);
  // 10000 + 1000 (100 - P) = 0.025 x 1000 P
  CHECK(to_score(*planned).value() == doctest::Approx(110'000 / 1025.0).epsilon(1e-9));
  trade(fill(kPerp, Side::sell, "1000", "100"));
  CHECK(portfolio.liquidation_price(kPerp) == planned);
  CHECK_FALSE(portfolio.liquidation_price_after(kPerp, PositionSide::long_side, qty("1"), px("1")));
  // So small that no price takes the account down.
  CHECK_FALSE(portfolio.liquidation_price_after(kOther, PositionSide::long_side, qty("1"),
                                                px("100")));
}

TEST_CASE_FIXTURE(Fixture, "portfolio: a mark without a price is not believed") {
  trade(fill(kPerp, Side::buy, "1", "100"));
  portfolio.on_mark(kPerp, Price{});
  CHECK(portfolio.equity() == money("10000"));
}
