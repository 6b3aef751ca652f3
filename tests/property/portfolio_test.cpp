// Money is conserved: whatever the fills, the portfolio agrees to the last digit with a second
// bookkeeping that keeps whole numbers only and shares no code with it.

#include "portfolio/portfolio.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <vector>

using namespace lanner;
using model::PositionSide;
using model::Side;
using portfolio::Portfolio;

namespace {

constexpr std::uint32_t kInstruments = 3;  // two perpetuals and a spot pair, two venues

model::InstrumentTable instruments() {
  model::InstrumentTable table(kInstruments);
  for (std::uint32_t i = 0; i < kInstruments; ++i) {
    table[i].id = InstrumentId{i};
    table[i].venue_id = VenueId{static_cast<std::uint16_t>(i == 2 ? 1 : 0)};
    table[i].kind = i == 2 ? model::InstrumentKind::spot : model::InstrumentKind::perpetual;
    table[i].tiers = {{Money::max(), 20, Rate{}}};
  }
  return table;
}

struct Step {
  std::uint32_t instrument = 0;
  int kind = 0;  // 0 fill, 1 mark, 2 funding
  bool is_buy = false;
  std::int64_t quantity = 1;
  std::int64_t price = 1;
  std::int64_t money = 0;
};

rc::Gen<Step> steps() {
  return rc::gen::build<Step>(
      rc::gen::set(&Step::instrument, rc::gen::inRange<std::uint32_t>(0, kInstruments)),
      rc::gen::set(&Step::kind, rc::gen::weightedElement<int>({{4, 0}, {3, 1}, {1, 2}})),
      rc::gen::set(&Step::is_buy, rc::gen::arbitrary<bool>()),
      rc::gen::set(&Step::quantity, rc::gen::inRange<std::int64_t>(1, 50'000'000'000)),
      rc::gen::set(&Step::price, rc::gen::inRange<std::int64_t>(1, 90'000'000'000'000)),
      rc::gen::set(&Step::money, rc::gen::inRange<std::int64_t>(0, 900'000'000)));
}

// Half to even by comparing twice the rest, on magnitudes.
std::int64_t rounded_quotient(__int128 numerator, __int128 denominator) {
  const bool is_negative = numerator < 0;
  const __int128 magnitude = is_negative ? -numerator : numerator;
  __int128 whole = magnitude / denominator;
  const __int128 rest = magnitude - whole * denominator;
  if (rest + rest > denominator || (rest + rest == denominator && whole % 2 == 1)) {
    ++whole;
  }
  return static_cast<std::int64_t>(is_negative ? -whole : whole);
}

std::int64_t notional(std::int64_t price, std::int64_t quantity) {
  return rounded_quotient(static_cast<__int128>(price) * quantity, 1'000'000'000);
}

// Signed quantity, signed cost and cash; everything in raw units.
struct Books {
  struct Line {
    std::int64_t quantity = 0;
    std::int64_t cost = 0;
    std::int64_t mark = 0;
  };
  std::array<Line, kInstruments> lines;
  std::array<std::int64_t, 2> cash{};
  std::int64_t gross = 0;

  void fill(const Step& step) {
    Line& line = lines[step.instrument];
    std::int64_t& purse = cash[step.instrument == 2 ? 1 : 0];
    const std::int64_t sign = step.is_buy ? 1 : -1;
    const bool is_exit = line.quantity * sign < 0;
    const std::int64_t held = line.quantity < 0 ? -line.quantity : line.quantity;
    const std::int64_t out = is_exit ? std::min(held, step.quantity) : 0;
    const std::int64_t total = notional(step.price, step.quantity);
    const std::int64_t out_notional = out == 0 ? 0 : notional(step.price, out);
    purse -= step.money;
    if (out > 0) {
      const std::int64_t released =
          rounded_quotient(static_cast<__int128>(line.cost) * out, held);
      const std::int64_t realised = -sign * out_notional - released;
      gross += realised;
      line.cost -= released;
      line.quantity += sign * out;
      purse += realised;
    }
    if (out < step.quantity) {
      const std::int64_t in_notional = total - out_notional;
      line.mark = line.quantity == 0 ? step.price : line.mark;
      line.quantity += sign * (step.quantity - out);
      line.cost += sign * in_notional;
    }
  }
  std::int64_t unrealised() const {
    std::int64_t sum = 0;
    for (const Line& line : lines) {
      const std::int64_t held = line.quantity < 0 ? -line.quantity : line.quantity;
      sum += (line.quantity < 0 ? -1 : 1) * notional(line.mark, held) - line.cost;
    }
    return sum;
  }
};

model::OrderFilled to_fill(const Step& step, bool is_mirrored = false) {
  model::OrderFilled fill;
  fill.instrument_id = InstrumentId{step.instrument};
  fill.side = step.is_buy != is_mirrored ? Side::buy : Side::sell;
  fill.last_qty = Quantity::from_raw(step.quantity);
  fill.last_px = Price::from_raw(step.price);
  fill.commission = Money::from_raw(step.money);
  return fill;
}

}  // namespace

TEST_CASE("portfolio property: money is conserved under any fills, marks and funding") {
  const model::InstrumentTable table = instruments();
  const std::array<Money, 2> balance{Money::from_int(1'000'000), Money::from_int(500'000)};
  const bool holds = rc::check([&] {
    const auto plan = *rc::gen::container<std::vector<Step>>(steps());
    Portfolio portfolio(table, balance);
    Books books;
    books.cash = {balance[0].raw(), balance[1].raw()};
    Money net_of_trades;
    std::int64_t funding = 0;
    for (const Step& step : plan) {
      const InstrumentId id{step.instrument};
      if (step.kind == 0) {
        const auto trade = portfolio.on_fill(to_fill(step), model::ExitReason::target, Timestamp{});
        books.fill(step);
        net_of_trades += trade ? trade->net_pnl : Money{};
      } else if (step.kind == 1) {
        portfolio.on_mark(id, Price::from_raw(step.price));
        if (books.lines[step.instrument].quantity != 0) {
          books.lines[step.instrument].mark = step.price;
        }
      } else if (portfolio.position(id).side != PositionSide::flat) {
        portfolio.on_funding({id, Money::from_raw(-step.money)});
        books.cash[step.instrument == 2 ? 1 : 0] -= step.money;
        funding -= step.money;
      }
      RC_ASSERT(portfolio.cash(VenueId{0}).raw() == books.cash[0]);
      RC_ASSERT(portfolio.cash(VenueId{1}).raw() == books.cash[1]);
      RC_ASSERT(portfolio.unrealised().raw() == books.unrealised());
      RC_ASSERT(portfolio.totals().gross_realised.raw() == books.gross);
      RC_ASSERT(portfolio.equity() ==
                Money::from_raw(books.cash[0] + books.cash[1] + books.unrealised()));
      RC_ASSERT(portfolio.free_cash(VenueId{1}).raw() == books.cash[1] - books.lines[2].cost);
    }
    const portfolio::Totals& totals = portfolio.totals();
    RC_ASSERT(totals.funding.raw() == funding);
    RC_ASSERT(totals.wins + totals.losses + totals.flats == totals.trades);
    RC_ASSERT(portfolio.start_equity() + totals.gross_realised + portfolio.unrealised() -
                  totals.commissions + totals.funding ==
              portfolio.equity());
    if (portfolio.open_positions() == 0) {
      RC_ASSERT(portfolio.start_equity() + net_of_trades == portfolio.equity());
    }
  });
  CHECK(holds);
}

TEST_CASE("portfolio property: a short is the mirror of a long") {
  const model::InstrumentTable table = instruments();
  const std::array<Money, 2> balance{Money::from_int(1'000'000), Money::from_int(500'000)};
  const bool holds = rc::check([&] {
    const auto plan = *rc::gen::container<std::vector<Step>>(steps());
    Portfolio straight(table, balance);
    Portfolio mirrored(table, balance);
    for (Step step : plan) {
      step.instrument %= 2;  // perpetuals
      if (step.kind == 0) {
        const auto a = straight.on_fill(to_fill(step), model::ExitReason::stop, Timestamp{});
        const auto b = mirrored.on_fill(to_fill(step, true), model::ExitReason::stop, Timestamp{});
        RC_ASSERT(a.has_value() == b.has_value());
        // The captured expression does not short-circuit, so the question is asked outside it.
        if (a && b) {
          RC_ASSERT(a->gross_pnl == -b->gross_pnl);
          RC_ASSERT(a->commissions == b->commissions);
          RC_ASSERT(a->risk == b->risk);
        }
      } else {
        straight.on_mark(InstrumentId{step.instrument}, Price::from_raw(step.price));
        mirrored.on_mark(InstrumentId{step.instrument}, Price::from_raw(step.price));
      }
      RC_ASSERT(straight.unrealised() == -mirrored.unrealised());
      RC_ASSERT(straight.gross_exposure() == mirrored.gross_exposure());
      RC_ASSERT(straight.open_risk() == mirrored.open_risk());
      RC_ASSERT(straight.totals().gross_realised == -mirrored.totals().gross_realised);
      RC_ASSERT(straight.margin_used() == mirrored.margin_used());
    }
  });
  CHECK(holds);
}
