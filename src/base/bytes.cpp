#include "base/bytes.hpp"

#include <fmt/core.h>

#include <cstring>

namespace lanner {

std::byte* ByteWriter::take(std::size_t count) {
  if (!ok_) {
    return nullptr;
  }
  if (grow_ != nullptr) {
    grow_->resize(start_ + size_ + count);
  } else if (count > out_.size() - size_) {
    ok_ = false;
    return nullptr;
  }
  std::byte* const base = grow_ != nullptr ? grow_->data() + start_ : out_.data();
  std::byte* const room = base + size_;
  size_ += count;
  return room;
}

void ByteWriter::put_word(std::uint64_t word, std::size_t width) {
  std::byte* const room = take(width);
  if (room == nullptr) {
    return;
  }
  for (std::size_t i = 0; i < width; ++i) {
    room[i] = static_cast<std::byte>(word >> (8U * i));
  }
}

void ByteWriter::put_bytes(std::span<const std::byte> bytes) {
  if (bytes.empty()) {
    return;
  }
  std::byte* const room = take(bytes.size());
  if (room != nullptr) {
    std::memcpy(room, bytes.data(), bytes.size());
  }
}

void ByteWriter::put_short_string(std::string_view text) {
  if (text.size() > kShortStringMax) {
    ok_ = false;
    return;
  }
  // Length and text together, or a full span would end in a length without its text.
  std::byte* const room = take(1 + text.size());
  if (room == nullptr) {
    return;
  }
  room[0] = static_cast<std::byte>(text.size());
  if (!text.empty()) {
    std::memcpy(room + 1, text.data(), text.size());
  }
}

std::span<const std::byte> ByteWriter::written() const noexcept {
  if (grow_ != nullptr) {
    return std::span<const std::byte>{*grow_}.subspan(start_, size_);
  }
  return out_.first(size_);
}

Result<std::span<const std::byte>> ByteReader::bytes(std::size_t count) {
  if (count > remaining()) {
    return fail(ErrorKind::data, fmt::format("cut short: {} bytes wanted at offset {}, {} left",
                                             count, offset_, remaining()));
  }
  const auto view = bytes_.subspan(offset_, count);
  offset_ += count;
  return view;
}

Result<std::uint64_t> ByteReader::word(std::size_t width) {
  const auto view = bytes(width);
  if (!view) {
    return tl::unexpected{view.error()};
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    value |= std::to_integer<std::uint64_t>((*view)[i]) << (8U * i);
  }
  return value;
}

namespace {

template <typename T>
T narrow(std::uint64_t value) noexcept {
  return static_cast<T>(value);
}

}  // namespace

Result<std::uint8_t> ByteReader::u8() { return word(1).map(narrow<std::uint8_t>); }
Result<std::uint16_t> ByteReader::u16() { return word(2).map(narrow<std::uint16_t>); }
Result<std::uint32_t> ByteReader::u32() { return word(4).map(narrow<std::uint32_t>); }
Result<std::uint64_t> ByteReader::u64() { return word(8); }
Result<std::int32_t> ByteReader::i32() { return word(4).map(narrow<std::int32_t>); }
Result<std::int64_t> ByteReader::i64() { return word(8).map(narrow<std::int64_t>); }

Result<Score> ByteReader::score() {
  return word(8).map([](std::uint64_t bits) { return std::bit_cast<Score>(bits); });
}

Result<std::uint8_t> ByteReader::small_value(std::uint8_t last) {
  const std::size_t start = offset_;
  const auto value = u8();
  if (value && *value > last) {
    offset_ = start;
    return fail(ErrorKind::data, fmt::format("value {} at offset {} is above the last known, {}",
                                             *value, start, last));
  }
  return value;
}

Result<std::string_view> ByteReader::short_string() {
  const std::size_t start = offset_;
  const auto length = u8();
  if (!length) {
    return tl::unexpected{length.error()};
  }
  const auto view = bytes(*length);
  if (!view) {
    offset_ = start;
    return tl::unexpected{view.error()};
  }
  return std::string_view{reinterpret_cast<const char*>(view->data()), view->size()};
}

}  // namespace lanner
