#include "base/bytes.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace {

enum class Colour : unsigned char { red, green, blue };

std::vector<std::byte> sample() {
  std::vector<std::byte> out;
  lanner::ByteWriter writer{out};
  writer.put_u8(0xab);
  writer.put_u16(0x1234);
  writer.put_u32(0xdeadbeef);
  writer.put_u64(0x0102030405060708);
  writer.put_i32(-5);
  writer.put_i64(std::numeric_limits<std::int64_t>::min());
  writer.put_score(lanner::Score{-0.1});
  writer.put_enum(Colour::blue);
  writer.put_short_string("BTCUSDT");
  CHECK(writer.ok());
  CHECK(writer.size() == out.size());
  return out;
}

}  // namespace

TEST_CASE("bytes: what was written is read back") {
  const auto bytes = sample();
  lanner::ByteReader reader{bytes};
  CHECK(reader.u8().value() == 0xab);
  CHECK(reader.u16().value() == 0x1234);
  CHECK(reader.u32().value() == 0xdeadbeef);
  CHECK(reader.u64().value() == 0x0102030405060708);
  CHECK(reader.i32().value() == -5);
  CHECK(reader.i64().value() == std::numeric_limits<std::int64_t>::min());
  CHECK(reader.score().value() == lanner::Score{-0.1});
  CHECK(reader.enum_up_to(Colour::blue).value() == Colour::blue);
  CHECK(reader.short_string().value() == "BTCUSDT");
  CHECK(reader.at_end());
}

TEST_CASE("bytes: the form is little endian without padding") {
  std::array<std::byte, 7> out{};
  lanner::ByteWriter writer{std::span{out}};
  writer.put_u8(1);
  writer.put_u32(0x0a0b0c0d);
  writer.put_short_string("x");
  const std::array<unsigned char, 7> expected{1, 0x0d, 0x0c, 0x0b, 0x0a, 1, 'x'};
  CHECK(writer.ok());
  CHECK(std::memcmp(out.data(), expected.data(), out.size()) == 0);
}

TEST_CASE("bytes: every truncation is an error, never a crash") {
  const auto bytes = sample();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    lanner::ByteReader reader{std::span{bytes}.first(length)};
    const bool is_whole = reader.u8() && reader.u16() && reader.u32() && reader.u64() &&
                          reader.i32() && reader.i64() && reader.score() &&
                          reader.enum_up_to(Colour::blue) && reader.short_string();
    CHECK_FALSE(is_whole);
  }
}

TEST_CASE("bytes: a failed read names the offset and moves nothing") {
  const std::array<std::byte, 3> bytes{std::byte{5}, std::byte{'a'}, std::byte{'b'}};
  lanner::ByteReader reader{bytes};
  const auto text = reader.short_string();
  REQUIRE_FALSE(text);
  CHECK(text.error().kind == lanner::ErrorKind::data);
  CHECK(text.error().message == "cut short: 5 bytes wanted at offset 1, 2 left");
  CHECK(reader.offset() == 0);
  CHECK_FALSE(reader.enum_up_to(Colour::blue));
  CHECK(reader.offset() == 0);
  CHECK_FALSE(reader.bytes(std::numeric_limits<std::size_t>::max()));
  CHECK(reader.bytes(3).value().size() == 3);
}

TEST_CASE("bytes: a full span refuses and stays refused") {
  std::array<std::byte, 4> out{};
  lanner::ByteWriter writer{std::span{out}};
  writer.put_u16(1);
  writer.put_u32(2);
  CHECK_FALSE(writer.ok());
  writer.put_u16(3);
  CHECK_FALSE(writer.ok());
  CHECK(writer.written().size() == 2);
  CHECK(out[2] == std::byte{0});
}

TEST_CASE("bytes: a short string has at most 255 bytes") {
  std::vector<std::byte> out;
  lanner::ByteWriter fits{out};
  fits.put_short_string(std::string(255, 'x'));
  CHECK(fits.ok());
  lanner::ByteWriter too_long{out};
  too_long.put_short_string(std::string(256, 'x'));
  CHECK_FALSE(too_long.ok());
  CHECK(out.size() == 256);
}

TEST_CASE("bytes: a growing writer appends") {
  std::vector<std::byte> out(3);
  lanner::ByteWriter writer{out};
  writer.put_bytes(std::as_bytes(std::span{"ab", 2}));
  CHECK(out.size() == 5);
  CHECK(writer.written().size() == 2);
  CHECK(writer.written()[0] == std::byte{'a'});
}

TEST_CASE("bytes: a score keeps every bit, also of values that are not finite") {
  std::vector<std::byte> out;
  lanner::ByteWriter writer{out};
  writer.put_score(lanner::Score{-0.0});
  writer.put_score(lanner::Score{std::numeric_limits<double>::quiet_NaN()});
  lanner::ByteReader reader{out};
  CHECK(std::signbit(reader.score().value().value()));
  CHECK_FALSE(reader.score().value().is_finite());
}
