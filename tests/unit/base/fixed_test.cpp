#include "base/fixed.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <limits>
#include <string>

using namespace lanner;

namespace {

std::string parsed(std::string_view text) {
  const auto value = parse_fixed<Price>(text);
  return value ? to_string(*value) : "refused";
}

}  // namespace

TEST_CASE("decimals are read exactly and written without trailing zeros") {
  CHECK(parsed("0") == "0");
  CHECK(parsed("-0") == "0");
  CHECK(parsed("123.450000000") == "123.45");
  CHECK(parsed("+1.5") == "1.5");
  CHECK(parsed(".5") == "0.5");
  CHECK(parsed("5.") == "5");
  CHECK(parsed("-0.000000001") == "-0.000000001");
  CHECK(parsed("1e3") == "1000");
  CHECK(parsed("12.5E-3") == "0.0125");
  CHECK(parsed("1.2e+2") == "120");
  CHECK(parsed("9223372036.854775807") == "9223372036.854775807");
  CHECK(parse_fixed<Price>("1")->raw() == 1'000'000'000);
  CHECK(parse_fixed<Money>("1")->raw() == 100'000'000);
  CHECK(parse_fixed<Rate>("0.0005")->raw() == 5'000'000);
  CHECK(parse_fixed<Volume>("-2.125")->raw() == -2125);
}

TEST_CASE("text that is no decimal, or does not fit, is refused with a sentence") {
  for (const char* text : {"", "-", ".", "abc", "1,5", "1.2.3", "1e", "1e+", "1ex", "0x10", "nan",
                           "inf", " 1", "1 ", "--1", "1e101"}) {
    CAPTURE(text);
    CHECK(parsed(text) == "refused");
  }
  CHECK(parsed("9223372036.854775808") == "refused");
  CHECK(parsed("1e30") == "refused");
  CHECK(parsed("1234567890123456789012345678901234567890") == "refused");
  CHECK(parsed("0.0000000001") == "refused");
  const auto error = parse_fixed<Price>("12x");
  REQUIRE(!error);
  CHECK(error.error().kind == ErrorKind::data);
  CHECK(error.error().message.find("12x") != std::string::npos);
  // Zero needs no digits, however many it is written with.
  CHECK(parsed("0.00000000000000000000") == "0");
}

TEST_CASE("a measurement with too many digits is rounded half to even, and told") {
  const auto rounded = [](std::string_view text) {
    const auto value = parse_fixed_rounded<Volume>(text);
    REQUIRE(value.has_value());
    return to_string(value->value) + (value->rounded ? " rounded" : "");
  };
  CHECK(rounded("1.0005") == "1 rounded");
  CHECK(rounded("1.0015") == "1.002 rounded");
  CHECK(rounded("1.00050000000000000001") == "1.001 rounded");
  CHECK(rounded("-1.0015") == "-1.002 rounded");
  CHECK(rounded("-1.0005") == "-1 rounded");
  CHECK(rounded("1.002000") == "1.002");
  CHECK(rounded("5e-9") == "0 rounded");
}

TEST_CASE("what is written is read again: property over all raw values") {
  CHECK(rc::check([](std::int64_t raw) {
    RC_PRE(raw != std::numeric_limits<std::int64_t>::min());
    RC_ASSERT(parse_fixed<Price>(to_string(Price::from_raw(raw)))->raw() == raw);
    RC_ASSERT(parse_fixed<Quantity>(to_string(Quantity::from_raw(raw)))->raw() == raw);
    RC_ASSERT(parse_fixed<Volume>(to_string(Volume::from_raw(raw)))->raw() == raw);
  }));
}

TEST_CASE("products are rounded once, half to even") {
  const auto price = [](const char* text) { return *parse_fixed<Price>(text); };
  const auto quantity = [](const char* text) { return *parse_fixed<Quantity>(text); };
  const auto money = [](const char* text) { return *parse_fixed<Money>(text); };
  CHECK(to_string(notional_of(price("61000.5"), quantity("0.163"))) == "9943.0815");
  // 0.5 and 1.5 units of the last digit.
  CHECK(notional_of(price("0.000000005"), quantity("1")).raw() == 0);
  CHECK(notional_of(price("0.000000015"), quantity("1")).raw() == 2);
  CHECK(notional_of(price("0.000000005"), quantity("-1")).raw() == 0);
  CHECK(notional_of(price("0.000000015"), quantity("-1")).raw() == -2);
  CHECK(to_string(money_times(money("9943.0815"), *parse_fixed<Rate>("0.0005"))) == "4.97154075");
  CHECK(money_times(Money::from_raw(1), *parse_fixed<Rate>("0.5")).raw() == 0);
  CHECK(money_times(Money::from_raw(3), *parse_fixed<Rate>("0.5")).raw() == 2);
  CHECK(money_share(Money::from_raw(10), quantity("1"), quantity("3")).raw() == 3);
  CHECK(money_share(Money::from_raw(10), quantity("2"), quantity("-3")).raw() == -7);
  CHECK(to_string(price_times(price("100"), *parse_fixed<Rate>("-0.0003"))) == "99.97");
  CHECK(to_string(average_price(money("9943.0815"), quantity("0.163"))) == "61000.5");
  CHECK(average_price(money("1"), Quantity{}).is_zero());
  CHECK(average_price(money("-10"), quantity("-4")) == price("2.5"));
}

TEST_CASE("sums that do not fit are errors") {
  CHECK(!notional(Price::max(), Quantity::from_int(1'000)).has_value());
  CHECK(notional(Price::from_int(1), Quantity::from_int(1)).has_value());
  CHECK(!multiply(Money::max(), Rate::from_int(2)).has_value());
  CHECK(!checked_add(Money::max(), Money::from_raw(1)).has_value());
  CHECK(*checked_add(Money::max(), Money::from_raw(-1)) ==
        Money::from_raw(std::numeric_limits<std::int64_t>::max() - 1));
}

TEST_CASE("rounding to a step goes where its name says, also below zero") {
  const auto at = [](std::int64_t raw) { return Price::from_raw(raw); };
  const Price step = at(10);
  CHECK(round_down_to(at(19), step) == at(10));
  CHECK(round_down_to(at(-11), step) == at(-20));
  CHECK(round_up_to(at(11), step) == at(20));
  CHECK(round_up_to(at(-19), step) == at(-10));
  CHECK(round_nearest_to(at(15), step) == at(20));
  CHECK(round_nearest_to(at(14), step) == at(10));
  for (const std::int64_t on_grid : {-20, 0, 30}) {
    CHECK(round_down_to(at(on_grid), step) == at(on_grid));
    CHECK(round_up_to(at(on_grid), step) == at(on_grid));
    CHECK(round_nearest_to(at(on_grid), step) == at(on_grid));
  }
}

TEST_CASE("signs, order and sums") {
  const Money a = Money::from_raw(-3);
  CHECK(a.is_negative());
  CHECK(a.abs() == Money::from_raw(3));
  CHECK(-a == a.abs());
  CHECK(a < Money{});
  CHECK((a + a) * 2 == Money::from_raw(-12));
  Money sum = a;
  sum += Money::from_raw(5);
  sum -= Money::from_raw(2);
  CHECK(sum.is_zero());
}
