#include "store/journal_format.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <span>

#include "base/crc32c.hpp"
#include "base/hash.hpp"

namespace lanner::store {

std::string segment_name(std::uint64_t number) {
  char text[40];
  std::snprintf(text, sizeof text, "journal-%06llu.lnj", static_cast<unsigned long long>(number));
  return text;
}

std::size_t seal_records(std::span<std::byte> records, std::uint64_t& chain) noexcept {
  std::size_t done = 0;
  while (done < records.size()) {
    std::byte* const at = records.data() + done;
    std::uint32_t length = 0;
    std::memcpy(&length, at + offsetof(RecordHeader, length), sizeof length);
    const std::size_t whole = padded(kRecordHeaderBytes + length);
    chain = hash64(std::span<const std::byte>(at + 16, whole - 16), chain);
    std::memcpy(at + offsetof(RecordHeader, chain), &chain, sizeof chain);
    const std::uint32_t crc = crc32c(std::span<const std::byte>(at + 4, whole - 4));
    std::memcpy(at, &crc, sizeof crc);
    done += whole;
  }
  return done;
}

const char* name_of(Durability durability) noexcept {
  switch (durability) {
    case Durability::memory:
      return "memory";
    case Durability::written:
      return "written";
    case Durability::synced:
      return "synced";
  }
  return "";
}

SegmentHeader make_segment_header(const SessionIdentity& identity) noexcept {
  SegmentHeader header;
  header.config_hash = identity.config_hash;
  header.epoch = identity.epoch;
  std::memcpy(header.build_id, identity.build_id.data(),
              std::min(identity.build_id.size(), kBuildIdBytes));
  return header;
}

void seal(SegmentHeader& header) noexcept {
  const auto bytes = std::as_bytes(std::span(&header, 1));
  header.crc = crc32c(bytes.subspan(offsetof(SegmentHeader, version)));
}

ClosedMark make_closed_mark(std::uint64_t sequence, std::uint64_t chain) noexcept {
  ClosedMark mark{kClosedMagic, sequence, chain, 0, {}};
  mark.check = hash64(std::as_bytes(std::span(&mark, 1)).first(offsetof(ClosedMark, check)));
  return mark;
}

bool is_valid(const ClosedMark& mark) noexcept {
  const ClosedMark sound = make_closed_mark(mark.sequence, mark.chain);
  return std::memcmp(&sound, &mark, sizeof sound) == 0;
}

}  // namespace lanner::store
