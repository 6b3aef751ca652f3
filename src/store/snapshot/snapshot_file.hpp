#pragma once

// Snapshots beside a journal (docs/adr/013): the whole state of a session at one place of its
// journal, so that a restart need not begin at the beginning. One is worth nothing without its
// journal, and none is ever needed: whatever is wrong with a snapshot, an earlier one or the whole
// journal takes its place.
//
// A file is a header and the state's bytes. It appears in one step or not at all; the two newest
// are kept.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/journal_format.hpp"
#include "store/mapped_file.hpp"

namespace lanner::store {

inline constexpr std::uint64_t kSnapshotMagic = 0x3150414E534E414CULL;  // "LANSNAP1"
inline constexpr std::uint16_t kSnapshotVersion = 2;
inline constexpr std::size_t kSnapshotsKept = 2;

struct SnapshotHeader {
  std::uint64_t magic = kSnapshotMagic;
  std::uint32_t crc = 0;  // CRC-32C of the header behind it
  std::uint16_t version = kSnapshotVersion;
  std::uint16_t header_bytes = 152;
  std::uint64_t state_hash = 0;  // XXH3-64
  std::uint64_t state_bytes = 0;
  JournalPlace place;             // behind the last event that the state has seen
  std::uint64_t config_hash = 0;  // of the session, as its journal's segments say it
  std::uint64_t epoch = 0;
  std::int64_t ts_ns = 0;  // event time
  char build_id[kBuildIdBytes] = {};
  std::uint64_t unused = 0;
};
static_assert(sizeof(SnapshotHeader) == 152);

// "snapshot-00000000000000123456.lns", by the sequence of its place.
[[nodiscard]] std::string snapshot_name(std::uint64_t sequence);

// Writes one and removes all but the newest two. On a full disk nothing is left of it.
[[nodiscard]] Status write_snapshot(const std::filesystem::path& session,
                                    const SessionIdentity& identity, const JournalPlace& place,
                                    std::int64_t ts_ns, std::span<const std::byte> state);

// The session's, newest first. Only names: none has been read.
[[nodiscard]] std::vector<std::filesystem::path> snapshots_of(
    const std::filesystem::path& session);
void remove_snapshots(const std::filesystem::path& session);

class Snapshot {
 public:
  // Every byte is checked, and that it is of this session, build and version; the error says what
  // is wrong with it.
  [[nodiscard]] static Result<Snapshot> open(const std::filesystem::path& file,
                                             const SessionIdentity& identity);
  // The header alone: where in the journal it belongs. The state may still be damaged.
  [[nodiscard]] static Result<JournalPlace> place_of(const std::filesystem::path& file,
                                                     const SessionIdentity& identity);

  [[nodiscard]] const SnapshotHeader& header() const noexcept { return header_; }
  [[nodiscard]] const JournalPlace& place() const noexcept { return header_.place; }
  [[nodiscard]] std::span<const std::byte> state() const noexcept {
    return file_.bytes().subspan(sizeof(SnapshotHeader));
  }

 private:
  Snapshot(MappedFile file, const SnapshotHeader& header) noexcept
      : file_(std::move(file)), header_(header) {}
  MappedFile file_;
  SnapshotHeader header_;
};

}  // namespace lanner::store
