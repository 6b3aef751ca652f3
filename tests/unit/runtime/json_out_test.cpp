#include "runtime/json_out.hpp"

#include <doctest/doctest.h>

#include <limits>

using lanner::Money;
using lanner::Timestamp;
using lanner::runtime::JsonArray;
using lanner::runtime::JsonObject;

TEST_CASE("json: keys keep their order, money is a string, time is RFC 3339") {
  JsonArray list;
  list.add("a").add(2).add(0.5);
  JsonObject out{"sample/1"};
  out.set("rows", std::uint64_t{18'446'744'073'709'551'615U})
      .set("loss", Money::from_raw(-150'000'000))
      .set("at", Timestamp{1'746'372'780'000'000'000})
      .set("good", true)
      .set("ratio", 1e-7)
      .set("list", list)
      .set_null("none");
  CHECK(out.text() ==
        R"({"schema":"sample/1","rows":18446744073709551615,"loss":"-1.5",)"
        R"("at":"2025-05-04T15:33:00Z","good":true,"ratio":1e-07,"list":["a",2,0.5],"none":null})");
}

TEST_CASE("json: text is escaped and always UTF-8, numbers are finite or null") {
  JsonObject out;
  out.set("quote\"", "back\\slash\nline\x01");
  out.set("bytes", std::string_view{"\xC3\xA9\xFF\xC0\xAF\xED\xA0\x80|"});
  out.set("nan", std::numeric_limits<double>::quiet_NaN());
  CHECK(out.text() == "{\"quote\\\"\":\"back\\\\slash\\nline\\u0001\","
                      "\"bytes\":\"\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
                      "\xEF\xBF\xBD\xEF\xBF\xBD|\",\"nan\":null}");
}

TEST_CASE("json: empty object and array") {
  JsonObject out;
  CHECK(out.text() == "{}");
  out.set("none", JsonArray{}).set("inner", JsonObject{});
  CHECK(out.text() == R"({"none":[],"inner":{}})");
}
