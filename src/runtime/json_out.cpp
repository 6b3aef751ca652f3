#include "runtime/json_out.hpp"

#include <charconv>
#include <cmath>

#include "base/isotime.hpp"

namespace lanner::runtime {

namespace detail {
namespace {

// Length of the UTF-8 sequence at the start of `text`; 0 when there is none (paths may hold any
// bytes, JSON may not).
std::size_t utf8_length(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2
                             : lead >= 0xE0 && lead < 0xF0                 ? 3
                             : lead >= 0xF0 && lead < 0xF5                 ? 4
                                                                           : 0;
  if (length == 0 || length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      return 0;
    }
  }
  if (length == 3) {
    const auto second = static_cast<unsigned char>(text[1]);
    const bool overlong = lead == 0xE0 && second < 0xA0;
    const bool surrogate = lead == 0xED && second >= 0xA0;
    return overlong || surrogate ? 0 : length;
  }
  if (length == 4) {
    const auto second = static_cast<unsigned char>(text[1]);
    return (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90) ? 0 : length;
  }
  return length;
}

void append_control(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else {
    const auto code = static_cast<unsigned char>(c);
    out += "\\u00";
    out += kHex[code >> 4];
    out += kHex[code & 15];
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";  // U+FFFD for a byte that is no UTF-8
      text.remove_prefix(1);
      continue;
    }
    const char c = text[0];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      append_control(out, c);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  out += '"';
}

void append_json_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, error == std::errc{} ? end : digits);
}

void append_json_time(std::string& out, Timestamp value) {
  append_json_string(out, format_utc(value));
}

}  // namespace detail

JsonObject::JsonObject(std::string_view schema) { set("schema", schema); }

void JsonObject::begin(std::string_view key) {
  if (!body_.empty()) {
    body_ += ',';
  }
  detail::append_json_string(body_, key);
  body_ += ':';
}

JsonObject& JsonObject::set(std::string_view key, std::string_view value) {
  begin(key);
  detail::append_json_string(body_, value);
  return *this;
}

JsonObject& JsonObject::set(std::string_view key, const char* value) {
  return set(key, std::string_view{value});
}

JsonObject& JsonObject::set(std::string_view key, const std::string& value) {
  return set(key, std::string_view{value});
}

JsonObject& JsonObject::set(std::string_view key, double value) {
  begin(key);
  detail::append_json_number(body_, value);
  return *this;
}

JsonObject& JsonObject::set(std::string_view key, Timestamp value) {
  begin(key);
  detail::append_json_time(body_, value);
  return *this;
}

JsonObject& JsonObject::set(std::string_view key, const JsonObject& value) {
  begin(key);
  body_ += value.text();
  return *this;
}

JsonObject& JsonObject::set(std::string_view key, const JsonArray& value) {
  begin(key);
  body_ += value.text();
  return *this;
}

JsonObject& JsonObject::set(std::string_view key, bool value) {
  begin(key);
  body_ += value ? "true" : "false";
  return *this;
}

JsonObject& JsonObject::set_null(std::string_view key) {
  begin(key);
  body_ += "null";
  return *this;
}

void JsonArray::begin() {
  if (!body_.empty()) {
    body_ += ',';
  }
}

JsonArray& JsonArray::add(std::string_view value) {
  begin();
  detail::append_json_string(body_, value);
  return *this;
}

JsonArray& JsonArray::add(double value) {
  begin();
  detail::append_json_number(body_, value);
  return *this;
}

JsonArray& JsonArray::add(const JsonObject& value) {
  begin();
  body_ += value.text();
  return *this;
}

JsonArray& JsonArray::add(const JsonArray& value) {
  begin();
  body_ += value.text();
  return *this;
}

}  // namespace lanner::runtime
