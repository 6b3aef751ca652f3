#pragma once

// The one place where JSON is written. Keys keep their order; decimals that are money, price or
// quantity become strings, instants RFC 3339 UTC, numbers that are not finite null.
//
//   JsonObject out{"data-list/1"};
//   out.set("rows", rows).set("from", from);
//   JsonArray series;  series.add(std::move(item));  out.set("series", series);
//   write(out.text());

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/fixed.hpp"
#include "base/time.hpp"

namespace lanner::runtime {

namespace detail {
void append_json_string(std::string& out, std::string_view text);
void append_json_number(std::string& out, double value);
void append_json_time(std::string& out, Timestamp value);
}  // namespace detail

class JsonArray;

class JsonObject {
 public:
  JsonObject() = default;
  // One with a "schema" first, as every --json answer has.
  explicit JsonObject(std::string_view schema);

  JsonObject& set(std::string_view key, std::string_view value);
  JsonObject& set(std::string_view key, const char* value);
  JsonObject& set(std::string_view key, const std::string& value);
  JsonObject& set(std::string_view key, double value);
  JsonObject& set(std::string_view key, Timestamp value);
  JsonObject& set(std::string_view key, const JsonObject& value);
  JsonObject& set(std::string_view key, const JsonArray& value);
  JsonObject& set(std::string_view key, bool value);
  template <std::integral I>
    requires(!std::same_as<I, bool>)
  JsonObject& set(std::string_view key, I value) {
    begin(key);
    body_ += std::to_string(value);
    return *this;
  }
  template <typename Tag, int Digits>
  JsonObject& set(std::string_view key, Fixed<Tag, Digits> value) {
    return set(key, std::string_view{to_string(value)});
  }
  JsonObject& set_null(std::string_view key);

  // On one line, without a line end.
  [[nodiscard]] std::string text() const { return "{" + body_ + "}"; }

 private:
  void begin(std::string_view key);
  std::string body_;
};

class JsonArray {
 public:
  JsonArray& add(std::string_view value);
  JsonArray& add(const char* value) { return add(std::string_view{value}); }
  JsonArray& add(const std::string& value) { return add(std::string_view{value}); }
  JsonArray& add(double value);
  JsonArray& add(const JsonObject& value);
  JsonArray& add(const JsonArray& value);
  template <std::integral I>
    requires(!std::same_as<I, bool>)
  JsonArray& add(I value) {
    begin();
    body_ += std::to_string(value);
    return *this;
  }
  [[nodiscard]] std::string text() const { return "[" + body_ + "]"; }

 private:
  void begin();
  std::string body_;
};

}  // namespace lanner::runtime
