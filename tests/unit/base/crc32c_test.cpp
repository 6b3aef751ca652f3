#include "base/crc32c.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/random.hpp"

TEST_CASE("crc32c: known answers") {
  constexpr std::string_view kDigits = "123456789";
  const auto digits = std::as_bytes(std::span{kDigits});
  CHECK(lanner::crc32c(digits) == 0xE3069283);
  CHECK(lanner::crc32c_by_table(digits) == 0xE3069283);
  CHECK(lanner::crc32c({}) == 0);
  // RFC 3720, B.4: 32 bytes of zeros and of ones.
  const std::vector<std::byte> zeros(32, std::byte{0});
  const std::vector<std::byte> ones(32, std::byte{0xff});
  CHECK(lanner::crc32c(zeros) == 0x8A9136AA);
  CHECK(lanner::crc32c(ones) == 0x62A8AB43);
}

TEST_CASE("crc32c: instruction and table agree at every length and offset, also in parts") {
  lanner::RandomStream random{1, 1};
  std::vector<std::byte> bytes(300);
  for (std::byte& byte : bytes) {
    byte = static_cast<std::byte>(random.below(256));
  }
  const std::span<const std::byte> all{bytes};
  for (std::size_t from = 0; from < 9; ++from) {
    for (std::size_t count = 0; count + from <= all.size(); ++count) {
      const auto part = all.subspan(from, count);
      const std::uint32_t whole = lanner::crc32c(part);
      CHECK(whole == lanner::crc32c_by_table(part));
      const std::size_t cut = count / 3;
      CHECK(whole == lanner::crc32c(part.subspan(cut), lanner::crc32c(part.first(cut))));
    }
  }
}

TEST_CASE("crc32c: any flipped bit shows") {
  std::vector<std::byte> bytes(40, std::byte{0x5a});
  const std::uint32_t good = lanner::crc32c(bytes);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const std::byte mask = std::byte{1} << (bit % 8);
    bytes[bit / 8] ^= mask;
    CHECK(lanner::crc32c(bytes) != good);
    bytes[bit / 8] ^= mask;
  }
}
