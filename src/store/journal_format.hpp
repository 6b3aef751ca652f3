#pragma once

// The journal's bytes (docs/adr/004). A session is a directory of segments; a segment is a header
// and records; records are 8-byte aligned:
//   u32 crc    CRC-32C of everything behind it
//   u32 length of the payload
//   u64 chain  XXH3-64 of the bytes behind it, seeded with the chain of the record before
//   u64 sequence of the event it belongs to
//   u16 kind, u16 version, u32 zero
//   payload, then zero bytes up to the next multiple of 8
// A flipped byte breaks the CRC, a removed or reordered record breaks the chain.
//
// A segment's whole room is taken from the disk before its first record, as zeros. A batch of
// records goes to its place with the first crc and length still zero; these eight bytes are
// written last and publish the batch. So a process that dies while it writes leaves either the
// batch or nothing that counts: where both are zero the journal ends.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace lanner::store {

inline constexpr std::size_t kRecordHeaderBytes = 32;
inline constexpr std::size_t kSegmentHeaderBytes = 192;  // the header and the closing mark
inline constexpr std::size_t kSegmentBytesMax = 64UL * 1024 * 1024;
inline constexpr std::size_t kPayloadBytesMax = 8UL * 1024 * 1024;
inline constexpr std::uint64_t kSegmentMagic = 0x314A52454E4E414CULL;  // "LANNERJ1"
inline constexpr std::uint64_t kClosedMagic = 0x444553434C4E414CULL;   // "LANLCSED"
inline constexpr std::uint16_t kJournalVersion = 2;
inline constexpr std::size_t kBuildIdBytes = 56;

enum class RecordKind : std::uint16_t {
  session_opened = 1,  // configuration, build id, instrument rules, parameter set
  event = 2,
  caused = 3,          // commands and decision traces of the event with this sequence
  session_closed = 4,  // count of events and digest; nothing may follow
  ids_reserved = 5,    // client order ids that may be used from here on
};

// What a record survives once it is acknowledged.
enum class Durability : std::uint32_t {
  memory,   // nothing: encoded in a buffer, then dropped
  written,  // the end of the process: handed to the operating system, not synced
  synced,   // the end of the machine: one fdatasync for each batch
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
inline constexpr std::size_t kPublishedBytes = 8;  // crc and length

struct SegmentHeader {
  std::uint64_t magic = kSegmentMagic;
  std::uint32_t crc = 0;  // of the bytes behind it, up to header_bytes
  std::uint16_t version = kJournalVersion;
  std::uint16_t header_bytes = 128;
  std::uint64_t number = 0;       // 1, 2, ...
  std::uint64_t chain = 0;        // of the last record of the segment before
  std::uint64_t first_sequence = 0;  // of the last record of the segment before
  std::uint64_t config_hash = 0;  // XXH3-64 of the first record's payload
  std::uint64_t epoch = 0;        // the session's; part of every client order id
  std::uint32_t segment_kib = 0;  // room taken ahead
  Durability durability = Durability::written;
  char build_id[kBuildIdBytes] = {};
  std::uint64_t unused = 0;
};
static_assert(sizeof(SegmentHeader) == 128);

// In the first segment behind its header, zero until the session is closed: so that a closed
// session that lost its end is not taken for an open one.
struct ClosedMark {
  std::uint64_t magic = 0;
  std::uint64_t sequence = 0;
  std::uint64_t chain = 0;  // of the closing record
  std::uint64_t check = 0;  // XXH3-64 of the three before it
  std::uint64_t zero[4] = {};
};
static_assert(sizeof(SegmentHeader) + sizeof(ClosedMark) == kSegmentHeaderBytes);

// Who wrote the session; the same in each of its segments.
struct SessionIdentity {
  std::string build_id;
  std::uint64_t config_hash = 0;
  std::uint64_t epoch = 0;
  friend bool operator==(const SessionIdentity&, const SessionIdentity&) = default;
};

// A place between two records: behind the last one of this sequence and chain.
struct JournalPlace {
  std::uint64_t segment = 1;
  std::uint64_t offset = 0;
  std::uint64_t sequence = 0;
  std::uint64_t chain = 0;
  friend bool operator==(const JournalPlace&, const JournalPlace&) = default;
};

[[nodiscard]] constexpr std::size_t padded(std::size_t bytes) noexcept {
  return (bytes + 7) & ~std::size_t{7};
}

// "journal-000001.lnj"
[[nodiscard]] std::string segment_name(std::uint64_t number);
// Gives whole records their chain, which goes on from `chain`, and their checksum; the bytes.
std::size_t seal_records(std::span<std::byte> records, std::uint64_t& chain) noexcept;
// Of `memory`, `written`, `synced`; empty for anything else.
[[nodiscard]] const char* name_of(Durability durability) noexcept;

[[nodiscard]] SegmentHeader make_segment_header(const SessionIdentity& identity) noexcept;
// Fills in the checksum.
void seal(SegmentHeader& header) noexcept;
[[nodiscard]] ClosedMark make_closed_mark(std::uint64_t sequence, std::uint64_t chain) noexcept;
[[nodiscard]] bool is_valid(const ClosedMark& mark) noexcept;

}  // namespace lanner::store
