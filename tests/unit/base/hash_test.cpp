#include "base/hash.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text});
}

// Chains by the definition: one allocation, one hash.
lanner::Digest128 chained(lanner::Digest128 previous, std::span<const std::byte> record) {
  std::vector<std::byte> whole;
  for (const std::uint64_t word : {previous.low, previous.high}) {
    for (unsigned i = 0; i < 8; ++i) {
      whole.push_back(static_cast<std::byte>(word >> (8U * i)));
    }
  }
  whole.insert(whole.end(), record.begin(), record.end());
  return lanner::hash128(whole);
}

}  // namespace

TEST_CASE("hash: XXH3 gives the published answers for the empty input") {
  CHECK(lanner::hash64({}) == 0x2D06800538D394C2);
  CHECK(lanner::hash128({}).hex() == "99aa06d3014798d86001c324468d497f");
}

TEST_CASE("hash: seed and content matter") {
  CHECK(lanner::hash64(bytes_of("abc")) == 0x78AF5F94892F3950);
  CHECK(lanner::hash64(bytes_of("abc"), 1) != lanner::hash64(bytes_of("abc")));
  CHECK(lanner::hash128(bytes_of("abc"), 1) != lanner::hash128(bytes_of("abc")));
}

TEST_CASE("hash: a chain is the hash of the previous value and the record, short or long") {
  std::vector<std::byte> record;
  lanner::DigestChain chain;
  lanner::Digest128 expected;
  for (std::size_t length = 0; length < 1'500; length += 7) {
    record.resize(length, static_cast<std::byte>(length));
    chain.add(record);
    expected = chained(expected, record);
    CHECK(chain.value() == expected);
  }
}

TEST_CASE("hash: a chain sees order and borders, and resumes") {
  lanner::DigestChain ab;
  ab.add(bytes_of("a"));
  const lanner::Digest128 middle = ab.value();
  ab.add(bytes_of("b"));
  lanner::DigestChain ba;
  ba.add(bytes_of("b"));
  ba.add(bytes_of("a"));
  lanner::DigestChain joined;
  joined.add(bytes_of("ab"));
  lanner::DigestChain resumed{middle};
  resumed.add(bytes_of("b"));
  CHECK(ab.value() != ba.value());
  CHECK(ab.value() != joined.value());
  CHECK(resumed.value() == ab.value());
  CHECK(lanner::DigestChain{}.value().hex() == "00000000000000000000000000000000");
}
