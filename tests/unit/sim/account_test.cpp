#include "sim/account.hpp"

#include <doctest/doctest.h>

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
