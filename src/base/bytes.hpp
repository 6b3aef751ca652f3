#pragma once

// The byte form of records: little endian, no padding, no alignment. A Score travels as the 64
// bits of its value; a short string as one length byte and at most 255 bytes.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.hpp"
#include "base/score.hpp"

namespace lanner {

constexpr std::size_t kShortStringMax = 255;

// Writes onto a span of fixed length, or at the end of a vector, which allocates only beyond its
// capacity. A write that does not fit, or a short string above 255 bytes, writes nothing and
// turns ok() false for good, so one check after the last put is enough.
class ByteWriter {
 public:
  explicit ByteWriter(std::span<std::byte> out) noexcept : out_(out) {}
  explicit ByteWriter(std::vector<std::byte>& grow) noexcept
      : grow_(&grow), start_(grow.size()) {}

  void put_u8(std::uint8_t value) { put_word(value, 1); }
  void put_u16(std::uint16_t value) { put_word(value, 2); }
  void put_u32(std::uint32_t value) { put_word(value, 4); }
  void put_u64(std::uint64_t value) { put_word(value, 8); }
  void put_i32(std::int32_t value) { put_word(static_cast<std::uint32_t>(value), 4); }
  void put_i64(std::int64_t value) { put_word(static_cast<std::uint64_t>(value), 8); }
  void put_score(Score value) { put_word(std::bit_cast<std::uint64_t>(value), 8); }
  template <typename Enum>
    requires std::is_enum_v<Enum>
  void put_enum(Enum value) {
    static_assert(sizeof(Enum) == 1);
    put_word(static_cast<std::uint8_t>(value), 1);
  }
  void put_bytes(std::span<const std::byte> bytes);
  void put_short_string(std::string_view text);

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  // What was written so far by this writer.
  [[nodiscard]] std::span<const std::byte> written() const noexcept;

 private:
  void put_word(std::uint64_t word, std::size_t width);
  // Room for `count` bytes at the end, or null.
  [[nodiscard]] std::byte* take(std::size_t count);

  std::span<std::byte> out_;
  std::vector<std::byte>* grow_ = nullptr;
  std::size_t start_ = 0;
  std::size_t size_ = 0;
  bool ok_ = true;
};

// Reads what ByteWriter wrote. Input is never trusted: a read beyond the end is an error of kind
// `data` that names the offset and leaves the reader where it was.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] Result<std::uint8_t> u8();
  [[nodiscard]] Result<std::uint16_t> u16();
  [[nodiscard]] Result<std::uint32_t> u32();
  [[nodiscard]] Result<std::uint64_t> u64();
  [[nodiscard]] Result<std::int32_t> i32();
  [[nodiscard]] Result<std::int64_t> i64();
  [[nodiscard]] Result<Score> score();
  // The enumerators of Enum must be 0 .. last.
  template <typename Enum>
    requires std::is_enum_v<Enum>
  [[nodiscard]] Result<Enum> enum_up_to(Enum last) {
    static_assert(sizeof(Enum) == 1);
    return small_value(static_cast<std::uint8_t>(last)).map([](std::uint8_t value) {
      return static_cast<Enum>(value);
    });
  }
  // The views point into the bytes read.
  [[nodiscard]] Result<std::span<const std::byte>> bytes(std::size_t count);
  [[nodiscard]] Result<std::string_view> short_string();

  [[nodiscard]] std::size_t offset() const noexcept { return offset_; }
  [[nodiscard]] std::size_t remaining() const noexcept { return bytes_.size() - offset_; }
  [[nodiscard]] bool at_end() const noexcept { return remaining() == 0; }

 private:
  [[nodiscard]] Result<std::uint64_t> word(std::size_t width);
  [[nodiscard]] Result<std::uint8_t> small_value(std::uint8_t last);

  std::span<const std::byte> bytes_;
  std::size_t offset_ = 0;
};

}  // namespace lanner
