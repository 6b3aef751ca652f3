#pragma once

// The journal's bytes (docs/adr/004). A session is a directory of segments; a segment is a
// 64-byte header and records; records are 8-byte aligned:
//   u32 crc    CRC-32C of everything behind it
//   u32 length of the payload
//   u64 chain  XXH3-64 of the bytes behind it, seeded with the chain of the record before
//   u64 sequence of the event it belongs to
//   u16 kind, u16 version, u32 zero
//   payload, then zero bytes up to the next multiple of 8
// A flipped byte breaks the CRC, a removed or reordered record breaks the chain.

#include <cstddef>
#include <cstdint>
#include <string>

namespace lanner::store {

inline constexpr std::size_t kRecordHeaderBytes = 32;
inline constexpr std::size_t kSegmentHeaderBytes = 64;
inline constexpr std::size_t kSegmentBytesMax = 64UL * 1024 * 1024;
inline constexpr std::size_t kPayloadBytesMax = 8UL * 1024 * 1024;
inline constexpr std::uint64_t kSegmentMagic = 0x314A52454E4E414CULL;  // "LANNERJ1"
inline constexpr std::uint16_t kJournalVersion = 1;

enum class RecordKind : std::uint16_t {
  session_opened = 1,  // configuration, build id, instrument rules, parameter set
  event = 2,
  caused = 3,          // commands and decision traces of the event with this sequence
  session_closed = 4,  // count of events and digest; nothing may follow
};

struct RecordHeader {
  std::uint32_t crc = 0;
  std::uint32_t length = 0;
  std::uint64_t chain = 0;
  std::uint64_t sequence = 0;
  RecordKind kind = RecordKind::event;
  std::uint16_t version = kJournalVersion;
  std::uint32_t zero = 0;
};
static_assert(sizeof(RecordHeader) == kRecordHeaderBytes);

struct SegmentHeader {
  std::uint64_t magic = kSegmentMagic;
  std::uint32_t crc = 0;  // of the bytes behind it
  std::uint16_t version = kJournalVersion;
  std::uint16_t zero = 0;
  std::uint64_t number = 0;  // 1, 2, ...
  std::uint64_t chain = 0;   // of the last record of the segment before
  std::uint64_t unused[4] = {};
};
static_assert(sizeof(SegmentHeader) == kSegmentHeaderBytes);

[[nodiscard]] constexpr std::size_t padded(std::size_t bytes) noexcept {
  return (bytes + 7) & ~std::size_t{7};
}

// "journal-000001.lnj"
[[nodiscard]] std::string segment_name(std::uint64_t number);

}  // namespace lanner::store
