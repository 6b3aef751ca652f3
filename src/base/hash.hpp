#pragma once

// Hashes of bytes: XXH3, equal on every CPU, not meant to resist an adversary.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace lanner {

[[nodiscard]] std::uint64_t hash64(std::span<const std::byte> bytes,
                                   std::uint64_t seed = 0) noexcept;

struct Digest128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend constexpr auto operator<=>(const Digest128&, const Digest128&) noexcept = default;
  // 32 lower-case digits, high word first.
  [[nodiscard]] std::string hex() const;
};

[[nodiscard]] Digest128 hash128(std::span<const std::byte> bytes, std::uint64_t seed = 0) noexcept;

// The digest of a sequence of records. It starts at zero and becomes, with every record,
//   XXH3_128(previous value, 16 bytes, low word first, little endian || bytes of the record),
// so order and borders of the records count. Never allocates. One owner, no threads.
class DigestChain {
 public:
  constexpr DigestChain() noexcept = default;
  // Goes on from a value kept in a snapshot.
  explicit constexpr DigestChain(Digest128 value) noexcept : value_(value) {}
  void add(std::span<const std::byte> bytes) noexcept;
  [[nodiscard]] constexpr Digest128 value() const noexcept { return value_; }

 private:
  Digest128 value_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(value_);
  }
};

}  // namespace lanner
