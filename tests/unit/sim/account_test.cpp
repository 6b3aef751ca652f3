#include "sim/account.hpp"

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "rig.hpp"

namespace lanner::sim {
namespace {

using namespace test;
using model::Side;

struct Books {
  model::InstrumentTable table = instruments();
  std::vector<Money> balances{money("1000"), money("500")};
  Account account{table, balances, Account::Terms{}};

  void fill(Side side, const char* quantity, const char* price, const char* fee = "0") {
    account.apply({kPerp, side, qty(quantity), px(price), money(fee)});
  }
  Money cash() const { return account.cash(VenueId{0}); }
};

TEST_CASE("a long earns its exit less its share of the cost") {
  Books books;
  books.fill(Side::buy, "2", "100", "0.1");
  books.fill(Side::buy, "1", "103", "0.05");
  CHECK(books.cash() == money("999.85"));
  books.fill(Side::sell, "1", "110");  // cost 303 / 3 = 101
  CHECK(books.cash() == money("1008.85"));
  books.fill(Side::sell, "2", "90");  // 180 - 202
  CHECK(books.cash() == money("986.85"));
  CHECK(books.account.totals(VenueId{0}).realised == money("-13"));
  CHECK(books.account.totals(VenueId{0}).commissions == money("0.15"));
  CHECK(books.account.position(kPerp).is_zero());
}

TEST_CASE("a short earns what it sold for less what it pays back") {
  Books books;
  books.fill(Side::sell, "2", "100");
  books.fill(Side::buy, "2", "95");
  CHECK(books.cash() == money("1010"));
}

TEST_CASE("a fill through zero closes and opens") {
  Books books;
  books.fill(Side::buy, "1", "100");
  books.fill(Side::sell, "3", "110");
  CHECK(books.cash() == money("1010"));
  CHECK(books.account.position(kPerp) == qty("-2"));
  books.fill(Side::buy, "2", "120");
  CHECK(books.cash() == money("990"));
}

TEST_CASE("the last part of a position takes the whole rest of its cost") {
  Books books;
  books.fill(Side::buy, "0.3", "0.1");
  books.fill(Side::buy, "0.00000004", "0.000000001");
  for (const char* part : {"0.1", "0.1", "0.10000004"}) {
    books.fill(Side::sell, part, "0.1");
  }
  CHECK(books.account.position(kPerp).is_zero());
  CHECK(books.account.equity(VenueId{0}) == books.cash());
}

TEST_CASE("equity and maintenance follow the mark") {
  Books books;
  books.account.mark(kPerp, px("100"));
  books.fill(Side::sell, "10", "100");
  books.account.mark(kPerp, px("104"));
  CHECK(books.account.equity(VenueId{0}) == money("960"));
  CHECK(books.account.maintenance(VenueId{0}) == money("26"));
  CHECK(books.account.equity(VenueId{1}) == money("500"));
  books.fill(Side::buy, "10", "104");
  CHECK(books.account.equity(VenueId{0}) == money("960"));
  CHECK(books.account.maintenance(VenueId{0}).is_zero());
}

// The judgement by bands against a valuation of everything at every mark.
TEST_CASE("a venue falls below its maintenance at the very mark at which its value does") {
  model::InstrumentTable table = instruments();
  for (std::uint32_t i = 0; i < 2; ++i) {
    model::Instrument another = table[kPerp.index()];
    another.id = InstrumentId{static_cast<std::uint32_t>(table.size())};
    table.push_back(another);
  }
  const std::vector<Money> balances{money("100000"), money("500")};
  std::size_t below = 0;
  std::size_t judged = 0;
  for (std::uint64_t run = 0; run < 40; ++run) {
    Account account{table, balances, Account::Terms{}};
    std::vector<double> prices(table.size(), 100.0);
    for (std::uint64_t step = 0; step < 2'000; ++step) {
      const double uniform = philox_uniform(run, 1, step);
      const auto of = static_cast<std::size_t>(philox_uniform(run, 2, step) * 3.0);
      const InstrumentId id = of == 0 ? kPerp : InstrumentId{static_cast<std::uint32_t>(
                                                    table.size() - of)};
      prices[id.index()] *= 1.0 + 0.02 * (philox_uniform(run, 3, step) - 0.5);
      const Price price = Price::from_raw(static_cast<std::int64_t>(prices[id.index()] * 1e9));
      account.mark(id, price);
      if (uniform < 0.01) {
        const Side side = philox_uniform(run, 4, step) < 0.5 ? Side::buy : Side::sell;
        account.apply({id, side, qty("3000"), price, money("1")});
      } else if (uniform < 0.02) {
        account.pay_funding(id, money("-20"));
      }
      Account valued = account;
      const bool is_below = valued.maintenance(VenueId{0}).is_positive() &&
                            valued.equity(VenueId{0}) < valued.maintenance(VenueId{0});
      REQUIRE(account.is_below_maintenance(id) == is_below);
      ++judged;
      if (is_below) {
        ++below;
        break;
      }
    }
  }
  CHECK(below >= 10);
  CHECK(judged > 10'000);
}

TEST_CASE("a planted unit shows in the cash and not in the totals") {
  const model::InstrumentTable table = instruments();
  const std::vector<Money> balances{money("1000")};
  Account account{table, balances,
                  Account::Terms{.margin = {},
                                 .planted = {.fee_one_unit = true, .funding_one_unit = true}}};
  account.apply({kPerp, Side::buy, qty("1"), px("100"), money("0.05")});
  CHECK(account.cash(VenueId{0}) == money("999.94999999"));
  account.pay_funding(kPerp, money("1"));
  CHECK(account.cash(VenueId{0}) == money("1000.94999998"));
  CHECK(account.totals(VenueId{0}).funding == money("1"));
}

}  // namespace
}  // namespace lanner::sim
