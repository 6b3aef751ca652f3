#include "base/hash.hpp"

// The functions are compiled in: a call through the shared library costs more than a small hash.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cstring>

namespace lanner {

namespace {

// The prefix hashed before a record; the words are stored byte by byte to be little endian on
// every machine.
void put_digest(Digest128 digest, std::span<std::byte, 16> out) noexcept {
  for (unsigned i = 0; i < 8; ++i) {
    out[i] = static_cast<std::byte>(digest.low >> (8U * i));
    out[8 + i] = static_cast<std::byte>(digest.high >> (8U * i));
  }
}

Digest128 to_digest(XXH128_hash_t hash) noexcept { return {hash.low64, hash.high64}; }

}  // namespace

std::uint64_t hash64(std::span<const std::byte> bytes, std::uint64_t seed) noexcept {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

Digest128 hash128(std::span<const std::byte> bytes, std::uint64_t seed) noexcept {
  return to_digest(XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed));
}

std::string Digest128::hex() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(32, '0');
  for (unsigned i = 0; i < 16; ++i) {
    text[i] = kDigits[(high >> (60U - 4U * i)) & 15U];
    text[16 + i] = kDigits[(low >> (60U - 4U * i)) & 15U];
  }
  return text;
}

void DigestChain::add(std::span<const std::byte> bytes) noexcept {
  // Records are small; a long one takes the streaming way, which gives the same hash.
  constexpr std::size_t kSmall = 512;
  std::array<std::byte, kSmall> buffer;
  const auto prefix = std::span{buffer}.first<16>();
  put_digest(value_, prefix);
  if (bytes.size() <= kSmall - prefix.size()) {
    if (!bytes.empty()) {
      std::memcpy(buffer.data() + prefix.size(), bytes.data(), bytes.size());
    }
    value_ = to_digest(XXH3_128bits(buffer.data(), prefix.size() + bytes.size()));
    return;
  }
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  XXH3_128bits_update(&state, prefix.data(), prefix.size());
  XXH3_128bits_update(&state, bytes.data(), bytes.size());
  value_ = to_digest(XXH3_128bits_digest(&state));
}

}  // namespace lanner
